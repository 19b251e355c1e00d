"""Which part of a schedule a page shows, and on whose clock."""

from datetime import UTC, datetime

import pytest

from oncall.doors.web.looks import window
from oncall.doors.web.times import Times
from oncall.errors import InvalidInputError
from tests.clock import SUNDAY_NIGHT

TIMES = Times(SUNDAY_NIGHT, "UTC")
DENVER = "America/Denver"


def test_window_is_a_fortnight_from_today_on_the_readers_clock() -> None:
    found = window({}, TIMES, DENVER)

    assert (found.since, found.until) == (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 12, 6, tzinfo=UTC))
    assert found.here() == {}


def test_window_on_the_schedules_clock_begins_at_its_midnight() -> None:
    found = window({"clock": "schedule"}, TIMES, DENVER)

    assert (found.zone, found.since) == (DENVER, datetime(2026, 11, 21, 7, tzinfo=UTC))
    assert found.here() == {"clock": "schedule"}


def test_window_moves_by_its_own_length_and_keeps_what_was_chosen() -> None:
    found = window({"show": "quarter", "from": "2026-12-01", "clock": "schedule"}, TIMES, DENVER)

    assert found.moved(1) == {"from": "2027-03-02", "show": "quarter", "clock": "schedule"}
    assert found.moved(-1) == {"from": "2026-09-01", "show": "quarter", "clock": "schedule"}
    assert found.at_today() == {"show": "quarter", "clock": "schedule"}
    assert found.stretched("fortnight") == {"from": "2026-12-01", "clock": "schedule"}
    assert found.told_by("mine") == {"from": "2026-12-01", "show": "quarter"}


def test_days_of_a_window_are_whole_across_a_clock_change() -> None:
    found = window({"from": "2026-03-01", "clock": "schedule"}, TIMES, DENVER)

    assert (found.until - found.since).total_seconds() == (14 * 24 - 1) * 3600


@pytest.mark.parametrize(
    "asked", [{"from": "yesterday"}, {"show": "decade"}, {"clock": "wall"}, {"from": "0001-01-01"}]
)
def test_what_there_is_not_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        window(asked, TIMES, DENVER)
    assert [fault.path for fault in refused.value.faults] == list(asked)
