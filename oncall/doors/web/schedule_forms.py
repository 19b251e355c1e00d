"""What can be asked on the page of a schedule: an override, seen before it is made, and taken back; a swap, and an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.domain.preview import Preview
from oncall.domain.swap_asking import Request
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.previewed import shown_changes
from oncall.doors.web.schedules import Faults, schedule_page, schedules, shown_window
from oncall.doors.web.spoken import spoken_instant
from oncall.doors.web.times import Times
from oncall.errors import FieldFault, ForbiddenError, InvalidInputError, OncallError, RefusedError
from oncall.operations import swaps
from oncall.operations.cover import cover, preview_cover, uncover
from oncall.operations.overrides import NewOverride
from schedules import ScheduleError, Span, parse_instant

OVERRIDE, SWAP = "override", "swap"
LONGEST_NOTE = 500
EVERYBODY = ""


@schedules.post("/<schedule>/overrides")
@needs(Role.RESPONDER)
def make_override(schedule: str) -> ResponseReturnValue:
    """Show what an override would change; asked again with `save`, make it."""
    me, form = signed_in(), request.form
    times = Times(g.times.now, shown_window(schedule).zone)
    try:
        wanted = _override(schedule, form, times)
        if "save" not in form:
            return _before(schedule, wanted, preview_cover(context(), wanted, me.id, me.role), times)
        cover(context(), wanted, me.id, me.role)
    except InvalidInputError as error:
        return schedule_page(schedule, Faults.of(OVERRIDE, error))
    except ForbiddenError:
        told = "you can put yourself on call, or somebody in your own place; a manager can change it for others"
        return schedule_page(schedule, Faults.of(OVERRIDE, InvalidInputError([FieldFault("users", told)])))
    flash("It is made. Those whose shifts it changes are told.", "done")
    return _back(schedule)


def _before(schedule: str, wanted: NewOverride, found: Preview, times: Times) -> ResponseReturnValue:
    changes = shown_changes(found, g.names, times)
    here = shown_window(schedule).here()
    return render_template(
        "web/override.html", schedule=schedule, wanted=wanted, changes=changes, times=times, here=here
    )


def _override(schedule: str, form: Mapping[str, str], times: Times) -> NewOverride:
    """What the form asks for; raises InvalidInputError with every fault."""
    faults: list[FieldFault] = []
    start = _moment(form.get("start", ""), "start", times, faults)
    end = _moment(form.get("end", ""), "end", times, faults)
    user = form.get("users", "")
    if user not in g.directory.users:
        faults.append(FieldFault("users", "choose who is to be on call"))
    note = _note(form, faults)
    if faults or start is None or end is None:
        raise InvalidInputError(faults)
    return NewOverride(schedule, start, end, (user,), form.get("replaces") or None, note)


def _moment(text: str, field: str, times: Times, faults: list[FieldFault]) -> datetime | None:
    try:
        return spoken_instant(text, times.now, times.zone)
    except ScheduleError as error:
        faults.append(FieldFault(field, error.message))
        return None


def _note(form: Mapping[str, str], faults: list[FieldFault]) -> str:
    note = form.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        faults.append(FieldFault("note", f"write at most {LONGEST_NOTE} characters"))
    return note


@schedules.post("/<schedule>/overrides/<int:number>/take-back")
@needs(Role.RESPONDER)
def take_override_back(schedule: str, number: int) -> ResponseReturnValue:
    """Let an override have no effect from now on."""
    me = signed_in()
    return _tried(
        schedule,
        lambda: uncover(context(), schedule, number, me.id, me.role),
        "It is taken back. Those whose shifts it changes are told.",
    )


@schedules.post("/<schedule>/swaps")
@needs(Role.RESPONDER)
def ask_for_swap(schedule: str) -> ResponseReturnValue:
    """Ask somebody, or everybody, to take one of one's own shifts; for one of theirs, or for nothing."""
    me, faults = signed_in(), list[FieldFault]()
    try:
        wanted = _request(schedule, me.id, request.form, faults)
        swaps.ask(context(), wanted, me.id, me.role)
    except InvalidInputError as error:
        return schedule_page(schedule, Faults.of(SWAP, error))
    flash("It is asked. Nothing changes until somebody accepts.", "done")
    return _back(schedule)


def _request(schedule: str, me: str, form: Mapping[str, str], faults: list[FieldFault]) -> Request:
    given, taken = _shift(form, "give", faults), _shift(form, "take", faults)
    asked_of = form.get("asked_of") or None
    if given is None and not faults:
        faults.append(FieldFault("give", "choose one of your shifts"))
    if taken is not None and asked_of not in {None, taken[0]}:
        faults.append(FieldFault("take", f"this is a shift of {g.names.get(taken[0], taken[0])}, who is not asked"))
    note = _note(form, faults)
    if faults or given is None:
        raise InvalidInputError(faults)
    return Request(schedule, me, taken[0] if taken else asked_of, given[1], taken[1] if taken else None, note)


def _shift(form: Mapping[str, str], field: str, faults: list[FieldFault]) -> tuple[str, Span] | None:
    """The shift that was chosen, with whose it is; None where none was."""
    text = form.get(field, "")
    if not text:
        return None
    try:
        user, start, end = text.split()
        return user, Span(parse_instant(start), parse_instant(end))
    except ValueError:  # of which ScheduleError is one
        faults.append(FieldFault(field, "choose one of the list"))
        return None


def _answering(name: str, answer: Callable[[int], object], done: str) -> None:
    def ask(schedule: str, number: int) -> ResponseReturnValue:
        return _tried(schedule, lambda: answer(number), done)

    schedules.add_url_rule(f"/<schedule>/swaps/<int:number>/{name}", name, needs(Role.RESPONDER)(ask), methods=["POST"])


_answering("accept", lambda number: swaps.accept(context(), number, signed_in().id), "You have taken it.")
_answering("decline", lambda number: swaps.decline(context(), number, signed_in().id), "It is declined.")
_answering(
    "withdraw",
    lambda number: swaps.withdraw(context(), number, signed_in().id, signed_in().role),
    "It is withdrawn.",
)


def _tried(schedule: str, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it, and show the page again with what came of it, or why it was refused."""
    try:
        act()
    except (RefusedError, InvalidInputError, ForbiddenError) as error:
        flash(f"Nothing was changed: {_said(error)}", "warning")
    else:
        flash(done, "done")
    return _back(schedule)


def _said(error: OncallError) -> str:
    return "; ".join(fault.message for fault in error.faults) if isinstance(error, InvalidInputError) else str(error)


def _back(schedule: str) -> ResponseReturnValue:
    values: dict[str, Any] = {"schedule": schedule, **shown_window(schedule).here()}
    return redirect(url_for(".show", **values), HTTPStatus.SEE_OTHER)
