"""iCalendar files (RFC 5545): from bytes to the events in them, all of whose times are in a zone that is known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schedules.errors import ScheduleError
from schedules.ical_zones import FileZones
from schedules.instants import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from icalendar import Component

MOST_BYTES = 5_000_000
MOST_EVENTS = 10_000
_LONGEST = timedelta(days=3660)
_FOLD = re.compile(r"\r?\n[ \t]")
# Zones are looked up here, not by the library, which keeps what one file calls a zone for all that come after.
_ZONE = re.compile(r"^([^:\"]*);TZID=", re.IGNORECASE)
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
_READ = {*_TIMES, "DURATION", "RRULE", "UID", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP"}
_OFTEN = {"RRULE", "EXDATE", "RDATE"}
# What people hand over in place of a calendar, by how it begins.
_LOOKS = (
    (b"\x1f\x8b", "is compressed: unpack it first"),
    (b"PK", "is a ZIP archive: unpack it and give the .ics file in it"),
    (b"%PDF", "is a PDF"),
    (b"BEGIN:VCARD", "is an address card"),
    (b"{", "is JSON"),
    (b"[", "is JSON"),
    (b"<?XML", "is XML"),
    (b"<", "is a web page, perhaps one that asks for a log-in: give the address of the .ics file itself"),
)


@dataclass(frozen=True, slots=True)
class _File:
    """The lines that matter here of each event, and those of each zone that the file describes."""

    events: list[list[str]] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)


def events_of(data: bytes, zone: str) -> "list[Component]":
    """Return the events of a file; times without a zone of their own are in `zone`.

    What is no iCalendar or too long, is cut short, or has an event that cannot be read is refused with `ScheduleError`.
    """
    require_calendar(data)
    file = _split(data.decode("utf-8-sig", "replace"))
    if len(file.events) > MOST_EVENTS:
        raise ScheduleError("", f"the calendar has {len(file.events):,} events; at most {MOST_EVENTS:,} are read")
    zones = FileZones(zone, file.zones)
    return [_event(lines, zones) for lines in file.events]


def require_calendar(data: bytes) -> None:
    """Refuse what is too long, and what does not begin as an iCalendar does, saying what it looks like instead."""
    if len(data) > MOST_BYTES:
        message = f"the calendar has {len(data) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read"
        raise ScheduleError("", message)
    begin = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().upper()
    if begin.startswith(b"BEGIN:VCALENDAR"):
        return
    looks = next((looks for start, looks in _LOOKS if begin.startswith(start)), "begins otherwise")
    raise ScheduleError(
        "", f"this is no iCalendar, which begins with BEGIN:VCALENDAR; it {looks if begin else 'is empty'}"
    )


def called(event: Mapping[str, Any]) -> str:
    """Return what to call an event in a message."""
    name = str(event.get("SUMMARY") or event.get("UID") or "").strip()
    return f"the event '{name[:80]}'" if name else "an event without a name"


def _split(text: str) -> _File:
    """Return what matters of the file, line by line; whatever else an event may hold is never read."""
    file = _File()
    inside: list[str] = []
    for line in _FOLD.sub("", text).splitlines():
        name, _, value = line.partition(":")
        name, value = name.partition(";")[0].strip().upper(), value.strip().upper()
        if name == "BEGIN":
            _begin(value, inside, file)
        elif name == "END":
            _end(value, inside, file)
        elif inside == ["VCALENDAR", "VEVENT"]:
            if name in _READ:
                file.events[-1].append(_ZONE.sub(r"\1;X-TZID=", line) if name in _TIMES else line)
        elif inside[1:2] == ["VTIMEZONE"]:
            file.zones[-1].append(line)
    if inside:
        raise ScheduleError("", f"the calendar is cut short: it ends in the middle of a {inside[-1]}")
    return file


def _begin(component: str, inside: list[str], file: _File) -> None:
    inside.append(component)
    if inside == ["VCALENDAR", "VEVENT"]:
        file.events.append([])
    elif inside == ["VCALENDAR", "VTIMEZONE"]:
        file.zones.append([])
    elif inside[1:2] == ["VTIMEZONE"]:
        file.zones[-1].append(f"BEGIN:{component}")


def _end(component: str, inside: list[str], file: _File) -> None:
    if not inside or inside.pop() != component:
        raise ScheduleError("", f"the calendar is garbled: a {component} ends that did not begin")
    if inside[1:2] == ["VTIMEZONE"]:
        file.zones[-1].append(f"END:{component}")


def _event(lines: list[str], zones: FileZones) -> "Component":
    from icalendar import Event  # noqa: PLC0415  slow to import; only who reads a calendar pays

    event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
    for name, message in event.errors:
        raise ScheduleError("", f"{called(event)} cannot be read: {name or 'a line'}: {message}")
    for name in _TIMES:
        for given in _as_list(event.get(name)):
            for part in getattr(given, "dts", [given]):
                part.dt = _in_zone(part.dt, given.params.get("X-TZID"), zones, event)
    _require_times(event)
    return event


def _require_times(event: Mapping[str, Any]) -> None:
    for name in sorted(_READ - _OFTEN):
        if isinstance(event.get(name), list):
            raise ScheduleError("", f"{called(event)} has more than one {name}")
    if not isinstance(getattr(event.get("DTSTART"), "dt", None), date):
        raise ScheduleError("", f"{called(event)} has no DTSTART, which says when it begins")
    for name in ("DTEND", "RECURRENCE-ID"):
        if name in event and not isinstance(event[name].dt, date):
            raise ScheduleError("", f"{called(event)} has no date as its {name}")
    if "DURATION" in event and abs(event["DURATION"].dt) > _LONGEST:
        raise ScheduleError("", f"{called(event)} lasts longer than ten years")


def _as_list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [given]


def _in_zone(given: Any, zone: str | None, zones: FileZones, event: Mapping[str, Any]) -> Any:
    """Return a time, or the times of a period, with its zone; a date as it is."""
    if isinstance(given, tuple):
        return tuple(_in_zone(part, zone, zones, event) for part in given)
    if isinstance(given, date) and not FIRST_YEAR <= given.year <= LAST_YEAR:
        message = f"{called(event)} has the year {given.year}, which lies outside of {FIRST_YEAR} to {LAST_YEAR}"
        raise ScheduleError("", message)
    if isinstance(given, datetime) and given.tzinfo is None:
        return given.replace(tzinfo=zones.named(zone))
    return given
