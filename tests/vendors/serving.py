"""Run a double: in a thread of the test, or as the program of a process."""

import argparse
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the app on a free loopback port while the block runs, and lend its address."""
    server = _server(app, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serve_as_process(module: str) -> Iterator[str]:
    """Run a double as a process of its own while the block runs, and lend its address: it outlives workers that are killed."""
    command = [sys.executable, "-m", module, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def run(make: Callable[[], Flask], description: str) -> None:
    """Serve as a program until it is killed: prints its address on the first line, then nothing."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    server = _server(make(), parser.parse_args().port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _server(app: Flask, port: int) -> BaseWSGIServer:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server("127.0.0.1", port, app, threaded=True)
