"""What an incident's values are written as is what the adapters would write: whatever was stored before is read alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from pydantic_core import from_json as parsed

from oncall.domain.directory import (
    AccountTarget,
    ChannelTarget,
    EscalationPolicy,
    Role,
    RoleTarget,
    ScheduleTarget,
    SlackChannelTarget,
    Step,
    TeamTarget,
    Urgency,
    UserTarget,
    WebhookTarget,
)
from oncall.domain.incident import (
    Attempt,
    Cause,
    Clock,
    Confirmation,
    Gate,
    Incident,
    Page,
    Pause,
    Run,
    State,
    Wait,
    Waiting,
)
from oncall.domain.policy import Do, Rule
from oncall.store.incident_values import _VALUES, from_json, to_json
from schedules import Duration

NOW = datetime(2026, 3, 18, 8, 7, 3, 120_000, tzinfo=UTC)
TARGETS = (
    ScheduleTarget("engineers"),
    UserTarget("anaïs"),
    TeamTarget("cloud"),
    SlackChannelTarget("C1"),
    WebhookTarget("https://example.com"),
    AccountTarget("mia", "acme"),
    RoleTarget(Role.ADMIN),
    ChannelTarget("ntfy", "cloud"),
)
POLICY = EscalationPolicy("engineering", (Step(TARGETS, timedelta(days=1, seconds=1)),), 2, (UserTarget("bo"),))
PAGE = Page("i.1.1.bo", 1, "bo", "engineering", 1, 1, "on call", (Attempt("i.1.1.bo.1", "mobile", "sms", "+1", NOW),))
RUN = Run(1, POLICY, next_at=NOW, pages=(PAGE,), began_at=NOW)
WHOLE = Incident(
    "i",
    "cloud",
    "db",
    "db down",
    "sev1",
    Urgency.HIGH,
    State.TRIGGERED,
    NOW,
    run=RUN,
    management=(RUN, replace(RUN, cause=Cause.BREACH)),
    rule=Rule(3, Do.DEFER, "engineering", frozenset({"sev3"}), urgency=Urgency.LOW, warn_before=Duration(1, "hours")),
    wait=Wait(Waiting.HOURS, 2, NOW),
    respond=Clock("respond", 3, NOW, Duration(2, "days", "working_days"), due_at=NOW),
    update=Clock("update", 4, NOW, timedelta(minutes=-3, microseconds=5)),
    pauses=(Pause(NOW, NOW), Pause(NOW)),
    gate=Gate("mia", NOW, ("fixed", "told"), (Confirmation("fixed", "bo", NOW),)),
    missing=("body",),
)


def test_values_are_written_as_the_adapters_write_them() -> None:
    written = to_json(WHOLE)

    assert written == {name: adapter.dump_json(getattr(WHOLE, name)).decode() for name, adapter in _VALUES.items()}


def test_values_come_back_as_they_were() -> None:
    stored = SimpleNamespace(**{name: parsed(text) for name, text in to_json(WHOLE).items()})

    assert Incident(**{**WHOLE.__dict__, **from_json(stored, 1)}) == WHOLE
