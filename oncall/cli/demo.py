"""`oncall demo`: a small company to try everything with, which never calls out."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import rich_click as click
from flask import Flask

from oncall.cli import options
from oncall.cli.connect import settings_for
from oncall.cli.serve import serve_forever
from oncall.domain.directory import Role
from oncall.errors import RefusedError, UnauthenticatedError
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from oncall.operations.tokens import create_token, use_token
from oncall.settings import Settings
from oncall.store import incidents

ADMINISTRATOR = "ana"
_PACKAGE = Path(__file__).resolve().parents[1]
# In a wheel the document lies inside the package, in a checkout beside it.
_PLACES = (_PACKAGE / "examples" / "demo.yaml", _PACKAGE.parent / "examples" / "demo.yaml")
# Of the environment the demo knows these alone: no vendor's credentials, no database or Redis that is used in earnest.
_VARIABLES = ("ONCALL_PUBLIC_URL", "ONCALL_SANDBOX_FILE", "ONCALL_SECRET_KEY")
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  compared with, not listened on


@dataclass(frozen=True, slots=True)
class _Guide:
    """What somebody needs who tries the demo."""

    address: str
    link: str
    token: str
    number: int
    sandbox: Path | None
    command: str

    def __str__(self) -> str:
        """The whole as text for a terminal, with command lines to copy."""
        headers = f"-H 'Authorization: Bearer {self.token}' -H 'Content-Type: application/json'"
        incident = '{"service": "database", "title": "Database down", "severity": "sev1"}'
        return dedent(f"""
            oncall demo on {self.address}

            Log in (as the administrator; the link works once, then a password does)
                {self.link}

            API token
                {self.token}

            Trigger a Sev 1: it pages whoever is on call, and somebody more each minute
                curl -sS {self.address}/api/v1/incidents {headers} -d '{incident}'

            Acknowledge it, which stops that: by its button on {self.address}/incidents/{self.number}, or
                curl -sS -X POST {self.address}/api/v1/incidents/{self.number}/acknowledge {headers} -d '{{}}'
                ONCALL_URL={self.address} ONCALL_TOKEN={self.token} {self.command} ack {self.number}

            Nothing leaves this machine. Messages appear here, on {self.address}/sandbox and in {self.sandbox}
            """)


@click.command
@options.data
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@options.port
def demo(*, data: Path | None, host: str, port: int) -> None:
    """Serve a small company with schedules, policies and services, to try everything with.

    Says how to log in, trigger an incident and acknowledge it. Never calls out, whatever credentials the environment holds:
    messages are shown in the terminal and on a page instead. Everything is kept in --data and goes on there the next time.

    Example: oncall demo --port 9000
    """
    settings = _settings(data, host, port)
    serve_forever(settings, host=host, port=port, prepare=_prepare, ready=lambda app, _: _welcome(app, settings))


def _settings(data: Path | None, host: str, port: int) -> Settings:
    near = "127.0.0.1" if host in _EVERYWHERE else host
    settings = settings_for(data, f"http://{near}:{port}", only=_VARIABLES)
    sandbox = settings.sandbox_file or settings.data / "sandbox.jsonl"
    return replace(settings, sandbox_file=sandbox, private_webhooks=True, calls_out=False)


def _prepare(context: Context) -> None:
    place = next(place for place in _PLACES if place.exists())
    apply_document(context, place.read_text(encoding="utf-8"), author="demo", prune=False, dry_run=False)


def _welcome(app: Flask, settings: Settings) -> None:
    context: Context = app.extensions["oncall"]
    with context.database.read() as session:
        latest = incidents.list_incidents(session, context.cipher, limit=1)
    guide = _Guide(
        address=context.public_url,
        link=create_login_link(context, ADMINISTRATOR),
        token=kept_token(context, settings.data / "demo-token"),
        number=latest[0].number + 1 if latest else 1,
        sandbox=settings.sandbox_file,
        command=sys.argv[0],
    )
    click.echo(str(guide))


def kept_token(context: Context, file: Path) -> str:
    """The token that the file keeps, which only its owner reads; a new one where it keeps none that is of use."""
    if file.exists():
        kept = file.read_text(encoding="ascii").strip()
        try:
            use_token(context, kept)
        except UnauthenticatedError:
            file.unlink()
        else:
            return kept
    token = _new_token(context)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(token)
    return token


def _new_token(context: Context) -> str:
    try:
        return create_token(context, "demo", Role.ADMIN, ADMINISTRATOR)
    except RefusedError:
        # The file of the token with that name is lost.
        return create_token(context, f"demo-{secrets.token_hex(3)}", Role.ADMIN, ADMINISTRATOR)
