"""What people are told of an edit that has changed their shifts: one message each, by the first of their ways."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from oncall.domain.directory import Directory, Urgency, User
from oncall.domain.draft import Notice
from oncall.domain.paging import attempts
from oncall.domain.preview import Preview
from oncall.domain.previewed import in_preview
from oncall.domain.wording import is_short
from schedules import Shift, Span

_SOON = timedelta(hours=48)
_MOST_NAMED = 5
_BY_ANY_WAY = "sms"


def change_notices(
    preview: Preview, who: str | None, told: Collection[str], directory: Directory, link: str, key: str
) -> tuple[Notice, ...]:
    """For each of `told` what they gain and lose, on their own clock, of high urgency where any of it is soon.

    `who` made the edit, in the words for people, None for no person; `key` is the edit's own. Nobody is told whom nothing
    concerns or no way reaches.
    """
    users = (directory.users[user] for user in sorted(told) if user in directory.users)
    return tuple(notice for user in users for notice in _notice(preview, who, user, link, key))


def _notice(preview: Preview, who: str | None, user: User, link: str, key: str) -> Iterator[Notice]:
    theirs = sorted(_theirs(preview, user.id))
    if not theirs:
        return
    urgency = Urgency.HIGH if theirs[0][0].start < preview.since + _SOON else Urgency.LOW
    ways = attempts(user, urgency, f"shifts.{key}.{user.id}", preview.since)[:1]
    if ways:
        lines = [_line(span, sign, schedule, preview, user.time_zone) for span, sign, schedule in theirs]
        by = f", by {who}" if who is not None else ""
        head = f"Your shifts have changed{by} ({user.time_zone}):"
        yield Notice(user.id, urgency, _text(head, lines, link), ways)


def _theirs(preview: Preview, user: str) -> Iterator[tuple[Span, str, str]]:
    for change in preview.schedules:
        for sign, shifts in (("+", change.changes.gained), ("-", change.changes.lost)):
            yield from ((Span(shift.start, shift.end), sign, change.schedule) for shift in _of(user, shifts))


def _of(user: str, shifts: Sequence[Shift]) -> Iterator[Shift]:
    return (shift for shift in shifts if shift.user == user)


def _line(span: Span, sign: str, schedule: str, preview: Preview, zone: str) -> str:
    what = "on call for" if sign == "+" else "no longer on call for"
    return f"{sign} {what} {schedule}, {in_preview(span, preview, zone)}"


def _text(head: str, lines: Sequence[str], link: str) -> str:
    """The first few lines, or as many as are short enough for any way, and how many more there are."""
    for named in range(min(len(lines), _MOST_NAMED), 0, -1):
        more = [f"and {len(lines) - named} more"] if named < len(lines) else []
        text = "\n".join([head, *lines[:named], *more, link])
        if is_short(text, _BY_ANY_WAY):
            return text
    return f"{head}\n{link}"
