"""The zones of an iCalendar file: names from the IANA, from Windows, and those that the file describes itself."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from io import StringIO

from schedules.errors import ScheduleError
from schedules.instants import zone_named

_MOST_DESCRIBED = 20


class FileZones:
    """The zones that the times of one file are in."""

    def __init__(self, zone: str, described: Sequence[list[str]]) -> None:
        """Keep the zone of times that name none, and the lines of each VTIMEZONE."""
        self._own = zone_named(zone)
        self._described = {_named_in(lines): lines for lines in described}
        self._made = 0
        self._found: dict[str, tzinfo] = {}

    def named(self, name: str | None) -> tzinfo:
        """Return the zone of that name; `ScheduleError` where it is neither known nor described by the file."""
        if name is None:
            return self._own
        if name not in self._found:
            self._found[name] = next(self._candidates(name))
        return self._found[name]

    def _candidates(self, name: str) -> Iterator[tzinfo]:
        """Yield what the name may mean: as it stands, by Windows, behind a maker's prefix, as the file describes it."""
        from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415  slow to import

        parts = name.strip("/ ").split("/")
        names = [parts, *(parts[start:] for start in range(1, len(parts) if name.startswith("/") else 1))]
        for known in (WINDOWS_TO_OLSON.get(name, ""), *("/".join(some) for some in names)):
            if known:
                try:
                    yield zone_named(known)
                except ScheduleError:
                    continue
        yield self._as_described(name)

    def _as_described(self, name: str) -> tzinfo:
        from dateutil.tz import tzical  # noqa: PLC0415  as above

        lines = self._described.get(name)
        if lines is None:
            raise ScheduleError("", f"'{name}' is not a time zone that is known, and the calendar does not describe it")
        self._made += 1
        if self._made > _MOST_DESCRIBED:
            raise ScheduleError("", f"the calendar describes more than {_MOST_DESCRIBED} time zones of its own")
        for line in lines:
            _require_yearly(line, name)
        own = [line for line in lines if not line.upper().startswith("X-")]
        try:
            zone = tzical(StringIO("\n".join(["BEGIN:VTIMEZONE", *own, "END:VTIMEZONE", ""]))).get()
        except ValueError as error:
            raise ScheduleError("", f"the time zone '{name}' of the calendar cannot be read: {error}") from error
        assert isinstance(zone, tzinfo)  # noqa: S101  one zone went in
        return zone


def _named_in(lines: list[str]) -> str:
    return next((line.partition(":")[2].strip() for line in lines if line.upper().startswith("TZID")), "")


def _require_yearly(line: str, name: str) -> None:
    """Refuse a change of the clock that comes back in any other way than once a year: it might take for ever."""
    property_name, _, rule = line.upper().partition(":")
    if property_name.partition(";")[0] not in {"RRULE", "EXRULE"}:
        return
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if parts.get("FREQ") != "YEARLY" or parts.get("INTERVAL", "1") != "1" or not parts.keys() <= _YEARLY:
        raise ScheduleError("", f"the time zone '{name}' of the calendar changes its clock by an odd rule: {rule}")


_YEARLY = {"FREQ", "INTERVAL", "UNTIL", "COUNT", "BYMONTH", "BYDAY", "BYMONTHDAY", "WKST"}
