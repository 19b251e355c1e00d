"""What an event may do, and which fields belong to it: one command of the domain each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    AddNote,
    ApplyWorkaround,
    AwaitCustomer,
    Classify,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    PersonCommand,
    Reassign,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Trigger,
    Update,
)
from schedules import ScheduleError, parse_duration, parse_instant
from schedules.errors import did_you_mean

_MOST_NAMES = 30

Reader = Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an event: how it is read, and what the command calls it."""

    name: str
    read: Reader
    required: bool = False
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """What an event does: the command, and every field of the event by its name."""

    name: str
    command: type[Trigger | PersonCommand]
    parts: Mapping[str, Part]
    required: tuple[str, ...]


def text(value: object) -> str:
    """A text that says something and can be written out again; raises ScheduleError otherwise."""
    if type(value) is str and value.isascii() and value and not value.isspace():
        return value
    said = prose(value)
    if not said or said.isspace():
        raise ScheduleError("", "must be a text, not nothing")
    return said


def prose(value: object) -> str:
    """Any text that can be written out again, an empty one too; raises ScheduleError otherwise."""
    if not isinstance(value, str):
        raise ScheduleError("", f"must be a text, not {_shown(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ScheduleError("", "holds half of a character: a surrogate without the other") from None
    return value


def optional_text(value: object) -> str | None:
    """A text, None for null and for an empty one; raises ScheduleError otherwise."""
    return None if value is None else prose(value).strip() or None


def length(value: object) -> timedelta:
    """An elapsed time; raises ScheduleError for others."""
    duration = parse_duration(text(value))
    if duration.kind != "elapsed":
        raise ScheduleError("", f"'{value}' must be elapsed time, such as 2h")
    return duration.timedelta


def flag(value: object) -> bool:
    """True or false; raises ScheduleError otherwise."""
    if not isinstance(value, bool):
        raise ScheduleError("", f"must be true or false, not {_shown(value)}")
    return value


def mapping(value: object) -> Mapping[str, Any]:
    """An object; raises ScheduleError otherwise."""
    if not isinstance(value, dict):
        raise ScheduleError("", f"must be an object, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    return "nothing" if value is None or value == "" else repr(value)[:40]


def instant(value: object) -> datetime:
    """An instant; raises ScheduleError for others."""
    return parse_instant(text(value))


def verb_name(value: object) -> str:
    """The name of a verb; raises ScheduleError with the nearest for others."""
    word = text(value)
    if word not in VERBS:
        raise ScheduleError("", unknown_name("verb", word, VERBS))
    return word


def unknown_name(what: str, word: str, known: Iterable[str]) -> str:
    """The message about a word that names nothing, with the nearest that does, or where none is near with those there are."""
    names = sorted(known)
    hint = did_you_mean(word, names) or f"; known: {', '.join(names[:_MOST_NAMES])}"
    return f"unknown {what} {word!r}{hint}"


def _part(name: str, read: Reader, *, required: bool = False, argument: str = "") -> Part:
    return Part(name, read, required, argument or name)


def _verb(name: str, command: type[Trigger | PersonCommand], *own: Part) -> Verb:
    parts = (*HEAD.values(), *own)
    required = tuple(part.name for part in parts if part.required)
    return Verb(name, command, {part.name: part for part in parts}, required)


HEAD: Mapping[str, Part] = {
    "at": _part("at", instant, required=True),
    "do": _part("do", verb_name, required=True),
    "incident": _part("incident", text, required=True),
}
"""What every event has."""

_WHO = _part("by", text, required=True)
_WHO_OR_API = _part("by", text)

_FIELDS: Mapping[type[PersonCommand], tuple[Part, ...]] = {
    Acknowledge: (_WHO_OR_API,),
    Resolve: (_WHO_OR_API,),
    Escalate: (_WHO,),
    Triage: (_WHO, _part("severity", optional_text)),
    SetSeverity: (_WHO, _part("severity", text, required=True)),
    Classify: (_WHO, _part("plan", optional_text), _part("ticket_type", optional_text)),
    ApplyWorkaround: (_WHO,),
    Snooze: (_WHO, _part("for", length, required=True, argument="length")),
    Release: (_WHO,),
    Reassign: (_WHO, _part("to", text, required=True)),
    Repage: (_WHO,),
    Update: (_WHO, _part("text", prose), _part("next_by", instant)),
    AddNote: (_WHO, _part("text", text, required=True)),
    AwaitCustomer: (_WHO, _part("text", prose)),
    CustomerReplied: (_WHO, _part("fields", mapping)),
    EscalateForCustomer: (_WHO,),
    Confirm: (_WHO, _part("condition", text, required=True)),
    DeEscalate: (_WHO,),
}

VERBS: Mapping[str, Verb] = {
    "trigger": _verb(
        "trigger",
        Trigger,
        _part("service", text, required=True),
        _part("title", text),
        _part("severity", optional_text),
        _part("plan", optional_text),
        _part("ticket_type", optional_text),
        _part("customer", optional_text),
        _part("body", prose),
        _part("sensitive", flag),
        _part("fields", mapping),
        _WHO_OR_API,
    ),
    **{name: _verb(name, command, *_FIELDS[command]) for command, name in NAMES.items()},
}
"""Every verb, by its name in an event's `do`."""

BY_THEMSELVES = "api"
"""Who acts where an event does not say."""
