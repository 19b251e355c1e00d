"""The parts of an incident that are values of their own (its runs, clocks, what it waits for), as JSON and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from oncall.domain.directory import EscalationPolicy
from oncall.domain.incident import Clock, Gate, Incident, Pause, Run, Wait
from oncall.domain.policy import Rule
from oncall.errors import UnreadableError

_VALUES: Mapping[str, TypeAdapter[Any]] = {
    "run": TypeAdapter(Run),
    "management": TypeAdapter(tuple[Run, ...]),
    "rule": TypeAdapter(Rule),
    "wait": TypeAdapter(Wait),
    "respond": TypeAdapter(Clock),
    "update": TypeAdapter(Clock),
    "pauses": TypeAdapter(tuple[Pause, ...]),
    "gate": TypeAdapter(Gate),
    "missing": TypeAdapter(tuple[str, ...]),
}


def to_json(incident: Incident) -> dict[str, Any]:
    """Each value as JSON text by the name of its column; None for what the incident has not."""
    values = incident.__dict__
    return {name: _text(value).decode() if (value := values[name]) else None for name in _VALUES}


def from_json(row: object, number: int) -> dict[str, Any]:
    """The values that stand in a row, by the incident's field; raises UnreadableError, with the number, for a damaged one."""
    return dict(_read(row, number))


def _read(row: object, number: int) -> Iterator[tuple[str, Any]]:
    for name, adapter in _VALUES.items():
        stored = getattr(row, name)
        if stored is None:
            continue
        try:
            yield name, adapter.validate_python(stored)
        except ValidationError as error:
            message = f"incident {number} is damaged: {error.error_count()} faults in its {name}"
            raise UnreadableError(message) from error


def _text(value: object) -> bytes:
    """The same text as the adapter would write, in a fraction of the time."""
    match value:
        case Run():
            return _written(_parts(value))
        case Rule():
            return _known(value)
        case _:
            return _written(value)


def _parts(run: Run) -> dict[str, Any]:
    return {**run.__dict__, "policy": orjson.Fragment(_known(run.policy))}


@lru_cache(maxsize=1000)
def _known(value: EscalationPolicy | Rule) -> bytes:
    """The text of what thousands of incidents share, written once."""
    return _written(value)


def _written(value: object) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, timedelta):
        return to_jsonable_python(value)
    message = f"{value!r} is no part of an incident"
    raise TypeError(message)
