"""Figures that a test has found out: printed at the end of a run also when all is well, and kept as files."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

FIGURES = "figures"
LONGEST_KEY = 32

Record = tuple[str, object]


def keep(request: pytest.FixtureRequest, title: str, figures: Iterable[Record]) -> None:
    """Have them printed, and write them to `.pytest_cache/d/figures`."""
    lines = [title, *(f"  {key:<{LONGEST_KEY}} {value}" for key, value in figures)]
    text = "\n".join(lines)
    request.node.user_properties.append((FIGURES, text))
    file = request.config.cache.mkdir(FIGURES) / f"{request.node.name}.txt"
    file.write_text(f"{text}\n", encoding="utf-8")


def write_summary(reporter: pytest.TerminalReporter) -> None:
    """Print what tests have kept, of this process or of those that ran them for it."""
    reports = (report for found in reporter.stats.values() for report in found)
    texts = [
        str(value)
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == FIGURES
    ]
    if texts:
        reporter.section("figures")
        for text in texts:
            reporter.line(text)
