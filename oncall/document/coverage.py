"""When somebody is on call, and who is: what the judges of schedules and of policies both ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from oncall.document.faults import Path
from schedules import Schedule, Span, format_delay, format_instant
from schedules.fairness import ShortRest

AHEAD = timedelta(days=90)
"""How far a judge looks ahead."""

Risk = tuple[Path, str]
"""Something risky, at one path of the document."""


def gaps_in_words(gaps: Sequence[Span]) -> str:
    """When nobody is on call: the only gap, or how many there are and the first of them."""
    first = gaps[0]
    when = f"from {format_instant(first.start)} to {format_instant(first.end)}"
    return when if len(gaps) == 1 else f"{len(gaps)} times in the next {AHEAD.days} days, first {when}"


def rests_in_words(short: Sequence[ShortRest], rule: timedelta) -> str:
    """Who rests too short: the only time, or how many there are and the first of them."""
    first = short[0]
    who = f"{first.user} has {format_delay(first.rest)} between two shifts"
    when = f"from {format_instant(first.before.end)} to {format_instant(first.after.start)}"
    often = "" if len(short) == 1 else f"{len(short)} rests are too short in the next {AHEAD.days} days: first "
    return f"{often}{who} {when}, and {format_delay(rule)} are asked for"


def people(schedule: Schedule) -> frozenset[str]:
    """Everybody who stands in a schedule."""
    turns = (entry for layer in schedule.layers for entry in layer.rotation.users)
    return frozenset().union(*turns, *(override.users for override in schedule.overrides))
