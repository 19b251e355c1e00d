"""What an event may do, and which fields belong to it: one command of the domain each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
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

Reader = Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an event: how it is read, and what the command calls it where that is another name."""

    name: str
    read: Reader
    required: bool = False
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """What an event does: the command, and the fields by their names."""

    command: type[Trigger | PersonCommand]
    fields: Mapping[str, Part]
    required: tuple[str, ...]


def text(value: object) -> str:
    """A text that says something and can be written out again; raises ScheduleError otherwise."""
    if not isinstance(value, str) or not value.strip():
        raise ScheduleError("", f"must be a text, not {_shown(value)}")
    return prose(value)


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


def _verb(command: type[Trigger | PersonCommand], *fields: Part) -> Verb:
    required = tuple(field.name for field in fields if field.required)
    return Verb(command, {field.name: field for field in fields}, required)


_WHO = Part("by", text, required=True)
_WHO_OR_API = Part("by", text)

_FIELDS: Mapping[type[PersonCommand], tuple[Part, ...]] = {
    Acknowledge: (_WHO_OR_API,),
    Resolve: (_WHO_OR_API,),
    Escalate: (_WHO,),
    Triage: (_WHO, Part("severity", optional_text)),
    SetSeverity: (_WHO, Part("severity", text, required=True)),
    Classify: (_WHO, Part("plan", optional_text), Part("ticket_type", optional_text)),
    ApplyWorkaround: (_WHO,),
    Snooze: (_WHO, Part("for", length, required=True, argument="length")),
    Release: (_WHO,),
    Reassign: (_WHO, Part("to", text, required=True)),
    Repage: (_WHO,),
    Update: (_WHO, Part("text", prose), Part("next_by", lambda value: parse_instant(text(value)))),
    AddNote: (_WHO, Part("text", text, required=True)),
    AwaitCustomer: (_WHO, Part("text", prose)),
    CustomerReplied: (_WHO, Part("fields", mapping)),
    EscalateForCustomer: (_WHO,),
    Confirm: (_WHO, Part("condition", text, required=True)),
    DeEscalate: (_WHO,),
}

VERBS: Mapping[str, Verb] = {
    "trigger": _verb(
        Trigger,
        Part("service", text, required=True),
        Part("title", text),
        Part("severity", optional_text),
        Part("plan", optional_text),
        Part("ticket_type", optional_text),
        Part("customer", optional_text),
        Part("body", prose),
        Part("sensitive", flag),
        Part("fields", mapping),
        _WHO_OR_API,
    ),
    **{name: _verb(command, *_FIELDS[command]) for command, name in NAMES.items()},
}
"""Every verb, by its name in an event's `do`."""

BY_THEMSELVES = "api"
"""Who acts where an event does not say."""
