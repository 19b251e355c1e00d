"""An incident's log in plain words: what happened, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from oncall.domain.log import Entry
from oncall.doors.web.naming import (
    Details,
    Names,
    actor,
    clock_name,
    doing,
    message_to,
    person,
    sending,
    severity_name,
    spaced,
    step_name,
    way,
)
from oncall.doors.web.times import Times
from schedules import parse_instant


class Tone(StrEnum):
    """What a log entry means for the reader at a glance; the style sheet colours it."""

    ALARM = "alarm"
    PAGE = "page"
    GOOD = "good"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Words:
    """One log entry as people read it; `why` is None where there was no choice to explain, `said` is what a person wrote."""

    text: str
    why: str | None
    tone: Tone
    said: str | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """An entry's details as people say them, by the names that a saying uses."""

    details: Details
    names: Names
    times: Times

    def __getitem__(self, name: str) -> str:
        value = self.details.get(name)
        return _SAID[name](self, value) if name in _SAID else spaced(value or "nothing")

    def instant(self, value: object) -> str:
        return self.times.clock(parse_instant(str(value))) if value else "later"

    def severity(self, value: object) -> str:
        return severity_name(str(value)) if value else "what it was"

    def person(self, value: str | None) -> str:
        return person(value, self.names)

    @property
    def method(self) -> str:
        return str(self.details.get("method") or "other")


_SAID: Mapping[str, Callable[[_Told, Any], str]] = {
    "by": lambda told, by: actor(by, told.names),
    "user": _Told.person,
    "to": _Told.person,
    "severity": _Told.severity,
    "was": _Told.severity,
    "until": _Told.instant,
    "due": _Told.instant,
    "respond_by": _Told.instant,
    "update_by": _Told.instant,
    "policy": lambda _, policy: str(policy or "that paged"),
    "clock": lambda _, clock: clock_name(str(clock or "clock")),
    "does": lambda told, _: doing(str(told.details.get("do") or "changes")),
    "class": lambda told, _: _listed(told.details.get("plan"), told.details.get("ticket_type")),
    "fields": lambda _, fields: _listed(*(fields or ())),
    "steps": lambda _, steps: f"{steps or 'Some'} step{'' if steps == 1 else 's'}",
    "message": lambda told, _: message_to(told.method, told["user"]),
    "sending": lambda told, _: sending(told.method, told["user"]),
}

_SAYINGS: Mapping[str, tuple[Tone, str]] = {
    "triggered": (Tone.ALARM, "Triggered by {by} as {severity}"),
    "joined": (Tone.QUIET, "Reported again by {by}, as {severity}"),
    "rule": (Tone.ALARM, "The hour changed what holds: it {does}, by rule {rule}"),
    "deferred": (Tone.QUIET, "Deferred until {until}"),
    "released": (Tone.ALARM, "Released: it pages now"),
    "paged": (Tone.PAGE, "Paged {user}"),
    "told": (Tone.QUIET, "Told {user}"),
    "attempted": (Tone.QUIET, "{sending}"),
    "delivered": (Tone.QUIET, "The {message} arrived"),
    "attempt_failed": (Tone.BAD, "The {message} failed"),
    "resent": (Tone.BAD, "The {message} is sent again"),
    "unreachable": (Tone.BAD, "Could not page {user}"),
    "nobody": (Tone.BAD, "Nobody was reached"),
    "exhausted": (Tone.BAD, "The escalation policy {policy} ran out"),
    "rearmed": (Tone.BAD, "Nothing would have taken it further"),
    "withheld": (Tone.BAD, "Pages were not sent after a restore"),
    "missed": (Tone.BAD, "{steps} went by unfired"),
    "acknowledged": (Tone.GOOD, "Acknowledged by {by}"),
    "ack_expired": (Tone.ALARM, "The acknowledgement has expired"),
    "escalated": (Tone.ALARM, "{by} asked for the next step"),
    "reassigned": (Tone.ALARM, "{by} passed it on to {to}"),
    "repaged": (Tone.ALARM, "{by} let the paging begin anew"),
    "triaged": (Tone.GOOD, "{by} triaged it as {severity}"),
    "triage_expired": (Tone.ALARM, "Nobody triaged it in time"),
    "severity": (Tone.ALARM, "{by} changed it from {was} to {severity}"),
    "workaround": (Tone.GOOD, "{by} found a workaround"),
    "classified": (Tone.QUIET, "{by} classified it: {class}"),
    "completed": (Tone.GOOD, "What was missing has come: {fields}"),
    "warned": (Tone.BAD, "The {clock} is due soon, at {due}"),
    "breached": (Tone.BAD, "The {clock} is late: it was due at {due}"),
    "snoozed": (Tone.QUIET, "Snoozed by {by} until {until}"),
    "resumed": (Tone.ALARM, "The snooze is over"),
    "updated": (Tone.GOOD, "{by} gave an update"),
    "noted": (Tone.QUIET, "{by} noted"),
    "awaiting_customer": (Tone.QUIET, "{by} waits for the customer"),
    "customer_replied": (Tone.ALARM, "{by} has the customer's answer"),
    "customer_escalated": (Tone.ALARM, "{by} escalated it for the customer"),
    "confirmed": (Tone.GOOD, "{by} confirmed: {condition}"),
    "de_escalated": (Tone.GOOD, "{by} ended the customer's escalation"),
    "resolve_waiting": (Tone.QUIET, "{by} asked to resolve it"),
    "resolved": (Tone.GOOD, "Resolved by {by}"),
    "refused": (Tone.BAD, "Refused to {do}"),
}
"""What is said of each event; the names in braces are the entry's details as `_Told` says them."""


def words(entry: Entry, names: Names, times: Times) -> Words:
    """The entry in plain words, with people called by `names` (user id to name); an event not known here by its own name."""
    tone, saying = _SAYINGS.get(entry.event, (Tone.QUIET, spaced(entry.event).capitalize()))
    told = _Told(entry.details, names, times)
    why = "; ".join(_reasons(entry.details, told)) or None
    said = entry.details.get("text") or None
    return Words(saying.format_map(told), why, tone, said)


def _reasons(details: Details, told: _Told) -> Iterator[str]:
    step = step_name(details) if "step" in details else None
    because = ", ".join(filter(None, [details.get("because"), step]))
    if because:
        yield because
    if details.get("again_at"):
        yield "it is tried again"
    if details.get("waited_since"):
        yield "it waited, as another page had gone out within the minute"
    if details.get("bundle"):
        yield "together with others"
    if details.get("via"):
        yield way(details["via"])
    if details.get("respond_by"):
        yield f"respond by {told['respond_by']}"
    if details.get("update_by"):
        yield f"the next update is due at {told['update_by']}"
    yield from details.get("warnings", ())


def _listed(*ids: object) -> str:
    return ", ".join(spaced(id_) for id_ in ids if id_)
