"""`oncall calendar`: when a business calendar is open, what it releases when, and when a time of it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import rich_click as click

from oncall.cli import options, zones
from oncall.cli.output import print_json, print_table
from oncall.cli.sources import directory_of, named
from oncall.cli.zones import Wall
from oncall.errors import RefusedError
from schedules import BusinessCalendar, Duration, NoOpeningError, format_instant, parse_duration, parse_time


@dataclass(frozen=True, slots=True)
class _Length:
    text: str
    duration: Duration


def _length(text: str) -> _Length:
    return _Length(text, parse_duration(text))


@click.command
@click.argument("name", metavar="CALENDAR")
@click.argument("question", type=click.Choice(["open", "release", "deadline"]))
@click.option(
    "--at", "instants", type=options.INSTANT, required=True, multiple=True, help="An instant; may be repeated."
)
@click.option(
    "--for", "length", type=options.Read("length", _length), help="How long, for a deadline: '4 business hours'."
)
@click.option(
    "--release-at", "clock", type=options.Read("time", parse_time), default="08:00", help="For a release [08:00]."
)
@zones.zone
@options.config
@options.data
@options.as_json
def calendar(  # noqa: PLR0913  click hands over one argument an option
    *,
    name: str,
    question: str,
    instants: tuple[datetime, ...],
    length: _Length | None,
    clock: time,
    zone: str | None,
    config: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Ask a business calendar: is it open, when is something released, when is a time over.

    Prints a line for each --at, on the clock of --zone.

    Example: oncall calendar hq deadline --at 2026-03-06T21:00:00Z --for "4 business hours" --json
    """
    found = named("calendar", name, directory_of(config, data).calendars)
    try:
        answers = [_answer(found, question, at, length, clock) for at in instants]
    except NoOpeningError as error:
        raise RefusedError(f"calendar {name!r}: {error}") from error
    if as_json:
        for answer in answers:
            print_json({key: format_instant(it) if isinstance(it, datetime) else it for key, it in answer.items()})
    else:
        wall = Wall.of(zone)
        rows = [[_cell(it, wall) for it in answer.values()] for answer in answers]
        print_table([_heading(key, wall) for key in answers[0]], rows)


def _answer(
    calendar: BusinessCalendar, question: str, at: datetime, length: _Length | None, clock: time
) -> dict[str, Any]:
    if question == "open":
        return {"at": at, "open": calendar.is_open(at), "next_open": _next_open(calendar, at)}
    if question == "release":
        return {"at": at, "release": calendar.release(at, clock)}
    if length is None:
        raise click.UsageError("a deadline needs --for, such as --for '4 business hours'")
    return {"at": at, "for": length.text, "deadline": calendar.deadline(at, length.duration)}


def _next_open(calendar: BusinessCalendar, at: datetime) -> datetime | None:
    try:
        return calendar.next_open(at)
    except NoOpeningError:
        return None


def _heading(key: str, wall: Wall) -> str:
    return f"at ({wall.zone})" if key == "at" else key.replace("_", " ")


def _cell(value: object, wall: Wall) -> str:
    if isinstance(value, datetime):
        return wall.said(value)
    return "never" if value is None else str(value).replace("True", "yes").replace("False", "no")
