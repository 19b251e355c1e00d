"""A schedule edited as text, in the document's shape: seen before it is saved, and never over somebody else's edit."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from oncall.document.faults import path_text
from oncall.document.text import Text, read_text
from oncall.document.written import object_to_yaml
from oncall.domain.directory import Role
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.previewed import shown_changes
from oncall.doors.web.schedules import schedules
from oncall.doors.web.times import Times
from oncall.errors import FieldFault, InvalidInputError, RefusedError
from oncall.operations.edit_schedule import Edited, NewBody, Stored, edit_schedule, preview_schedule, stored_schedule

LONGEST_TEXT = 200_000
_FIELD = "schedule"


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form: the text, the version that it was made from, and whether whoever is on call stays so."""

    text: str
    version: int
    keep_on_call: bool = True


@schedules.get("/<schedule>/edit")
@needs(Role.MANAGER)
def edit(schedule: str) -> ResponseReturnValue:
    """The schedule as text, to be changed."""
    stored = stored_schedule(context(), schedule)
    return _page(stored, Draft(object_to_yaml(stored.spec), stored.version))


@schedules.post("/<schedule>/edit")
@needs(Role.MANAGER)
def save(schedule: str) -> ResponseReturnValue:
    """Show what the edit would change; asked with `save`, save it, unless somebody else has saved another meanwhile."""
    stored = stored_schedule(context(), schedule)
    version = request.form.get("version", "")
    draft = Draft(
        request.form.get("text", "").replace("\r\n", "\n"),
        int(version) if version.isdecimal() and len(version) <= len(str(2**31)) - 1 else 0,
        "keep_on_call" in request.form,
    )
    read = read_text(draft.text)
    try:
        wanted = NewBody(schedule, _body(draft, read), draft.version, draft.keep_on_call)
        if "save" not in request.form:
            return _page(stored, draft, edited=preview_schedule(context(), wanted))
        edit_schedule(context(), wanted, signed_in().id)
    except InvalidInputError as error:
        return _page(stored, draft, faults=_faults(error, read)), HTTPStatus.UNPROCESSABLE_ENTITY
    except RefusedError as error:
        newer = Draft(draft.text, stored.version, draft.keep_on_call)
        return _page(stored, newer, meanwhile=str(error).splitlines()[1:]), HTTPStatus.CONFLICT
    flash("It is saved. Those whose shifts it changes are told.", "done")
    return redirect(url_for(".show", schedule=schedule), HTTPStatus.SEE_OTHER)


def _page(
    stored: Stored,
    draft: Draft,
    *,
    edited: Edited | None = None,
    faults: tuple[str, ...] = (),
    meanwhile: list[str] | None = None,
) -> str:
    times = Times(g.times.now, stored.spec.time_zone)
    return render_template(
        "web/schedule_edit.html",
        stored=stored,
        draft=draft,
        edited=edited,
        changes=shown_changes(edited.preview, g.names, times) if edited else (),
        faults=faults,
        meanwhile=meanwhile,
        times=times,
        standing=object_to_yaml(stored.spec),
    )


def _body(draft: Draft, read: Text) -> dict[str, Any]:
    if len(draft.text) > LONGEST_TEXT:
        raise InvalidInputError([FieldFault(_FIELD, f"write at most {LONGEST_TEXT} characters")])
    if read.faults:
        raise InvalidInputError([FieldFault(path_text((_FIELD, *fault.path)), fault.message) for fault in read.faults])
    if not isinstance(read.data, dict):
        raise InvalidInputError([FieldFault(_FIELD, "must be a mapping, such as `time_zone: Europe/Berlin`")])
    return read.data


def _faults(error: InvalidInputError, read: Text) -> tuple[str, ...]:
    """What is wrong, each with its line."""
    lines = {path_text((_FIELD, *path)): line for path, line in read.lines.items()}
    return tuple(_fault(fault, lines) for fault in error.faults)


def _fault(fault: FieldFault, lines: dict[str, int]) -> str:
    path = fault.path
    while path not in lines and path != _FIELD:
        path = max(path.rpartition(".")[0], path.rpartition("[")[0]) or _FIELD
    where = f"line {lines[path]}, " if path in lines else ""
    return f"{where}{fault.path.removeprefix(f'{_FIELD}.')}: {fault.message}"
