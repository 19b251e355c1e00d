"""Record what came of provider calls, and what providers report later; the domain decides what a failure means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from sqlalchemy.orm import Session

from oncall.domain.bundling import DueMessage, Way
from oncall.domain.commands import AttemptFailed
from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.domain.outcomes import RETRY_WAITS, attempted
from oncall.errors import BusyError
from oncall.operations import undecided
from oncall.operations.announce import announce
from oncall.operations.as_sent import as_sent
from oncall.operations.call import Call
from oncall.operations.context import Context
from oncall.operations.outcome import Delivered, Failed, Outcome, Sent, Verdict
from oncall.operations.poison import isolated, salvaged, unless_held
from oncall.operations.receivers import follow_up
from oncall.operations.record import Recording
from oncall.store import incidents, log, messages, put_off, recent_pages, sends, settling, webhooks
from oncall.store.bulk import Bulk
from oncall.store.messages import MessageState
from oncall.store.patience import ALONE, TOGETHER, within
from oncall.store.sends import SendState
from oncall.store.settling import Carried, Failure

__all__ = ["Delivered", "Failed", "Made", "Outcome", "Sent", "Verdict", "receipt", "settle", "settle_all"]


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a call for some of its messages; `lease` is None for a report of the provider's own."""

    call: str
    messages: frozenset[str]
    lease: str | None
    outcome: Outcome


def settle(context: Context, call: Call, outcome: Sent | Failed) -> None:
    """Record what one call came to, as `settle_all` does; raises BusyError where somebody keeps it from being recorded."""
    if settle_all(context, [(call, outcome)]):
        raise BusyError("somebody else is at the same: try again")


def settle_all(context: Context, made: Sequence[tuple[Call, Sent | Failed]]) -> frozenset[str]:
    """Record what calls came to, in one transaction and a fixed number of statements; doing it again changes nothing.

    One that cannot be recorded is left out and recorded by itself: it keeps no other waiting. Returned are the ids of calls that
    somebody keeps from being recorded, who holds what they concern: call again for these a little later. Raises UnavailableError
    without a database: then call again for all, the facts must not be lost.
    """
    facts = [
        Made(call.id, frozenset(message.id for message in call.messages), call.lease, outcome) for call, outcome in made
    ]
    return isolated(lambda: _together(context, facts), lambda: _one_by_one(context, facts))


def receipt(
    context: Context, call_id: str, status: Literal["delivered", "failed"], reason: str, verdict: Verdict
) -> bool:
    """Record what a provider reports of an earlier call; False when it is none of ours.

    Reports may come late, twice or in any order: the first final one holds. `reason` and `verdict` count for "failed" alone.
    """
    outcome: Outcome = Delivered() if status == "delivered" else Failed(reason, verdict)
    with context.database.read() as session:
        ids = frozenset(send.message_id for send in sends.of_call(session, call_id))
    if ids:
        _alone(context, Made(call_id, ids, None, outcome), None)
    return bool(ids)


def _together(context: Context, made: Sequence[Made]) -> frozenset[str]:
    _write(context, within(TOGETHER, partial(_record, context, made)))
    return frozenset()


def _one_by_one(context: Context, made: Sequence[Made]) -> frozenset[str]:
    """Record each by itself; which of them somebody holds."""
    return frozenset(one.call for one in made if unless_held(partial(_tried, context, one), one.call))


def _tried(context: Context, one: Made) -> None:
    salvaged(partial(_alone, context, one, ALONE), lambda: None)


def _alone(context: Context, one: Made, limit: timedelta | None) -> None:
    """Record it, whatever is wrong with its incident: else it would be asked for, and found, for ever."""
    record, plainly = (within(limit, partial(work, context, [one])) for work in (_record, _record_plainly))
    salvaged(lambda: _write(context, record), lambda: _write(context, plainly))


def _write(context: Context, record: Callable[[Session], bool]) -> None:
    is_anything_due = context.database.write(record)
    if is_anything_due:
        context.doorbell.ring()


