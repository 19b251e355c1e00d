"""`oncall time-off`: when people are away, through a running server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import rich_click as click

from oncall.cli import options
from oncall.cli.client import server
from oncall.cli.output import print_json, print_table
from oncall.cli.sources import text_of
from oncall.cli.zones import Wall, zone
from oncall.doors.body import LARGEST
from oncall.errors import RefusedError
from schedules import parse_instant


@click.group("time-off")
def time_off() -> None:
    """Say when people are away: they are warned of, and nobody is put on call in their place.

    Example: oncall time-off list ana
    """


@time_off.command
@click.argument("user")
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option("--note", help="Why, or what others should know.")
@zone
@options.as_json
def add(user: str, start: str, end: str, *, note: str | None, zone: str | None, as_json: bool) -> None:
    """Say that USER is away FROM a day TO another, both whole on their own clock, or from an instant to another.

    What they are on call for then is named, as they may want to ask for cover.

    Example: oncall time-off add ana 2026-12-24 2026-12-31 --note skiing
    """
    with server() as client:
        done = client.post(_path(user), {"start": start, "end": end, "note": note})
    for clash in done["clashes"]:
        click.echo(f"warning: {clash['message']}", err=True)
    if as_json:
        print_json(done)
        return
    wall = Wall.of(zone)
    click.echo(f"time off {done['id']}: {user} is away, {_at(done['start'], wall)} to {_at(done['end'], wall)}")


@time_off.command("import")
@click.argument("user")
@click.argument("source", metavar="FILE|URL")
@options.as_json
def import_(user: str, source: str, *, as_json: bool) -> None:
    """Take over when USER is away from an iCalendar: from a file once, from an https address now and each day.

    A file takes the place of the one before, an address that of the address before; what was written by hand stays. The
    calendar should have nothing but absences.

    Example: oncall time-off import ana away.ics
    """
    is_address = "://" in source
    if not is_address and not Path(source).is_file():
        raise click.BadParameter("is neither a file nor an https address", param_hint="FILE|URL")
    with server() as client:
        if is_address:
            done = client.put(f"{_path(user)}-feed", {"url": source})
        else:
            done = client.post(f"{_path(user)}/import", {"calendar": _calendar(Path(source))})
    if as_json:
        print_json(done)
    else:
        click.echo(f"{user}: {done['absences']} absence{'s' * (done['absences'] != 1)} to come")


@time_off.command("list")
@click.argument("user")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@zone
@options.as_json
def list_all(user: str, *, limit: int, zone: str | None, as_json: bool) -> None:
    """List the time off of USER that is not over.

    Example: oncall time-off list ana
    """
    with server() as client:
        found = client.get(_path(user), {"limit": limit})
    if as_json:
        print_json(found)
        return
    wall = Wall.of(zone)
    print_table(("#", f"From ({wall.zone})", "To", "Note", "Source"), [_row(one, wall) for one in found["time_off"]])


@time_off.command
@click.argument("time_off_id", metavar="ID", type=click.IntRange(1))
def remove(time_off_id: int) -> None:
    """Forget a time off, by its number in the list.

    Example: oncall time-off remove 12
    """
    with server() as client:
        client.delete(f"/time-off/{time_off_id}")
    click.echo(f"time off {time_off_id} is removed")


def _path(user: str) -> str:
    return f"/users/{quote(user, safe='')}/time-off"


def _calendar(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise RefusedError(f"{file}: is larger than {LARGEST // 1024**2} MB: name a calendar with nothing but absences")
    return text_of(file)


def _row(one: Mapping[str, Any], wall: Wall) -> tuple[str, ...]:
    return str(one["id"]), _at(one["start"], wall), _at(one["end"], wall), one["note"], one["source"]


def _at(instant: str, wall: Wall) -> str:
    return wall.said(parse_instant(instant))
