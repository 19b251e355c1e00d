"""What every answer tells the browser to be careful about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask

_POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
    "manifest-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
}

_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_A_YEAR = 31_536_000


def install_headers(app: Flask, public_url: str) -> None:
    """Add the headers to every answer that does not set its own; over https browsers are told to stay there."""
    headers = list(_HEADERS.items())
    if public_url.startswith("https://"):
        headers.append(("Strict-Transport-Security", f"max-age={_A_YEAR}"))
    of_api = [*headers, ("Cache-Control", "no-store")]
    names = {name.lower() for name, _ in of_api}
    answering = app.wsgi_app

    # Around the application, and not by a hook of it: as its own these would be looked up and checked one by one.
    def with_headers(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        wanted = of_api if environ["PATH_INFO"].startswith("/api/") else headers

        def start(status: str, given: list[tuple[str, str]], *fault: Any) -> Any:
            own = names.intersection([name.lower() for name, _ in given])
            added = [one for one in wanted if one[0].lower() not in own] if own else wanted
            return start_response(status, [*given, *added], *fault)

        return answering(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]  # as Flask documents it
