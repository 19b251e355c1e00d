"""The response clock and the update clock: when they are due, paused, warned of and broken (docs/semantics.md 4.6, 4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from oncall.domain.draft import Draft
from oncall.domain.evolve import evolve
from oncall.domain.incident import Clock, Pause
from schedules import BusinessCalendar, Duration, NoOpeningError, format_instant

RESPOND = "respond"
UPDATE = "update"
_DAY = timedelta(days=1)

Limit = Duration | timedelta


def promise_response(draft: Draft, since: datetime) -> None:
    """Set the limit for the response by the rule that holds, counted from `since`; nothing once a person has responded."""
    if draft.incident.responded_at is None:
        _set(draft, RESPOND, since, _limit(draft, RESPOND))


def promise_update(draft: Draft, since: datetime, agreed: datetime | None = None) -> None:
    """Set the limit for the next update, counted from `since`: what was agreed, else the rule's."""
    _set(draft, UPDATE, since, agreed - since if agreed is not None else _limit(draft, UPDATE))


def respond(draft: Draft) -> None:
    """A person has taken it: the response clock stops for good, and that of the updates starts, unless its end was agreed (4.6)."""
    if draft.incident.responded_at is not None:
        return
    draft.change(responded_at=draft.now, respond=None)
    if not _is_agreed(draft.incident.update):
        promise_update(draft, draft.now)


def adjust_limits(draft: Draft, response_since: datetime) -> None:
    """Set the limits anew after a change of severity, plan or ticket type; an update that was agreed stays agreed."""
    promise_response(draft, response_since)
    clock = draft.incident.update
    if draft.incident.responded_at is not None and not _is_agreed(clock):
        promise_update(draft, clock.start if clock else draft.now)


def pause(draft: Draft) -> None:
    """Stop both clocks while the customer is waited for."""
    draft.change(pauses=(*draft.incident.pauses, Pause(draft.now)))
    recalculate(draft)


def go_on(draft: Draft) -> None:
    """Let both clocks go on with what was left of them."""
    *earlier, last = draft.incident.pauses
    draft.change(pauses=(*earlier, replace(last, until=draft.now)))
    recalculate(draft)


def recalculate(draft: Draft) -> None:
    """Work out again when the clocks are due; what was broken stays broken."""
    for clock in draft.incident.clocks:
        if not clock.breached:
            _put(draft, evolve(clock, due_at=_due(draft, clock)))


def stop_clocks(draft: Draft) -> None:
    """End both clocks: the incident is over."""
    if draft.incident.respond is not None or draft.incident.update is not None:
        draft.change(respond=None, update=None)


def limits(draft: Draft) -> dict[str, str | None]:
    """What an entry says of both limits that may have moved one of them."""
    return {"respond_by": _text(draft.incident.respond_by), "update_by": _text(draft.incident.update_by)}


def running(draft: Draft, kind: str, generation: int) -> Clock | None:
    """The clock for which a timer of that kind was made, None where it has stopped, was set anew or is paused."""
    name = kind.partition("_")[2]
    clock = next((clock for clock in draft.incident.clocks if clock.name == name), None)
    return clock if clock is not None and clock.generation == generation and not clock.breached else None


def warn(draft: Draft, clock: Clock) -> None:
    """Record that the limit is near."""
    _keep(draft, evolve(clock, warned=True))
    draft.log("warned", {"clock": clock.name, "due": _text(clock.due_at), "because": _meant(clock)})


def break_(draft: Draft, clock: Clock) -> None:
    """Record that the limit has passed; the clock of the updates starts again."""
    _keep(draft, evolve(clock, breached=True))
    if clock.name == UPDATE:
        _start_again(draft, clock.due_at or draft.now)
    details = {"clock": clock.name, "due": _text(clock.due_at), "because": _meant(clock), **limits(draft)}
    draft.log("breached", details)


def due_at(
    start: datetime, limit: Limit, pauses: tuple[Pause, ...], calendar: BusinessCalendar | None
) -> datetime | None:
    """When `limit` from `start` is over, leaving out the pauses; None while the last one lasts.

    What is left of working days goes on as open time (docs/semantics.md 4.6).
    """
    due = _after(start, limit, calendar)
    for stop in pauses:
        if stop.until is not None and stop.until <= start:
            continue
        since = max(stop.since, start)
        if due <= since:
            return due
        if stop.until is None:
            return None
        due = _resumed(stop.until, since, due, None if _is_elapsed(limit) else calendar)
    return due


