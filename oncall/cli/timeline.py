"""`oncall timeline`: the picture of a schedule."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import rich_click as click

from oncall.cli import options, zones
from oncall.cli.seen import seen_of
from oncall.cli.sources import directory_of
from oncall.clock import SystemClock
from oncall.doors.pictures.drawing import NARROWEST, WIDEST, WIDTH, Frame, picture
from oncall.doors.pictures.palette import Theme


@click.command
@click.argument("schedule")
@click.option("--since", type=options.INSTANT, help="The first instant [the beginning of today].")
@click.option("--until", type=options.INSTANT, help="The first instant after [14 days later].")
@click.option("--zone", type=zones.ZONE, help="The IANA time zone of its days [the schedule's].")
@click.option(
    "--theme",
    type=click.Choice([each.value for each in Theme]),
    default="auto",
    help="Light, dark, or as the device prefers [auto].",
)
@click.option("--width", type=click.IntRange(NARROWEST, WIDEST), default=WIDTH, help=f"How wide it is [{WIDTH}].")
@options.config
@options.data
def timeline(  # noqa: PLR0913  click hands over one argument an option
    *,
    schedule: str,
    since: datetime | None,
    until: datetime | None,
    zone: str | None,
    theme: str,
    width: int,
    config: Path | None,
    data: Path | None,
) -> None:
    """Draw the layers, overrides and final line of a schedule as SVG.

    Example: oncall timeline engineers --since 2026-12-01T00:00:00Z --until 2027-01-01T00:00:00Z > december.svg
    """
    from oncall.doors.looking import FORTNIGHT, days_on, standing  # noqa: PLC0415  half a second of libraries

    now = SystemClock().now()
    wall = zone or standing(directory_of(config, data), schedule).time_zone
    since = since or days_on(now, wall, 0)
    seen = seen_of(schedule, since, until or days_on(since, wall, FORTNIGHT), config, data)
    click.echo(picture(seen.shown(wall, now), Frame(schedule, width, Theme(theme))))
