"""Measure everything and print one table: `make bench`, or one part of it with `make bench ARGS=schedules`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table

from benchmarks import claims, cost, enqueue, idle, paging, schedules, simulate, stored_schedules, timers
from benchmarks.machine import describe
from benchmarks.row import Row

MEASURES: dict[str, Callable[[], Iterable[Row]]] = {
    "schedules": schedules.measure,
    "stored": stored_schedules.measure,
    "simulate": simulate.measure,
    "enqueue": enqueue.measure,
    "paging": paging.measure,
    "timers": timers.measure,
    "claims": claims.measure,
    "cost": cost.measure,
    "idle": idle.measure,
}


def main(names: list[str]) -> None:
    """Run the measures named, or all, and print what they found."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"there is no measure {unknown[0]!r}; there are: {', '.join(MEASURES)}")
    table = Table("what", "figure", "goal", "beside it", "ratio", title=describe())
    for name in names or MEASURES:
        for row in MEASURES[name]():
            table.add_row(*row)
        table.add_section()
    Console(width=200).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
