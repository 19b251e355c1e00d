"""The options that several commands share, and the kinds of value that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from schedules import ScheduleError, parse_instant


class Read(click.ParamType[Any]):
    """What a reader of the `schedules` package makes of a text; what it refuses is wrong usage."""

    def __init__(self, name: str, reader: Callable[[str], object]) -> None:
        self.name = name
        self._reader = reader

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """The value, read once."""
        if not isinstance(value, str):
            return value
        try:
            return self._reader(value)
        except ScheduleError as error:
            self.fail(str(error), param, ctx)


INSTANT = Read("instant", parse_instant)
FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)

known_at = click.option("--known-at", type=INSTANT, help="As far as was recorded by this instant [now].")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
config = click.option("--config", type=FILE, help="Read this document alone, and no database.")
port = click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="The port to listen on."
)
data = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Where the embedded database lives [.data]."
)


def pairs(fields: Sequence[str]) -> dict[str, str]:
    """What `--field NAME=VALUE` says, as often as it was given."""
    parted = [field.partition("=") for field in fields]
    wrong = [name for name, sign, _ in parted if not sign or not name]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE", param_hint="--field")
    return {name: value for name, _, value in parted}
