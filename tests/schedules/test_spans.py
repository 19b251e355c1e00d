"""The algebra of spans, checked against sets of minutes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schedules import Span
from schedules.spans import Spanning, clip, complement, intersect, subtract, union

ZERO = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def span(start: int, end: int) -> Span:
    return Span(ZERO + start * MINUTE, ZERO + end * MINUTE)


def minutes(spans: Iterable[Spanning]) -> set[int]:
    return {minute for one in spans for minute in range((one.start - ZERO) // MINUTE, (one.end - ZERO) // MINUTE)}


LOOSE = st.lists(st.builds(span, st.integers(0, 60), st.integers(0, 60)), max_size=8)
SORTED = LOOSE.map(union)


@given(LOOSE)
def test_union_covers_what_any_covers(spans: list[Span]) -> None:
    merged = union(spans)

    assert minutes(merged) == minutes(spans)
    assert all(left.end < right.start for left, right in pairwise(merged))
    assert all(one.start < one.end for one in merged)


@given(SORTED, SORTED)
def test_intersect_covers_what_both_cover(left: tuple[Span, ...], right: tuple[Span, ...]) -> None:
    assert minutes(intersect(left, right)) == minutes(left) & minutes(right)
    assert intersect(left, right) == intersect(right, left)


@given(SORTED, SORTED)
def test_subtract_leaves_what_the_other_does_not_cover(left: tuple[Span, ...], right: tuple[Span, ...]) -> None:
    rest = subtract(left, right)

    assert minutes(rest) == minutes(left) - minutes(right)
    assert union(rest) == rest


@given(SORTED, st.integers(0, 60), st.integers(0, 60))
def test_complement_covers_the_rest_of_the_window(spans: tuple[Span, ...], start: int, end: int) -> None:
    rest = complement(spans, span(start, end))

    assert minutes(rest) == set(range(start, end)) - minutes(spans)
    assert all(one.start < one.end for one in rest)


@given(SORTED, st.integers(0, 60), st.integers(0, 60))
def test_clip_keeps_what_lies_in_the_window(spans: tuple[Span, ...], start: int, end: int) -> None:
    assert minutes(clip(spans, span(start, end).start, span(start, end).end)) == minutes(spans) & set(range(start, end))


def test_neighbours_stay_apart_where_only_clipped() -> None:
    assert intersect((span(0, 10), span(10, 20)), (span(5, 15),)) == (span(5, 10), span(10, 15))
