"""Who was on call, by the schedules as they stood then and as they were known (docs/semantics.md 3.8, 7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from oncall.errors import NotFoundError
from oncall.operations.apply import apply_document
from oncall.operations.history import answering, histories, history_of
from oncall.operations.overrides import NewOverride, lay_overrides, take_back
from oncall.store.overrides import OverrideRow
from schedules import Shift
from tests.oncall.floor import Floor, open_floor

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
PEOPLE = "version: 1\nusers: {ana: , bo: , cy: }\n"


def layer(*users: str, when: str = "") -> str:
    return f'{{name: all, start: "2026-01-05T00:00", turn: 1 week, users: [{", ".join(users)}]{when}}}'


def schedule(*layers: str) -> str:
    return f"schedules: {{engineers: {{time_zone: UTC, layers: [{', '.join(layers)}]}}}}\n"


ANA = PEOPLE + schedule(layer("ana"))


@pytest.fixture
def floor(database_url: str) -> Iterator[Floor]:
    """Ana alone is on call, on Monday the second."""
    with open_floor(database_url, PEOPLE) as floor:
        floor.clock.set(MONDAY)
        applied(floor, ANA)
        yield floor


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Floor]:
    """The same on SQLite alone."""
    with open_floor(sqlite_url, PEOPLE) as floor:
        floor.clock.set(MONDAY)
        applied(floor, ANA)
        yield floor


def applied(floor: Floor, text: str, *, at: datetime | None = None) -> None:
    if at is not None:
        floor.clock.set(at)
    apply_document(floor.context, text, author="ana", prune=True, dry_run=False)


def bo_from(floor: Floor, start: datetime, end: datetime) -> OverrideRow:
    wanted = NewOverride("engineers", start, end, ("bo",))
    now = floor.clock.now()
    (row,) = floor.context.database.write(lambda session: lay_overrides(floor.context, session, [wanted], "mia", now))
    return row


def shifts(floor: Floor, *, known_at: datetime | None = None, days: int = 10) -> list[tuple[str, int, int]]:
    """The shifts from Monday on, in days since."""
    with floor.context.database.read() as session:
        found = answering(floor.context, session, MONDAY, known_at, "engineers")["engineers"]
    return [in_days(shift) for shift in found.final(MONDAY, MONDAY + days * DAY).shifts]


def in_days(shift: Shift) -> tuple[str, int, int]:
    return shift.user, (shift.start - MONDAY).days, (shift.end - MONDAY).days


def on_call(floor: Floor, at: datetime, *, known_at: datetime | None = None) -> dict[str, list[str]]:
    with floor.context.database.read() as session:
        found = answering(floor.context, session, at, known_at)
        return {key: sorted(one.on_call_at(at)) for key, one in found.items()}


def test_edit_changes_the_present_and_the_future_only(floor: Floor) -> None:
    applied(floor, PEOPLE + schedule(layer("bo")), at=MONDAY + 2 * DAY)
    applied(floor, PEOPLE + schedule(layer("cy")), at=MONDAY + 5 * DAY)
    assert shifts(floor) == [("ana", 0, 2), ("bo", 2, 5), ("cy", 5, 10)]
    assert [on_call(floor, MONDAY + day * DAY)["engineers"] for day in (1, 2, 5, 9)] == [
        ["ana"],
        ["bo"],
        ["cy"],
        ["cy"],
    ]


def test_as_known_at_an_instant_later_edits_and_overrides_do_not_count(floor: Floor) -> None:
    applied(floor, PEOPLE + schedule(layer("bo")), at=MONDAY + 2 * DAY)
    applied(floor, PEOPLE + schedule(layer("cy")), at=MONDAY + 5 * DAY)
    bo_from(floor, MONDAY + 7 * DAY, MONDAY + 8 * DAY)
    assert shifts(floor, known_at=MONDAY + DAY) == [("ana", 0, 10)]
    assert shifts(floor, known_at=MONDAY + 2 * DAY) == [("ana", 0, 2), ("bo", 2, 10)]
    assert ("bo", 7, 8) in shifts(floor, known_at=MONDAY + 5 * DAY)
    assert on_call(floor, MONDAY + 9 * DAY, known_at=MONDAY + 2 * DAY) == {"engineers": ["bo"]}
    assert on_call(floor, MONDAY, known_at=MONDAY - 99 * DAY) == {}


def test_override_counts_from_when_it_was_made_until_it_was_taken_back(floor: Floor) -> None:
    floor.clock.set(MONDAY + 2 * DAY)
    row = bo_from(floor, MONDAY, MONDAY + 9 * DAY)
    assert shifts(floor) == [("ana", 0, 2), ("bo", 2, 9), ("ana", 9, 10)]
    floor.clock.set(MONDAY + 4 * DAY)
    floor.context.database.write(lambda session: take_back(floor.context, session, row.id, "mia", floor.clock.now()))
    floor.clock.set(MONDAY + 60 * DAY)
    assert shifts(floor) == [("ana", 0, 2), ("bo", 2, 4), ("ana", 4, 10)]
    assert shifts(floor, known_at=MONDAY + 3 * DAY) == [("ana", 0, 2), ("bo", 2, 9), ("ana", 9, 10)]
    assert shifts(floor, known_at=MONDAY + DAY) == [("ana", 0, 10)]


def test_removed_schedule_was_what_it_was_and_may_come_again(floor: Floor) -> None:
    applied(floor, PEOPLE, at=MONDAY + 2 * DAY)
    assert on_call(floor, MONDAY + DAY) == {"engineers": ["ana"]}
    assert on_call(floor, floor.clock.now()) == {}
    with floor.context.database.read() as session, pytest.raises(NotFoundError, match="unknown schedule 'engineers'"):
        answering(floor.context, session, None, None, "engineers")
    applied(floor, PEOPLE + schedule(layer("bo")), at=MONDAY + 4 * DAY)
    assert shifts(floor) == [("ana", 0, 2), ("bo", 4, 10)]
    applied(floor, ANA, at=MONDAY + 6 * DAY)
    assert shifts(floor) == [("ana", 0, 2), ("bo", 4, 6), ("ana", 6, 10)]


def test_holidays_of_a_calendar_change_no_past_shift(floor: Floor) -> None:
    hq = "calendars: {hq: {time_zone: UTC, open: [{days: [mon, tue, wed, thu, fri], from: '00:00', to: '24:00'}]%s}}\n"
    limited = schedule(layer("ana", when=", when: {calendar: hq, is: open}"))
    applied(floor, PEOPLE + hq % "" + limited)
    assert shifts(floor) == [("ana", 0, 5), ("ana", 7, 10)]
    closed = ", holidays: {add: ['2026-11-03', '2026-11-09', '2026-11-10']}"
    applied(floor, PEOPLE + hq % closed + limited, at=MONDAY + 4 * DAY)
    assert shifts(floor) == [("ana", 0, 5), ("ana", 9, 10)]
    assert shifts(floor, known_at=MONDAY) == [("ana", 0, 5), ("ana", 7, 10)]


def test_before_the_first_version_the_first_answers(small: Floor) -> None:
    applied(small, PEOPLE + schedule(layer("bo")), at=MONDAY + 2 * DAY)
    assert on_call(small, MONDAY - 90 * DAY) == {"engineers": ["ana"]}


def test_several_versions_of_one_instant_leave_the_last(small: Floor) -> None:
    applied(small, PEOPLE + schedule(layer("bo")))
    applied(small, PEOPLE + schedule(layer("cy")))
    assert shifts(small) == [("cy", 0, 10)]


def test_history_goes_on_as_the_directory_has_it(small: Floor) -> None:
    bo_from(small, MONDAY + 2 * DAY, MONDAY + 3 * DAY)
    applied(small, PEOPLE + schedule(layer("cy")), at=MONDAY + DAY)
    with small.context.database.read() as session:
        directory = small.context.directory(session)
        history = history_of(small.context, session, "engineers", None)
    assert history.at(small.clock.now()) == directory.schedules["engineers"]


def test_what_has_not_changed_since_is_answered_without_history(small: Floor) -> None:
    small.clock.set(MONDAY + 5 * DAY)
    with small.context.database.read() as session:
        now = small.context.directory(session).schedules
        assert answering(small.context, session, MONDAY + DAY) is now
        assert answering(small.context, session, MONDAY - DAY) is not now


def test_schedule_that_never_was_has_no_history(small: Floor) -> None:
    with small.context.database.read() as session:
        assert history_of(small.context, session, "nothing", None).versions == ()
        assert list(histories(small.context, session, None, None)) == ["engineers"]
        with pytest.raises(NotFoundError, match="unknown schedule 'enginers'; did you mean 'engineers'"):
            answering(small.context, session, MONDAY - DAY, None, "enginers")
