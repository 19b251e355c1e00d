"""The open incidents as the first page lists them: what needs somebody first, and in each list what is most urgent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from oncall.domain.incident import Incident, State
from oncall.domain.policy import Do
from oncall.doors.web.promises import Promise, Standing, worst

_HEADINGS: Mapping[State, str] = {
    State.TRIAGE: "Needs triage",
    State.TRIGGERED: "Pages now",
    State.ACKNOWLEDGED: "Taken",
    State.SNOOZED: "Snoozed",
    State.DEFERRED: "Deferred",
}
_RECORDED = "Recorded, pages nobody"
_IN_ORDER = (
    _HEADINGS[State.TRIAGE],
    _HEADINGS[State.TRIGGERED],
    _HEADINGS[State.ACKNOWLEDGED],
    _RECORDED,
    _HEADINGS[State.SNOOZED],
    _HEADINGS[State.DEFERRED],
)


@dataclass(frozen=True, slots=True)
class Row:
    """One incident; `promise` is the limit that is late or due soon, None where none is; `until` is when a wait ends."""

    incident: Incident
    promise: Promise | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of incidents under its heading."""

    heading: str
    rows: tuple[Row, ...]


def lists(incidents: Iterable[Incident], now: datetime) -> tuple[Listing, ...]:
    """The lists that have anything in them: what is to be looked at or pages comes first, what waits last.

    In a list, what is late comes first and then what is due soon; then what was deferred or snoozed by its end, and all else by
    its number, the newest first.
    """
    listed: dict[str, list[Row]] = {}
    for incident in incidents:
        row = Row(incident, worst(incident, now), incident.deferred_until or incident.snoozed_until)
        listed.setdefault(_heading(incident), []).append(row)
    return tuple(
        Listing(heading, tuple(sorted(listed[heading], key=lambda row: _urgency(row, now))))
        for heading in _IN_ORDER
        if heading in listed
    )


def counted(listings: Iterable[Listing]) -> Mapping[Standing, int]:
    """How many are late, and how many are due soon."""
    standings = [row.promise.standing for listing in listings for row in listing.rows if row.promise]
    return {standing: standings.count(standing) for standing in (Standing.LATE, Standing.SOON)}


def _heading(incident: Incident) -> str:
    if incident.state is State.TRIGGERED and incident.doing is Do.RECORD:
        return _RECORDED
    return _HEADINGS[incident.state]


def _urgency(row: Row, now: datetime) -> tuple[int, datetime, datetime, int]:
    order = tuple(Standing)
    rank = order.index(row.promise.standing) if row.promise else len(order)
    due = (row.promise.due_at if row.promise else None) or now
    return rank, due, row.until or now, -row.incident.number
