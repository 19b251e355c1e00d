"""What a log says: the state that an incident has come to, read from its entries alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

from oncall.domain.incident import State
from oncall.domain.log import Entry
from schedules import parse_instant


@dataclass(frozen=True, slots=True)
class Account:
    """Where an incident stands, as its log tells it; the fields mean what those of `Incident` mean.

    `gate` is open after a customer's escalation, and `confirmed` has the conditions recorded since. `responded` says whether a
    person has taken it, `waits_for_customer` whether the clocks are paused.
    """

    state: State = State.TRIGGERED
    severity: str = ""
    plan: str | None = None
    ticket_type: str | None = None
    acknowledged_by: str | None = None
    deferred_until: datetime | None = None
    snoozed_until: datetime | None = None
    respond_by: datetime | None = None
    update_by: datetime | None = None
    responded: bool = False
    waits_for_customer: bool = False
    missing: tuple[str, ...] = ()
    gate: bool = False
    confirmed: frozenset[str] = frozenset()

    def after(self, entry: Entry) -> Account:
        """The account with one more entry."""
        said = entry.details
        account = replace(self, **_clocks(said), **_changes(self, entry))
        state = State(said["state"]) if "state" in said else account.state
        return replace(account, state=state, **_gone_with(state))


def replay(entries: Iterable[Entry]) -> Account:
    """The state that the log says: what the incident itself holds after the same entries (docs/semantics.md 5.8)."""
    return reduce(Account.after, entries, Account())


def _clocks(said: Mapping[str, Any]) -> dict[str, datetime | None]:
    """The limits, which any entry that moves one of them carries."""
    return {name: instant_in(said, name) for name in ("respond_by", "update_by") if name in said}


def _changes(account: Account, entry: Entry) -> dict[str, Any]:
    said = entry.details
    match entry.event:
        case "triggered":
            names = ("severity", "plan", "ticket_type")
            return {**{name: said.get(name) for name in names}, "missing": tuple(said.get("missing", ()))}
        case "severity":
            # Where it is raised, nothing that was confirmed counts any more; the entry says so.
            return {"severity": said["severity"], **({"confirmed": frozenset()} if said.get("cleared") else {})}
        case "classified":
            return {"plan": said["plan"], "ticket_type": said["ticket_type"]}
        case "completed":
            return {"missing": tuple(name for name in account.missing if name not in said["fields"])}
        case "acknowledged" if said.get("state") == State.ACKNOWLEDGED:
            return {"acknowledged_by": said["by"], "responded": True, "respond_by": None}
        case "deferred":
            return {"deferred_until": instant_in(said, "until")}
        case "snoozed":
            return {"snoozed_until": instant_in(said, "until")}
        case "awaiting_customer":
            return {"waits_for_customer": True}
        case "customer_replied":
            return {"waits_for_customer": False}
        case "customer_escalated":
            return {"gate": True, "confirmed": frozenset()}
        case "confirmed":
            return {"confirmed": account.confirmed | {said["condition"]}}
        case "de_escalated":
            return {"gate": False, "confirmed": frozenset()}
    return {}


def _gone_with(state: State) -> dict[str, None]:
    """What only another state has."""
    whose = {"deferred_until": State.DEFERRED, "snoozed_until": State.SNOOZED, "acknowledged_by": State.ACKNOWLEDGED}
    return {name: None for name, of in whose.items() if of is not state}


def instant_in(said: Mapping[str, Any], name: str) -> datetime | None:
    """The instant of that name in a log entry's details, None where there is none."""
    text = said.get(name)
    return parse_instant(text) if text else None
