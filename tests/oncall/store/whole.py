"""An incident to which everything has happened that can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from oncall.domain.directory import (
    AccountTarget,
    EscalationPolicy,
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
    AttemptState,
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
from oncall.domain.policy import Do, Hours, Rule
from schedules import Duration

AT = datetime(2026, 11, 22, 2, 13, 7, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=3)

POLICY = EscalationPolicy(
    "engineering",
    (
        Step((ScheduleTarget("engineers"), UserTarget("ana"), TeamTarget("cloud")), timedelta(minutes=15)),
        Step((SlackChannelTarget("C0123"), WebhookTarget("https://example.com/x"), AccountTarget("mia", "acme"))),
    ),
    repeat=2,
    fallback=(UserTarget("root"),),
)

PAGES = (
    Page(
        id="whole.3.1.ana",
        firing=1,
        user="ana",
        policy="engineering",
        step="fallback",
        round=2,
        because="nobody answered",
        attempts=(Attempt("whole.3.1.ana.1", "mobile", "sms", "+15005550006", LATER, AttemptState.SENT, 2),),
        urgency=Urgency.LOW,
    ),
    Page("whole.3.1.slack", 1, None, "engineering", 2, 1, "", (), Urgency.HIGH),
)

RUN = Run(
    generation=3,
    policy=POLICY,
    running=False,
    round=2,
    step=1,
    fired=4,
    reached=True,
    reached_earlier=True,
    exhausted=True,
    next_at=LATER,
    pages=PAGES,
    cause=Cause.TRIAGE,
    because="they look first",
    began_at=AT,
)

WHOLE = Incident(
    id="whole",
    number=1,
    service="cloud",
    dedup_key="db",
    title="db down",
    severity="sev2",
    urgency=Urgency.LOW,
    state=State.DEFERRED,
    created_at=AT,
    body="it hurts",
    sensitive=True,
    fields={"host": "a", "ports": [1, None]},
    links=({"href": "https://example.com", "text": "the graph"},),
    acknowledged_by="ana",
    acknowledged_at=AT,
    resolved_by="bo",
    resolved_at=LATER,
    generation=9,
    run=RUN,
    management=(Run(7, POLICY, cause=Cause.BREACH), Run(8, POLICY, cause=Cause.CUSTOMER, began_at=LATER)),
    customer="acme",
    plan="premium",
    ticket_type="question",
    missing=("subscription", "body"),
    rule=Rule(
        number=2,
        do=Do.DEFER,
        escalation="engineering",
        severities=frozenset({"sev2", "sev3"}),
        plans=frozenset({"premium"}),
        ticket_types=frozenset({"question"}),
        hours=Hours.CLOSED,
        until="08:00",
        urgency=Urgency.LOW,
        respond_within=Duration(8, "hours", "business"),
        update_every=Duration(2, "days", "working_days"),
        warn_before=Duration(30, "minutes"),
    ),
    doing=Do.DEFER,
    wait=Wait(Waiting.RELEASE, 5, LATER),
    responded_at=AT,
    respond=Clock("respond", 4, AT, Duration(8, "hours", "business"), Duration(30, "minutes"), LATER, warned=True),
    update=Clock("update", 6, AT, timedelta(minutes=90), due_at=None, breached=True),
    pauses=(Pause(AT, LATER), Pause(LATER)),
    gate=Gate("acme's desk", AT, ("plan", "parties"), (Confirmation("plan", "mia", LATER),), "token:tickets"),
)
