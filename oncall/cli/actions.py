"""`oncall ack`, `resolve`, `severity`, `snooze` and the others: what can be done about incidents, through a running server.

Each is one line of a table: its verb in the API, what is said along, and its help. What takes nothing along takes many incidents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any
from urllib.parse import quote

import rich_click as click

from oncall.cli import options
from oncall.cli.client import server
from oncall.cli.output import local, print_json
from schedules import format_instant, parse_instant

_AS_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")
_MANY = click.Argument(["incidents"], nargs=-1, required=True)
_ONE = click.Argument(["incident"])


def _command(verb: str, text: str, *along: click.Parameter, name: str | None = None) -> click.Command:
    """The command that does `verb`; the values of the parameters `along` are sent under their names."""

    def act(*, as_json: bool, incident: str = "", incidents: Sequence[str] = (), **said: Any) -> None:
        with server() as client:
            for each in incidents or (incident,):
                done = client.post(f"/incidents/{quote(each, safe='')}/{verb}", _body(said))
                if as_json:
                    print_json(done)
                else:
                    click.echo(state_of(done))

    which = _ONE if along else _MANY
    return click.RichCommand(name=name or verb, callback=act, params=[which, *along, _AS_JSON], help=cleandoc(text))


def _body(said: Mapping[str, Any]) -> dict[str, Any]:
    fields = said.get("fields")
    return {**said, "fields": options.pairs(fields)} if fields else {**said, "fields": None}


def state_of(incident: Mapping[str, Any]) -> str:
    """What an incident is doing, in one line: until when, and what is still to be done about it."""
    until = incident["deferred_until"] or incident["snoozed_until"]
    parts = [f"incident {incident['number']} is {incident['state']}{f' until {_at(until)}' if until else ''}"]
    if incident["update_by"]:
        parts.append(f"next update due {_at(incident['update_by'])}")
    if incident["awaiting_customer"]:
        parts.append("the customer is waited for")
    gate = incident["gate"]
    if gate["missing"]:
        parts.append(f"not confirmed yet: {', '.join(gate['missing'])}")
    if gate["resolve_by"]:
        parts.append("it is resolved when the customer's escalation ends")
    return "; ".join(parts)


def _at(instant: str) -> str:
    return f"{local(parse_instant(instant), 'UTC')} UTC"


def _instant(text: str) -> str:
    return format_instant(parse_instant(text))


ack = _command(
    "acknowledge",
    """
    Acknowledge INCIDENTS, by number or id: nobody else is paged for them.

    Example: oncall ack 12
    """,
    name="ack",
)
resolve = _command(
    "resolve",
    """
    Resolve INCIDENTS, by number or id.

    Example: oncall resolve 12 13
    """,
)
triage = _command(
    "triage",
    """
    Say that somebody has looked at INCIDENT, and with --severity how grave it is.

    Example: oncall triage 12 --severity sev2
    """,
    click.Option(["--severity"], help="How grave it turned out to be [as it is]."),
)
severity = _command(
    "severity",
    """
    Change how grave INCIDENT is: the policy says what follows.

    Example: oncall severity 12 sev1
    """,
    click.Argument(["severity"]),
)
classify = _command(
    "classify",
    """
    Change the plan or the ticket type of INCIDENT: the policy says what follows.

    Example: oncall classify 12 --plan premium
    """,
    click.Option(["--plan"], help="The customer's plan [as it is]."),
    click.Option(["--ticket-type"], help="What kind of ticket it is [as it is]."),
)
workaround = _command(
    "workaround",
    """
    Say that there is a workaround for INCIDENTS: the policy says which severity is left.

    Example: oncall workaround 12
    """,
)
snooze = _command(
    "snooze",
    """
    Page nobody for INCIDENT for a while; then the policy is asked again.

    Example: oncall snooze 12 2h
    """,
    click.Argument(["for"], metavar="LENGTH"),
)
release = _command(
    "release",
    """
    Page now for INCIDENTS that were deferred.

    Example: oncall release 12
    """,
)
escalate = _command(
    "escalate",
    """
    Page the next step for INCIDENTS now, also when somebody has acknowledged.

    Example: oncall escalate 12
    """,
)
reassign = _command(
    "reassign",
    """
    Page USER for INCIDENT now; without an answer within five minutes the escalation begins.

    Example: oncall reassign 12 bo
    """,
    click.Argument(["to"], metavar="USER"),
)
repage = _command(
    "repage",
    """
    Begin the escalation of INCIDENTS anew, with the policies as they now are.

    Example: oncall repage 12
    """,
)
note = _command(
    "note",
    """
    Keep TEXT in the log of INCIDENT.

    Example: oncall note 12 "the same as in March"
    """,
    click.Argument(["text"]),
)
update = _command(
    "update",
    """
    Say that the customer was told how INCIDENT stands: the time until the next update starts again.

    Example: oncall update 12 "we have found the cause" --next-by 2026-03-18T09:30:00Z
    """,
    click.Argument(["text"], required=False),
    click.Option(
        ["--next-by"], type=options.Read("instant", _instant), help="When the next update was agreed to come."
    ),
)
await_customer = _command(
    "await-customer",
    """
    Wait for the customer, who was asked for TEXT: the clocks of INCIDENT pause.

    Example: oncall await-customer 12 "which region?"
    """,
    click.Argument(["text"], required=False),
)
customer_replied = _command(
    "customer-replied",
    """
    Say that the customer has answered: the clocks of INCIDENT go on.

    Example: oncall customer-replied 12 --field subscription=s-4711
    """,
    click.Option(
        ["--field", "fields"],
        multiple=True,
        metavar="NAME=VALUE",
        help="A detail that was missing; may be given often.",
    ),
)
customer_escalate = _command(
    "customer-escalate",
    """
    Page management for INCIDENTS, as the customer asks for it.

    Example: oncall customer-escalate 12
    """,
)
confirm = _command(
    "confirm",
    """
    Record that CONDITION, which the end of the customer's escalation of INCIDENT asks for, is met.

    Example: oncall confirm 12 action_plan_accepted
    """,
    click.Argument(["condition"]),
)
de_escalate = _command(
    "de-escalate",
    """
    End the customer's escalation of INCIDENTS; every condition must be confirmed.

    Example: oncall de-escalate 12
    """,
)
