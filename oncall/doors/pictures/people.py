"""People in a picture: their names as short as need be, and colours that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zlib import crc32


def labels(names: Mapping[str, str], user: str) -> tuple[str, ...]:
    """What somebody may be called, the longest first: `Ana Ruiz`, `Ana R.`, `Ana`, `AR`."""
    name = names.get(user) or user
    first, *others = name.split() or [name]
    if not others:
        return tuple(dict.fromkeys((name, name[:2].capitalize())))
    return name, f"{first} {others[-1][:1]}.", first, first[:1] + others[-1][:1]


def takes_over(names: Mapping[str, str], user: str, replaced: str | None) -> tuple[str, ...]:
    """The same for somebody who takes another one's place: `Ana Ruiz for Bo Lindqvist`, `Ana for Bo`, and so on."""
    own = labels(names, user)
    if replaced is None:
        return own
    other = labels(names, replaced)
    return f"{own[0]} for {other[0]}", f"{_given(own)} for {_given(other)}", *own


def _given(own: tuple[str, ...]) -> str:
    return own[-2] if len(own) > 1 else own[0]


def places(people: Iterable[str], colours: int) -> dict[str, int]:
    """Which colour each person has, by its number; more people than colours go round again, counting on.

    Each has a colour of their own by their id, so that it is mostly the same in every schedule. Who comes to a colour that
    is taken gets the next free one: nobody's changes when others are added behind them.
    """
    found: dict[str, int] = {}
    for user in people:
        taken = set(found.values())
        first = crc32(user.encode()) % colours
        rounds = len(found) // colours * colours
        candidates = (rounds + (first + step) % colours for step in range(colours))
        found[user] = next(place for place in candidates if place not in taken)
    return found
