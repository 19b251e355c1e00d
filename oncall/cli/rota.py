"""`oncall who` and `oncall shifts`: who is on call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import rich_click as click

from oncall.cli import options
from oncall.cli.output import local, print_json, print_table
from oncall.cli.sources import Rota, Source, from_source, rota_of
from oncall.clock import SystemClock
from schedules import Final, Schedule, format_instant
from schedules.history import History

_AHEAD = timedelta(days=31)


@click.command
@click.option("--at", type=options.INSTANT, help="An instant, such as 2026-03-18T08:07:00Z [now].")
@click.option("--schedule", help="This schedule alone.")
@from_source
@options.as_json
def who(
    at: datetime | None,
    schedule: str | None,
    source: Source,
    *,
    as_json: bool,
) -> None:
    """Say who is on call, now or at an instant; in the past by the schedules as they stood then.

    Example: oncall who --at 2026-12-24T18:00:00+01:00
    """
    rota = rota_of(source, at, schedule)
    at = at or SystemClock().now().replace(microsecond=0)
    if as_json:
        found = {key: sorted(one.on_call_at(at)) for key, one in rota.answering.items()}
        print_json({"at": format_instant(at), "schedules": found})
    else:
        print_table(("schedule", "on call", "until"), (_duty(key, rota, at) for key in rota.answering))


def _duty(key: str, rota: Rota, at: datetime) -> tuple[str, str, str]:
    answering = rota.answering[key]
    names = [rota.name(user) for user in sorted(answering.on_call_at(at))]
    ahead = answering.final(at, at + _AHEAD)
    edges = [edge for shift in ahead.shifts for edge in (shift.start, shift.end)] + [gap.end for gap in ahead.gaps]
    change = min(edge for edge in edges if edge > at)
    zone = _zone(answering)
    until = f"{local(change, zone)} {zone}" if change < at + _AHEAD else "for over a month"
    return key, ", ".join(names) or "nobody", until


def _zone(answering: Schedule | History) -> str:
    """The schedule's zone; of one with a history, the last that it had."""
    if isinstance(answering, Schedule):
        return answering.time_zone
    zones = [version.schedule.time_zone for version in answering.versions if version.schedule is not None]
    return zones[-1] if zones else "UTC"


@click.command
@click.argument("schedule")
@click.option("--since", type=options.INSTANT, required=True, help="The first instant.")
@click.option("--until", type=options.INSTANT, required=True, help="The first instant after.")
@from_source
@options.as_json
def shifts(
    schedule: str,
    since: datetime,
    until: datetime,
    source: Source,
    *,
    as_json: bool,
) -> None:
    """List a schedule's final shifts and gaps; what is past by the schedule as it stood then.

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
        zone = _zone(answering)
        print_table((f"from ({zone})", "to", "on call"), _rows(final, zone, rota))


def _as_json(final: Final) -> dict[str, list[dict[str, str]]]:
    return {
        "shifts": [
            {"user": shift.user, "start": format_instant(shift.start), "end": format_instant(shift.end)}
            for shift in final.shifts
        ],
        "gaps": [{"start": format_instant(gap.start), "end": format_instant(gap.end)} for gap in final.gaps],
    }


def _rows(final: Final, zone: str, rota: Rota) -> Iterator[tuple[str, str, str]]:
    shifts_ = [(shift.start, shift.end, rota.name(shift.user)) for shift in final.shifts]
    gaps = [(gap.start, gap.end, "nobody") for gap in final.gaps]
    for start, end, name in sorted(shifts_ + gaps):
        yield local(start, zone), local(end, zone), name
