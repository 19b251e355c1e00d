"""Whatever the order of commands, timers and failures: never silent while triggered, never paging afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oncall.domain.commands import Acknowledge, AttemptFailed, AttemptSent, Command, Escalate, FireTimer, Resolve
from oncall.domain.directory import Directory, Role, Step, Urgency, User
from oncall.domain.incident import Attempt, AttemptState, Page, State
from oncall.domain.transition import Timer, Transition
from tests.oncall.domain.cast import ENGINEERS, MINUTE, NIGHT, Story, directory, paged, patient, person, steps, trigger

PEOPLE = (patient("ana"), person("bo"), User("mute", "Mute"), person("root", role=Role.ADMIN))


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """A policy of one to three steps, some of which reach nobody."""
    names = draw(st.lists(st.sampled_from(["ana", "bo", "mute"]), min_size=1, max_size=3))
    waits = [draw(st.integers(1, 20)) * MINUTE for _ in names]
    policy = tuple(Step(step.targets, wait) for step, wait in zip(steps(*names), waits, strict=True))
    first = (Step((ENGINEERS,), waits[0]),) if draw(st.booleans()) else ()
    return directory(
        *PEOPLE,
        policy=(*first, *policy),
        repeat=draw(st.one_of(st.none(), st.integers(0, 2))),
        fallback=draw(st.sampled_from([(), ("bo",), ("mute",)])),
        users=("ana", "mute"),
    )


class AnyOrder(RuleBasedStateMachine):
    """One incident under everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NIGHT
        self.timers: list[Timer] = []
        self.pages: dict[str, Page] = {}

    @initialize(known=directories(), severity=st.sampled_from(["sev1", "sev4"]))
    def opened(self, known: Directory, severity: str) -> None:
        self.story = Story(known)
        self.do(trigger(severity))

    def do(self, command: Command) -> Transition:
        before = self.story.incident
        result = self.story.at(self.now, command)
        self.timers += result.timers
        self.pages |= {page.id: page for page in result.pages}
        if result.refused is not None:
            assert result.incident == before
        if result.incident.state is not State.TRIGGERED:
            assert paged(result) == []
        return result

    @rule(late=st.sampled_from([timedelta(0), timedelta(seconds=20), timedelta(hours=5), timedelta(days=3)]))
    def next_timer_fires(self, late: timedelta) -> None:
        if not self.timers:
            return
        timer = min(self.timers, key=lambda one: one.due_at)
        self.timers.remove(timer)
        self.now = max(self.now, timer.due_at + late)
        self.do(FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at))

    @rule(seconds=st.integers(0, 600))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(severity=st.sampled_from(["sev1", "sev3", "nonsense"]))
    @precondition(lambda self: self.story.incident.state is not State.RESOLVED)
    def monitor_repeats(self, severity: str) -> None:
        self.do(trigger(severity))

    @rule()
    def somebody_acknowledges(self) -> None:
        self.do(Acknowledge("ana"))

    @rule()
    def somebody_escalates(self) -> None:
        self.do(Escalate("ana"))

    @rule(data=st.data(), outcome=st.sampled_from(["sent", "transient", "permanent", "address"]))
    @precondition(lambda self: self.pages)
    def delivery_reports(
        self, data: st.DataObject, outcome: Literal["sent", "transient", "permanent", "address"]
    ) -> None:
        page = self.pages[data.draw(st.sampled_from(sorted(self.pages)))]
        attempt: Attempt = data.draw(st.sampled_from(page.attempts))
        if outcome == "sent":
            self.do(AttemptSent(attempt.id, page.user, attempt.type))
        else:
            self.do(AttemptFailed(attempt.id, page.user, attempt.method, attempt.type, "no route", outcome))

    @rule()
    def monitor_resolves(self) -> None:
        self.do(Resolve("integration:alertmanager"))

    @invariant()
    def triggered_incident_has_a_next_timer(self) -> None:
        incident = self.story.incident
        assert incident is not None
        run = incident.run
        assert run is not None
        if incident.state is not State.TRIGGERED:
            assert not run.running
            return
        live = [timer for timer in self.timers if timer.generation == run.generation and timer.occurrence == run.fired]
        if run.exhausted and incident.urgency is Urgency.LOW:
            assert run.next_at is None
        else:
            assert [timer.due_at for timer in live] == [run.next_at]

    @invariant()
    def only_a_running_escalation_may_still_send(self) -> None:
        incident = self.story.incident
        assert incident is not None
        assert incident.run is not None
        pending = [one for page in incident.run.pages for one in page.attempts if one.state is AttemptState.PENDING]
        assert incident.state is State.TRIGGERED or not pending


TestAnyOrder = AnyOrder.TestCase
