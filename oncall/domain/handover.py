"""A change of shifts: who comes on call, what they inherit, and in which words they are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from oncall.domain.directory import Directory, EscalationPolicy, ScheduleTarget, Urgency, User
from oncall.domain.draft import Notice
from oncall.domain.incident import Incident, State
from oncall.domain.paging import attempts
from oncall.domain.policy import Do
from oncall.domain.wording import is_short, shortened
from schedules import Schedule, Shift, format_instant, wall_time

_LOOKED_AHEAD = (timedelta(days=1), timedelta(days=8), timedelta(days=32))
_LOOKED_BACK = timedelta(days=32)
_MOMENT = timedelta(microseconds=1)
_THIS_WEEK = timedelta(days=6)
_LONGEST_TITLE = 40
_NOBODY_HAS_IT = frozenset({State.TRIAGE, State.TRIGGERED})
_BY_ANY_WAY = "sms"


def comers(schedule: Schedule, since: datetime, now: datetime) -> tuple[Shift, ...]:
    """The shifts under way at `now` that began after `since`: of those that an outage swallowed the present ones alone."""
    first = max(since, now - _LOOKED_BACK)
    return tuple(shift for shift in schedule.shifts(first, now + _MOMENT) if shift.start > first and shift.end > now)


def next_change(schedule: Schedule, now: datetime) -> datetime:
    """When somebody comes or goes next after `now`; where that is long off, when it is time to look again."""
    for ahead in _LOOKED_AHEAD:
        end = now + ahead
        edges = {edge for shift in schedule.shifts(now, end) for edge in (shift.start, shift.end)}
        changes = [edge for edge in edges if now < edge < end]
        if changes:
            return min(changes)
    return now + _LOOKED_AHEAD[-1]


def inherited(schedule: str, incidents: Collection[Incident], directory: Directory) -> tuple[Incident, ...]:
    """The open incidents for which that schedule is paged: first what is urgent and nobody has taken, then as they came."""
    theirs = [incident for incident in incidents if _is_open(incident) and _pages(incident, schedule, directory)]
    return tuple(sorted(theirs, key=lambda incident: (not _is_pressing(incident), incident.number)))


def notice(
    schedule: str, shift: Shift, incidents: Sequence[Incident], directory: Directory, listing: str
) -> Notice | None:
    """What the one who comes on call is told of what they inherit; None where there is nothing to tell, or no way to do so.

    It is one message, by the first of the person's ways, and of high urgency where something pressing is among it.
    """
    user = directory.users.get(shift.user)
    if user is None or not incidents:
        return None
    urgency = Urgency.HIGH if are_pressing(incidents) else Urgency.LOW
    key = f"handover.{schedule}.{format_instant(shift.start)}.{user.id}"
    ways = attempts(user, urgency, key, shift.start)[:1]
    head = f"You are on call for {schedule} now and inherit"
    text = listed(head, incidents, user, directory, listing, shift.start)
    return Notice(user.id, urgency, text, ways) if ways else None


def are_pressing(incidents: Iterable[Incident]) -> bool:
    """Whether one of them is urgent, and nobody has taken it."""
    return any(map(_is_pressing, incidents))


def listed(
    head: str, incidents: Sequence[Incident], user: User, directory: Directory, listing: str, now: datetime
) -> str:
    """What a person is told of several incidents at once, after the words of `head`: as many as are short enough for any way."""
    lines = [_line(incident, now, user, directory) for incident in incidents]
    return _text(f"{head} {_counted(len(lines))}:", lines, listing)


def _is_open(incident: Incident) -> bool:
    return incident.state is not State.RESOLVED


def _is_pressing(incident: Incident) -> bool:
    return incident.urgency is Urgency.HIGH and incident.state in _NOBODY_HAS_IT


def _pages(incident: Incident, schedule: str, directory: Directory) -> bool:
    target = ScheduleTarget(schedule)
    return any(target in step.targets for policy in _policies(incident, directory) for step in policy.steps)


def _policies(incident: Incident, directory: Directory) -> Iterator[EscalationPolicy]:
    """Whom it pages: by the runs that it has had and has, and by its rule where that is still to come."""
    if incident.run is not None:
        yield incident.run.policy
    yield from (run.policy for run in incident.management)
    rule = incident.rule
    if rule is not None and rule.do is not Do.RECORD:
        known = directory.escalation_policies.get(rule.escalation or "")
        if known is not None:
            yield known


def _text(head: str, lines: Sequence[str], listing: str) -> str:
    """All the lines, or as many as are short enough for any way, and how many more there are."""
    for named in range(len(lines), 0, -1):
        more = [f"and {len(lines) - named} more"] if named < len(lines) else []
        text = "\n".join([head, *lines[:named], *more, listing])
        if is_short(text, _BY_ANY_WAY):
            return text
    return f"{head}\n{listing}"


def _counted(count: int) -> str:
    return "1 open incident" if count == 1 else f"{count} open incidents"


def _line(incident: Incident, now: datetime, user: User, directory: Directory) -> str:
    if incident.sensitive:
        return f"#{incident.number} is sensitive: log in to read it"
    title = shortened(incident.title, _LONGEST_TITLE)
    said = ", ".join(_situation(incident, now, user, directory))
    return f"#{incident.number} {incident.severity.upper()} {incident.service}: {title} ({said})"


def _situation(incident: Incident, now: datetime, user: User, directory: Directory) -> Iterator[str]:
    def when(at: datetime) -> str:
        return _when(at, now, user.time_zone)

    match incident.state:
        case State.DEFERRED if incident.deferred_until is not None:
            yield f"waits until {when(incident.deferred_until)}"
        case State.SNOOZED if incident.snoozed_until is not None:
            yield f"snoozed until {when(incident.snoozed_until)}"
        case State.ACKNOWLEDGED:
            since = f" since {when(incident.acknowledged_at)}" if incident.acknowledged_at is not None else ""
            yield f"stays with {_holder(incident, user, directory)}{since}"
        case State.TRIAGE:
            yield f"looked at first, since {when(incident.created_at)}"
        case _:
            yield f"nobody has it, since {when(incident.created_at)}"
    if incident.gate is not None:
        yield "the customer has escalated it"
    if incident.update_by is not None:
        yield f"next update due {when(incident.update_by)}"


def _holder(incident: Incident, user: User, directory: Directory) -> str:
    holder = incident.acknowledged_by or ""
    known = directory.users.get(holder)
    return "you" if holder == user.id else known.name if known is not None else holder


def _when(at: datetime, now: datetime, zone: str) -> str:
    """An instant on the person's own clock: the weekday where that says which day is meant."""
    return wall_time(at, zone).strftime("%a %H:%M" if abs(at - now) < _THIS_WEEK else "%Y-%m-%d %H:%M")
