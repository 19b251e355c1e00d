"""Colours that can be told apart and read on, by everybody."""

from itertools import combinations
from math import dist

import pytest

from oncall.doors.pictures.palette import DARK, LIGHT, Palette

TEXT, GRAPHIC, APART = 4.5, 3.0, 0.075
# How those see who lack one kind of cones (Machado, Oliveira and Fernandes 2009), in linear RGB.
SIGHTS = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0521)),
    "deuteranopia": ((0.3673, 0.8606, -0.2280), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
    "tritanopia": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}
THEMES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2."""
    dim, bright = sorted(
        sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear(each), strict=True)) for each in (one, other)
    )
    return (bright + 0.05) / (dim + 0.05)


def seen(colour: str, sight: str) -> list[float]:
    """The colour in OKLab as it is seen."""
    light = linear(colour)
    red, green, blue = (max(0, sum(a * b for a, b in zip(row, light, strict=True))) for row in SIGHTS[sight])
    long, middle, short = (
        (a * red + b * green + c * blue) ** (1 / 3)
        for a, b, c in ((0.41222, 0.53633, 0.05145), (0.21190, 0.68070, 0.10740), (0.08830, 0.28172, 0.62998))
    )
    rows = ((0.21045, 0.79362, -0.00407), (1.97800, -2.42859, 0.45059), (0.02590, 0.78277, -0.80868))
    return [a * long + b * middle + c * short for a, b, c in rows]


@THEMES
def test_names_are_legible_on_everybodys_colour(palette: Palette) -> None:
    assert [colour for colour, ink in palette.people if contrast(colour, ink) < TEXT] == []


@THEMES
@pytest.mark.parametrize("ink", ["ink", "muted"])
def test_texts_are_legible_on_whatever_may_lie_behind_them(palette: Palette, ink: str) -> None:
    behind = ("card", "weekend", "holiday")

    assert [name for name in behind if contrast(palette.named[ink], palette.named[name]) < TEXT] == []


@THEMES
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("gap-ink", "gap", TEXT),
        ("ink", "away", TEXT),
        ("today-ink", "today", TEXT),
        ("holiday-ink", "card", TEXT),
        ("gap-line", "card", GRAPHIC),
        ("gap-line", "holiday", GRAPHIC),
        ("today", "card", GRAPHIC),
    ],
)
def test_marks_are_seen(palette: Palette, ink: str, paper: str, least: float) -> None:
    assert contrast(palette.named[ink], palette.named[paper]) >= least


@THEMES
@pytest.mark.parametrize("sight", SIGHTS)
def test_people_are_told_apart_by_all_who_see(palette: Palette, sight: str) -> None:
    colours = [colour for colour, _ in palette.people]

    assert [(a, b) for a, b in combinations(colours, 2) if dist(seen(a, sight), seen(b, sight)) < APART] == []
