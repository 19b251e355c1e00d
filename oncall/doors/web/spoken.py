"""An instant as people write it: `tomorrow at 02:00`, `next 25 December at 3am`, `in 90 minutes`, or ISO 8601."""

from __future__ import annotations

import re
from calendar import day_name, isleap, month_name
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from schedules import ScheduleError, parse_date, parse_delay, parse_instant, parse_wall, resolve, wall_time
from schedules.errors import did_you_mean

EXAMPLES = "tomorrow at 02:00, next Friday at 18:30, 25 December at 3am, in 90 minutes or 2026-12-25T03:00"

_WEEKDAYS: Mapping[str, int] = {
    short: number for number, name in enumerate(day_name) for short in (name.lower(), name[:3].lower())
}
_MONTHS: Mapping[str, int] = {
    short: number for number, name in enumerate(month_name) if name for short in (name.lower(), name[:3].lower())
}
_NEAR: Mapping[str, int] = {"yesterday": -1, "today": 0, "tomorrow": 1}
_TIMES: Mapping[str, time] = {"noon": time(12), "midnight": time(0)}
_WORDS = ("now", "in", "on", "at", "next", "this", *_NEAR, *_TIMES, *_WEEKDAYS, *_MONTHS)

_CLOCK = re.compile(
    r"(?<!\S)(?:at )?(?:(?P<named>noon|midnight)|(?P<hour>\d\d?)(?:[:.](?P<minute>\d\d)(?: ?(?P<half>[ap]m))?| ?(?P<round>[ap]m)))(?!\S)"
    r"|(?<!\S)at (?P<bare>\d\d?)(?!\S)"
)
_DATE = re.compile(r"(?P<day>\d\d?)(?:st|nd|rd|th)? (?P<month>[a-z]+)(?: (?P<year>\d{4}))?")
_AMERICAN = re.compile(r"(?P<month>[a-z]+) (?P<day>\d\d?)(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ISO = re.compile(rf"{_ISO_DATE.pattern}[t ]\d\d:?\d\d(?![\d ]*[ap]m).*")
_OFFSET = re.compile(r"[+-]\d\d(:?\d\d)?$|z$")
_HALF_A_DAY = 12
_LEAP_DAYS_APART = 9
"""Among so many years in a row there is always one with a 29 February."""


def spoken_instant(text: str, now: datetime, zone: str) -> datetime:
    """The instant that a text means to somebody in `zone` at `now`.

    Without a year, or without a day at all, it is the first such instant that is not past; a `next` day is never today.
    Refuses with ScheduleError, saying what would do, whatever it does not understand as a whole.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    if not words:
        raise ScheduleError("", f"say when: {EXAMPLES}")
    if words == "now":
        return now
    if words.startswith("in "):
        return now + parse_delay(words.removeprefix("in "))
    if _ISO.fullmatch(words):
        return parse_instant(words.upper()) if _OFFSET.search(words) else resolve(parse_wall(words), zone)
    clock, day = _parted(text, words)
    instants = [resolve(datetime.combine(each, clock), zone) for each in _days(text, day, wall_time(now, zone).date())]
    ahead = [instant for instant in instants if instant >= now]
    return (ahead or instants)[0]


def _parted(text: str, words: str) -> tuple[time, str]:
    """The time of the day, and what is left when it is taken out: the day, or nothing."""
    found = list(_CLOCK.finditer(words))
    if len(found) != 1:
        _require_known(text, words)
        how_many = "more than one time" if found else "no time"
        raise ScheduleError("", f"'{text}' names {how_many} of the day: write it like {EXAMPLES}")
    rest = words[: found[0].start()] + words[found[0].end() :]
    return _time(text, found[0]), " ".join(word for word in rest.split() if word != "on")


def _time(text: str, found: re.Match[str]) -> time:
    if found["named"]:
        return _TIMES[found["named"]]
    hour, half = int(found["hour"] or found["bare"]), found["half"] or found["round"]
    if half and not 1 <= hour <= _HALF_A_DAY:
        raise ScheduleError("", f"'{text}' has no such hour: am and pm go from 1 to 12")
    if half:
        hour = hour % _HALF_A_DAY + (_HALF_A_DAY if half == "pm" else 0)
    try:
        return time(hour, int(found["minute"] or 0))
    except ValueError:
        raise ScheduleError("", f"'{text}' has no such time: hours go from 0 to 23, minutes from 0 to 59") from None


def _days(text: str, day: str, today: date) -> list[date]:
    """The dates that are meant, the first that is not past among them."""
    first = today + timedelta(days=1) if day.startswith("next ") else today
    plain = day.removeprefix("next ").removeprefix("this ")
    if not plain:
        return [today, today + timedelta(days=1)]
    if day in _NEAR:
        return [today + timedelta(days=_NEAR[day])]
    if _ISO_DATE.fullmatch(day):
        return [parse_date(day)]
    if plain in _WEEKDAYS:
        ahead = (_WEEKDAYS[plain] - first.weekday()) % 7
        return [first + timedelta(days=ahead), first + timedelta(days=ahead + 7)]
    return _dates(text, plain, first)


def _dates(text: str, plain: str, first: date) -> list[date]:
    found = _DATE.fullmatch(plain) or _AMERICAN.fullmatch(plain)
    if found is None or found["month"] not in _MONTHS:
        _require_known(text, plain)
        raise ScheduleError("", f"'{text}' is not understood: write it like {EXAMPLES}")
    number, month = int(found["day"]), _MONTHS[found["month"]]
    if found["year"]:
        return [parse_date(f"{found['year']}-{month:02}-{number:02}")]
    dates = [each for each in _yearly(number, month, first.year) if each >= first]
    if not dates:
        raise ScheduleError("", f"'{text}': {month_name[month]} has no day {number}")
    return dates


def _yearly(number: int, month: int, year: int) -> Iterator[date]:
    for each in range(year, year + _LEAP_DAYS_APART):
        if (number, month) != (29, 2) or isleap(each):
            try:
                yield date(each, month, number)
            except ValueError:
                return


def _require_known(text: str, words: str) -> None:
    """Refuse the first word that is not known, naming the nearest one that is."""
    for word in words.split():
        if word.isalpha() and word not in _WORDS:
            nearest = did_you_mean(word, _WORDS) or f": write it like {EXAMPLES}"
            raise ScheduleError("", f"'{text}' is not understood: unknown word '{word}'{nearest}")