def _record(context: Context, made: Sequence[Made], session: Session) -> bool:
    """Record it; whether anything may be due now because of it."""
    failed = [one.call for one in made if isinstance(one.outcome, Failed)]
    # Incidents first, in the order of their ids, as every command does; what was sent changes none.
    concerned = settling.incidents_of(session, failed) if failed else ()
    locked = incidents.lock_all(session, context.cipher, concerned) if concerned else {}
    return _Record(context, session, context.clock.now(), as_sent(session, locked)).of(made)


def _record_plainly(context: Context, made: Sequence[Made], session: Session) -> bool:
    return _Record(context, session, context.clock.now(), {}).of(made)


@dataclass
class _Record:
    """What is recorded in one transaction; `locked` are the incidents that decide what a failure means."""

    context: Context
    session: Session
    now: datetime
    locked: Mapping[str, Incident]
    bulk: Bulk = field(default_factory=Bulk)
    told: list[tuple[str, Entry]] = field(default_factory=list)
    failures: list[tuple[Carried, Failed]] = field(default_factory=list)
    given_up: list[Carried] = field(default_factory=list)
    events: list[tuple[str, Outcome]] = field(default_factory=list)
    is_told: bool = False

    def of(self, made: Sequence[Made]) -> bool:
        carried = settling.lock(self.session, {one.call for one in made})
        self.is_told = any(part.is_told for part in carried)
        parts = Counter(part.call for part in carried)
        by_call = {one.call: one for one in made}
        for part in carried:
            one = by_call[part.call]
            if part.message in one.messages:
                self._take_in(part, one, part.call if parts[part.call] > 1 else None)
        self._store()
        return bool(self.failures or self.events)

    def _take_in(self, part: Carried, made: Made, bundle: str | None) -> None:
        match made.outcome:
            case Sent(reference):
                self._sent(part, reference, bundle)
            case Delivered():
                self._delivered(part, bundle)
            case Failed():
                self._failed(part, made.outcome, made.lease)

    def _sent(self, part: Carried, reference: str, bundle: str | None) -> None:
        if part.send_state not in sends.OPEN:
            if part.reference is None:
                settling.learn_reference(self.bulk, part, reference)
            return
        settling.end_send(self.bulk, part, SendState.SENT, self.now, reference=reference)
        if part.state in {MessageState.SENDING, MessageState.VOID}:
            settling.leave(self.bulk, part, MessageState.SENT)
        self._attempted(part, bundle)
        self._follow(part, Sent(reference))

    def _delivered(self, part: Carried, bundle: str | None) -> None:
        if part.send_state not in {*sends.OPEN, SendState.SENT}:
            return
        if part.send_state in sends.OPEN:
            # The provider was quicker than the one who called it.
            self._attempted(part, bundle)
        settling.end_send(self.bulk, part, SendState.DELIVERED, self.now)
        if part.state in {MessageState.SENDING, MessageState.SENT}:
            settling.leave(self.bulk, part, MessageState.DELIVERED)
        said = {"user": part.user, "method": part.type, "attempt": part.message}
        self._tell(part, Entry(self.now, "delivered", said))
        self._follow(part, Delivered())

    def _failed(self, part: Carried, outcome: Failed, lease: str | None) -> None:
        # One who called may only say so of a call without an outcome; the provider may also take back that it was sent.
        may_fail = sends.OPEN if lease is not None else sends.OPEN | {SendState.SENT}
        if part.send_state not in may_fail or (lease is not None and part.lease != lease):
            # Of what another worker has taken over, what that one finds out decides.
            return
        failure = Failure(outcome.reason, outcome.verdict)
        settling.end_send(self.bulk, part, SendState.FAILED, self.now, reference=outcome.reference, failure=failure)
        if part.state in {MessageState.SENDING, MessageState.SENT}:
            self._leave_failed(part, outcome)
        self.failures.append((part, outcome))
        self._follow(part, outcome)

    def _leave_failed(self, part: Carried, outcome: Failed) -> None:
        """Have it tried again where it has no incident, or none that could be read, which would decide on that."""
        is_undecided = part.kind == messages.PAGE and part.incident not in self.locked
        again = _again_at(part, outcome, self.now) if is_undecided or part.kind == messages.NOTICE else None
        if again is None:
            settling.leave(self.bulk, part, MessageState.FAILED)
        else:
            settling.leave(self.bulk, part, MessageState.PENDING, due_at=again, tries=part.tries + 1)
        if is_undecided:
            self._tell(part, Entry(self.now, "attempt_failed", undecided.failed(part, outcome, again)))
            self.given_up += [part] if again is None else []

    def _attempted(self, part: Carried, bundle: str | None) -> None:
        said = attempted(part.message, part.user, part.type, Urgency(part.urgency), bundle, part.waits_since)
        self._tell(part, Entry(self.now, "attempted", said))

    def _tell(self, part: Carried, entry: Entry) -> None:
        if part.kind == messages.PAGE and part.incident is not None:
            log.add(self.bulk, part.incident, [entry])
            self.told.append((part.incident, entry))

    def _follow(self, part: Carried, outcome: Outcome) -> None:
        if part.kind == messages.WEBHOOK:
            self.events.append((part.message, outcome))

    def _store(self) -> None:
        if not (self.is_told or self.failures or self.events):
            self.bulk.write_last(self.session)
            return
        written = self.bulk.write(self.session)
        self._announce(written.places)
        for message, outcome in self.events:
            row = messages.lock(self.session, message)
            if row is not None:
                follow_up(self.context, self.session, row, outcome, self.now)
        self._decide()

    def _announce(self, places: Sequence[int]) -> None:
        """Tell the webhooks that want to know of each send, which few do."""
        wanted = {event for webhook in webhooks.all_in_use(self.session) for event in webhook.events} if places else ()
        if not any(entry.event in wanted for _, entry in self.told):
            return
        known = incidents.read_all(self.session, self.context.cipher, {id_ for id_, _ in self.told})
        told = zip(self.told, places, strict=True)
        entries = [(known[id_], place, entry) for (id_, entry), place in told if id_ in known]
        announce(self.context, self.session, entries, self.now)

    def _decide(self) -> None:
        """Have each incident of a page that failed decide what follows."""
        recording = Recording(self.context, self.session, self.now)
        as_they_are = dict(self.locked)
        for part, outcome in self.failures:
            if part.kind != messages.PAGE or part.incident not in as_they_are:
                continue
            decided = recording.carry_out(as_they_are[part.incident], _command(part, outcome))
            as_they_are[part.incident] = decided.incident
        if self.failures:
            recording.store()
        for part in self.given_up:
            undecided.go_on(self.context, self.session, part, self.now)
        # Last: whoever claims locks messages first, then the ways.
        self._forget()

    def _forget(self) -> None:
        """What reached nobody keeps nothing waiting, and what waits for its sake goes out (docs/semantics.md 6.6)."""
        calls: dict[Way, set[str]] = defaultdict(set)
        for part, _ in self.failures:
            way = DueMessage(part.message, part.kind, part.user, part.type, part.address, Urgency.HIGH, part.due_at).way
            if way is not None:
                calls[way].add(part.call)
        for way in sorted(calls, key=lambda way: (way[0] or "", *way[1:])):
            recent_pages.forget(self.session, way, calls[way])
        if calls:
            put_off.bring_forward(self.session, calls.keys(), self.now)


def _again_at(part: Carried, outcome: Failed, now: datetime) -> datetime | None:
    """When something is tried again that has no incident that would decide: as often as a page."""
    if outcome.verdict not in {"transient", "away"} or part.tries >= len(RETRY_WAITS):
        return None
    return now + max(RETRY_WAITS[part.tries], outcome.retry_after or timedelta(0))


def _command(part: Carried, outcome: Failed) -> AttemptFailed:
    return AttemptFailed(
        attempt=part.message,
        user=part.user,
        method=part.method,
        type=part.type,
        reason=outcome.reason,
        verdict=outcome.verdict,
        retry_after=outcome.retry_after,
    )
