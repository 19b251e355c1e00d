"""A schedule's turns through its history (docs/semantics.md 3.8)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from oncall.domain.turns import turns
from schedules import Layer, Override, Rotation, Schedule, entries, parse_turn
from schedules.history import History, Version
from schedules.pieces import Piece

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def daily(*users: str, turn: str = "1 day", overrides: tuple[Override, ...] = ()) -> Schedule:
    rotation = Rotation(datetime(2026, 3, 1), "UTC", parse_turn(turn), entries(users))  # noqa: DTZ001  a wall time
    return Schedule("UTC", (Layer("all", rotation),), overrides)


def spans(found: tuple[Piece, ...]) -> list[tuple[str, int, int]]:
    """Who, from which day of March, for how many hours."""
    return [(one.user, one.start.day, round((one.end - one.start) / timedelta(hours=1))) for one in found]


def test_turns_of_one_version_are_its_pieces() -> None:
    schedule = daily("ana", "bo")

    assert turns(History((Version(LONG_AGO, schedule),)), SINCE, UNTIL) == schedule.pieces(SINCE, UNTIL)


def test_turn_that_two_versions_have_alike_is_one() -> None:
    noon = SINCE + 5.5 * DAY
    lasting = datetime(2026, 3, 9), datetime(2026, 3, 10)  # noqa: DTZ001  wall times
    edited = daily("ana", "bo", overrides=(Override(*lasting, frozenset({"cy"})),))
    history = History((Version(LONG_AGO, daily("ana", "bo")), Version(noon, edited)))

    assert turns(history, SINCE, UNTIL) == edited.pieces(SINCE, UNTIL)


def test_edit_ends_a_turn_and_the_past_stays() -> None:
    noon = SINCE + 5.5 * DAY
    history = History((Version(LONG_AGO, daily("ana", "bo")), Version(noon, daily("bo", "ana"))))

    found = turns(history, SINCE + 4 * DAY, SINCE + 7 * DAY)
    assert spans(found) == [("ana", 5, 24), ("bo", 6, 12), ("ana", 6, 12), ("bo", 7, 24)]
    assert len({one.origin for one in found}) == len(found)


def test_no_two_turns_have_one_name_also_where_an_edit_moved_it() -> None:
    edited = SINCE + 3 * DAY
    history = History((Version(LONG_AGO, daily("ana")), Version(edited, daily("ana", turn="2 days"))))

    found = turns(history, SINCE, UNTIL)
    assert len({one.origin for one in found}) == len(found)
    assert found[0].start == SINCE
    assert all(earlier.end == later.start for earlier, later in pairwise(found))


def test_schedule_that_was_removed_has_no_turns_from_then_on() -> None:
    history = History((Version(LONG_AGO, daily("ana")), Version(SINCE + 2 * DAY, None)))

    assert spans(turns(history, SINCE, UNTIL)) == [("ana", 1, 24), ("ana", 2, 24)]


def test_schedule_that_there_never_was_has_none() -> None:
    assert turns(History(()), SINCE, UNTIL) == ()
