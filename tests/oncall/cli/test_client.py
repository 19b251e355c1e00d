"""The command's own client of the API, where the network is not kind."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from oncall.cli.client import Client, RefusedByServerError
from oncall.settings import ClientSettings


class Moody(HTTPServer):
    """A server that hangs up on the first request and answers the next ones; it keeps their headers."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(("127.0.0.1", 0), MoodyHandler)
        self.answer = answer
        self.asked: list[dict[str, str]] = []


class MoodyHandler(BaseHTTPRequestHandler):
    server: Moody

    def do_POST(self) -> None:
        self.server.asked.append(dict(self.headers))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        if len(self.server.asked) > 1:
            self.send_response(201)
            self.end_headers()
            self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the library calls it
        """Say nothing."""


@pytest.fixture
def moody(request: pytest.FixtureRequest) -> Iterator[Moody]:
    with Moody(request.param) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(moody: Moody) -> Iterator[Client]:
    client = Client(ClientSettings(f"http://127.0.0.1:{moody.server_port}", "token"))
    yield client
    client.close()


@pytest.mark.parametrize("moody", [json.dumps({"number": 1}).encode()], indirect=True)
def test_request_without_an_answer_is_sent_again_as_the_same_one(moody: Moody, client: Client) -> None:
    assert client.post("/incidents", {"service": "cloud"}) == {"number": 1}

    first, second = moody.asked
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert second["Authorization"] == "Bearer token"


@pytest.mark.parametrize("moody", [b"<html>a router's log-in page</html>"], indirect=True)
def test_answer_of_something_else_is_told_as_such(client: Client) -> None:
    with pytest.raises(RefusedByServerError, match="is no oncall server: set ONCALL_URL"):
        client.post("/incidents", {})
