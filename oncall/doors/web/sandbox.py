"""What the sandbox took instead of sending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role, User
from oncall.doors.mask import masked
from oncall.doors.web.access import needs, signed_in
from oncall.doors.web.live import live_page
from oncall.providers.sandbox import SandboxMessage, recent
from schedules import parse_instant

MOST_SHOWN = 50
FILE = "ONCALL_SANDBOX_FILE"
"""The key of the application's configuration under which the sandbox's file is known to this page."""

sandbox = Blueprint("sandbox", __name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """One message of the sandbox as the page shows it; `incident` is None for a notice."""

    at: datetime
    incident: int | None
    user: str | None
    method: str
    address: str
    text: str


@sandbox.get("/sandbox")
@needs(Role.RESPONDER)
def show() -> ResponseReturnValue:
    """The last messages, newest first."""
    path: Path = current_app.config[FILE]
    messages = [_taken(message, signed_in()) for message in recent(path, MOST_SHOWN)]
    return live_page("web/sandbox.html", messages=messages)


def _taken(message: SandboxMessage, reader: User) -> Taken:
    shows = message.user == reader.id or reader.role.allows(Role.MANAGER)
    return Taken(
        at=parse_instant(message.at),
        incident=message.incident,
        user=message.user,
        method=message.method,
        address=message.address if shows else masked(message.address),
        text=message.text,
    )
