"""A support desk for tests of the domain: open on weekdays from 09:00 to 17:00 UTC, with everything that a policy can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from oncall.domain.directory import (
    Directory,
    EscalationPolicy,
    Role,
    ScheduleTarget,
    Service,
    Step,
    Urgency,
    UserTarget,
)
from oncall.domain.policy import (
    Customer,
    CustomerEscalation,
    Do,
    Hours,
    Rule,
    Severity,
    SupportPolicy,
    Triage,
)
from oncall.domain.transition import Transition
from schedules import BusinessCalendar, Layer, Rotation, Schedule, Window, entries, parse_duration, parse_turn
from tests.oncall.domain.cast import MINUTE, person

HOUR = 60 * MINUTE
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC)
"""A Tuesday at midnight."""
AT_3 = TUESDAY + 3 * HOUR
AT_8 = TUESDAY + 8 * HOUR
AT_9 = TUESDAY + 9 * HOUR
AT_10 = TUESDAY + 10 * HOUR
AT_17 = TUESDAY + 17 * HOUR

OFFICE = BusinessCalendar("UTC", (Window.daily(("mon", "tue", "wed", "thu", "fri"), "09:00", "17:00"),))
GRAVE = frozenset({"sev1", "sev2"})

RULES = (
    Rule(1, Do.PAGE, "engineering", severities=GRAVE, hours=Hours.OPEN, respond_within=parse_duration("2h")),
    Rule(
        2,
        Do.PAGE,
        "night",
        severities=GRAVE,
        hours=Hours.CLOSED,
        respond_within=parse_duration("4h"),
        update_every=parse_duration("1h"),
        warn_before=parse_duration("30m"),
    ),
    Rule(3, Do.RECORD, severities=frozenset({"sev5"})),
    Rule(4, Do.DEFER, "engineering", until="08:00", respond_within=parse_duration("4 business hours")),
)

SEVERITIES = (
    Severity("sev1", "Outage", Urgency.HIGH),
    Severity("sev2", "Outage of one", Urgency.HIGH),
    Severity("sev3", "Slow", Urgency.LOW),
    Severity("sev4", "Spare part", Urgency.LOW),
    Severity("sev5", "False alarm", Urgency.LOW),
)

POLICY = SupportPolicy(
    "standard",
    SEVERITIES,
    default_severity="sev3",
    rules=RULES,
    calendar=OFFICE,
    on_breach="management",
    lower_on_workaround={"sev1": "sev2", "sev2": "sev3"},
    customer_escalation=CustomerEscalation("management", ("plan", "parties")),
    ack_timeout=2 * HOUR,
)


def desk(**changes: Any) -> Directory:
    """The desk, its policy changed in some fields: ana by day, bo by night, mia manages and looks first, root administers."""
    people = (person("ana"), person("bo"), person("mia"), person("kim"), person("root", role=Role.ADMIN))
    return Directory(
        users={one.id: one for one in people},
        calendars={"office": OFFICE},
        schedules={"managers": _always("mia"), "nobody": _until_last_year("mia")},
        escalation_policies={
            "engineering": EscalationPolicy("engineering", _steps("ana", "kim")),
            "night": EscalationPolicy("night", _steps("bo", "kim")),
            "management": EscalationPolicy("management", _steps("mia", "root"), repeat=0),
        },
        services={"cloud": Service("cloud", support_policy="standard")},
        support_policies={"standard": replace(POLICY, **changes)},
        customers={"acme": Customer("acme", respond_within={"sev1": parse_duration("1h")}, manager="kim")},
    )


TRIAGE = Triage("managers", 5 * MINUTE)
"""Mia looks first at what pages."""


def on_call(schedule: str) -> ScheduleTarget:
    """Whoever is on call by that schedule."""
    return ScheduleTarget(schedule)


def _steps(*whom: str) -> tuple[Step, ...]:
    return tuple(Step((UserTarget(one),), 10 * MINUTE) for one in whom)


def _always(user: str) -> Schedule:
    start = datetime(2026, 1, 1)  # noqa: DTZ001  a wall time
    return Schedule("UTC", (Layer("all", Rotation(start, "UTC", parse_turn("1 week"), entries((user,)))),))


def _until_last_year(user: str) -> Schedule:
    start, end = datetime(2025, 1, 1), datetime(2025, 2, 1)  # noqa: DTZ001  wall times
    return Schedule("UTC", (Layer("old", Rotation(start, "UTC", parse_turn("1 week"), entries((user,)), end)),))


def due(*results: Transition) -> dict[str, datetime]:
    """When the latest timer of each kind is due that these transitions made."""
    return {timer.kind: timer.due_at for result in results for timer in result.timers}


def said(result: Transition, event: str) -> list[dict[str, Any]]:
    """The details of the entries of one event."""
    return [dict(entry.details) for entry in result.entries if entry.event == event]


def later(at: datetime, minutes: float) -> datetime:
    """So many minutes after."""
    return at + timedelta(minutes=minutes)
