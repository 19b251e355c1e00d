"""What was made once and may be had again: made anew only where what it is made of has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Values by what they are, each with what it was made of; threads may share it."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], tuple[Sequence[object], object, Any]] = {}

    def made(self, section: str, key: str, parts: Sequence[object], values: object, make: Callable[[], T]) -> T:
        """What `make` returns, or what it returned before where it would be made of the same; None is not kept.

        The same are `parts` that are the very same objects, since mappings are equal in any order and the order may mean
        something; and `values` that are equal.
        """
        before = self._made.get((section, key))
        if before is not None and _are_the_same(before[0], parts) and before[1] == values:
            kept: T = before[2]
            return kept
        made = make()
        if made is not None:
            self._made[section, key] = (parts, values, made)
        return made


def _are_the_same(before: Sequence[object], after: Sequence[object]) -> bool:
    return len(before) == len(after) and all(old is new for old, new in zip(before, after, strict=True))
