"""`oncall who` and `oncall shifts`: who is on call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.output import local, print_json, print_table
from oncall.cli.sources import directory_of, named
from oncall.clock import SystemClock
from oncall.domain.directory import Directory
from schedules import Final, Schedule, format_instant

_AHEAD = timedelta(days=31)


@click.command
@click.option("--at", type=options.INSTANT, help="An instant, such as 2026-03-18T08:07:00Z [now].")
@click.option("--schedule", help="This schedule alone.")
@options.config
@options.data
@options.as_json
def who(at: datetime | None, schedule: str | None, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Say who is on call, now or at an instant.

    Example: oncall who --at 2026-12-24T18:00:00+01:00
    """
    directory = directory_of(config, data)
    at = at or SystemClock().now().replace(microsecond=0)
    chosen = directory.schedules
    if schedule is not None:
        chosen = {schedule: named("schedule", schedule, directory.schedules)}
    if as_json:
        found = {key: list(directory.on_call(key, at)) for key in chosen}
        print_json({"at": format_instant(at), "schedules": found})
    else:
        print_table(("schedule", "on call", "until"), (_duty(key, directory, at) for key in chosen))


def _duty(key: str, directory: Directory, at: datetime) -> tuple[str, str, str]:
    schedule = directory.schedules[key]
    names = [directory.users[user].name for user in directory.on_call(key, at)]
    ahead = schedule.final(at, at + _AHEAD)
    edges = [edge for shift in ahead.shifts for edge in (shift.start, shift.end)] + [gap.end for gap in ahead.gaps]
    change = min(edge for edge in edges if edge > at)
    until = f"{local(change, schedule.time_zone)} {schedule.time_zone}" if change < at + _AHEAD else "for over a month"
    return key, ", ".join(names) or "nobody", until


@click.command
@click.argument("schedule")
@click.option("--since", type=options.INSTANT, required=True, help="The first instant.")
@click.option("--until", type=options.INSTANT, required=True, help="The first instant after.")
@options.config
@options.data
@options.as_json
def shifts(
    schedule: str, since: datetime, until: datetime, config: Path | None, data: Path | None, *, as_json: bool
) -> None:
    """List a schedule's final shifts and gaps.

    Example: oncall shifts engineers --since 2026-12-01T00:00:00Z --until 2027-01-01T00:00:00Z
    """
    if until <= since:
        raise click.BadParameter("is not after --since", param_hint="--until")
    directory = directory_of(config, data)
    found = named("schedule", schedule, directory.schedules)
    final = found.final(since, until)
    if as_json:
        head = {"schedule": schedule, "since": format_instant(since), "until": format_instant(until)}
        print_json(head | _as_json(final))
    else:
        print_table((f"from ({found.time_zone})", "to", "on call"), _rows(final, found, directory))


def _as_json(final: Final) -> dict[str, list[dict[str, str]]]:

    return {
        "shifts": [
            {"user": shift.user, "start": format_instant(shift.start), "end": format_instant(shift.end)}
            for shift in final.shifts
        ],
        "gaps": [{"start": format_instant(gap.start), "end": format_instant(gap.end)} for gap in final.gaps],
    }


def _rows(final: Final, schedule: Schedule, directory: Directory) -> Iterator[tuple[str, str, str]]:
    shifts_ = [(shift.start, shift.end, directory.users[shift.user].name) for shift in final.shifts]
    gaps = [(gap.start, gap.end, "nobody") for gap in final.gaps]
    for start, end, name in sorted(shifts_ + gaps):
        yield local(start, schedule.time_zone), local(end, schedule.time_zone), name
