"""What a log's entries say in plain words, in the time of those who read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oncall.domain.directory import Directory
from oncall.simulate.local import day, day_and_time
from schedules import wall_time

Entry = Mapping[str, Any]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_WAYS = {
    "sms": "SMS",
    "voice": "phone",
    "slack": "Slack",
    "email": "e-mail",
    "slack_channel": "post",
    "webhook": "request",
}
_ASKED = {
    "set_severity": "set the severity",
    "apply_workaround": "apply a workaround",
    "await_customer": "wait for the customer",
    "customer_replied": "take the customer's answer",
    "customer_escalate": "escalate it for the customer",
    "de_escalate": "end the customer's escalation",
}
_STEPS = {"administrators": "the last resort", "reassigned": "the reassignment"}

_SAYINGS: Mapping[str, str] = {
    "joined": "reported again by {by}, as {severity}",
    "rule": "another rule holds from now on: {because}",
    "deferred": "deferred until {until}: nobody is paged before, as {because}",
    "released": "released{released}",
    "told": "{user} is told: {because}",
    "attempt_failed": "the {method} message to {user} failed: {because}",
    "exhausted": "{policy} has run out: {because}",
    "rearmed": "it is taken further: {because}",
    "withheld": "what was due is not sent any more: {because}",
    "missed": "{steps} steps went by: {because}",
    "acknowledged": "{by} acknowledges{update_by}",
    "ack_expired": "the acknowledgement of {by} has expired: {because}",
    "escalated": "{by} asks for the next step",
    "reassigned": "{by} passes it on to {to}",
    "repaged": "{by} lets the paging begin anew",
    "triaged": "{by} triages it as {severity}",
    "triage_expired": "{because}",
    "severity": "{by} changes it from {was} to {severity}{respond_by}{update_by}",
    "workaround": "{by} has found a workaround",
    "classified": "{by} classifies it: {class}",
    "completed": "what was missing has come: {fields}",
    "warned": "SOON: the {clock} is due by {due}",
    "breached": "BREACH: {late} by {due}",
    "snoozed": "{by} snoozes it until {until}",
    "resumed": "it goes on: {because}",
    "updated": "{by} gives an update{update_by}",
    "noted": "{by} notes: {text}",
    "awaiting_customer": "{by} waits for the customer: the clocks pause",
    "customer_replied": "{by} has the customer's answer: the clocks go on{respond_by}{update_by}",
    "customer_escalated": "{by} escalates it for the customer",
    "confirmed": "{by} confirms: {condition}",
    "de_escalated": "{by} ends the customer's escalation",
    "resolve_waiting": "{by} asks to resolve it, which waits: {because}",
    "resolved": "{by} resolves it",
    "refused": "REFUSED to {do}: {because}",
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things as the people of one service do: their names, their clock; `today` is the day that is spoken of."""

    directory: Directory
    zone: str
    today: datetime

    def says(self, entry: Entry) -> str:
        """The entry in one clause; one of which nothing is known here by its name and its reason."""
        saying = _SAYINGS.get(entry["event"])
        if saying is None:
            because = entry.get("because")
            return f"{spaced(entry['event'])}{f': {because}' if because else ''}"
        return self.local(saying.format_map(_Said(self, entry)))

    def person(self, user: str | None) -> str:
        """A person's name, or what else acts."""
        kind, _, name = (user or "somebody").partition(":")
        if name:
            return f"the {kind} {name}"
        return self.directory.users[kind].name if kind in self.directory.users else kind

    def when(self, at: datetime) -> str:
        """An instant: the time alone where it is today's."""
        if day(at, self.zone) == day(self.today, self.zone):
            return f"{wall_time(at, self.zone):%H:%M}"
        return day_and_time(at, self.zone)

    def local(self, text: str) -> str:
        """The text with each instant in it as the clock on the wall shows it."""
        return _INSTANT.sub(lambda found: self.when(datetime.fromisoformat(found[0])), text)


def severity_name(severity: str) -> str:
    """A severity as people say it: `Sev 1` for `sev1`, any other as it is."""
    number = severity.removeprefix("sev")
    return f"Sev {number}" if number.isdecimal() and number != severity else severity


def step_name(entry: Entry) -> str:
    """Which step pages: `step 2 of engineering`, `triage`."""
    policy, step = entry["policy"], entry["step"]
    if policy == "triage":
        return "triage"
    if step == "fallback":
        return f"the fallback of {policy}"
    again = f", round {entry['round']}," if entry["round"] > 1 else ""
    return _STEPS.get(step) or f"step {step} of {policy}{again}"


def way_name(method: str) -> str:
    """By which way, as people say it: "by Slack"."""
    return _WAYS.get(method, method)


def listed(words: Iterable[str]) -> str:
    """Words in a row: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def spaced(word: str) -> str:
    """A name as words."""
    return word.replace("_", " ")


class _Said(dict[str, str]):
    """An entry's details as people say them, by the names that the sayings use."""

    def __init__(self, speaker: Speaker, entry: Entry) -> None:
        super().__init__()
        self._speaker, self._entry = speaker, entry

    def __missing__(self, name: str) -> str:
        value = self._entry.get(name)
        say = _DETAILS.get(name)
        return say(self._speaker, self._entry, value) if say else str(value if value is not None else "nothing")


def _limit(before: str) -> Callable[[Speaker, Entry, Any], str]:
    return lambda _, __, at: f"; {before} by {at}" if at else ""


def _released(speaker: Speaker, entry: Entry, _: Any) -> str:
    return f" by {speaker.person(entry['by'])}" if entry.get("by") else f": {entry['because']}"


def _class(_: Speaker, entry: Entry, __: Any) -> str:
    known: Sequence[str] = [str(entry[name]) for name in ("plan", "ticket_type") if entry.get(name)]
    return listed(known) if known else "as nothing"


_DETAILS: Mapping[str, Callable[[Speaker, Entry, Any], str]] = {
    "by": lambda speaker, _, by: speaker.person(by),
    "user": lambda speaker, _, user: speaker.person(user),
    "to": lambda speaker, _, to: speaker.person(to),
    "severity": lambda _, __, severity: severity_name(str(severity)),
    "was": lambda _, __, was: severity_name(str(was)),
    "method": lambda _, __, method: way_name(str(method)),
    "update_by": _limit("the next update is due"),
    "respond_by": _limit("the response is due"),
    "clock": lambda _, __, clock: "response" if clock == "respond" else "next update",
    "late": lambda _, entry, __: "nobody has responded" if entry["clock"] == "respond" else "no update has been given",
    "class": _class,
    "released": _released,
    "fields": lambda _, __, fields: listed(fields),
    "do": lambda _, __, do: _ASKED.get(do, spaced(str(do))),
    "condition": lambda _, __, condition: spaced(str(condition)),
}
