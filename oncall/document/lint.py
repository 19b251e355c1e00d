"""The judge of a document: what is wrong with it, and what is risky though it is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from oncall.document.faults import path_text
from oncall.document.load import check_document, parse_document
from oncall.document.risks import risks
from oncall.errors import FieldFault, InvalidInputError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a look: an `error` keeps the document from being applied, a `warning` does not."""

    level: Literal["error", "warning"]
    path: str
    message: str
    line: int | None

    def __str__(self) -> str:
        return f"{self.level}: {FieldFault(self.path, self.message, self.line)}"

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {"level": self.level, "path": self.path, "line": self.line, "message": self.message}


def lint(text: str, now: datetime) -> tuple[Finding, ...]:
    """Everything that is wrong with a document or, where nothing is, everything that is risky from `now` on."""
    parsed = parse_document(text)
    try:
        document = check_document(parsed)
    except InvalidInputError as error:
        return tuple(Finding("error", fault.path, fault.message, fault.line) for fault in error.faults)
    found = ((parsed.text.line_of(path), path_text(path), message) for path, message in risks(document, now))
    return tuple(Finding("warning", path, message, line) for line, path, message in sorted(found, key=_place))


def _place(found: tuple[int | None, str, str]) -> int:
    return found[0] or 0
