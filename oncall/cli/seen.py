"""A schedule as commands look at it, in a document or in the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from oncall.cli.sources import directory_of
from schedules import Span

if TYPE_CHECKING:
    from oncall.doors.looking import Look


def seen_of(schedule: str, since: datetime, until: datetime, config: Path | None, data: Path | None) -> Look:
    """What a schedule comes to from `since` to `until`; refuses times the wrong way round, raises NotFoundError."""
    from oncall.doors.looking import LONGEST, look, look_at, standing  # noqa: PLC0415  half a second of libraries

    if not since < until <= since + LONGEST:
        raise click.BadParameter(f"is not after --since by at most {LONGEST.days} days", param_hint="--until")
    if config is not None:
        directory = directory_of(config, data)
        found = standing(directory, schedule)
        return look_at(directory, schedule, found, found.final(since, until), Span(since, until))
    from oncall.cli.connect import connected  # noqa: PLC0415  a file alone needs no database

    with connected(data) as context:
        return look(context, schedule, since, until)
