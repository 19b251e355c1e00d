"""`oncall explain`: why somebody was paged, and why nobody was, through a running server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import rich_click as click

from oncall.cli import options
from oncall.cli.client import Client
from oncall.cli.output import local, print_json
from oncall.settings import client_from_env
from schedules import parse_instant, zone_named


def _known(zone: str) -> str:
    zone_named(zone)
    return zone


_NOT_OF_THE_POLICY = {"reassigned": "by hand", "administrators": "as an administrator: nobody else could be"}
_ZONE = options.Read("zone", _known)


@click.command
@click.argument("incident")
@click.option("--zone", type=_ZONE, default="UTC", help="On which clock the times are shown [UTC].")
@options.as_json
def explain(incident: str, *, zone: str, as_json: bool) -> None:
    """Say who was paged for INCIDENT, by number or id, why and how, and why nobody was when nobody was.

    Example: oncall explain 12 --zone Europe/Berlin
    """
    client = Client(client_from_env(os.environ))
    try:
        told = client.get(f"/incidents/{quote(incident, safe='')}/explain", {})
    finally:
        client.close()
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(_lines(told, zone)))


def _lines(told: dict[str, Any], zone: str) -> Iterator[str]:
    yield f"Incident {told['number']}, times in {zone}"
    for phase in told["phases"]:
        yield f"{_at(phase['since'], zone)} to {_at(phase['until'], zone)}: {phase['state']}"
        by_itself = f" (until {_at(phase['ends_at'], zone)} where nobody does anything)" if phase["ends_at"] else ""
        yield f"  {phase['because']}{by_itself}"
        for one in phase["unreached"]:
            yield f"  not reached: {one['user'] or 'anybody'}: {one['because']}"
        for page in phase["pages"]:
            yield from _page(page, zone)


def _page(page: dict[str, Any], zone: str) -> Iterator[str]:
    yield f"  paged {page['user'] or 'a channel'} at {_at(page['at'], zone)}, {_step(page)}"
    yield f"    why they: {page['why_person']}"
    yield f"    why then: {page['why_then']}"
    yield from (f"    {_way(way, zone)}" for way in page["ways"])


def _step(page: dict[str, Any]) -> str:
    if page["step"] in _NOT_OF_THE_POLICY:
        return _NOT_OF_THE_POLICY[page["step"]]
    return "for triage" if page["policy"] == "triage" else f"by {page['policy']} step {page['step']}"


def _way(way: dict[str, Any], zone: str) -> str:
    urgency = f", {way['urgency']} urgency" if way["urgency"] else ""
    bundle = f", in one message with others ({way['bundle']})" if way["bundle"] else ""
    reason = f": {way['because']}" if way["because"] else ""
    again = f", again at {_at(way['again_at'], zone)}" if way["again_at"] else ""
    return f"{way['method']} at {_at(way['at'], zone)}{urgency}{bundle}: {way['outcome']}{reason}{again}"


def _at(instant: str, zone: str) -> str:
    return local(parse_instant(instant), zone)
