"""`oncall who` and `oncall shifts`: who is on call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import rich_click as click

from oncall.cli import options, zones
from oncall.cli.output import print_json, print_table
from oncall.cli.sources import Rota, Source, from_source, rota_of
from oncall.cli.zones import Wall
from oncall.clock import SystemClock
from schedules import Final, format_instant

_AHEAD = timedelta(days=31)


@click.command
@click.option("--at", type=options.INSTANT, help="An instant, such as 2026-03-18T08:07:00Z [now].")
@click.option("--schedule", help="This schedule alone.")
@zones.zone
@from_source
@options.as_json
def who(
    at: datetime | None,
    schedule: str | None,
    zone: str | None,
    source: Source,
    *,
    as_json: bool,
) -> None:
    """Say who is on call, now or at an instant; in the past by the schedules as they stood then.

    Until when is told on the clock of --zone.

    Example: oncall who --at 2026-12-24T18:00:00+01:00
    """
    rota = rota_of(source, at, schedule)
    at = at or SystemClock().now().replace(microsecond=0)
    if as_json:
        found = {key: sorted(one.on_call_at(at)) for key, one in rota.answering.items()}
        print_json({"at": format_instant(at), "schedules": found})
    else:
        wall = Wall.of(zone)
        click.echo(f"On call at {wall.said(at)} ({wall.zone}):\n")
        headings = ("schedule", "on call", f"until ({wall.zone})")
        print_table(headings, (_duty(key, rota, at, wall) for key in rota.answering))
        if not rota.answering:
            click.echo("no schedule is known here: is --data or --config right?", err=True)


def _duty(key: str, rota: Rota, at: datetime, wall: Wall) -> tuple[str, str, str]:
    answering = rota.answering[key]
    names = [rota.name(user) for user in sorted(answering.on_call_at(at))]
    ahead = answering.final(at, at + _AHEAD)
    edges = [edge for shift in ahead.shifts for edge in (shift.start, shift.end)] + [gap.end for gap in ahead.gaps]
    change = min(edge for edge in edges if edge > at)
    until = wall.said(change) if change < at + _AHEAD else "for over a month"
    return key, ", ".join(names) or "nobody", until


@click.command
@click.argument("schedule")
@click.option("--since", type=options.INSTANT, required=True, help="The first instant.")
@click.option("--until", type=options.INSTANT, required=True, help="The first instant after.")
@zones.zone
@from_source
@options.as_json
def shifts(
    schedule: str,
    since: datetime,
    until: datetime,
    zone: str | None,
    source: Source,
    *,
    as_json: bool,
) -> None:
    """List a schedule's final shifts and gaps; what is past by the schedule as it stood then.

    Times are on the clock of --zone; the shift that lasts now is marked, and so is what is today.

    Example: oncall shifts engineers --since 2026-12-01T00:00:00Z --until 2027-01-01T00:00:00Z
    """
    if until <= since:
        raise click.BadParameter("is not after --since", param_hint="--until")
    rota = rota_of(source, since, schedule)
    answering = rota.answering[schedule]
    final = answering.final(since, until)
    if as_json:
        head = {"schedule": schedule, "since": format_instant(since), "until": format_instant(until)}
        print_json(head | _as_json(final))
    else:
        wall = Wall.of(zone)
        print_table((f"from ({wall.zone})", "to", "on call", ""), _rows(final, rota, wall))


def _as_json(final: Final) -> dict[str, list[dict[str, str]]]:
    return {
        "shifts": [
            {"user": shift.user, "start": format_instant(shift.start), "end": format_instant(shift.end)}
            for shift in final.shifts
        ],
        "gaps": [{"start": format_instant(gap.start), "end": format_instant(gap.end)} for gap in final.gaps],
    }


def _rows(final: Final, rota: Rota, wall: Wall) -> Iterator[tuple[str, str, str, str]]:
    shifts_ = [(shift.start, shift.end, rota.name(shift.user)) for shift in final.shifts]
    gaps = [(gap.start, gap.end, "nobody") for gap in final.gaps]
    for start, end, name in sorted(shifts_ + gaps):
        yield wall.said(start), wall.said(end), name, "now" if start <= wall.now < end else ""
