"""What is wrong with a document: where, and in words that name the right one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schedules.errors import ScheduleError, did_you_mean

Path = tuple[str | int, ...]
_FEW = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, at one path of the document."""

    path: Path
    message: str


def path_text(path: Path) -> str:
    """The path as it is written for people: `schedules.engineers.layers[0].turn`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """The message about a word that names nothing, with the nearest that does, or where none is near with a few of all."""
    names = sorted(known)
    there = f"; known: {', '.join(names)}" if 0 < len(names) <= _FEW else ""
    return f"unknown {what} {word!r}{did_you_mean(word, names) or there}"


def shape_faults(error: ValidationError, model: type[BaseModel], at: Path) -> Iterator[Fault]:
    """Every fault that pydantic found in the object at `at`, in this project's words."""
    details = error.errors(include_url=False)
    within = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    for detail in details:
        if detail["type"] == "too_short" and detail["loc"] in within:
            continue  # its parts are there, and at fault themselves
        loc = tuple(part for part in detail["loc"] if part != "[key]")
        yield Fault((*at, *loc), _message(detail, model, loc))


_MESSAGES = {
    "missing": "is missing",
    "string_type": "must be text",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be an id: lower-case letters, digits, - and _, beginning with one of the first two",
}


def _message(detail: ErrorDetails, model: type[BaseModel], loc: Path) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return unknown("key", str(loc[-1]), _keys_at(model, loc[:-1]))
    if kind in {"literal_error", "enum"}:
        words = [word.strip("'") for word in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        return f"{value!r} is not one of {', '.join(words)}{did_you_mean(str(value), words)}"
    if kind == "value_error":
        error = detail["ctx"]["error"]
        return error.message if isinstance(error, ScheduleError) else str(error)
    return _MESSAGES.get(kind) or detail["msg"].lower()


def _keys_at(model: type[BaseModel], loc: Path) -> list[str]:
    """The keys that are allowed at a path within a model, read from its JSON Schema."""
    schema = model.model_json_schema(by_alias=True)
    here: dict[str, Any] = schema
    for part in loc:
        here = _resolved(here, schema)
        here = here["items"] if isinstance(part, int) else here.get("properties", {}).get(part) or _values(here)
    return list(_resolved(here, schema).get("properties", ()))


def _values(mapping: dict[str, Any]) -> dict[str, Any]:
    """What a mapping holds by ids, or by any words."""
    by_ids: list[dict[str, Any]] = list(mapping.get("patternProperties", {}).values())
    return by_ids[0] if by_ids else dict(mapping["additionalProperties"])


def _resolved(here: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for choice in here.get("anyOf", ()):
        if choice.get("type") != "null":
            here = choice
    name = here.get("$ref", "").removeprefix("#/$defs/")
    return schema["$defs"][name] if name else here
