"""The simulator takes short ways; the long one, a transition a send and nothing ever forgotten, tells the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.bundling import DueMessage, Recent, planned
from oncall.domain.commands import (
    Acknowledge,
    AddNote,
    AttemptSent,
    AwaitCustomer,
    Command,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    FireTimer,
    Reassign,
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
from oncall.domain.draft import RANKS
from oncall.domain.incident import Attempt, Incident, Page
from oncall.domain.log import as_json
from oncall.domain.policy import policy_of
from oncall.domain.transition import Timer, Transition, transition
from oncall.simulate import Event, in_order, simulate
from tests.examples import examples
from tests.oncall.simulate.support import company

FRIDAY = datetime(2026, 2, 27, 23, 50, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
END = FRIDAY + timedelta(days=3)
NAMES = ("a", "b", "c")
Made = tuple[datetime, int, Timer | tuple[Page, Attempt]]
Due = tuple[datetime, int, int, int, str, Timer | tuple[Page, Attempt]]


@dataclass
class LongWay:
    """Every incident there ever was, every timer and every attempt, each decided by itself."""

    directory: Directory
    incidents: dict[str, Incident] = field(default_factory=dict)
    due: list[Due] = field(default_factory=list)
    recent: list[Recent] = field(default_factory=list)
    made: int = 0
    bundles: int = 0

    def decide(self, name: str, command: Command, now: datetime) -> list[dict[str, Any]]:
        return self.keep(name, transition(self.incidents[name], command, self.directory, now))

    def keep(self, name: str, done: Transition) -> list[dict[str, Any]]:
        self.incidents[name] = done.incident
        order = int(done.incident.id.partition("/")[2])
        timers: list[Made] = [(timer.due_at, RANKS[timer.kind], timer) for timer in done.timers]
        sends: list[Made] = [(one.due_at, 7, (page, one)) for page in done.pages for one in page.attempts]
        for at, rank, what in (*timers, *sends):
            self.made += 1
            self.due.append((at, rank, order, self.made, name, what))
        return [as_json(entry, name) for entry in done.entries]

    def until(self, end: datetime, *, inclusive: bool) -> Iterator[dict[str, Any]]:
        while self.due:
            first = min(self.due, key=lambda due: due[:4])
            now, rank = first[:2]
            if now > end or (now == end and not inclusive):
                return
            at_once = (
                [first] if rank < 7 else sorted((due for due in self.due if due[:2] == (now, 7)), key=lambda d: d[:4])
            )
            gone = {due[3] for due in at_once}
            self.due = [due for due in self.due if due[3] not in gone]
            yield from self.send(at_once, now) if rank == 7 else self.fire(first)

    def fire(self, due: Due) -> list[dict[str, Any]]:
        timer = due[5]
        assert isinstance(timer, Timer)
        if not self.incidents[due[4]].id.endswith(f"/{due[2]}"):
            return []
        command = FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
        return self.decide(due[4], command, due[0])

    def send(self, at_once: Sequence[Due], now: datetime) -> Iterator[dict[str, Any]]:
        live: dict[str, Due] = {}
        for due in at_once:
            what = due[5]
            assert not isinstance(what, Timer)
            if what[1].id in {one.id for one in self.incidents[due[4]].pending()}:
                live[what[1].id] = due
        plan = planned([self.message(due, now) for due in live.values()], (), self.recent, now)
        for messages, recent in plan.sends:
            self.recent += [recent] if recent is not None else []
            self.bundles += len(messages) > 1
            for message in messages:
                name = live[message.id][4]
                shared = f"bundle-{self.bundles}" if len(messages) > 1 else None
                what = live[message.id][5]
                assert not isinstance(what, Timer)
                waited = what[1].due_at if what[1].due_at != now else None
                sent = AttemptSent(message.id, message.user, message.type, shared, message.urgency, waited)
                yield from self.decide(name, sent, now)
        self.due += [(until, *live[message.id][1:]) for message, until in plan.waiting]

    def message(self, due: Due, now: datetime) -> DueMessage:
        assert not isinstance(due[5], Timer)
        page, one = due[5]
        incident = self.incidents[due[4]]
        rank = policy_of(self.directory, incident.service).rank(incident.severity)
        return DueMessage(
            one.id,
            "page",
            page.user,
            one.type,
            one.address,
            page.urgency,
            now,
            None,
            incident.service,
            rank,
            incident.id,
        )


def long_way(events: Sequence[Event], known: Directory) -> list[dict[str, Any]]:
    world, opened = LongWay(known), 0
    log: list[dict[str, Any]] = []
    for event in in_order(events):
        log += world.until(event.at, inclusive=False)
        name, command, before = event.incident, event.command, world.incidents.get(event.incident)
        if isinstance(command, Trigger) and (before is None or before.state == "resolved"):
            opened += 1
            command = replace(command, id=f"{name}/{opened}", dedup_key=name)
            log += world.keep(name, transition(None, command, known, event.at))
        elif before is not None:
            log += world.decide(name, command, event.at)
    return [*log, *world.until(END, inclusive=True)]


SEVERITIES = st.sampled_from(["sev1", "sev2", "sev3"])
BY = st.sampled_from(["ana", "bo", "token:nagios"])
COMMANDS = st.one_of(
    st.builds(Trigger, st.just(""), st.just("cloud"), st.just(""), st.just("down"), SEVERITIES),
    st.builds(Triage, BY, st.none() | SEVERITIES),
    st.builds(SetSeverity, BY, SEVERITIES),
    st.builds(Snooze, BY, st.sampled_from([7 * MINUTE, 45 * MINUTE])),
    st.builds(Reassign, BY, st.sampled_from(["ana", "lea", "cy"])),
    st.builds(Confirm, BY, st.just("plan_accepted")),
    st.builds(Acknowledge, BY),
    st.builds(Resolve, BY),
    *(
        st.builds(command, BY)
        for command in (
            Escalate,
            Release,
            Repage,
            Update,
            AwaitCustomer,
            CustomerReplied,
            EscalateForCustomer,
            DeEscalate,
        )
    ),
    st.builds(AddNote, BY, st.just("look")),
)
AT = st.integers(0, 2 * 24 * 60 * 2).map(lambda halves: FRIDAY + halves * MINUTE / 2)
FIRST = [
    Event(FRIDAY, name, Trigger("", "cloud", "", "down", severity))
    for name, severity in zip(NAMES, ("sev1", "sev1", "sev2"), strict=True)
]


@examples(20)
@given(st.lists(st.builds(Event, AT, st.sampled_from(NAMES), COMMANDS), max_size=12))
def test_short_ways_tell_what_the_long_way_tells(events: list[Event]) -> None:
    story = [*FIRST, *events]

    told = list(simulate(in_order(story), company(), END))

    assert told == long_way(story, company())
