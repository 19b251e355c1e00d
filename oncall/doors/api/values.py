"""The small types that the API's models are made of, and lists cut into pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from oncall.errors import NotFoundError
from schedules import ScheduleError, format_instant, parse_instant

_DATE_TIME = {"type": "string", "format": "date-time"}


# An offset's + that is not escaped in an address arrives as a space.
_PLUS_IN_ADDRESS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be a text such as 2026-03-18T08:07:00Z")  # noqa: TRY004  pydantic collects ValueErrors only
    try:
        return parse_instant(_PLUS_IN_ADDRESS.sub("+", value))
    except ScheduleError as error:
        raise ValueError(error.message) from error


InstantIn = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema(_DATE_TIME)]
"""An instant as sent: ISO 8601 with an offset or `Z`; a time without one is refused."""

InstantOut = Annotated[datetime, PlainSerializer(format_instant, return_type=str), WithJsonSchema(_DATE_TIME)]
"""An instant as answered: UTC, with `Z`."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x01-\x1f\x7f]+$")]
"""A name or a key: something, not too much, and no control characters; NUL has been mended before."""

Text = Annotated[str, StringConstraints(pattern=r"\S")]
"""A text that says something."""

Limit = Annotated[int, Field(ge=1, le=200)]
"""How many items a page of a list holds."""

PartLimit = Annotated[int, Field(ge=1, le=1000)]
"""How many entries a part of a plain list holds."""

Cursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
"""Where the next page of a list begins: the `next_cursor` of the page before, and nothing else."""


class Numbered(Protocol):
    """Whatever is listed by its number."""

    @property
    def id(self) -> int:
        """The number."""


Item = TypeVar("Item")
Record = TypeVar("Record", bound=Numbered)


def page_after(records: Sequence[Record], cursor: str | None, limit: int) -> tuple[Sequence[Record], str | None]:
    """The records after the one that `cursor` names, and the next cursor; they are in the order of their ids."""
    left = [record for record in records if record.id > int(cursor or 0)]
    page = left[:limit]
    return page, str(page[-1].id) if len(left) > limit else None


def part_after(items: Sequence[Item], cursor: str | None, limit: int) -> tuple[Sequence[Item], str | None]:
    """The items of a list that only grows, from the place that `cursor` names, and the next cursor."""
    start = int(cursor or 0)
    end = start + limit
    return items[start:end], str(end) if end < len(items) else None


def id_in(text: str) -> int:
    """The number that a path holds; raises NotFoundError for what is none."""
    if not re.fullmatch("[0-9]{1,9}", text):
        raise NotFoundError(f"there is nothing with the id {text!r}: ids are numbers")
    return int(text)
