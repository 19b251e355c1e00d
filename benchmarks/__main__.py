"""Measure everything and print one table: `make bench`, or one part of it with `make bench ARGS=schedules`."""

import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks import idle, paging, schedules, simulate
from benchmarks.machine import describe

MEASURES: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "schedules": schedules.measure,
    "simulate": simulate.measure,
    "paging": paging.measure,
    "idle": idle.measure,
}


def main(names: list[str]) -> None:
    """Run the measures named, or all, and print what they found."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"there is no measure {unknown[0]!r}; there are: {', '.join(MEASURES)}")
    table = Table("what", "figure", title=describe())
    for name in names or MEASURES:
        for what, figure in MEASURES[name]():
            table.add_row(what, figure)
        table.add_section()
    Console(width=120).print(table)


main(sys.argv[1:])
