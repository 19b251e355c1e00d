"""Whatever the order of commands, timers, failures and edits: the promises of docs/semantics.md 4 and 5 hold."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oncall.domain.commands import (
    Acknowledge,
    AddNote,
    ApplyWorkaround,
    AttemptDelivered,
    AttemptFailed,
    AttemptSent,
    AwaitCustomer,
    Classify,
    Command,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    FireTimer,
    PersonCommand,
    Reassign,
    Recalculate,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Trigger,
    Update,
)
from oncall.domain.directory import Directory
from oncall.domain.draft import RANKS, Timer
from oncall.domain.incident import Attempt, Incident, Page, State
from oncall.domain.log import Entry
from oncall.domain.policy import policy_of
from oncall.domain.transition import Transition, transition
from tests.examples import examples
from tests.oncall.domain import promises
from tests.oncall.domain.cast import MINUTE
from tests.oncall.domain.drawn import CONDITIONS, PLANS, WORDS, directories

BEGINNINGS = (
    datetime(2026, 3, 3, 8, 13, tzinfo=UTC),  # a Tuesday at night in New York
    datetime(2026, 3, 6, 21, 40, tzinfo=UTC),  # a Friday, twenty minutes before closing, ahead of a clock change
    datetime(2026, 3, 8, 6, 50, tzinfo=UTC),  # ten minutes before that change
    datetime(2026, 3, 9, 15, 0, tzinfo=UTC),  # Monday morning
)
AGAIN_IS_NOTHING = (
    Resolve,
    SetSeverity,
    Classify,
    AwaitCustomer,
    CustomerReplied,
    EscalateForCustomer,
    Confirm,
    DeEscalate,
)
ENDS_MANAGEMENT = (Acknowledge, Update)
MOST_AT_ONCE = 60
"""More decisions than these at one instant are a circle."""

people = st.sampled_from(["ana", "bo", "mia", "root"])
anybody = st.sampled_from(["ana", "bo", "mia", "integration:alertmanager"])
severities = st.sampled_from(WORDS)

WORK: st.SearchStrategy[PersonCommand] = st.one_of(
    st.builds(Acknowledge, people),
    st.builds(Escalate, people),
    st.builds(Triage, people, st.none() | severities),
    st.builds(SetSeverity, anybody, severities | st.just("dire")),
    st.builds(Classify, people, st.none() | st.sampled_from([*PLANS, "golden"])),
    st.builds(ApplyWorkaround, people),
    st.builds(Snooze, people, st.sampled_from([10 * MINUTE, timedelta(hours=9)])),
    st.builds(Release, people),
    st.builds(Reassign, people, st.sampled_from(["bo", "kim", "mute", "gone"])),
    st.builds(Repage, people),
    st.builds(Update, people),
    st.builds(AddNote, people, st.just("looks like the disk")),
)
CUSTOMERS_MATTERS: st.SearchStrategy[PersonCommand] = st.one_of(
    st.builds(AwaitCustomer, people),
    st.builds(CustomerReplied, people, st.sampled_from([{}, {"subscription": "s-1"}])),
    st.builds(EscalateForCustomer, people),
    st.builds(Confirm, people, st.sampled_from([*CONDITIONS, *CONDITIONS, "weather"])),
    st.builds(DeEscalate, people),
)
ENDS: st.SearchStrategy[PersonCommand] = st.one_of(
    st.builds(Resolve, anybody), st.builds(Acknowledge, people), st.builds(Update, people)
)


class AnyOrder(RuleBasedStateMachine):
    """One incident under everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.incident: Incident | None = None
        self.timers: list[Timer] = []
        self.armed: set[tuple[str, int, int]] = set()
        self.pages: dict[str, Page] = {}
        self.attempts: dict[str, Attempt] = {}
        self.log: list[Entry] = []

    @initialize(
        known=directories(),
        severity=severities,
        customer=st.sampled_from([None, "acme"]),
        now=st.sampled_from(BEGINNINGS),
    )
    def opened(self, known: Directory, severity: str, customer: str | None, now: datetime) -> None:
        self.directory, self.now = known, now
        self.break_down(severity, customer)

    def break_down(self, severity: str, customer: str | None) -> None:
        """A new incident, of which nothing is known yet."""
        self.incident, self.timers, self.log = None, [], []
        self.armed, self.pages, self.attempts = set(), {}, {}
        self.do(Trigger("a", "cloud", "db", "db down", severity, customer=customer))

    @rule(severity=severities)
    @precondition(lambda self: self.incident.state is State.RESOLVED)
    def it_breaks_again(self, severity: str) -> None:
        promises.log_explains_every_page(self.log, self.now)
        self.break_down(severity, None)

    @property
    def open(self) -> Incident:
        """The incident as it now is."""
        assert self.incident is not None
        return self.incident

    def do(self, command: Command) -> Transition:
        """Carry out a command, keep what came of it, and look at what must hold of every single transition."""
        before, as_it_was = self.incident, deepcopy(self.incident)
        result = transition(before, command, self.directory, self.now)
        assert before == as_it_was, "what is handed in is another's to keep"
        self.incident = result.incident
        self.timers += result.timers
        self.log += result.entries
        self.pages |= {page.id: page for page in result.pages}
        self.attempts |= {attempt.id: attempt for attempt in result.attempts}
        assert all(timer.due_at >= self.now for timer in result.timers)
        keys = [(timer.kind, timer.generation, timer.occurrence) for timer in result.timers]
        assert not self.armed.intersection(keys)
        assert len(keys) == len(set(keys))
        self.armed.update(keys)
        promises.somebody_was_tried(before, result)
        if before is not None:
            self.look_at(before, result)
        return result

    def look_at(self, before: Incident, result: Transition) -> None:
        """A refused command changes nothing; a closed gate holds the severity up; what is resolved stays so."""
        if result.refused is not None:
            assert result.incident == before
            assert [entry.event for entry in result.entries] == ["refused"]
            assert (result.timers, result.pages, result.attempts, result.notices) == ((), (), (), ())
        if before.gate is not None and before.gate.missing:
            policy = policy_of(self.directory, "cloud")
            assert not policy.is_graver(before.severity, than=result.incident.severity)
        if before.state is State.RESOLVED:
            assert result.incident == before

    @rule(
        late=st.sampled_from([timedelta(0), timedelta(0), timedelta(seconds=20), timedelta(hours=5), timedelta(days=3)])
    )
    @precondition(lambda self: self.timers)
    def next_timer_fires(self, late: timedelta) -> None:
        """The engine fires what is due, old and new alike, an outage later now and then; it comes to an end."""
        self.now = max(self.now, self._next().due_at + late)
        fired = 0
        while self.timers and self._next().due_at <= self.now:
            self._fire(self._next())
            fired += 1
            assert fired <= MOST_AT_ONCE

    def _next(self) -> Timer:
        return min(self.timers, key=lambda timer: (timer.due_at, RANKS[timer.kind]))

    def _fire(self, timer: Timer) -> None:
        """Fire it; what was made for something that is over changes nothing, whenever it comes, nor does firing it again."""
        self.timers.remove(timer)
        before, was_live = self.open, promises.is_live(timer, self.open)
        fired = FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
        result = self.do(fired)
        if not was_live:
            assert (result.incident, result.entries, result.timers) == (before, (), ())
        again = transition(self.open, fired, self.directory, self.now)
        assert (again.incident, again.entries, again.timers) == (self.open, (), ())

    @rule(seconds=st.integers(0, 600))
    def time_passes(self, seconds: int) -> None:
        """Until the next timer at most: the engine is awake."""
        limit = self._next().due_at if self.timers else self.now
        self.now = max(self.now, min(self.now + timedelta(seconds=seconds), limit))

    @rule(severity=severities | st.just("nonsense"), body=st.sampled_from(["", "replica lags"]))
    @precondition(lambda self: self.incident.state is not State.RESOLVED)
    def monitor_repeats(self, severity: str, body: str) -> None:
        self.do(Trigger("b", "cloud", "db", "db down", severity, body=body, by="integration:alertmanager"))

    @rule(command=WORK)
    def somebody_works_on_it(self, command: PersonCommand) -> None:
        self.ask(command)

    @rule(command=CUSTOMERS_MATTERS)
    def customer_is_concerned(self, command: PersonCommand) -> None:
        self.ask(command)

    @rule(command=ENDS)
    def somebody_has_done_something(self, command: PersonCommand) -> None:
        self.ask(command)

    def ask(self, command: PersonCommand) -> None:
        """Carry out a command; asking for what already is changes nothing."""
        done = self.do(command)
        if done.refused is not None:
            return
        if isinstance(command, ENDS_MANAGEMENT):
            assert done.incident.management == ()
        if isinstance(command, AGAIN_IS_NOTHING):
            again = self.do(command)
            # A de-escalation may have let a resolve through that waited for it: then there is nothing left to ask.
            assert again.refused is None or (isinstance(command, DeEscalate) and self.open.state is State.RESOLVED)
            assert again.incident == done.incident

    @rule(data=st.data(), way=st.sampled_from(["present", "past"]))
    @precondition(lambda self: self.pages)
    def somebody_answers_a_page_with_the_next_step(self, data: st.DataObject, way: str) -> None:
        """An answer to a page of a step that is past changes nothing."""
        page = data.draw(st.sampled_from(sorted(self.pages)))
        run = self.open.run
        stale = run is not None and run.running and page not in self._of_present_steps()
        if stale != (way == "past"):
            return
        before = self.open
        done = self.do(Escalate("ana", page=page))
        assert not stale or (done.incident == before and done.refused is not None)

    def _of_present_steps(self) -> set[str]:
        return {page.id for run in self.open.running for page in run.pages if page.firing == run.fired}

    @rule(data=st.data(), outcome=st.sampled_from(["sent", "delivered", "transient", "permanent", "address"]))
    @precondition(lambda self: self.pages)
    def delivery_reports(
        self, data: st.DataObject, outcome: Literal["sent", "delivered", "transient", "permanent", "address"]
    ) -> None:
        """What becomes of a page of a run that is over changes nothing but the log."""
        page = self.pages[data.draw(st.sampled_from(sorted(self.pages)))]
        attempt: Attempt = data.draw(st.sampled_from(page.attempts))
        before, concerned = self.open, {one.id for run in self.open.running for one in run.pages}
        if outcome == "sent":
            done = self.do(AttemptSent(attempt.id, page.user, attempt.type, urgency=page.urgency))
        elif outcome == "delivered":
            done = self.do(AttemptDelivered(attempt.id, page.user, attempt.type))
        else:
            done = self.do(AttemptFailed(attempt.id, page.user, attempt.method, attempt.type, "no route", outcome))
        assert page.id in concerned or done.incident == before

    @rule(known=directories())
    def somebody_edits_the_configuration(self, known: Directory) -> None:
        self.directory = known
        self.do(Recalculate())

    @invariant()
    @precondition(lambda self: self.incident is not None)
    def promises_hold(self) -> None:
        promises.nobody_is_paged_unless_it_pages(self.open)
        promises.somebody_is_next(self.open, self.timers)
        promises.waiting_ends_once(self.open, self.timers)
        promises.clocks_breach_once(self.open, self.timers)
        promises.one_page_a_person_is_on_its_way(self.open)
        promises.outbox_agrees(self.open, self.attempts)
        promises.log_tells_the_state(self.open, self.log)

    def teardown(self) -> None:
        """The whole log explains itself."""
        if self.incident is not None:
            promises.log_explains_every_page(self.log, self.now)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(examples(100), stateful_step_count=30)