def _set(draft: Draft, name: str, start: datetime, limit: Limit | None) -> None:
    old: Clock | None = getattr(draft.incident, name)
    if limit is None:
        if old is not None:
            draft.change(**{name: None})
        return
    warn_before = draft.incident.rule.warn_before if draft.incident.rule else None
    due = due_at(start, limit, draft.incident.pauses, draft.policy.calendar)
    clock = Clock(name, 0, start, limit, warn_before, due)
    if old is None or old.due_at != clock.due_at:
        _put(draft, clock)
    elif not old.breached:
        _put(draft, evolve(clock, warned=old.warned and clock.due_at is not None))


def _put(draft: Draft, clock: Clock) -> None:
    """Keep the clock under a new generation, and arm its warning and its breach."""
    clock = evolve(clock, generation=draft.next_generation())
    _keep(draft, clock)
    if clock.due_at is None:
        return
    if clock.warn_before is not None and not clock.warned and clock.due_at > draft.now:
        draft.arm(
            f"warn_{clock.name}", clock.generation, _before(clock.due_at, clock.warn_before, draft.policy.calendar)
        )
    draft.arm(f"breach_{clock.name}", clock.generation, clock.due_at)


def _keep(draft: Draft, clock: Clock) -> None:
    draft.change(**{clock.name: clock})


def _start_again(draft: Draft, due: datetime) -> None:
    """The clock of the updates from its last limit on; where the next one has passed as well, from now."""
    promise_update(draft, due)
    clock = draft.incident.update
    if clock is not None and clock.due_at is not None and clock.due_at <= draft.now:
        promise_update(draft, draft.now)


def _due(draft: Draft, clock: Clock) -> datetime | None:
    return due_at(clock.start, clock.limit, draft.incident.pauses, draft.policy.calendar)


def _limit(draft: Draft, name: str) -> Duration | None:
    """What was agreed with the customer for the severity, else what the rule says."""
    incident, customer = draft.incident, draft.customer
    agreed: Mapping[str, Duration] = {}
    if customer is not None:
        agreed = customer.respond_within if name == RESPOND else customer.update_every
    rule = incident.rule
    said = None if rule is None else rule.respond_within if name == RESPOND else rule.update_every
    return agreed.get(incident.severity, said)


def _after(start: datetime, limit: Limit, calendar: BusinessCalendar | None) -> datetime:
    if isinstance(limit, timedelta):
        return start + limit
    if calendar is not None:
        try:
            return calendar.deadline(start, limit)
        except NoOpeningError:
            pass  # it never opens for so long: then the time that passes counts
    return start + _elapsed(limit)


def _before(due: datetime, warning: Duration, calendar: BusinessCalendar | None) -> datetime:
    if calendar is not None:
        try:
            return calendar.before(due, warning)
        except NoOpeningError:
            pass  # it was never open for so long: then the time that passes counts
    return due - _elapsed(warning)


def _resumed(at: datetime, since: datetime, due: datetime, calendar: BusinessCalendar | None) -> datetime:
    if calendar is None:
        return at + (due - since)
    try:
        return calendar.add_open_time(at, calendar.open_time(since, due))
    except NoOpeningError:
        return at + (due - since)


def _is_agreed(clock: Clock | None) -> bool:
    """Whether its end was agreed with the customer, whatever the rule says."""
    return clock is not None and isinstance(clock.limit, timedelta)


def _is_elapsed(limit: Limit) -> bool:
    return isinstance(limit, timedelta) or limit.kind == "elapsed"


def _elapsed(duration: Duration) -> timedelta:
    return duration.amount * _DAY if duration.kind == "working_days" else duration.timedelta


def _meant(clock: Clock) -> str:
    what = "somebody is to respond" if clock.name == RESPOND else "an update is due"
    limit = "as agreed" if isinstance(clock.limit, timedelta) else f"within {clock.limit}"
    return f"{what} {limit} of {format_instant(clock.start)}"


def _text(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
