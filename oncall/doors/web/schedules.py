"""Schedules: who is on call, drawn as a timeline and listed; with the forms that change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.domain.swap import SwapState
from oncall.domain.swap_asking import asked_people
from oncall.doors.api.loads import CSV, FairnessOut
from oncall.doors.coverage import coverage
from oncall.doors.looking import Look, look, standing
from oncall.doors.pictures.drawing import Frame, part_of_page
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.choices import Option
from oncall.doors.web.duties import duty
from oncall.doors.web.looks import LENGTHS, MINE, THEIRS, Window, window
from oncall.doors.web.times import Times
from oncall.errors import InvalidInputError
from oncall.operations.cover import standing_overrides
from oncall.operations.swaps import Judged, list_swaps
from oncall.store.swaps import Wanted
from schedules import Shift, format_instant

MOST_ROWS, MOST_REQUESTS, MOST_CHOICES = 200, 50, 60
WIDE, NARROW = 960, 360
AHEAD = timedelta(days=60)
"""How far ahead shifts can be chosen, where the page does not show more."""

schedules = Blueprint("schedules", __name__, url_prefix="/schedules")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `user` is empty where nobody is on call."""

    start: datetime
    end: datetime
    user: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One open request, and what the reader may answer to it."""

    judged: Judged
    may_answer: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Faults:
    """The form that could not be understood, and what is wrong with which field of it."""

    form: str = ""
    fields: Mapping[str, str] | None = None

    @classmethod
    def of(cls, form: str, error: InvalidInputError) -> Faults:
        """The faults of an error; those of parts of a field stand at the field."""
        return cls(form, {fault.path.partition(".")[0].partition("[")[0]: fault.message for fault in error.faults})

    def at(self, form: str, field: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return (self.fields or {}).get(field, "") if form == self.form else ""


@schedules.get("")
@needs(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Every schedule, with who is on call by it now."""
    duties = [duty(name, schedule, g.times.now) for name, schedule in g.directory.schedules.items()]
    return render_template("web/schedules.html", duties=duties)


@schedules.get("/<schedule>")
@needs(Role.VIEWER)
def show(schedule: str) -> ResponseReturnValue:
    """One schedule: its timeline, its shifts, and what can be asked."""
    return schedule_page(schedule, Faults())


@schedules.get("/<schedule>/fairness.csv")
@needs(Role.VIEWER)
def fairness_table(schedule: str) -> ResponseReturnValue:
    """What each person carries in the time that the page shows, for a spreadsheet."""
    shown = shown_window(schedule)
    seen = look(context(), schedule, shown.since, shown.until)
    name = f"{schedule}-{shown.first.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(FairnessOut.of(seen, None).as_csv(), headers=headers, content_type=CSV)


def schedule_page(schedule: str, faults: Faults) -> ResponseReturnValue:
    """The page of one schedule; after a form that could not be understood with that form open and what is wrong with it."""
    shown = shown_window(schedule)
    seen = look(context(), schedule, shown.since, shown.until)
    timeline, times = seen.shown(shown.zone, g.times.now), Times(g.times.now, shown.zone)
    page = render_template(
        "web/schedule.html",
        seen=seen,
        window=shown,
        here=shown.here(),
        lengths=LENGTHS,
        clocks={MINE: signed_in().time_zone, THEIRS: standing(g.directory, schedule).time_zone},
        times=times,
        duty=duty(schedule, standing(g.directory, schedule), g.times.now),
        wide=part_of_page(timeline, Frame(schedule, WIDE, id="wide")),
        narrow=part_of_page(timeline, Frame(schedule, NARROW, id="narrow")),
        rows=list(_rows(seen, g.times.now)),
        most=MOST_ROWS,
        fairness=FairnessOut.of(seen, None),
        coverage=coverage(context(), schedule),
        requests=_requests(schedule),
        overrides=standing_overrides(context(), schedule, g.times.now),
        own=[option for user, option in _ahead(seen, times) if user == signed_in().id][:MOST_CHOICES],
        others=_others(seen, times),
        people=[Option(user.id, user.name) for user in g.directory.users.values() if user.role.allows(Role.RESPONDER)],
        faults=faults,
        asked=faults.form,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults.form else HTTPStatus.OK


def shown_window(schedule: str) -> Window:
    """The part of a schedule that the address asks for; raises NotFoundError for an unknown one."""
    zone = standing(g.directory, schedule).time_zone
    try:
        return window(request.args, g.times, zone)
    except InvalidInputError as error:
        flash(f"The address is not understood, so this is what is usual: {error}", "warning")
        return window({}, g.times, zone)


def _rows(seen: Look, now: datetime) -> Iterator[Row]:
    gaps = (Shift("", gap.start, gap.end) for gap in seen.final.gaps)
    for shift in sorted((*seen.final.shifts, *gaps), key=lambda each: (each.start, each.user)):
        yield Row(shift.start, shift.end, shift.user, shift.start <= now < shift.end)


def _requests(schedule: str) -> list[Asked]:
    me = signed_in()
    found = list_swaps(context(), Wanted(schedule, SwapState.ASKED), None, MOST_REQUESTS)
    return [
        Asked(
            judged,
            may_answer=me.id in asked_people(judged.swap, g.directory) and judged.swap.expires_at > g.times.now,
            may_withdraw=me.id == judged.swap.asked_by or me.role.allows(Role.MANAGER),
        )
        for judged in found
    ]


def _others(seen: Look, times: Times) -> dict[str, list[Option]]:
    """Everybody else's shifts that are still to come, by person."""
    found: dict[str, list[Option]] = {}
    for user, option in _ahead(seen, times):
        if user != signed_in().id:
            found.setdefault(user, []).append(option)
    return {user: options[:MOST_CHOICES] for user, options in sorted(found.items())}


def _ahead(seen: Look, times: Times) -> Iterator[tuple[str, Option]]:
    """The shifts that are still to come, the one under way from now on, each as something to choose."""
    now = times.now
    for shift in standing(g.directory, seen.id).shifts(now, max(now + AHEAD, seen.until)):
        start = "now" if shift.start <= now else times.clock(shift.start)
        label = f"{start} to {times.end(shift.start, shift.end)}"
        yield shift.user, Option(chosen(shift), label)


def chosen(shift: Shift) -> str:
    """A shift as the value of a choice."""
    return f"{shift.user} {format_instant(shift.start)} {format_instant(shift.end)}"
