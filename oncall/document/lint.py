"""The judge of a document: what is wrong with it, and what is risky though it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from oncall.document.directory import build_directory
from oncall.document.faults import path_text
from oncall.document.feeds import Fetch, read_feeds, unread, with_feeds
from oncall.document.load import check_document, parse_document
from oncall.document.risks import risks
from oncall.domain.in_words import in_words
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong or risky in a document, and where nothing is wrong its support policies in words, by their ids."""

    findings: tuple[Finding, ...]
    policies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        """Whether the document cannot be applied."""
        return any(finding.level == "error" for finding in self.findings)


def lint(text: str, now: datetime, fetch: Fetch = unread) -> Judgement:
    """Everything that is wrong with a document or, where nothing is, everything that is risky from `now` on.

    The feeds that it names are read by `fetch`; one that cannot be read is wrong.
    """
    parsed = parse_document(text)
    try:
        document = check_document(parsed)
        feeds = read_feeds(document, fetch, now)
        document = with_feeds(parsed.require(feeds.faults()), feeds.days)
    except InvalidInputError as error:
        return Judgement(tuple(Finding("error", fault.path, fault.message, fault.line) for fault in error.faults))
    directory = build_directory(document)
    found = ((parsed.text.line_of(path), path_text(path), message) for path, message in risks(document, directory, now))
    return Judgement(
        tuple(Finding("warning", path, message, line) for line, path, message in sorted(found, key=_place)),
        {key: in_words(policy, directory) for key, policy in directory.support_policies.items()},
    )


def _place(found: tuple[int | None, str, str]) -> int:
    return found[0] or 0
