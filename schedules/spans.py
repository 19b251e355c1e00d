"""Spans of time, half-open and in UTC, and their algebra on sorted sequences."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar


class Span(NamedTuple):
    """The instants from `start` up to but not including `end`.

    A named tuple, not a dataclass: spans are made by the thousand, and sort and compare as tuples do.
    """

    start: datetime
    end: datetime


class Spanning(Protocol):
    """Whatever lasts from `start` up to but not including `end`."""

    @property
    def start(self) -> datetime:
        """The first instant."""

    @property
    def end(self) -> datetime:
        """The first instant after."""


T = TypeVar("T", bound=Spanning)
_start, _end = attrgetter("start"), attrgetter("end")


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans that cover what any of `spans` covers: sorted, none empty, no two touching.

    `spans` may come in any order, overlap, touch, or be empty.
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def overlaps(items: Sequence[T], spans: Sequence[Span]) -> Iterator[tuple[T, datetime, datetime]]:
    """Yield each item with the start and the end of what it has in common with a span, in order.

    Both must be sorted, without overlaps and without empty members, as must the arguments of the functions below.
    """
    position, count = 0, len(spans)
    for item in items:
        start, end = item.start, item.end
        while position < count and spans[position].end <= start:
            position += 1
        for index in range(position, count):
            opening, closing = spans[index]
            if opening >= end:
                break
            yield item, max(start, opening), min(end, closing)


def intersect(left: Sequence[Spanning], right: Sequence[Span]) -> tuple[Span, ...]:
    """Return what both cover."""
    return tuple(Span(start, end) for _, start, end in overlaps(left, right))


def complement(items: Iterable[Spanning], within: Span) -> tuple[Span, ...]:
    """Return what `within` covers and no item does."""
    free: list[Span] = []
    start = within.start
    for item in items:
        if item.start >= within.end:
            break
        if item.start > start:
            free.append(Span(start, item.start))
        start = max(start, item.end)
    if start < within.end:
        free.append(Span(start, within.end))
    return tuple(free)


def subtract(spans: Sequence[Span], items: Sequence[Spanning]) -> tuple[Span, ...]:
    """Return what `spans` cover and no item does."""
    if not spans:
        return ()
    return intersect(spans, complement(items, Span(spans[0].start, spans[-1].end)))


def clip(spans: Sequence[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    """Return what the spans cover from `start` up to `end`."""
    if start >= end:
        return ()
    within = list(spans[bisect_right(spans, start, key=_end) : bisect_left(spans, end, key=_start)])
    if within and within[0].start < start:
        within[0] = Span(start, within[0].end)
    if within and within[-1].end > end:
        within[-1] = Span(within[-1].start, end)
    return tuple(within)
