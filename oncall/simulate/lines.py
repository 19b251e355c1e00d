"""Events as text: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from oncall.domain.commands import Trigger
from oncall.errors import FieldFault, InvalidInputError
from oncall.simulate.event import Event
from oncall.simulate.verbs import BY_THEMSELVES, VERBS, Reader, Verb, text
from schedules import ScheduleError, parse_instant
from schedules.errors import did_you_mean

MOST_FAULTS = 100
"""How many faults are told before the rest is only counted."""

_HEAD = ("at", "do", "incident")
_MOST_NAMES = 30


def are_in_order(lines: Iterable[str], services: Mapping[str, object]) -> bool:
    """Whether the events of these lines come in order of time; it looks at all of them and keeps none.

    Raises InvalidInputError with the faults of all lines, each with its line's number. `services` are those that there are.
    """
    faults: list[FieldFault] = []
    more, in_order, latest = 0, True, datetime.min.replace(tzinfo=UTC)
    for number, line in enumerate(lines, start=1):
        try:
            event = event_of(line, services, number)
        except InvalidInputError as error:
            more += max(0, len(faults) + len(error.faults) - MOST_FAULTS)
            faults += error.faults[: MOST_FAULTS - len(faults)]
            continue
        if event is not None:
            in_order, latest = in_order and event.at >= latest, event.at
    if more:
        faults.append(FieldFault("", f"and {more} more faults"))
    if faults:
        raise InvalidInputError(faults)
    return in_order


def events_of(lines: Iterable[str], services: Mapping[str, object]) -> Iterator[Event]:
    """The events of lines, read as late as can be; raises InvalidInputError at the first that is wrong."""
    for number, line in enumerate(lines, start=1):
        event = event_of(line, services, number)
        if event is not None:
            yield event


def event_of(line: str, services: Mapping[str, object], number: int = 1) -> Event | None:
    """The event of one line, None for a line that is blank; raises InvalidInputError with all that is wrong with it."""
    if not line.strip():
        return None
    try:
        return read_event(json.loads(line), services)
    except InvalidInputError as error:
        raise InvalidInputError([FieldFault(fault.path, fault.message, number) for fault in error.faults]) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError([FieldFault("", f"is no JSON: {error}", number)]) from error


def read_event(said: object, services: Mapping[str, object]) -> Event:
    """The event that a JSON object describes; raises InvalidInputError with all that is wrong with it."""
    if not isinstance(said, dict):
        raise InvalidInputError([FieldFault("", "is no JSON object")])
    reading = _Reading(said, services)
    at, incident = reading.required("at", _instant), reading.required("incident", text)
    verb: Verb | None = reading.required("do", _verb)
    if verb is None:
        raise InvalidInputError(reading.faults)
    values = reading.values(verb)
    if reading.faults:
        raise InvalidInputError(reading.faults)
    if verb.command is Trigger:
        values = {"id": "", "dedup_key": incident, "title": incident, **values}
    elif "by" in verb.fields:
        values.setdefault("by", BY_THEMSELVES)
    return Event(at, incident, verb.command(**values))


@dataclass(slots=True)
class _Reading:
    """One object being read, and what is wrong with it so far."""

    said: Mapping[str, Any]
    services: Mapping[str, object]
    faults: list[FieldFault] = field(default_factory=list)

    def required(self, name: str, read: Reader) -> Any:
        """The value of a field that has to be there, None with a fault otherwise."""
        if name in self.said:
            return self.value(name, read)
        self.faults.append(FieldFault(name, "is missing"))
        return None

    def value(self, name: str, read: Reader) -> Any:
        """The value of a field, None with a fault where it is wrong."""
        try:
            return read(self.said[name])
        except ScheduleError as error:
            self.faults.append(FieldFault(name, error.message))
            return None

    def values(self, verb: Verb) -> dict[str, Any]:
        """What the command is made of."""
        values: dict[str, Any] = {}
        for name in self.said:
            known = verb.fields.get(name)
            if known is not None:
                values[known.argument or name] = self.value(name, known.read)
            elif name not in _HEAD:
                hint = did_you_mean(name, (*_HEAD, *verb.fields))
                self.faults.append(FieldFault(name, f"does not belong to {self.said['do']!r}{hint}"))
        self.faults += [FieldFault(name, "is missing") for name in verb.required if name not in self.said]
        service = values.get("service")
        if service is not None and service not in self.services:
            self.faults.append(FieldFault("service", unknown_name("service", service, self.services)))
        return values


def _instant(value: object) -> datetime:
    return parse_instant(text(value))


def _verb(value: object) -> Verb:
    word = text(value)
    if word not in VERBS:
        raise ScheduleError("", unknown_name("verb", word, VERBS))
    return VERBS[word]


def unknown_name(what: str, word: str, known: Iterable[str]) -> str:
    """The message about a word that names nothing, with the nearest that does, or where none is near with those there are."""
    names = sorted(known)
    hint = did_you_mean(word, names) or f"; known: {', '.join(names[:_MOST_NAMES])}"
    return f"unknown {what} {word!r}{hint}"
