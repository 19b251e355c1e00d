"""What must hold of an incident whatever has happened to it: each promise a function that asserts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from oncall.domain.directory import Urgency
from oncall.domain.draft import Timer
from oncall.domain.explain import explain
from oncall.domain.incident import Attempt, AttemptState, Cause, Clock, Incident, Run, State, Waiting
from oncall.domain.log import Entry
from oncall.domain.policy import Do
from oncall.domain.replay import Account, replay
from oncall.domain.transition import Transition

PAGING = frozenset({State.TRIGGERED, State.TRIAGE})


def is_live(timer: Timer, incident: Incident) -> bool:
    """Whether what the timer was made for still lasts."""
    wait = incident.wait
    if timer.kind == "step":
        return any((run.generation, run.fired) == (timer.generation, timer.occurrence) for run in incident.running)
    if timer.kind in set(Waiting):
        return wait is not None and (wait.kind, wait.generation) == (timer.kind, timer.generation)
    return any(_times(clock, timer) for clock in incident.clocks)


def _times(clock: Clock, timer: Timer) -> bool:
    return timer.kind.endswith(clock.name) and clock.generation == timer.generation and not clock.breached


def live(timers: Iterable[Timer], incident: Incident, *kinds: str) -> list[Timer]:
    """The live timers of these kinds."""
    return [timer for timer in timers if timer.kind in kinds and is_live(timer, incident)]


def nobody_is_paged_unless_it_pages(incident: Incident) -> None:
    """The escalation run pages nobody while acknowledged, snoozed, deferred or resolved (docs/semantics.md 5.3)."""
    run = incident.run
    if incident.state not in PAGING or (incident.state is State.TRIGGERED and incident.doing is Do.RECORD):
        assert run is None or not run.running
        assert run is None or not any(page.attempts for page in run.pages)
    if incident.state is State.RESOLVED:
        assert list(incident.pending()) == []


def somebody_is_next(incident: Incident, timers: Sequence[Timer]) -> None:
    """Paging never stops by itself: there is a next step, or the last resort of low urgency has been asked (5.1)."""
    if incident.state is State.TRIAGE:
        assert len(live(timers, incident, "triage")) == 1
    elif incident.state is State.TRIGGERED and incident.doing is Do.PAGE:
        assert incident.run is not None
        assert incident.run.running
        assert incident.run.cause is Cause.ESCALATION
    for run in incident.running:
        _has_a_next_step(run, incident, timers)


def _has_a_next_step(run: Run, incident: Incident, timers: Sequence[Timer]) -> None:
    steps = [timer for timer in live(timers, incident, "step") if timer.generation == run.generation]
    if run.cause is Cause.TRIAGE or (run.exhausted and (run.is_management or incident.urgency is Urgency.LOW)):
        assert steps == []
    else:
        assert [timer.due_at for timer in steps] == [run.next_at]


def waiting_ends_once(incident: Incident, timers: Sequence[Timer]) -> None:
    """Each state that ends by itself has exactly one timer that ends it."""
    kinds = {State.DEFERRED: "release", State.SNOOZED: "snooze", State.TRIAGE: "triage"}
    kind = kinds.get(incident.state)
    if kind is not None:
        assert incident.wait is not None
        assert [timer.due_at for timer in live(timers, incident, kind)] == [incident.wait.until]
    if incident.wait is None:
        return
    assert len(live(timers, incident, *Waiting)) == 1
    allowed = {Waiting.HOURS: State.TRIGGERED, Waiting.ACK_TIMEOUT: State.ACKNOWLEDGED}
    assert allowed.get(incident.wait.kind, incident.state) is incident.state


def clocks_breach_once(incident: Incident, timers: Sequence[Timer]) -> None:
    """A clock that runs has one timer for its limit; one that is paused has none (4.6)."""
    paused = incident.waits_for_customer_since is not None
    for clock in incident.clocks:
        [*due] = live(timers, incident, f"breach_{clock.name}")
        if clock.breached or clock.due_at is None:
            assert due == []
            assert clock.breached or paused
        else:
            assert not paused or clock.due_at <= incident.pauses[-1].since
            assert len(due) == 1
            assert due[0].due_at >= clock.due_at
        assert len(live(timers, incident, f"warn_{clock.name}")) <= 1
    assert incident.respond is None or incident.responded_at is None
    assert incident.state is not State.RESOLVED or incident.clocks == ()


def one_page_a_person_is_on_its_way(incident: Incident) -> None:
    """A newer page to a person voids what is unsent of the older one (5.3)."""
    asked = [
        page.user
        for run in incident.running
        for page in run.pages
        if page.user is not None and any(attempt.state is AttemptState.PENDING for attempt in page.attempts)
    ]
    assert len(asked) == len(set(asked))


def outbox_agrees(incident: Incident, attempts: dict[str, Attempt]) -> None:
    """What the transitions said of attempts is what the incident holds: nothing is sent that is void, nothing is forgotten."""
    pending = {one.id for one in attempts.values() if one.state is AttemptState.PENDING}
    assert pending == {one.id for one in incident.pending()}


def log_tells_the_state(incident: Incident, log: Sequence[Entry]) -> None:
    """The log alone says where the incident stands (5.8)."""
    gate = incident.gate
    assert replay(log) == Account(
        state=incident.state,
        severity=incident.severity,
        plan=incident.plan,
        ticket_type=incident.ticket_type,
        acknowledged_by=incident.acknowledged_by if incident.state is State.ACKNOWLEDGED else None,
        deferred_until=incident.deferred_until,
        snoozed_until=incident.snoozed_until,
        respond_by=incident.respond_by,
        update_by=incident.update_by,
        responded=incident.responded_at is not None,
        waits_for_customer=incident.waits_for_customer_since is not None,
        missing=incident.missing,
        gate=gate is not None,
        confirmed=frozenset(one.condition for one in gate.confirmed) if gate is not None else frozenset(),
    )


def log_explains_every_page(log: Sequence[Entry], now: datetime) -> None:
    """There is no hole in the explanation, and no page is missing from it (5.8)."""
    told = explain(log, now)
    assert [phase.since for phase in told.phases[1:]] == [phase.until for phase in told.phases[:-1]]
    pages = [page for phase in told.phases for page in phase.pages]
    assert [page.id for page in pages] == [entry.details["page"] for entry in log if entry.event == "paged"]
    assert all(page.why_person and page.why_then for page in pages)
    assert all(phase.because for phase in told.phases)


def somebody_was_tried(before: Incident | None, result: Transition) -> None:
    """Every run that begins pages somebody, or says that it reached nobody and then asks the last resort (5.1, 5.2)."""
    run, was = result.incident.run, before.run if before is not None else None
    if run is None or not run.running or (was is not None and was.generation == run.generation):
        return
    told = [entry for entry in result.entries if entry.event in {"paged", "nobody"}]
    assert told
    if run.cause is Cause.ESCALATION and not any(entry.event == "paged" for entry in told):
        assert told[-1].details["step"] == "administrators"
