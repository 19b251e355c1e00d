"""Text to document: every fault at once, each with its path and its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from oncall.document.directory import directory_faults
from oncall.document.document import FORMAT, SECTIONS, Document, document_of
from oncall.document.faults import Fault, path_text, shape_faults, unknown
from oncall.document.feeds import Fetch, read_feeds, with_feeds
from oncall.document.fields import ID, Spec
from oncall.document.references import reference_faults
from oncall.document.text import Text, read_text
from oncall.domain.itself import BUILT_IN
from oncall.errors import FieldFault, InvalidInputError

_APART = frozenset({
    "respond_within", "update_every", "warn_before", "until", "ack_timeout", "urgency", "respond_from", "title", "meaning",
    "wait", "repeat", "after", "name", "email", "role",
})  # fmt: skip
"""Fields on whose value no other check depends."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that was read: the objects whose shape is right, the ids of all, and the faults so far."""

    text: Text
    document: Document
    named: Mapping[str, frozenset[str]]
    faults: tuple[Fault, ...]

    def require(self, more: Iterable[Fault] = ()) -> Document:
        """The document; raises InvalidInputError with the faults so far and `more`, by line, where there is any."""
        faults = [FieldFault(path_text(f.path), f.message, self.text.line_of(f.path)) for f in (*self.faults, *more)]
        if faults:
            raise InvalidInputError(sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0))
        return self.document


def load_document(text: str) -> Document:
    """The document that stands by itself in YAML or JSON; raises InvalidInputError with every fault."""
    return check_document(parse_document(text))


def load_with_feeds(text: str, fetch: Fetch, now: datetime) -> Document:
    """The same with the days that the feeds of its calendars name; one that cannot be read is a fault too."""
    parsed = parse_document(text)
    document = check_document(parsed)
    feeds = read_feeds(document, fetch, now)
    return with_feeds(parsed.require(feeds.faults()), feeds.days)


def check_document(parsed: Parsed) -> Document:
    """The document that was read, which has to stand by itself; raises InvalidInputError with every fault."""
    return parsed.require((*reference_faults(parsed.document, parsed.named), *directory_faults(parsed.document)))


def parse_document(text: str) -> Parsed:
    """What a text holds, object by object, so that one that is wrong does not hide what is wrong with others.

    What the objects name is not looked up: a document may name what is stored already.
    """
    read = read_text(text)
    faults = list(read.faults)
    objects: dict[str, dict[str, Spec]] = {}
    named: dict[str, frozenset[str]] = {}
    if isinstance(read.data, dict):
        faults += _head_faults(read.data)
        for section, model in SECTIONS.items():
            data = read.data.get(section)
            if data is not None and not isinstance(data, dict):
                faults.append(Fault((section,), "must be a mapping of ids"))
            elif data:
                named[section] = frozenset(data)
                objects[section] = _objects(section, model, data, faults)
    elif not faults:
        faults.append(Fault((), "must be a mapping that begins with `version: 1`"))
    return Parsed(read, document_of(objects), named, tuple(faults))


def _head_faults(data: Mapping[str, Any]) -> Iterable[Fault]:
    if "version" not in data:
        yield Fault(("version",), f"is missing: write `version: {FORMAT}`")
    elif data["version"] != str(FORMAT):
        yield Fault(("version",), f"{data['version']!r} is not a version of the document: write {FORMAT}")
    for key in data:
        if key != "version" and key not in SECTIONS:
            yield Fault((key,), unknown("section", key, ("version", *SECTIONS)))


def _objects(section: str, model: type[Spec], data: Mapping[str, Any], faults: list[Fault]) -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for key, value in data.items():
        if section == "services" and key in BUILT_IN:
            faults.append(Fault((section, key), "is the pager's own service, for its alarms: give yours another id"))
            continue
        if not ID.fullmatch(key):
            faults.append(
                Fault(
                    (section, key),
                    "an id has lower-case letters, digits, - and _, and begins with one of the first two",
                )
            )
            continue
        try:
            found[key] = model.model_validate({} if value is None else value)
        except ValidationError as error:
            faults += shape_faults(error, model, (section, key))
            rest = _rest(model, value, error)
            if rest is not None:
                found[key] = rest
    return found


def _rest(model: type[Spec], value: Any, error: ValidationError) -> Spec | None:
    """The object without what is wrong with it, so that the rest is checked as well; None where other checks depend on that.

    It is never used for more, as the document that holds it is refused.
    """
    wrong = [detail["loc"] for detail in error.errors(include_url=False)]
    if not all(_APART.intersection(map(str, path)) for path in wrong):
        return None
    rest = deepcopy(value)
    for path in wrong:
        _drop(rest, path)
    try:
        return model.model_validate(rest)
    except ValidationError:
        return None


def _drop(data: Any, path: tuple[str | int, ...]) -> None:
    *parents, last = path
    for part in parents:
        data = data[part]
    if isinstance(data, dict):
        data.pop(last, None)
