"""Where a command's configuration comes from: a file that is named, or the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click

from oncall.cli import options
from oncall.cli.elsewhere import feeds_beside
from oncall.clock import SystemClock
from oncall.document.directory import build_directory
from oncall.document.faults import unknown
from oncall.document.load import load_with_feeds
from oncall.domain.directory import Directory, User
from oncall.errors import InvalidInputError, NotFoundError, RefusedError
from schedules import Schedule
from schedules.history import History

T = TypeVar("T")


def directory_of(config: Path | None, data: Path | None) -> Directory:
    """What the document at `config` says, or without one what the database holds."""
    if config is not None:
        with faults_of(config):
            return build_directory(load_with_feeds(text_of(config), feeds_beside(config), SystemClock().now()))
    from oncall.cli.connect import connected  # noqa: PLC0415  half a second of libraries that a file alone does not need

    with connected(data) as context, context.database.read() as session:
        return context.directory(session)


@dataclass(frozen=True, slots=True)
class Rota:
    """What says who is on call, by the schedule's id, and the people by theirs."""

    answering: Mapping[str, Schedule] | Mapping[str, History]
    users: Mapping[str, User]

    def name(self, user: str) -> str:
        """What a person is called: of one who is gone the id alone is left."""
        known = self.users.get(user)
        return user if known is None else known.name


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rota is read: in the document at `config` alone, else in the database, as it was known at an instant."""

    config: Path | None
    data: Path | None
    known_at: datetime | None


def from_source(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name the source of a rota, and hand them on as one `source`."""

    @wraps(command)
    def with_source(*, config: Path | None, data: Path | None, known_at: datetime | None, **others: Any) -> None:
        if config is not None and known_at is not None:
            raise click.BadParameter("a document knows no history: leave out --config", param_hint="--known-at")
        command(source=Source(config, data, known_at), **others)

    return options.known_at(options.config(options.data(with_source)))


def rota_of(source: Source, since: datetime | None, schedule: str | None) -> Rota:
    """What says who is on call from `since` on, None for now, by one schedule or by all.

    A document says so for all times; the database for the past as it stood then.
    """
    if source.config is not None:
        directory = directory_of(source.config, source.data)
        chosen = directory.schedules
        if schedule is not None:
            chosen = {schedule: named("schedule", schedule, directory.schedules)}
        return Rota(chosen, directory.users)
    from oncall.cli.connect import connected  # noqa: PLC0415  half a second of libraries that a file alone does not need
    from oncall.operations.history import answering  # noqa: PLC0415  likewise

    with connected(source.data) as context, context.database.read() as session:
        found = answering(context, session, since, source.known_at, schedule)
        return Rota(found, context.directory(session).users)


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
