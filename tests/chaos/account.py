"""What was accepted against what the vendors took: who was missed, what came twice, and what came too late to be wanted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from oncall.store.database import Database
from oncall.store.incidents import IncidentRow
from oncall.store.messages import PAGE, MessageRow, MessageState
from oncall.store.sends import SendRow, SendState
from oncall.store.timers import TimerRow
from tests.chaos.company import SERVICE
from tests.chaos.monitors import Told

SELDOM = 0.01
"""How many calls may reach a vendor after it was asked for them: those of a worker that stood still, or of a full line."""

CANNOT_SAY = "the provider cannot say"
LOST = frozenset({SendState.LOST, SendState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that a vendor took, by the service's own id of the call, and when."""

    call: str
    at: datetime


@dataclass(frozen=True)
class Account:
    """What the database holds at the end of a night, and what the monitors and the vendors know."""

    accepted: Mapping[str, Told]
    taken: Sequence[Taken]
    incidents: Sequence[Any]
    messages: Sequence[Any]
    sends: Sequence[Any]
    timed: frozenset[str]

    def not_opened(self) -> set[str]:
        """What was accepted and has no incident."""
        return self.accepted.keys() - {row.dedup_key for row in self.incidents}

    def opened_twice(self) -> set[str]:
        """What has more than one incident, or was never accepted in the end."""
        opened = Counter(row.dedup_key for row in self.incidents)
        return {key for key, count in opened.items() if count > 1 or key not in self.accepted}

    def lost(self) -> set[str]:
        """What was accepted, and nobody was paged of it nor acknowledged it."""
        paged = self._paged()
        return {
            row.dedup_key
            for row in self.incidents
            if row.id not in paged and self.accepted[row.dedup_key].acknowledged_at is None
        }

    def doubled(self) -> Counter[str]:
        """The messages that a vendor took more than once, and how often too much."""
        times = Counter(message for one in self.taken for message in self._carried()[one.call])
        return Counter({message: count - 1 for message, count in times.items() if count > 1})

    def inconclusive(self) -> set[str]:
        """The messages of which a call was given up without an outcome for sure, and another made."""
        return {row.message_id for row in self.sends if row.state in LOST or CANNOT_SAY in (row.reason or "")}

    def after_acknowledgement(self) -> list[Any]:
        """The sends that were begun after an acknowledgement of their incident had been answered."""
        until = {
            row.id: told.acknowledged_at
            for row in self.incidents
            if (told := self.accepted[row.dedup_key]).acknowledged_at is not None
        }
        concerned = {row.id: until[row.incident_id] for row in self.messages if row.incident_id in until}
        return [row for row in self.sends if (end := concerned.get(row.message_id)) is not None and row.at > end]

    def on_the_side(self) -> set[str]:
        """Calls that a vendor took and of which there is no record."""
        return {one.call for one in self.taken} - self._carried().keys()

    def unexcused(self) -> set[str]:
        """The messages that a vendor took twice though it could be asked about them: it heard of one only after it was asked."""
        excused = {row.message_id for row in self.sends if CANNOT_SAY in (row.reason or "")}
        return self.doubled().keys() - excused

    def ways(self) -> Counter[str]:
        """How often a vendor took a message too much, by the way it went and what is known of the first of its calls."""
        way = {row.id: row.type for row in self.messages}
        known: dict[str, str] = {}
        for row in self.sends:
            known.setdefault(row.message_id, f"{row.state} {row.reason or ''}".strip())
        counted: Counter[str] = Counter()
        for message, times in self.doubled().items():
            counted[f"{way.get(message)} first {known[message]}"] += times
        return counted

    def doubted(self) -> list[str]:
        """What was done for each message that was taken twice and should not have been, call by call."""
        return [self._story(message) for message in sorted(self.doubled().keys() - self.inconclusive())]

    def _story(self, message: str) -> str:
        taken = defaultdict(list)
        for one in self.taken:
            taken[one.call].append(f"{one.at:%H:%M:%S.%f}")
        calls = (
            f"{row.at:%H:%M:%S.%f} {row.call_id} {row.state} {row.reason or ''} taken at {taken[row.call_id]}"
            for row in self.sends
            if row.message_id == message
        )
        return "\n    ".join((message, *calls))

    def stuck(self) -> set[str]:
        """Incidents that wait for somebody, and no timer goes on with them."""
        return {row.dedup_key for row in self.incidents if row.state == "triggered" and row.id not in self.timed}

    def _paged(self) -> set[str]:
        carried = self._carried()
        incident_of = {row.id: row.incident_id for row in self.messages}
        return {incident_of[message] for one in self.taken for message in carried[one.call] if message in incident_of}

    def _carried(self) -> Mapping[str, list[str]]:
        carried: dict[str, list[str]] = defaultdict(list)
        for row in self.sends:
            carried[row.call_id].append(row.message_id)
        return carried


def drawn_up(database: Database, accepted: Mapping[str, Told], taken: Iterable[Taken]) -> Account:
    """The account, as all of them know it now."""
    with database.read() as session:
        ours = IncidentRow.service.in_({told.service for told in accepted.values()})
        of_ours = MessageRow.incident_id.in_(select(IncidentRow.id).where(ours))
        incidents = select(IncidentRow.id, IncidentRow.dedup_key, IncidentRow.state).where(ours)
        messages = select(MessageRow.id, MessageRow.incident_id, MessageRow.state, MessageRow.type)
        sends = select(SendRow.message_id, SendRow.call_id, SendRow.state, SendRow.reason, SendRow.at).order_by(
            SendRow.id
        )
        return Account(
            accepted=accepted,
            taken=tuple(taken),
            incidents=session.execute(incidents).all(),
            messages=session.execute(messages.where(of_ours, MessageRow.kind == PAGE)).all(),
            sends=session.execute(sends).all(),
            timed=frozenset(session.scalars(select(TimerRow.incident_id))),
        )


def require_whole(account: Account) -> None:
    """Fail where somebody was missed, told of nothing, or told again for no good reason."""
    assert account.not_opened() == set()
    assert account.opened_twice() == set()
    assert account.on_the_side() == set()
    assert account.lost() == set()
    assert account.doubled().total() <= len(account.inconclusive())
    assert len(account.unexcused()) <= SELDOM * len(account.taken)
    assert account.after_acknowledgement() == []
    assert account.stuck() == set()


def under_way(database: Database, now: datetime) -> Counter[str]:
    """How many messages of incidents are still to be sent: `due`, or `later`, or `sending`; those of alarms do not count."""
    with database.read() as session:
        open_states = (MessageState.PENDING.value, MessageState.SENDING.value)
        query = select(MessageRow.state, MessageRow.due_at).join(IncidentRow, IncidentRow.id == MessageRow.incident_id)
        query = query.where(MessageRow.state.in_(open_states), IncidentRow.service.startswith(SERVICE))
        found = session.execute(query).all()
    return Counter(
        MessageState.SENDING.value if row.state == MessageState.SENDING else "due" if row.due_at <= now else "later"
        for row in found
    )
