"""Who is on call, until when, and who is next."""

from datetime import UTC, datetime, timedelta

from oncall.doors.web.duties import Change, Duty, Holder, duty
from schedules import Layer, Override, Rotation, Schedule, entries, parse_turn

START = datetime(2026, 1, 5, 9)  # noqa: DTZ001  a wall time
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 1, 12, 9, tzinfo=UTC)


def layer(turn: str, *users: str | list[str], end: datetime | None = None) -> Layer:
    return Layer("primary", Rotation(START, "UTC", parse_turn(turn), entries(users), end))


def test_duty_has_holders_with_their_end_and_who_comes_next() -> None:
    found = duty("engineers", Schedule("UTC", (layer("1 week", "ana", "bo"),)), NOW)

    assert found == Duty("engineers", (Holder("ana", NEXT_MONDAY),), Change(NEXT_MONDAY, ("bo",)))


def test_next_of_a_shared_turn_is_who_joins_first() -> None:
    noon = datetime(2026, 1, 7, 12)  # noqa: DTZ001  a wall time
    joins = Override(noon, noon + timedelta(hours=1), frozenset({"cy"}), replaces="bo")
    found = duty("engineers", Schedule("UTC", (layer("1 week", ["ana", "bo"], "dee"),), (joins,)), NOW)

    noon_utc = noon.replace(tzinfo=UTC)
    assert found.holders == (Holder("ana", NEXT_MONDAY), Holder("bo", noon_utc))
    assert found.change == Change(noon_utc, ("cy",))


def test_in_a_gap_nobody_holds_it_and_the_change_ends_the_gap() -> None:
    found = duty("engineers", Schedule("UTC", (layer("1 week", "ana"),)), datetime(2026, 1, 5, 8, tzinfo=UTC))

    assert found == Duty("engineers", (), Change(datetime(2026, 1, 5, 9, tzinfo=UTC), ("ana",)))


def test_change_to_nobody_has_no_users() -> None:
    over = datetime(2026, 1, 8, 9)  # noqa: DTZ001  a wall time
    found = duty("engineers", Schedule("UTC", (layer("1 week", "ana", end=over),)), NOW)

    assert found.change == Change(over.replace(tzinfo=UTC), ())


def test_change_beyond_what_is_looked_at_is_not_named() -> None:
    found = duty("engineers", Schedule("UTC", (layer("1 week", "ana"),)), NOW)

    assert found == Duty("engineers", (Holder("ana", None),), None)


def test_schedule_without_layers_has_nobody() -> None:
    assert duty("empty", Schedule("UTC"), NOW) == Duty("empty", (), None)
