"""Events as text: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from oncall.domain.commands import Trigger
from oncall.domain.evolve import evolve
from oncall.errors import FieldFault, InvalidInputError
from oncall.simulate.event import Event
from oncall.simulate.verbs import BY_THEMSELVES, HEAD, VERBS, Part, Verb, text, unknown_name
from schedules import ScheduleError, parse_instant
from schedules.errors import did_you_mean

MOST_FAULTS = 100
"""How many faults are told before the rest is only counted."""

_Said = tuple[Verb, dict[str, Any]]
_BLANK = Trigger("", "", "", "")


def are_in_order(lines: Iterable[str], services: Mapping[str, object]) -> bool:
    """Whether the events of these lines come in order of time; it looks at all of them and keeps none.

    Raises InvalidInputError with the faults of all lines, each with its line's number. `services` are those that there are.
    """
    faults: list[FieldFault] = []
    more, in_order, latest = 0, True, datetime.min.replace(tzinfo=UTC)
    for number, line in enumerate(lines, start=1):
        try:
            said = _said(line, services, number)
        except InvalidInputError as error:
            more += max(0, len(faults) + len(error.faults) - MOST_FAULTS)
            faults += error.faults[: MOST_FAULTS - len(faults)]
            continue
        if said is not None:
            at = said[1]["at"]
            in_order, latest = in_order and at >= latest, at
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
    said = _said(line, services, number)
    return _event(*said) if said is not None else None


def _said(line: str, services: Mapping[str, object], number: int) -> _Said | None:
    """What one line says, found good; None where it is blank."""
    return _seen_at_a_glance(line, services) or _said_by_the_book(line, services, number)


class _Form(NamedTuple):
    """What events are made of that have the same fields in the same order: those that are plain texts, and the others."""

    verb: Verb
    texts: Callable[[Mapping[str, Any]], tuple[str, ...]]
    others: tuple[Part, ...]


@lru_cache(maxsize=1000)
def _form(do: str, *names: str) -> _Form | None:
    """How an event with these fields is read, None where one is missing or does not belong there."""
    verb = VERBS.get(do)
    if verb is None or not set(verb.required) <= set(names) <= set(verb.parts):
        return None
    plain = [name for name in names if name == "do" or verb.parts[name].read is text]
    return _Form(verb, itemgetter(*plain), tuple(verb.parts[name] for name in names if name not in {"at", *plain}))


def _seen_at_a_glance(line: str, services: Mapping[str, object]) -> _Said | None:
    """The same for a line that is good, at a fraction of the cost; None for what asks for a closer look."""
    try:
        values = orjson.loads(line)
        form = _form(values["do"], *values)
        if form is None or ("service" in values and values["service"] not in services):
            return None
        # That they can be written out again orjson has seen to.
        if not all(map(str.strip, form.texts(values))):
            return None
        values["at"] = parse_instant(values["at"])
        for part in form.others:
            values[part.argument] = part.read(values.pop(part.name))
    except (ValueError, TypeError, LookupError):  # of whatever kind, the book says it in words
        return None
    return form.verb, values


def _said_by_the_book(line: str, services: Mapping[str, object], number: int) -> _Said | None:
    try:
        return _checked(_decoded(line), services)
    except InvalidInputError as error:
        raise InvalidInputError([FieldFault(fault.path, fault.message, number) for fault in error.faults]) from error
    except (ValueError, RecursionError) as error:
        if not line.strip():
            return None
        raise InvalidInputError([FieldFault("", f"is no JSON: {error}", number)]) from error


def _decoded(line: str) -> object:
    """The JSON of one line: read fast, and again by the book where that fails, for what it allows and for its words."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line)


def read_event(said: object, services: Mapping[str, object]) -> Event:
    """The event that a JSON object describes; raises InvalidInputError with all that is wrong with it."""
    return _event(*_checked(said, services))


def _checked(said: object, services: Mapping[str, object]) -> _Said:
    """The verb of an event and what its command is made of."""
    if not isinstance(said, dict):
        raise InvalidInputError([FieldFault("", "is no JSON object")])
    do = said.get("do")
    verb = VERBS.get(do) if isinstance(do, str) else None
    parts = verb.parts if verb is not None else HEAD
    values: dict[str, Any] = {}
    faults: list[FieldFault] = []
    for name, value in said.items():
        part = parts.get(name)
        if part is None:
            faults += _unknown_part(name, verb)
            continue
        try:
            values[part.argument] = part.read(value)
        except ScheduleError as error:
            faults.append(FieldFault(name, error.message))
    required = verb.required if verb is not None else HEAD
    faults += [FieldFault(name, "is missing") for name in required if name not in said]
    service = values.get("service")
    if service is not None and service not in services:
        faults.append(FieldFault("service", unknown_name("service", service, services)))
    if faults or verb is None:
        raise InvalidInputError(faults)
    return verb, values


def _event(verb: Verb, values: dict[str, Any]) -> Event:
    at, incident = values.pop("at"), values.pop("incident")
    del values["do"]
    if verb.command is Trigger:
        return Event(at, incident, evolve(_BLANK, **{"dedup_key": incident, "title": incident, **values}))
    values.setdefault("by", BY_THEMSELVES)
    return Event(at, incident, verb.command(**values))


def _unknown_part(name: str, verb: Verb | None) -> Iterator[FieldFault]:
    """That a field does not belong to the verb; nothing where the verb itself is wrong."""
    if verb is not None:
        yield FieldFault(name, f"does not belong to {verb.name!r}{did_you_mean(name, verb.parts)}")
