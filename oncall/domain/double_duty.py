"""What speaks against a change of duty without forbidding it: time off, and duty for another schedule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oncall.domain.absence import Absence, clashes
from oncall.domain.directory import Directory
from oncall.domain.swap import Move, rotation
from oncall.domain.time_words import during
from schedules import Schedule, Shift, Span


def warnings(moves: Sequence[Move], schedule: str, absences: Sequence[Absence], directory: Directory) -> list[str]:
    """For each duty that somebody of another takes in `schedule`, in words: they are away then, or on call elsewhere too."""
    return [text for move in moves for text in _of_one(move, schedule, absences, directory)]


def _of_one(move: Move, schedule: str, absences: Sequence[Absence], directory: Directory) -> Iterator[str]:
    zone = directory.schedules[schedule].time_zone
    for clash in clashes(schedule, [Shift(move.taker, *move.span)], absences):
        reason = f" ({clash.note})" if clash.note else ""
        yield f"{move.taker} has time off{reason}: {during(clash.span, zone)} ({zone})"
    for other, span in _elsewhere(move, schedule, directory):
        yield f"{move.taker} is on call for {other} too: {during(span, zone)} ({zone})"


def _elsewhere(move: Move, schedule: str, directory: Directory) -> Iterator[tuple[str, Span]]:
    for other, found in directory.schedules.items():
        if other != schedule and _names(found, move.taker):
            for shift in found.shifts(*move.span):
                if shift.user == move.taker:
                    yield other, Span(shift.start, shift.end)


def _names(schedule: Schedule, user: str) -> bool:
    return user in rotation(schedule) or any(user in override.users for override in schedule.overrides)
