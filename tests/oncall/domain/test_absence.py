"""Absences beside shifts: where somebody is on call and away at once."""

from __future__ import annotations

from datetime import UTC, datetime

from oncall.domain.absence import Absence, Clash, clashes
from schedules import Shift, Span


def at(day: int, hour: int = 0) -> datetime:
    """An instant in March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


AWAY = Absence("ana", Span(at(4), at(6)), "skiing")


def test_clash_is_what_shift_and_absence_have_in_common() -> None:
    found = clashes("engineers", [Shift("ana", at(2, 9), at(5, 9)), Shift("ana", at(5, 9), at(9, 9))], [AWAY])
    assert [clash.span for clash in found] == [Span(at(4), at(5, 9)), Span(at(5, 9), at(6))]
    assert found[0] == Clash("ana", "engineers", Span(at(4), at(5, 9)), "skiing")


def test_shift_that_ends_as_the_absence_begins_does_not_clash() -> None:
    assert clashes("engineers", [Shift("ana", at(2), at(4)), Shift("ana", at(6), at(8))], [AWAY]) == ()


def test_shift_of_somebody_else_does_not_clash() -> None:
    assert clashes("engineers", [Shift("bo", at(2), at(9))], [AWAY]) == ()
