"""The parts of an incident that are values of their own (its runs, clocks, what it waits for), as JSON and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

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
    values = ((name, adapter, getattr(incident, name)) for name, adapter in _VALUES.items())
    return {name: adapter.dump_json(value).decode() if value else None for name, adapter, value in values}


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
