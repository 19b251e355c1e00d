"""Measure everything and print one table: `make bench`, or one part of it with `make bench ARGS=schedules`."""

import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks import idle, paging, schedules, simulate, stored_schedules
from benchmarks.machine import describe

MEASURES: dict[str, Callable[[], list[tuple[str, ...]]]] = {
    "schedules": schedules.measure,
    "stored": stored_schedules.measure,
    "simulate": simulate.measure,
    "paging": paging.measure,
    "idle": idle.measure,
}


def main(names: list[str]) -> None:
    """Run the measures named, or all, and print what they found."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"there is no measure {unknown[0]!r}; there are: {', '.join(MEASURES)}")
    table = Table("what", "figure", "dateutil.rrule", "icalendar + recurring-ical-events", title=describe())
    for name in names or MEASURES:
        for row in MEASURES[name]():
            table.add_row(*row)
        table.add_section()
    Console(width=140).print(table)


main(sys.argv[1:])
