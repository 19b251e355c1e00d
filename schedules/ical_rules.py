"""Rules by which events of an iCalendar file repeat: none of them may take long to follow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import prod
from typing import Any

from schedules.errors import ScheduleError
from schedules.ical_file import called

_Rule = Mapping[str, Sequence[Any]]

MOST_OCCURRENCES = 10_000
_MOST_STEPS = 500_000
_MOST_A_DAY = 24
# What one day of following a rule costs, in steps of about the same time each.
_STEPS = {"DAILY": 1.0, "WEEKLY": 0.3, "MONTHLY": 0.1, "YEARLY": 0.05}
_PARTS = {"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", *_PARTS}
# The calendar repeats itself every 400 years, weekdays and leap days included, and ends with the year 9999.
_CYCLE = 400
_LAST_CYCLE = 9799


def require_short(events: Iterable[Mapping[str, Any]], since: datetime, until: datetime) -> None:
    """Refuse, naming the event, rules that would take long to follow up to `until`, or come about too often.

    `since` and `until` are wall times. Nothing here takes long itself, whatever the rules.
    """
    series: dict[str, list[Mapping[str, Any]]] = {}
    for number, event in enumerate(events):
        series.setdefault(str(event.get("UID", number)), []).append(event)
    steps, occurrences = 0.0, 0
    for own in series.values():
        reach = max(map(_reach, own)) + timedelta(days=2)
        for event in own:
            for rule in _rules(event):
                walk = _walk(event, rule, since - reach, until + reach)
                steps += walk.steps + walk.occurrences * len(own)
                occurrences += walk.occurrences
                _require_few(event, steps, occurrences)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What it takes to follow a rule, and how often it comes about in the window."""

    steps: float
    occurrences: int


def _walk(event: Mapping[str, Any], rule: _Rule, since: datetime, until: datetime) -> _Walk:
    """Follow the rule up to `until`, or its own end.

    A rule that never comes about again is followed to the end of the calendar. So it is followed where that is near:
    some cycles later, where weekdays and leap days are the same.
    """
    _require_daily(event, rule)
    start = _wall(event["DTSTART"].dt)
    last = min([until, *(_wall(at) + timedelta(days=1) for at in rule.get("UNTIL", []))])
    later = (_LAST_CYCLE - max(last, start).year) // _CYCLE * _CYCLE
    count = min((count for count in rule.get("COUNT", []) if count > 0), default=_MOST_STEPS)
    occurrences = 0
    for number, at in enumerate(_starts(event, rule, _years_later(start, later))):
        if number >= count or at > _years_later(last, later):
            days = (at - _years_later(start, later)).days
            return _Walk(days * _STEPS[rule["FREQ"][0]] / rule.get("INTERVAL", [1])[0] + number, occurrences)
        occurrences += at >= _years_later(since, later)
    raise ScheduleError("", f"{called(event)} repeats by a rule that never comes about again: {_text(rule)}")


def _require_daily(event: Mapping[str, Any], rule: _Rule) -> None:
    """Refuse what repeats within the day, does not go on, or is repeated in a way that nobody agreed upon."""
    times = prod(len(rule.get(part, [0])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if rule.get("FREQ", ["DAILY"])[0] not in _STEPS or times > _MOST_A_DAY:
        raise ScheduleError("", f"{called(event)} repeats within the day, where only days are read: {_text(rule)}")
    if "FREQ" not in rule or rule.get("INTERVAL", [1])[0] < 1 or not rule.keys() <= _KNOWN:
        raise ScheduleError("", f"{called(event)} repeats by a rule that cannot be read: {_text(rule)}")


def _require_few(event: Mapping[str, Any], steps: float, occurrences: int) -> None:
    if occurrences > MOST_OCCURRENCES:
        message = f"the events come about more than {MOST_OCCURRENCES:,} times, counted up to {called(event)}"
        raise ScheduleError("", f"{message}: read a shorter time, or end the rules with UNTIL")
    if steps > _MOST_STEPS:
        message = f"the rules take too long to follow, counted up to {called(event)}"
        raise ScheduleError("", f"{message}: let them begin later, or take out what is long over")


def _starts(event: Mapping[str, Any], rule: _Rule, start: datetime) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr  # noqa: PLC0415  slow to import; only who reads a calendar pays

    endless = {part: values for part, values in rule.items() if part not in {"UNTIL", "COUNT"}}
    try:
        yield from rrulestr(_text(endless), dtstart=start)
    except ValueError as error:
        message = f"{called(event)} repeats by a rule that cannot be read: {_text(rule)}: {error}"
        raise ScheduleError("", message) from error


def _text(rule: _Rule) -> str:
    from icalendar import vRecur  # noqa: PLC0415  as above

    text: bytes = vRecur(rule).to_ical()  # type: ignore[no-untyped-call]
    return text.decode()


def _rules(event: Mapping[str, Any]) -> list[_Rule]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _reach(event: Mapping[str, Any]) -> timedelta:
    """Return how far from the start of what repeats the event may lie: by its length, and by what it was moved."""
    start = _wall(event["DTSTART"].dt)
    others = [_wall(event[name].dt) for name in ("DTEND", "RECURRENCE-ID") if name in event]
    if "DURATION" in event:
        others.append(start + event["DURATION"].dt)
    return sum((abs(other - start) for other in others), timedelta(0))


def _wall(at: date) -> datetime:
    return at.replace(tzinfo=None) if isinstance(at, datetime) else datetime(at.year, at.month, at.day)  # noqa: DTZ001


def _years_later(at: datetime, years: int) -> datetime:
    # By whole cycles, so that February 29 stays one.
    return at.replace(year=at.year + years)
