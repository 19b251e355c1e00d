"""Texts that fit into a width: estimated from above, as a server knows no fonts."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

# Shares of the size, as the widest of those fonts has them in bold (DejaVu Sans).
_WIDTHS = dict.fromkeys("ijlI.,:;'!| ", 0.38) | dict.fromkeys("frt()[]-/", 0.5) | dict.fromkeys("mwMWQO@%", 1.06)
_LOWER, _DIGIT, _OTHER, _FULL = 0.69, 0.7, 0.82, 1.05


def text_width(text: str, size: float) -> float:
    """How wide a text is at most, in the fonts that systems have, half bold."""
    return sum(map(_em, text)) * size


def fitting(texts: Sequence[str], width: float, size: float) -> str:
    """The first of the texts that fits; empty where none does."""
    return next((text for text in texts if text_width(text, size) <= width), "")


def shortened(text: str, width: float, size: float) -> str:
    """As much of a text as fits, with an ellipsis where that is not all of it."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1].rstrip()
    return f"{text}…" if text else ""


def _em(sign: str) -> float:
    if combining(sign):
        return 0
    if east_asian_width(sign) in "WF":
        return _FULL
    if sign in _WIDTHS:
        return _WIDTHS[sign]
    if sign.islower():
        return _LOWER
    return _DIGIT if sign.isdecimal() else _OTHER
