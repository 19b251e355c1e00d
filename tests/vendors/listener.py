"""An outside watcher that hears heartbeats, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, request

from tests.vendors.serving import serve


@dataclass(frozen=True, slots=True)
class Listener:
    """Where it listens, and the method of each request that it has heard."""

    url: str
    heard: list[str]


@contextmanager
def run_listener() -> Iterator[Listener]:
    """Listen while the block runs: at its address alone, anything else is not found."""
    app, heard = Flask(__name__), list[str]()

    @app.route("/ping", methods=["GET", "POST"])
    def ping() -> str:
        heard.append(request.method)
        return "OK"

    with serve(app) as url:
        yield Listener(f"{url}/ping", heard)
