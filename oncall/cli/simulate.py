"""`oncall simulate`: what would happen, by the engine's own decisions on a virtual clock."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice, repeat
from pathlib import Path
from typing import IO, TextIO, cast

import orjson
import rich_click as click

from oncall.cli import options
from oncall.cli.sources import directory_of, faults_of
from oncall.domain.directory import Directory
from oncall.errors import RefusedError
from oncall.simulate import Event, in_order
from oncall.simulate import simulate as simulated
from oncall.simulate.lines import are_in_order, events_of
from oncall.simulate.timeline import Timeline

_IN_MEMORY = 16 * 1024 * 1024
_AT_ONCE = 500


@click.command
@click.option(
    "--events",
    "source",
    type=options.FILE,
    required=True,
    help="What happens: a JSON object a line; - is standard input.",
)
@click.option(
    "--until", type=options.INSTANT, help="The last instant [until nothing is due, or 7 days past the last event]."
)
@options.config
@options.data
@options.as_json
def simulate(source: Path, until: datetime | None, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Say what would happen: who is paged when, by which way and why, and why nobody is.

    Without --json it tells a story, a day at a time. With it, it prints the log, one JSON object a line.

    Example: echo '{"at": "2026-11-22T02:13:00Z", "do": "trigger", "incident": "a", "service": "api"}' |
    oncall simulate --config examples/demo.yaml --events -
    """
    if str(source) == str(config) == "-":
        raise click.UsageError("standard input can be --config or --events, not both")
    directory = directory_of(config, data)
    with _rereadable(source) as lines, faults_of(source):
        events = _events(lines, directory)
        if as_json:
            log = simulated(events, directory, until)
            # As `dumps(entry, option=...)`, without making its keyword anew for each of millions.
            _print_all(map(orjson.dumps, log, repeat(None), repeat(orjson.OPT_APPEND_NEWLINE)))
        else:
            sys.stdout.writelines(f"{line}\n" for line in Timeline(directory).told(events, until))


def _print_all(lines: Iterable[bytes]) -> None:
    """Print millions of lines, some hundreds at a time, which asks less of the system."""
    while some := b"".join(islice(lines, _AT_ONCE)):
        sys.stdout.buffer.write(some)


def _events(lines: TextIO, directory: Directory) -> Iterable[Event]:
    """The events in order of time; what comes in that order is not kept."""
    sorted_ = are_in_order(lines, directory.services)
    lines.seek(0)
    events = events_of(lines, directory.services)
    return events if sorted_ else in_order(events)


@contextmanager
def _rereadable(file: Path) -> Iterator[TextIO]:
    """The lines of a file, which can be read twice also where the file is a pipe; refuses what is not UTF-8 text."""
    with click.open_file(str(file), "rb") as opened, tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        source = cast("IO[bytes]", opened)
        if not source.seekable() or str(file) == "-":
            shutil.copyfileobj(source, copy)
            copy.seek(0)
            source = cast("IO[bytes]", copy)
        try:
            yield io.TextIOWrapper(source, encoding="utf-8-sig", newline="\n")
        except UnicodeDecodeError as error:
            raise RefusedError(f"{file}: is not UTF-8 text: {error.reason}") from error
