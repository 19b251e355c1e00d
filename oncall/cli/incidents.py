"""`oncall trigger`, `ack`, `resolve` and `incidents`: incidents from the command line, through a running server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import rich_click as click

from oncall.cli import options
from oncall.cli.client import Client
from oncall.cli.output import local, print_json, print_table
from oncall.settings import client_from_env
from schedules import parse_instant

_STATES = ("open", "triggered", "acknowledged", "resolved", "all")


@click.command
@click.argument("service")
@click.argument("title")
@click.option("--severity", help="How grave: a severity of the service, or a monitor's word such as critical.")
@click.option("--dedup-key", help="Join the open incident of the service that has the same key.")
@click.option("--body", help="What else is known.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A detail; may be given often.")
@click.option("--link", "links", multiple=True, metavar="URL", help="Where to read on; may be given often.")
@click.option("--sensitive", is_flag=True, default=None, help="Send no text out, only the incident's number.")
@options.as_json
def trigger(*, as_json: bool, fields: tuple[str, ...], links: tuple[str, ...], **said: Any) -> None:
    """Open an incident of SERVICE, or join the open one with the same dedup key.

    Example: oncall trigger cloud "database down" --severity sev1
    """
    body = {**said, "fields": _pairs(fields) or None, "links": [{"href": link} for link in links] or None}
    with _client() as client:
        done = client.post("/incidents", body)
    for warning in done["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        print_json(done)
    else:
        word = "joined" if done["joined"] else "opened"
        click.echo(f"{word} incident {done['number']} ({done['severity']}): {done['url']}")


@click.command
@click.argument("incidents", nargs=-1, required=True)
@options.as_json
def ack(incidents: Sequence[str], *, as_json: bool) -> None:
    """Acknowledge INCIDENTS, by number or id: nobody else is paged for them.

    Example: oncall ack 12
    """
    _act("acknowledge", incidents, as_json=as_json)


@click.command
@click.argument("incidents", nargs=-1, required=True)
@options.as_json
def resolve(incidents: Sequence[str], *, as_json: bool) -> None:
    """Resolve INCIDENTS, by number or id.

    Example: oncall resolve 12 13
    """
    _act("resolve", incidents, as_json=as_json)


@click.command("incidents")
@click.option("--state", type=click.Choice(_STATES), default="open", help="Which ones [open].")
@click.option("--service", help="Of this service alone.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, help="At most so many [50].")
@options.as_json
def list_incidents(*, state: str, service: str | None, limit: int, as_json: bool) -> None:
    """List incidents, the newest first.

    Example: oncall incidents --state all --service cloud
    """
    query = {"state": None if state == "all" else state, "service": service, "limit": limit}
    with _client() as client:
        found = client.get("/incidents", query)
    if as_json:
        print_json(found)
        return
    headings = ("#", "Severity", "State", "Service", "Since (UTC)", "Title")
    print_table(headings, [_row(incident) for incident in found["incidents"]])


@contextmanager
def _client() -> Iterator[Client]:
    client = Client(client_from_env(os.environ))
    try:
        yield client
    finally:
        client.close()


def _act(action: str, incidents: Sequence[str], *, as_json: bool) -> None:
    with _client() as client:
        for incident in incidents:
            done = client.post(f"/incidents/{quote(incident, safe='')}/{action}", {})
            if as_json:
                print_json(done)
            else:
                click.echo(f"incident {done['number']} is {done['state']}")


def _pairs(fields: Sequence[str]) -> dict[str, str]:
    pairs = [field.partition("=") for field in fields]
    wrong = [name for name, sign, _ in pairs if not sign or not name]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE", param_hint="--field")
    return {name: value for name, _, value in pairs}


def _row(incident: dict[str, Any]) -> tuple[str, ...]:
    held = incident["acknowledged_by"]
    state = f"{incident['state']} by {held}" if incident["state"] == "acknowledged" else incident["state"]
    since = local(parse_instant(incident["created_at"]), "UTC")
    return str(incident["number"]), incident["severity"], state, incident["service"], since, incident["title"]
