"""Texts that fit into a width: estimated from above, as a server knows no fonts."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

_NARROW = frozenset("fijlrtI.,:;'!|()[] -")
_BROAD = frozenset("mwMWQO@%")
_NARROW_EM, _DIGIT_EM, _LOWER_EM, _UPPER_EM, _BROAD_EM, _FULL_EM = 0.39, 0.62, 0.62, 0.75, 0.98, 1.05


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
        return _FULL_EM
    if sign in _NARROW:
        return _NARROW_EM
    if sign in _BROAD:
        return _BROAD_EM
    if sign.isdecimal() or sign.islower():
        return _DIGIT_EM
    return _UPPER_EM
