"""`oncall fairness`: what each person carries by a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from oncall.cli import options, zones
from oncall.cli.output import print_table
from oncall.cli.seen import seen_of
from oncall.cli.zones import Wall
from schedules import parse_delay

if TYPE_CHECKING:
    from oncall.doors.api.loads import FairnessOut, LoadOut

_HEADINGS = ("", "hours", "shifts", "nights", "weekends", "holidays", "longest run", "shortest rest")


@click.command
@click.argument("schedule")
@click.option("--since", type=options.INSTANT, required=True, help="The first instant.")
@click.option("--until", type=options.INSTANT, required=True, help="The first instant after.")
@click.option("--rest", type=options.Read("length", parse_delay), help="The rest between shifts [the schedule's rule].")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@zones.zone
@options.config
@options.data
@options.as_json
def fairness(  # noqa: PLR0913  click hands over one argument an option
    *,
    schedule: str,
    since: datetime,
    until: datetime,
    rest: timedelta | None,
    as_csv: bool,
    zone: str | None,
    config: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Say what each person carries by a schedule: hours, nights, weekends, holidays, and the rest between shifts.

    Nights (22:00 to 06:00), weekends and holidays are those of the schedule's zone. Rests shorter than --rest are told on the
    clock of --zone.

    Example: oncall fairness engineers --since 2026-10-01T00:00:00Z --until 2027-01-01T00:00:00Z --rest 11h
    """
    from oncall.doors.api.loads import FairnessOut  # noqa: PLC0415  half a second of libraries

    if as_csv and as_json:
        raise click.UsageError("choose one of --csv and --json")
    found = FairnessOut.of(seen_of(schedule, since, until, config, data), rest)
    if as_json:
        click.echo(found.model_dump_json())
    elif as_csv:
        click.echo(found.as_csv(), nl=False)
    else:
        print_table(_HEADINGS, map(_row, found.users))
        click.echo("".join(_rests(found, Wall.of(zone))), nl=False)


def _row(load: LoadOut) -> tuple[str, ...]:
    rest = "" if load.shortest_rest_hours is None else f"{load.shortest_rest_hours:g} h"
    return (
        load.name,
        f"{load.on_call_hours:g}",
        str(load.shifts),
        _counted(load.nights, load.night_hours),
        _counted(load.weekends, load.weekend_hours),
        _counted(load.holidays, load.holiday_hours),
        f"{load.longest_run_hours:g} h",
        rest,
    )


def _counted(count: int, hours: float) -> str:
    return f"{count} ({hours:g} h)" if count or hours else "0"


def _rests(found: FairnessOut, wall: Wall) -> Iterator[str]:
    names = {load.user: load.name for load in found.users}
    if found.short_rests:
        yield f"\nRests shorter than {found.rest} ({wall.zone}):\n"
    for short in found.short_rests:
        yield f"  {names[short.user]}: {short.hours:g} h, {wall.said(short.start)} to {wall.said(short.end)}\n"
