"""Pieces: turn by turn and override by override, and names that stay."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schedules import Layer, Override, Piece, Rotation, Schedule, Shift, Span, Turn, When, Window, entries, resolve
from schedules.spans import clip, union
from tests.schedules.drawn import QUARTER, overrides, schedules
from tests.schedules.walls import WEEKDAYS, at, utc

MONDAY = datetime(2026, 3, 2)
WEEKS = Rotation(MONDAY, "UTC", Turn(1, "weeks"), entries(["ana", "bo"]))
PRIMARY = Layer("primary", WEEKS)
OFFICE = When.weekly("UTC", [Window.daily(WEEKDAYS, "09:00", "17:00")])
MARCH = utc("2026-03-01T00:00Z"), utc("2026-03-30T00:00Z")


def override(start: str, end: str, user: str, name: str, replaces: str | None = None) -> Override:
    read = datetime.fromisoformat
    return Override(read(f"2026-03-{start}"), read(f"2026-03-{end}"), frozenset({user}), replaces, name)


def told(schedule: Schedule, since: datetime = MARCH[0], until: datetime = MARCH[1]) -> list[str]:
    """Return the pieces as `primary.0.ana.0 02T00-09T00`."""
    return [f"{piece.origin} {piece.start:%dT%H}-{piece.end:%dT%H}" for piece in schedule.pieces(since, until)]


def test_pieces_are_the_turns_whole_where_they_touch_the_window() -> None:
    schedule = Schedule("UTC", (PRIMARY,))

    assert told(schedule, utc("2026-03-08T23:00Z"), utc("2026-03-09T01:00Z")) == [
        "primary.0.ana.0 02T00-09T00",
        "primary.1.bo.0 09T00-16T00",
    ]
    assert told(schedule, utc("2026-03-09T00:00Z"), utc("2026-03-09T01:00Z")) == ["primary.1.bo.0 09T00-16T00"]


def test_pieces_of_one_user_alone_are_as_many_as_the_turns() -> None:
    alone = replace(WEEKS, users=entries(["ana"]), end=datetime(2026, 3, 20))

    assert told(Schedule("UTC", (Layer("primary", alone),))) == [
        "primary.0.ana.0 02T00-09T00",
        "primary.1.ana.0 09T00-16T00",
        "primary.2.ana.0 16T00-20T00",
    ]


def test_pieces_of_a_limited_turn_are_numbered_within_it() -> None:
    schedule = Schedule("UTC", (replace(PRIMARY, when=OFFICE),))

    assert told(schedule, utc("2026-03-05T00:00Z"), utc("2026-03-10T00:00Z")) == [
        "primary.0.ana.3 05T09-05T17",
        "primary.0.ana.4 06T09-06T17",
        "primary.1.bo.0 09T09-09T17",
    ]


def test_pieces_of_people_who_take_a_turn_together_are_their_own() -> None:
    pair = Layer("pair", replace(WEEKS, users=entries([["ana", "bo"]]), end=datetime(2026, 3, 4)))
    schedule = Schedule("UTC", (pair,), (override("02T08", "02T10", "cy", "o-1", replaces="ana"),))

    assert told(schedule) == [
        "pair.0.ana.0 02T00-02T08",
        "pair.0.bo.0 02T00-04T00",
        "o-1.cy.0 02T08-02T10",
        "pair.0.ana.0+o-1 02T10-04T00",
    ]


def test_pieces_below_a_higher_layer_are_parts_of_their_turn() -> None:
    days = Layer("days", replace(WEEKS, users=entries(["cy"]), end=datetime(2026, 3, 4)), OFFICE)

    assert told(Schedule("UTC", (PRIMARY, days)), utc("2026-03-02T00:00Z"), utc("2026-03-03T00:00Z")) == [
        "primary.0.ana.0 02T00-02T09",
        "days.0.cy.0 02T09-02T17",
        "primary.0.ana.0-1 02T17-03T09",
    ]


def test_override_at_the_edge_of_a_turn_leaves_its_name() -> None:
    schedule = Schedule(
        "UTC", (PRIMARY,), (override("02T00", "03T00", "cy", "o-1"), override("15T00", "16T00", "cy", "o-2"))
    )

    assert told(schedule, *MARCH)[:4] == [
        "o-1.cy.0 02T00-03T00",
        "primary.0.ana.0 03T00-09T00",
        "primary.1.bo.0 09T00-15T00",
        "o-2.cy.0 15T00-16T00",
    ]


def test_override_over_two_turns_is_one_piece() -> None:
    schedule = Schedule("UTC", (PRIMARY,), (override("08T00", "10T00", "cy", "o-1"),))

    assert "o-1.cy.0 08T00-10T00" in told(schedule)


def test_override_by_who_is_on_call_already_leaves_the_turn_alone() -> None:
    schedule = Schedule("UTC", (PRIMARY,), (override("08T00", "10T00", "ana", "o-1"),))

    assert told(schedule)[:3] == [
        "primary.0.ana.0 02T00-09T00",
        "o-1.ana.0 09T00-10T00",
        "primary.1.bo.0 10T00-16T00",
    ]


def test_override_without_an_id_is_known_by_its_start_on_the_wall() -> None:
    one, other = override("03T08", "03T09", "cy", ""), override("03T08", "03T10", "dee", "")

    assert [piece.origin for piece in Schedule("UTC", (), (one, other)).pieces(*MARCH)] == ["20260303T080000~.dee.0"]
    assert [piece.origin for piece in Schedule("UTC", (), (one,)).pieces(*MARCH)] == ["20260303T080000.cy.0"]


def test_layers_without_a_name_of_their_own_are_known_by_their_index() -> None:
    first, second, third = (
        Layer(name, replace(WEEKS, start=MONDAY + timedelta(weeks=week), end=MONDAY + timedelta(weeks=week + 1)))
        for week, name in enumerate(["same", "same", "on.call+1"])
    )

    assert [piece.origin for piece in Schedule("UTC", (first, second, third)).pieces(*MARCH)] == [
        "0.0.ana.0",
        "1.0.ana.0",
        "on%2Ecall%2B1.0.ana.0",
    ]


def test_pieces_of_no_time_are_none() -> None:
    assert Schedule("UTC", (PRIMARY,)).pieces(MARCH[1], MARCH[0]) == ()


def test_turn_that_a_clock_change_shortens_is_whole() -> None:
    hourly = Rotation(datetime(2020, 3, 8, 0, 30), "America/Chicago", Turn(1, "hours"), entries("abc"))

    found = Schedule("America/Chicago", (Layer("", hourly),)).pieces(
        at("2020-03-08T00:30", "America/Chicago"), at("2020-03-08T04:30", "America/Chicago")
    )

    assert [(piece.origin, piece.end - piece.start) for piece in found] == [
        ("0.0.a.0", timedelta(hours=1)),
        ("0.1.b.0", timedelta(hours=1)),
        ("0.3.a.0", timedelta(hours=1)),
    ]


def test_turn_begins_no_earlier_than_its_rotation_where_a_day_was_skipped() -> None:
    kwajalein = "Pacific/Kwajalein"
    skipped = Rotation(datetime(1993, 8, 21, 5), kwajalein, Turn(7, "hours"), entries("a"))
    since, until = at("1993-08-20T12:00", kwajalein), at("1993-08-22T06:00", kwajalein)

    first = Schedule(kwajalein, (Layer("", skipped),)).pieces(since, until)[0]

    assert first.start == resolve(skipped.start, kwajalein)


@given(schedules(), st.integers(1, 500))
def test_pieces_cover_what_the_shifts_do(drawn: tuple[Schedule, datetime], quarters: int) -> None:
    schedule, since = drawn
    until = since + quarters * QUARTER
    spans: dict[str, list[Span]] = {}
    for piece in schedule.pieces(since, until):
        spans.setdefault(piece.user, []).append(Span(piece.start, piece.end))

    for own in spans.values():
        assert all(one.end <= other.start for one, other in pairwise(own))
    shifts = [Shift(user, *span) for user, own in spans.items() for span in clip(union(own), since, until)]
    assert set(shifts) == set(schedule.shifts(since, until))


@given(schedules(), st.integers(1, 500))
def test_every_piece_has_an_origin_of_its_own(drawn: tuple[Schedule, datetime], quarters: int) -> None:
    schedule, since = drawn

    origins = [piece.origin for piece in schedule.pieces(since, since + quarters * QUARTER)]

    assert len(origins) == len(set(origins))


@given(schedules(), st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_pieces_are_the_same_in_any_window(
    drawn: tuple[Schedule, datetime], quarters: int, before: int, after: int
) -> None:
    schedule, since = drawn
    until = since + quarters * QUARTER

    wider = schedule.pieces(since - before * QUARTER, until + after * QUARTER)

    assert schedule.pieces(since, until) == touching(wider, Span(since, until))


@given(schedules(), st.data())
def test_later_override_leaves_the_pieces_elsewhere_alone(
    drawn: tuple[Schedule, datetime], data: st.DataObject
) -> None:
    schedule, instant = drawn
    more = data.draw(overrides(instant.replace(tzinfo=None)))
    span = override_span(more, schedule.time_zone)
    before = schedule.pieces(*around(span))

    after = replace(schedule, overrides=(*schedule.overrides, more)).pieces(*around(span))

    assert {piece for piece in before if piece.end <= span.start or span.end <= piece.start} <= set(after)


@given(schedules(), st.data())
def test_override_taken_back_leaves_the_pieces_elsewhere_alone(
    drawn: tuple[Schedule, datetime], data: st.DataObject
) -> None:
    schedule, instant = drawn
    taken = replace(data.draw(overrides(instant.replace(tzinfo=None))), id="taken")
    span = override_span(taken, schedule.time_zone)
    named = [replace(one, id=f"o-{number}") for number, one in enumerate(schedule.overrides)]
    others = tuple(one for one in named if not touches(override_span(one, schedule.time_zone), span))
    place = data.draw(st.integers(0, len(others)))
    before = replace(schedule, overrides=(*others[:place], taken, *others[place:])).pieces(*around(span))

    after = replace(schedule, overrides=others).pieces(*around(span))

    assert {piece for piece in before if piece.end < span.start or span.end < piece.start} <= set(after)


def override_span(override: Override, zone: str) -> Span:
    return Span(resolve(override.start, zone), resolve(override.end, zone))


def touches(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def around(span: Span) -> tuple[datetime, datetime]:
    return span.start - timedelta(days=2), span.end + timedelta(days=2)


def touching(found: tuple[Piece, ...], span: Span) -> tuple[Piece, ...]:
    return tuple(piece for piece in found if piece.start < span.end and span.start < piece.end)
