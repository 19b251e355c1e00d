"""Where a command's configuration comes from: a file that is named, or the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import rich_click as click

from oncall.document.directory import build_directory
from oncall.document.faults import unknown
from oncall.document.load import load_document
from oncall.domain.directory import Directory
from oncall.errors import InvalidInputError, NotFoundError, RefusedError

T = TypeVar("T")


def directory_of(config: Path | None, data: Path | None) -> Directory:
    """What the document at `config` says, or without one what the database holds."""
    if config is not None:
        with faults_of(config):
            return build_directory(load_document(text_of(config)))
    from oncall.cli.connect import connected  # noqa: PLC0415  half a second of libraries that a file alone does not need

    with connected(data) as context, context.database.read() as session:
        return context.directory(session)


def named(what: str, key: str, known: Mapping[str, T]) -> T:
    """The object of that id; raises NotFoundError with the nearest id that there is."""
    if key not in known:
        raise NotFoundError(unknown(what, key, known))
    return known[key]


def text_of(file: Path) -> str:
    """What a file says, or for `-` standard input; refuses what is not UTF-8 text."""
    try:
        with click.open_file(str(file), encoding="utf-8") as opened:
            return str(opened.read())
    except UnicodeDecodeError as error:
        raise RefusedError(f"{file}: is not UTF-8 text: {error.reason} at byte {error.start}") from error


@contextmanager
def faults_of(file: Path) -> Iterator[None]:
    """Put the file's name before each fault that is found meanwhile."""
    try:
        yield
    except InvalidInputError as error:
        raise RefusedError("\n".join(f"{file}: {fault}" for fault in error.faults)) from error
