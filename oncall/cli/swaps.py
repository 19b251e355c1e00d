"""`oncall swap`: swaps and cover asked for and answered, through a running server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import rich_click as click

from oncall.cli import options
from oncall.cli.client import server
from oncall.cli.output import print_json, print_table
from oncall.cli.zones import Wall, zone
from oncall.domain.swap import SwapState
from schedules import format_instant, parse_instant

_INSTANT = options.Read("instant", lambda text: format_instant(parse_instant(text)))
_STATES = click.Choice([state.value for state in SwapState])

_swap_id = click.argument("swap_id", metavar="SWAP", type=click.IntRange(1))


@click.group
def swap() -> None:
    """Give duty away: in exchange for somebody else's, or to whoever covers.

    Example: oncall swap list --state asked
    """


@swap.command
@click.argument("schedule")
@click.option("--give", nargs=2, type=_INSTANT, required=True, metavar="START END", help="The duty to give away.")
@click.option("--take", nargs=2, type=_INSTANT, metavar="START END", help="The duty to take for it [cover alone].")
@click.option("--of", "asked_of", help="Who is asked [everybody of the rotation].")
@click.option("--note", help="What they should know.")
@click.option("--expires-at", type=_INSTANT, help="Until when there is time [until the first of the two starts].")
@click.option("--as", "as_", metavar="USER", help="In whose name; for managers [one's own].")
@zone
@options.as_json
def ask(
    schedule: str,
    *,
    give: tuple[str, str],
    take: tuple[str, str] | None,
    as_: str | None,
    zone: str | None,
    as_json: bool,
    **said: str | None,
) -> None:
    """Ask for a swap of duty in SCHEDULE, or without --take for cover.

    Example: oncall swap ask engineers --of bo --give 2026-03-20T09:00Z 2026-03-20T17:00Z --take 2026-03-24T09:00Z 2026-03-24T17:00Z
    """
    body = {**said, "give": _span(give), "take": _span(take) if take else None, "as": as_}
    with server() as client:
        done = client.post(f"/schedules/{quote(schedule, safe='')}/swaps", body)
    _show(done, zone, as_json=as_json)


@swap.command
@_swap_id
@zone
@options.as_json
def accept(swap_id: int, *, zone: str | None, as_json: bool) -> None:
    """Accept SWAP: the duty changes hands at once.

    Example: oncall swap accept 12
    """
    _answer(swap_id, "accept", zone, as_json=as_json)


@swap.command
@_swap_id
@zone
@options.as_json
def decline(swap_id: int, *, zone: str | None, as_json: bool) -> None:
    """Decline SWAP: everything stays as it is.

    Example: oncall swap decline 12
    """
    _answer(swap_id, "decline", zone, as_json=as_json)


@swap.command
@_swap_id
@zone
@options.as_json
def withdraw(swap_id: int, *, zone: str | None, as_json: bool) -> None:
    """Take back SWAP, which one has asked; a manager takes back anybody's.

    Example: oncall swap withdraw 12
    """
    _answer(swap_id, "withdraw", zone, as_json=as_json)


@swap.command("list")
@click.option("--schedule", help="Of this schedule alone.")
@click.option("--state", type=_STATES, help="In this state alone.")
@click.option("--user", help="Asked by or of this user, or answered by them.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many.")
@zone
@options.as_json
def list_all(*, zone: str | None, as_json: bool, **wanted: Any) -> None:
    """List swaps and requests for cover, the newest first.

    Example: oncall swap list --schedule engineers --state asked
    """
    with server() as client:
        found = client.get("/swaps", wanted)
    if as_json:
        print_json(found)
        return
    wall = Wall.of(zone)
    headings = ("#", "State", "Schedule", "Asked by", "Of", f"Gives ({wall.zone})", "Takes")
    print_table(headings, [_row(one, wall) for one in found["swaps"]])


def _answer(swap_id: int, verb: str, zone: str | None, *, as_json: bool) -> None:
    with server() as client:
        done = client.post(f"/swaps/{swap_id}/{verb}", {})
    _show(done, zone, as_json=as_json)


def _show(done: Mapping[str, Any], zone: str | None, *, as_json: bool) -> None:
    for warning in done["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        print_json(done)
        return
    wall = Wall.of(zone)
    by = f" by {done['answered_by']}" if done["answered_by"] else ""
    taker = done["answered_by"] if done["state"] == SwapState.ACCEPTED else done["asked_of"] or "whoever accepts"
    lines = [f"swap {done['id']} is {done['state']}{by}, for {done['schedule']} ({wall.zone}):"]
    lines.append(f"  {taker} takes {_during(done['give'], wall)}")
    if done["take"]:
        lines.append(f"  {done['asked_by']} takes {_during(done['take'], wall)}")
    if done["state"] == SwapState.ASKED:
        lines.append(f"  it can be accepted until {wall.said(parse_instant(done['expires_at']))}")
    click.echo("\n".join(lines))


def _row(one: Mapping[str, Any], wall: Wall) -> tuple[str, ...]:
    return (
        str(one["id"]),
        one["state"],
        one["schedule"],
        one["asked_by"],
        one["asked_of"] or one["answered_by"] or "everybody",
        _during(one["give"], wall),
        _during(one["take"], wall) if one["take"] else "",
    )


def _span(ends: tuple[str, str]) -> dict[str, str]:
    return {"start": ends[0], "end": ends[1]}


def _during(span: Mapping[str, str], wall: Wall) -> str:
    return f"{wall.said(parse_instant(span['start']))} to {wall.said(parse_instant(span['end']))}"
