"""The button by which an administrator lets sending go on after a restore."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.doors.web.access import context, needs, signed_in
from oncall.errors import RefusedError
from oncall.operations.hold import release_sending

sending = Blueprint("sending", __name__)

_log = structlog.get_logger(__name__)


@sending.post("/sending/release")
@needs(Role.ADMIN)
def release() -> ResponseReturnValue:
    """Let sending go on, and say who is told."""
    try:
        released = release_sending(context(), signed_in().id)
    except RefusedError as error:
        flash(f"{str(error).capitalize()}.", "warning")
    else:
        _log.warning("sending goes on", by=signed_in().id, held_since=released.since.isoformat(), told=released.told)
        people = "1 person is" if released.told == 1 else f"{released.told} people are"
        flash(f"Sending goes on. {people} told of what is open.", "done")
    return redirect(url_for("web.home.show"), HTTPStatus.SEE_OTHER)
