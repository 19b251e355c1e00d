"""What a change of the configuration adds, changes and removes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oncall.document.document import SECTIONS, Document
from oncall.document.faults import Path, path_text
from oncall.document.fields import Spec
from oncall.domain.preview import Preview
from oncall.domain.previewed import preview_json, preview_text

_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One object that comes, changes or goes; `details` says field by field what changes."""

    section: str
    id: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.section}.{self.id}", *(f"    {detail}" for detail in self.details)])


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of the objects of a configuration; `kept` are the values that a person's own edit protects.

    `preview` is what that means for those on call, None where it was not asked.
    """

    added: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    kept: tuple[str, ...] = ()
    preview: Preview | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, whatever its kind."""
        return (*self.added, *self.changed, *self.removed)

    @property
    def is_empty(self) -> bool:
        """Whether nothing comes, changes or goes."""
        return not (self.added or self.changed or self.removed)

    def __str__(self) -> str:
        marked = (("+", self.added), ("~", self.changed), ("-", self.removed))
        lines = [f"{mark} {change}" for mark, changes in marked for change in changes]
        lines += [f"= {path}: stays as the person made it" for path in self.kept]
        if self.preview is not None and self.preview.schedules:
            lines += ["", preview_text(self.preview)]
        return "\n".join(lines) if lines else "nothing changes"

    def as_json(self) -> dict[str, Any]:
        """The same for programs: paths, for what changes the details, and the preview whole."""
        return {
            "added": [f"{change.section}.{change.id}" for change in self.added],
            "changed": {f"{change.section}.{change.id}": list(change.details) for change in self.changed},
            "removed": [f"{change.section}.{change.id}" for change in self.removed],
            "kept": list(self.kept),
            **({"preview": preview_json(self.preview)} if self.preview is not None else {}),
        }


def difference(before: Document, after: Document, kept: tuple[str, ...] = ()) -> Difference:
    """What leads from one whole configuration to another."""
    added, changed, removed = [], [], []
    for section in SECTIONS:
        old, new = before.section(section), after.section(section)
        added += [Change(section, key) for key in new if key not in old]
        removed += [Change(section, key) for key in old if key not in new]
        details = {key: changed_fields(old[key], new[key]) for key in new if key in old}
        changed += [Change(section, key, found) for key, found in details.items() if found]
    return Difference(tuple(added), tuple(changed), tuple(removed), kept)


def changed_fields(before: Spec, after: Spec) -> tuple[str, ...]:
    """What is other in one object, field by field."""
    return tuple(_details(before.body(), after.body(), ()))


def _details(old: Any, new: Any, at: Path) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _member(old.get(key), new.get(key), (*at, key))
        if list(old) != list(new) and set(old) == set(new):
            yield f"{path_text(at)}: {', '.join(old)} -> {', '.join(new)}"
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _member(_at(old, index), _at(new, index), (*at, index))
    elif old != new:
        yield f"{path_text(at)}: {_value(old)} -> {_value(new)}"


def _member(old: Any, new: Any, at: Path) -> Iterator[str]:
    if old is None:
        yield f"{path_text(at)}: + {_value(new)}"
    elif new is None:
        yield f"{path_text(at)}: - {_value(old)}"
    else:
        yield from _details(old, new, at)


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
