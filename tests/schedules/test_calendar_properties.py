"""What holds for every business calendar, near clock changes above all."""

from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules import BusinessCalendar, Span
from schedules.spans import complement
from tests.schedules.drawn import QUARTER, calendars_and_instants


@given(calendars_and_instants(), st.integers(0, 1000))
def test_open_spans_are_where_it_is_open(drawn: tuple[BusinessCalendar, datetime], quarters: int) -> None:
    calendar, since = drawn
    until = since + quarters * QUARTER

    spans = calendar.open_spans(since, until)

    moment = timedelta(microseconds=1)
    assert all(since <= span.start < span.end <= until for span in spans)
    for span in spans:
        assert calendar.is_open(span.start)
        assert calendar.is_open(span.end - moment)
    for closed in complement(spans, Span(since, until)):
        assert not calendar.is_open(closed.start)
        assert not calendar.is_open(closed.end - moment)


@given(calendars_and_instants(), st.integers(0, 500), st.integers(0, 500))
def test_open_time_adds_up(drawn: tuple[BusinessCalendar, datetime], first: int, second: int) -> None:
    calendar, since = drawn
    middle = since + first * QUARTER
    until = middle + second * QUARTER

    whole = calendar.open_time(since, until)

    assert whole == calendar.open_time(since, middle) + calendar.open_time(middle, until)
    assert timedelta(0) <= whole <= until - since


@given(calendars_and_instants(), st.integers(1, 60 * 60))
def test_open_time_added_ends_at_the_earliest(drawn: tuple[BusinessCalendar, datetime], minutes: int) -> None:
    calendar, start = drawn
    length = timedelta(minutes=minutes)

    end = calendar.add_open_time(start, length)

    assert calendar.open_time(start, end) == length
    assert calendar.open_time(start, end - timedelta(microseconds=1)) < length


@given(calendars_and_instants())
def test_next_opening_and_closing_bound_what_is_between(drawn: tuple[BusinessCalendar, datetime]) -> None:
    calendar, instant = drawn

    opening = calendar.next_open(instant)
    closing = calendar.next_close(opening)

    assert opening >= instant
    assert calendar.is_open(opening)
    assert calendar.open_time(instant, opening) == timedelta(0)
    if closing is not None:
        assert closing > opening
        assert not calendar.is_open(closing)
        assert calendar.open_time(opening, closing) == closing - opening


@given(calendars_and_instants(), st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)))
def test_release_is_no_later_than_the_opening(drawn: tuple[BusinessCalendar, datetime], clock: time) -> None:
    calendar, instant = drawn

    release = calendar.release(instant, clock)

    opening = calendar.next_open(instant)
    assert instant <= release <= opening
    assert (release == instant) is calendar.is_open(instant)
    if release < opening:
        assert calendar.release(release - timedelta(microseconds=1), clock) == release


@given(calendars_and_instants(), st.integers(1, 12))
def test_working_days_end_no_later_for_fewer_of_them(drawn: tuple[BusinessCalendar, datetime], count: int) -> None:
    calendar, instant = drawn

    due = calendar.add_working_days(instant, count)

    assert due >= calendar.next_open(instant)
    assert due <= calendar.add_working_days(instant, count + 1)
