"""YAML (and so JSON) text as plain data in which every scalar is the text that was written, with the line of every path.

YAML's own guesses are left out on purpose: to YAML 1.1 `09:00` is the number 540, `on` is true and `2026-01-05` a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from oncall.document.faults import Fault, Path

_DEEPEST = 40
_MOST_VALUES = 1_000_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
# JSON writes a character beyond the first 65536 as two halves, which YAML does not know.
_HALVES = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_Loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader


@dataclass(frozen=True, slots=True)
class Text:
    """What a text says: dicts, lists, strings and None (an empty or null scalar), and the faults of the text itself.

    After a syntax error `data` is None and the error is the only fault.
    """

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def line_of(self, path: Path) -> int | None:
        """The line, from 1, of the path or of its nearest parent; None where the text has none of them."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


class _SyntaxFaultError(Exception):
    def __init__(self, message: str, line: int | None) -> None:
        self.message = message
        self.line = line
        super().__init__(message)


def read_text(text: str) -> Text:
    """What `text` says; never raises."""
    whole = _HALVES.sub(_joined, text)
    reader = _Reader(yaml.parse(whole.encode("utf-8", "replace"), Loader=_Loader))
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return _broken(f"this is no YAML: {error.problem or error}", mark.line + 1 if mark else None)
    except yaml.reader.ReaderError as error:
        return _broken(f"the text holds a character that YAML does not allow: {error.reason}", None)
    except _SyntaxFaultError as error:
        return _broken(error.message, error.line)
    return Text(data, reader.lines, tuple(reader.faults))


def _joined(halves: re.Match[str]) -> str:
    high, low = int(halves[1], 16) - 0xD800, int(halves[2], 16) - 0xDC00
    return f"\\U{0x10000 + high * 0x400 + low:08x}"


def _broken(message: str, line: int | None) -> Text:
    return Text(None, {} if line is None else {(): line}, (Fault((), message),))


class _Reader:
    """Builds the data from the parser's events, one call a value.

    Events, because composing nodes recurses as deep as the text does, and an alias repeated over and over could grow
    a small text without limit.
    """

    def __init__(self, events: Iterator[Any]) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def document(self) -> Any:
        """The data of the stream's only document; None for an empty stream."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        event = next(self._events)
        self.lines[()] = _line(event)
        data = self._value(event, ())
        next(self._events)
        extra = next(self._events)
        if not isinstance(extra, yaml.StreamEndEvent):
            raise _SyntaxFaultError("a second document begins here; put everything into one", _line(extra))
        return data

    def _value(self, event: Any, path: Path) -> Any:
        self._grow(1, event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if len(path) > _DEEPEST:
            raise _SyntaxFaultError("nested too deeply", _line(event))
        if event.tag not in _TAGS:
            raise _SyntaxFaultError(f"tags such as {event.tag} are not supported", _line(event))
        before = self._count
        value = self._untagged(event, path)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _untagged(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return None if event.implicit[0] and event.style in {None, ""} and event.value in _NULLS else event.value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise _SyntaxFaultError(f"*{event.anchor} stands for nothing that was named before it", _line(event))
        value, size = self._anchors[event.anchor]
        self._grow(size, event)
        return value

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _SyntaxFaultError("a key must be plain text", _line(event))
            here = (*path, event.value)
            if event.value in found:
                self.faults.append(Fault(here, f"is there twice (first on line {self.lines[here]})"))
            self.lines[here] = _line(event)
            found[event.value] = self._value(next(self._events), here)
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*path, len(found))
            self.lines[here] = _line(event)
            found.append(self._value(event, here))
        return found

    def _grow(self, count: int, event: Any) -> None:
        self._count += count
        if self._count > _MOST_VALUES:
            raise _SyntaxFaultError(f"holds more than {_MOST_VALUES} values", _line(event))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
