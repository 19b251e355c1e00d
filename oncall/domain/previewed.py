"""A preview for those who read it: in words on the schedule's wall, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from oncall.domain.absence import Clash
from oncall.domain.preview import AHEAD, Broken, Preview, ScheduleChange
from oncall.domain.time_words import during, listed, when
from schedules import Shift, Span, format_instant

_NAMED = 3


def in_preview(span: Span, preview: Preview, zone: str) -> str:
    """A span on the wall of a zone, left open where it reaches beyond what the preview looks at."""
    if span.start <= preview.since:
        return "from now on" if span.end >= preview.until else f"now to {when(span.end, zone)}"
    return f"from {when(span.start, zone)} on" if span.end >= preview.until else during(span, zone)


def preview_text(preview: Preview) -> str:
    """The whole preview, empty where it is; of each person and each kind of gap the first few are named."""
    return "\n".join(line for change in preview.schedules for line in _lines(change, preview))


def _lines(change: ScheduleChange, preview: Preview) -> Iterator[str]:
    yield f"schedules.{change.schedule} in the next {AHEAD.days} days ({change.time_zone}):"
    people = dict.fromkeys(shift.user for shift in (*change.changes.gained, *change.changes.lost))
    for user in sorted(people):
        for sign, shifts in (("+", change.changes.gained), ("-", change.changes.lost)):
            yield from _named(f"  {sign} {user}:", _of(user, shifts), preview, change.time_zone)
    yield from _named("  ! nobody is on call any more:", change.changes.opened, preview, change.time_zone)
    yield from _named("  = no gap any more:", change.changes.closed, preview, change.time_zone)
    for broken in change.broken:
        yield f"  ! {_broken(broken, change.time_zone)}"
    for clash in change.clashes:
        yield f"  ! {_clash(clash, change.time_zone)}"


def _of(user: str, shifts: Iterable[Shift]) -> list[Span]:
    return [Span(shift.start, shift.end) for shift in shifts if shift.user == user]


def _named(head: str, spans: Sequence[Span], preview: Preview, zone: str) -> Iterator[str]:
    if spans:
        words = "; ".join(in_preview(span, preview, zone) for span in spans[:_NAMED])
        more = f"; and {len(spans) - _NAMED} more" if len(spans) > _NAMED else ""
        yield f"{head} {words}{more}"


def _broken(broken: Broken, zone: str) -> str:
    users = listed(broken.users)
    return f"{broken.override}: {users} no longer replaces {broken.replaces}, {during(broken.span, zone)}"


def _clash(clash: Clash, zone: str) -> str:
    note = f" ({clash.note})" if clash.note else ""
    return f"{clash.user} is away{note}, {during(clash.span, zone)}"


def preview_json(preview: Preview) -> dict[str, Any]:
    """The same for programs, whole: by schedule, with instants in UTC."""
    return {
        "since": format_instant(preview.since),
        "until": format_instant(preview.until),
        "schedules": {change.schedule: _change(change) for change in preview.schedules},
    }


def _change(change: ScheduleChange) -> dict[str, Any]:
    found = change.changes
    return {
        "gained": [{"user": shift.user, **_ends(shift)} for shift in found.gained],
        "lost": [{"user": shift.user, **_ends(shift)} for shift in found.lost],
        "opened": [_ends(gap) for gap in found.opened],
        "closed": [_ends(gap) for gap in found.closed],
        "broken": [
            {"override": one.override, "replaces": one.replaces, "users": list(one.users), **_ends(one.span)}
            for one in change.broken
        ],
        "clashes": [{"user": one.user, "note": one.note, **_ends(one.span)} for one in change.clashes],
    }


def _ends(span: Shift | Span) -> dict[str, str]:
    return {"start": format_instant(span.start), "end": format_instant(span.end)}
