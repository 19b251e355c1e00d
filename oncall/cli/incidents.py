"""`oncall trigger` and `incidents`: incidents from the command line, through a running server."""

from __future__ import annotations

from typing import Any

import rich_click as click

from oncall.cli import options
from oncall.cli.client import server
from oncall.cli.output import local, print_json, print_table
from oncall.domain.incident import State
from schedules import parse_instant

_STATES = ("open", *(state.value for state in State), "all")


@click.command
@click.argument("service")
@click.argument("title")
@click.option("--severity", help="How grave: a severity of the service, or a monitor's word such as critical.")
@click.option("--customer", help="Whom it concerns: the id of a customer.")
@click.option("--plan", help="The customer's plan.")
@click.option("--ticket-type", help="What kind of ticket it is.")
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
    body = {**said, "fields": options.pairs(fields) or None, "links": [{"href": link} for link in links] or None}
    with server() as client:
        done = client.post("/incidents", body)
    for warning in done["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        print_json(done)
    else:
        word = "joined" if done["joined"] else "opened"
        waits = f", which waits until {_at(done['deferred_until'])} UTC" if done["deferred_until"] else ""
        click.echo(f"{word} incident {done['number']} ({done['severity']}){waits}: {done['url']}")


@click.command("incidents")
@click.option("--state", type=click.Choice(_STATES), default="open", help="Which ones [open].")
@click.option("--service", help="Of this service alone.")
@click.option("--severity", help="Of this severity alone.")
@click.option("--customer", help="Of this customer alone.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, help="At most so many [50].")
@options.as_json
def list_incidents(*, state: str, as_json: bool, **wanted: Any) -> None:
    """List incidents, the newest first.

    Example: oncall incidents --state all --service cloud
    """
    with server() as client:
        found = client.get("/incidents", {"state": None if state == "all" else state, **wanted})
    if as_json:
        print_json(found)
        return
    headings = ("#", "Severity", "State", "Service", "Since (UTC)", "Title")
    print_table(headings, [_row(incident) for incident in found["incidents"]])


def _row(incident: dict[str, Any]) -> tuple[str, ...]:
    since = _at(incident["created_at"])
    return (
        str(incident["number"]),
        incident["severity"],
        _state(incident),
        incident["service"],
        since,
        incident["title"],
    )


def _state(incident: dict[str, Any]) -> str:
    if incident["state"] == State.ACKNOWLEDGED:
        return f"acknowledged by {incident['acknowledged_by']}"
    until = incident["deferred_until"] or incident["snoozed_until"]
    return f"{incident['state']} until {_at(until)}" if until else str(incident["state"])


def _at(instant: str) -> str:
    return local(parse_instant(instant), "UTC")
