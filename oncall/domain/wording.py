"""The words of a page: one incident in a few lines, a few by a line each, and of many how many there are of each service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

MOST_WITH_OWN_CODE = 12
"""How many incidents a text message lists with a code each; of more one code answers for all."""

_LONGEST_TITLE = 100
_TITLES_IN_BUNDLE = (50, 30, 15)
_LONGEST_TEXT = 2500
_SEGMENTS = 6
_FEW_SEGMENTS = 2
_MOST_LISTED = 25
_LONGEST_SERVICE = 40
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


L = TypeVar("L", bound=Line)


def page_text(lines: Sequence[Line], method: str, listing: str) -> str:
    """The text of a page for one or several incidents, short enough for `method`, and how to answer where a code does.

    By SMS more than MOST_WITH_OWN_CODE are told by service, with one code for all of them. By other ways what is too long to
    be listed whole says after that how many there are, and `listing` is where they are read of.
    """
    once = list({line.number: line for line in reversed(lines)}.values())[::-1]
    if len(once) == 1:
        return _single_text(once[0], method)
    if method == "sms" and len(once) > MOST_WITH_OWN_CODE:
        return _many_text(once, listing)
    for longest in _TITLES_IN_BUNDLE if len(once) <= _MOST_LISTED else ():
        text = _bundle_text(once, len(once), longest, method, listing)
        if is_short(text, method):
            return text
    longest, named = _TITLES_IN_BUNDLE[-1], min(len(once) - 1, _MOST_LISTED)
    while named > 1 and not is_short(_bundle_text(once, named, longest, method, listing), method):
        named -= 1
    return _bundle_text(once, named, longest, method, listing)


def by_service(lines: Iterable[L]) -> dict[str, list[L]]:
    """The incidents of each service, in the order in which the services are first named; none for what is sensitive."""
    found: dict[str, list[L]] = {}
    for line in lines:
        if line.title is not None:
            found.setdefault(line.service, []).append(line)
    return found


def is_short(text: str, method: str) -> bool:
    """Whether a text is no longer than people read: by SMS six segments, which hold fewer signs than letters (3GPP TS 23.038)."""
    return _fits(text, _SEGMENTS) if method == "sms" else len(text) <= _LONGEST_TEXT


def _fits(text: str, segments: int) -> bool:
    if all(sign in _LETTERS or sign in _DOUBLE_LETTERS for sign in text):
        letters = len(text) + sum(sign in _DOUBLE_LETTERS for sign in text)
        return letters <= segments * _LETTERS_IN_SEGMENT
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= segments * _SIGNS_IN_SEGMENT


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
    parts = [f"{len(lines):,} incidents:"]
    parts += [f"{subject(line, longest)}{_code(line, method)}" for line in lines[:named]]
    if named < len(lines):
        parts.append(f"and {len(lines) - named:,} more: {listing}")
    if method == "sms":
        parts.append(f"Reply with a code to acknowledge that incident, {lines[0].code} a for all.")
    return "\n".join(parts)


def _code(line: Line, method: str) -> str:
    return f" ({line.code})" if method == "sms" else ""


def _many_text(lines: Sequence[Line], listing: str) -> str:
    """Many in two segments of an SMS: the first of each of a few services, and how many there are."""
    ends = [listing, f"Reply {lines[0].code} to acknowledge all."]
    for services, titles, longest in ((3, 2, 40), (3, 2, 20), (2, 2, 20), (2, 1, 20), (1, 1, 20)):
        text = "\n".join([*_counted(lines, services, titles, longest), *ends])
        if _fits(text, _FEW_SEGMENTS):
            return text
    return "\n".join([f"{len(lines):,} incidents.", *ends])


def _counted(lines: Sequence[Line], services: int, titles: int, longest: int) -> Iterator[str]:
    """A line for each of so many services, and how many incidents there are beside those."""
    known = list(by_service(lines).items())
    for service, own in known[:services]:
        named = ", ".join(shortened(line.title or "", longest) for line in own[:titles])
        more = f" and {len(own) - titles:,} more ({len(own):,} in all)" if len(own) > titles else ""
        yield f"{own[0].severity.upper()} {shortened(service, _LONGEST_SERVICE)}: {named}{more}"
    others = known[services:]
    if others:
        yield f"and {sum(len(own) for _, own in others):,} of {len(others):,} other services"
    sensitive = [line for line in lines if line.title is None]
    if sensitive:
        more = f" and {len(sensitive) - 1:,} more" if len(sensitive) > 1 else ""
        yield f"#{sensitive[0].number}{more}: sensitive"
