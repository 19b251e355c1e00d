"""What commands print: JSON for programs, small tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import rich_click as click
from rich.console import Console
from rich.table import Table

from schedules import wall_time

_WIDTH_OF_A_FILE = 120


def print_json(value: Any) -> None:
    """Print one JSON document on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings, as wide as the terminal; into a file or a pipe as wide as 120 characters."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_OF_A_FILE)
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def local(at: datetime, zone: str) -> str:
    """An instant on the wall clock of a zone, for people: `Wed 2026-03-18 09:07`."""
    return wall_time(at, zone).strftime("%a %Y-%m-%d %H:%M")
