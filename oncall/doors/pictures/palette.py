"""The colours of pictures: told apart by the colour-blind, and legible in the light and in the dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Theme(StrEnum):
    """Light, dark, or what the device prefers."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours, as CSS takes them: of the paper, by name, and of people, each with the ink that is read on it."""

    named: Mapping[str, str]
    people: tuple[tuple[str, str], ...]


_WHITE, _INK, _NIGHT = "#ffffff", "#18212b", "#0b1016"

LIGHT = Palette(
    named={
        "card": _WHITE,
        "ink": _INK,
        "muted": "#566271",
        "line": "#dfe3e8",
        "lane": "#f4f5f7",
        "weekend": "#eceff3",
        "holiday": "#e4e2f3",
        "holiday-ink": "#5b4a9e",
        "today": "#0b6b66",
        "today-ink": _WHITE,
        "gap": "#fdebe9",
        "gap-line": "#b3261e",
        "gap-ink": "#8f1d17",
        "away": "#e3e7ec",
        "away-line": "#8893a1",
    },
    people=(
        ("#2972d6", _WHITE),
        ("#f08718", _INK),
        ("#9d4382", _WHITE),
        ("#59bdfe", _INK),
        ("#0e6400", _WHITE),
        ("#fbd738", _INK),
        ("#3d1e70", _WHITE),
        ("#b78298", _INK),
    ),
)
DARK = Palette(
    named={
        "card": "#151d26",
        "ink": "#e7ecf2",
        "muted": "#9aa8b7",
        "line": "#2f3b48",
        "lane": "#1b2530",
        "weekend": "#202b37",
        "holiday": "#2b2945",
        "holiday-ink": "#b9aef5",
        "today": "#5fd0c5",
        "today-ink": "#06231f",
        "gap": "#3a1b1a",
        "gap-line": "#ff9c92",
        "gap-ink": "#ffb9b2",
        "away": "#2a3642",
        "away-line": "#8494a5",
    },
    people=tuple(
        (colour, _NIGHT)
        for colour in ("#3691ee", "#d9a520", "#c186a3", "#a9edff", "#729a3e", "#f8e262", "#a3b3fc", "#d8c2b0")
    ),
)

COLOURS = len(LIGHT.people)
"""How many people have a colour of their own; the next ones have the same with a mark."""
