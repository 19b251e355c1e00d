"""What a log says: the state that an incident has come to, read from its entries alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

from oncall.domain.incident import State
from oncall.domain.log import Entry
from schedules import parse_instant

_Details = Mapping[str, Any]
_Changes = dict[str, Any]


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
        changes = _CHANGES[entry.event](self, said) if entry.event in _CHANGES else {}
        account = replace(self, **{**_clocks(said), **changes})
        state = _state(account, entry)
        return replace(account, state=state, **_gone_with(state))


def replay(entries: Iterable[Entry]) -> Account:
    """The state that the log says: what the incident itself holds after the same entries (docs/semantics.md 5.8)."""
    return reduce(Account.after, entries, Account())


def _state(account: Account, entry: Entry) -> State:
    """The state that an entry says; those of the first release say it by their event alone."""
    if "state" in entry.details:
        return State(entry.details["state"])
    said = _STATES.get(entry.event)
    return account.state if said is None or account.state is State.TRIAGE else said


def _clocks(said: _Details) -> _Changes:
    """The limits, which any entry that moves one of them carries."""
    return {name: instant_in(said, name) for name in ("respond_by", "update_by") if name in said}


def _triggered(_: Account, said: _Details) -> _Changes:
    named = {name: said.get(name) for name in ("severity", "plan", "ticket_type")}
    return {**named, "missing": tuple(said.get("missing", ()))}


def _severity(account: Account, said: _Details) -> _Changes:
    return {"severity": said["severity"], "confirmed": frozenset() if said.get("cleared") else account.confirmed}


def _acknowledged(account: Account, said: _Details) -> _Changes:
    """Whoever acknowledges in triage, or where somebody has already, takes nothing over."""
    if account.state in {State.TRIAGE, State.ACKNOWLEDGED}:
        return {}
    return {"acknowledged_by": said["by"], "responded": True, "respond_by": None}


def _completed(account: Account, said: _Details) -> _Changes:
    return {"missing": tuple(name for name in account.missing if name not in said["fields"])}


_STATES = {"acknowledged": State.ACKNOWLEDGED, "escalated": State.TRIGGERED, "resolved": State.RESOLVED}
_CHANGES: Mapping[str, Callable[[Account, _Details], _Changes]] = {
    "triggered": _triggered,
    "severity": _severity,
    "classified": lambda _, said: {"plan": said["plan"], "ticket_type": said["ticket_type"]},
    "completed": _completed,
    "acknowledged": _acknowledged,
    "deferred": lambda _, said: {"deferred_until": instant_in(said, "until")},
    "snoozed": lambda _, said: {"snoozed_until": instant_in(said, "until")},
    "awaiting_customer": lambda *_: {"waits_for_customer": True},
    "customer_replied": lambda *_: {"waits_for_customer": False},
    "customer_escalated": lambda *_: {"gate": True, "confirmed": frozenset()},
    "confirmed": lambda account, said: {"confirmed": account.confirmed | {said["condition"]}},
    "de_escalated": lambda *_: {"gate": False, "confirmed": frozenset()},
    "resolved": lambda *_: {"respond_by": None, "update_by": None, "gate": False, "confirmed": frozenset()},
}


def _gone_with(state: State) -> _Changes:
    """What only another state has."""
    whose = {"deferred_until": State.DEFERRED, "snoozed_until": State.SNOOZED, "acknowledged_by": State.ACKNOWLEDGED}
    return dict.fromkeys(name for name, of in whose.items() if of is not state)


def instant_in(said: Mapping[str, Any], name: str) -> datetime | None:
    """The instant of that name in a log entry's details, None where there is none."""
    text = said.get(name)
    return parse_instant(text) if text else None
