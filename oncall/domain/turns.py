"""A schedule's turns through its history: each whole, under a name that stays as long as the turn does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from schedules import Schedule
from schedules.history import History
from schedules.pieces import Piece

_ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def turns(history: History, since: datetime, until: datetime) -> tuple[Piece, ...]:
    """The pieces that touch `since` to `until`, each as the version had it that held then; no two have one origin.

    They are whole, but where an edit ended one. A turn that several versions have alike is one piece. Where an edit gave
    the name of a turn to another time, the earlier piece has another name.
    """
    found: dict[str, Piece] = {}
    for piece in _in_order(history, since, until):
        before = found.get(piece.origin)
        if before is not None and before.end == piece.start:
            found[piece.origin] = replace(before, end=piece.end)
        else:
            if before is not None:
                other = f"{piece.origin}~{before.start:%Y%m%dT%H%M%S}"
                found[other] = replace(before, origin=other)
            found[piece.origin] = piece
    return tuple(sorted(found.values(), key=lambda piece: (piece.start, piece.user, piece.origin)))


def _in_order(history: History, since: datetime, until: datetime) -> Iterator[Piece]:
    for schedule, start, end in _held(history):
        window = max(start, since), min(end, until)
        for piece in schedule.pieces(*window) if window[0] < window[1] else ():
            yield replace(piece, start=max(piece.start, start), end=min(piece.end, end))


def _held(history: History) -> Iterator[tuple[Schedule, datetime, datetime]]:
    """Each version with the time during which it held; the first for all time before it, too."""
    first, last = _ALWAYS
    later = [version.holds_from for version in history.versions[1:]]
    for version, start, end in zip(history.versions, (first, *later), (*later, last), strict=False):
        if version.schedule is not None and start < end:
            yield version.schedule, start, end
