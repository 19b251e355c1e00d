"""What if: a rehearsal of one incident, to see who would be paged, when, how and why; and why not the others."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.doors.web.access import needs

what_if = Blueprint("what_if", __name__)


@what_if.get("/what-if")
@needs(Role.VIEWER)
def show() -> ResponseReturnValue:
    """The form; with its fields filled in, what would happen."""
    return render_template("web/what_if.html")
