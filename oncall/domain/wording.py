"""The words of a page: one incident in a few lines, or as many of a bundle as are read at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

_LONGEST_TITLE = 100
_TITLES_IN_BUNDLE = (50, 30, 15)
_LONGEST_TEXT = 2500
_SEGMENTS = 6
_LETTERS_IN_SEGMENT, _SIGNS_IN_SEGMENT = 153, 67
_OTHER_SIGNS = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà !\"#%&'()*+,-./:;<=>?"
_LETTERS = frozenset(_OTHER_SIGNS + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DOUBLE_LETTERS = frozenset("^{}\\[~]|€")


class Line(Protocol):
    """What a message says of one incident; `title` is None where nothing but the number may leave."""

    @property
    def number(self) -> int:
        """The incident's number."""

    @property
    def service(self) -> str:
        """What broke."""

    @property
    def severity(self) -> str:
        """How grave it is."""

    @property
    def title(self) -> str | None:
        """What is wrong, in the sender's words."""

    @property
    def url(self) -> str:
        """Where to read on, after a log-in."""

    @property
    def code(self) -> str:
        """What answers this page by SMS."""

    @property
    def may_resolve(self) -> bool:
        """Whether a reply may resolve it."""


def page_text(lines: Sequence[Line], method: str, listing: str) -> str:
    """The text of a page for one or several incidents, short enough for `method`, and how to answer where a code does.

    Of a bundle that is too long the first incidents are named, and `listing` is where the others are read of.
    """
    if len(lines) == 1:
        return _single_text(lines[0], method)
    for longest in _TITLES_IN_BUNDLE:
        text = _bundle_text(lines, len(lines), longest, method, listing)
        if is_short(text, method):
            return text
    named = len(lines) - 1
    while named > 1 and not is_short(_bundle_text(lines, named, longest, method, listing), method):
        named -= 1
    return _bundle_text(lines, named, longest, method, listing)


def is_short(text: str, method: str) -> bool:
    """Whether a text is no longer than people read: by SMS six segments, which hold fewer signs than letters (3GPP TS 23.038)."""
    if method != "sms":
        return len(text) <= _LONGEST_TEXT
    if all(sign in _LETTERS or sign in _DOUBLE_LETTERS for sign in text):
        letters = len(text) + sum(sign in _DOUBLE_LETTERS for sign in text)
        return letters <= _SEGMENTS * _LETTERS_IN_SEGMENT
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= _SEGMENTS * _SIGNS_IN_SEGMENT


def subject(line: Line, longest_title: int = _LONGEST_TITLE) -> str:
    """One incident in one line: `#12 SEV1 cloud: database down`; of a sensitive one the number alone."""
    if line.title is None:
        return f"#{line.number} Sensitive incident: log in to read it"
    return f"#{line.number} {line.severity.upper()} {line.service}: {shortened(line.title, longest_title)}"


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut to `longest` characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[: longest - 3].rstrip()}..."


def _single_text(line: Line, method: str) -> str:
    parts = [subject(line), line.url]
    if method == "sms":
        resolve = f", {line.code} r to resolve" if line.may_resolve else ""
        parts.insert(1, f"Reply {line.code} to acknowledge, {line.code} e to escalate{resolve}.")
    return "\n".join(parts)


def _bundle_text(lines: Sequence[Line], named: int, longest: int, method: str, listing: str) -> str:
    parts = [f"{len(lines)} incidents:"]
    parts += [f"{subject(line, longest)}{_code(line, method)}" for line in lines[:named]]
    if named < len(lines):
        parts.append(f"and {len(lines) - named} more: {listing}")
    if method == "sms":
        parts.append("Reply with a code to acknowledge that incident.")
    return "\n".join(parts)


def _code(line: Line, method: str) -> str:
    return f" ({line.code})" if method == "sms" else ""
