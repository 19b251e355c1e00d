"""Which messages are claimed together: all that goes to somebody by one way, and whole calls whose sender was lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from oncall.domain.bundling import EARLY, DueMessage, Way
from oncall.domain.directory import Urgency
from oncall.domain.policy import Do
from oncall.store import claims, sends, timers
from oncall.store.claims import Seen, Taken
from oncall.store.database import Database
from oncall.store.messages import MessageState, Types
from oncall.store.sends import SendState

_LOOKED_AT = 1_000
_MOST_BY_A_WAY = 10_000
_WAIT_FOR_OTHERS = timedelta(seconds=3)
_ABOUT_TO_FIRE = timedelta(seconds=1)
# Further than a provider looks back whose clock is not ours.
_LOOKED_BACK = timedelta(minutes=2)
_EVER = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)

Group = Sequence[Seen]
"""Messages that may go out by one call, or went out with what else their sender had."""


@dataclass(frozen=True, slots=True)
class Want:
    """How many calls `provider` can make now, and of which types of message."""

    provider: str
    types: Types
    calls: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """A call of unknown outcome: who made it and since when; `is_last` when the provider has been asked before.

    `reference` is the provider's own id where it is recorded already for another message of the same call. `doubt` is why the call
    failed, where its worker lives and the provider may have taken it all the same. `others` are the provider's ids of the other
    calls to that address about then, None where not all are known.
    """

    provider: str
    since: datetime
    is_last: bool
    reference: str | None = None
    doubt: str | None = None
    others: frozenset[str] | None = None


def groups(database: Database, wants: Sequence[Want], now: datetime, turn: int = 0) -> list[Group]:
    """What those calls would carry, each with everything that belongs to it, the urgent first; nothing is locked.

    With `turn` 1 it is what as many calls would carry after those.
    """
    seen = claims.due(database, frozenset(want.types for want in wants), now, _LOOKED_AT)
    if len(seen) < _LOOKED_AT:
        return [group for want in wants for group in _of_turn(_grouped(_of(want, seen)), want, turn)]
    return [group for want in wants for group in _of_many(database, want, now, turn)]


def take(session: Session, found: Iterable[Group], now: datetime) -> list[Taken]:
    """The messages of those groups that nobody else is claiming, locked and as they now are.

    Of each group one message stands for all: whoever has it waits for the others. Row by row, past what others hold, two workers
    at once would each get a part, and send it.
    """
    by_first = {min(one.id for one in group): group for group in found}
    first = claims.take_free(session, by_first, now, now)
    mine = {row.id for row in first}
    kin = {one.id for id_ in mine for one in by_first[id_]} - mine
    return [*first, *claims.take_kin(session, kin, now, now)]


def take_early(session: Session, rows: Iterable[Taken], now: datetime) -> list[Taken]:
    """What falls due soon of that which was deferred, by the ways by which such goes out now; locked."""
    ways = {way for row in rows if was_deferred(row) and (way := due_message(row, 0).way) is not None}
    if not ways:
        return []
    seen = claims.beside(session, ways, now, now + EARLY, _LOOKED_AT)
    early = claims.take_free(session, [one.id for one in seen], now, now + EARLY)
    return [row for row in early if was_deferred(row) and row.state == MessageState.PENDING]


def without_waiting(session: Session, rows: Sequence[Taken], now: datetime) -> Sequence[Taken]:
    """The messages without those deferred ones that wait a moment for whatever else is being released."""
    if any(was_deferred(row) for row in rows) and timers.is_release_left(session, now + _ABOUT_TO_FIRE):
        return [row for row in rows if not was_deferred(row) or row.due_at <= now - _WAIT_FOR_OTHERS]
    return rows


def interrupted(session: Session, rows: Sequence[Taken]) -> Iterator[tuple[str, list[Taken], Lookup]]:
    """What workers were sending when their leases ran out, by the calls that they were making, each in the order of its text."""
    begun = sends.latest(session, [row.id for row in rows]) if rows else {}
    calls: dict[str, list[Taken]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: begun[row.id].id):
        calls[begun[row.id].call_id].append(row)
    for call, carried in calls.items():
        send = begun[carried[0].id]
        is_last = send.state == SendState.UNKNOWN
        doubt = send.reason if is_last else None
        first = carried[0]
        others = sends.references_beside(session, call, first.type, first.address, send.at - _LOOKED_BACK)
        reference = sends.reference(session, call)
        yield call, carried, Lookup(send.provider, send.at, is_last, reference, doubt, others)


def was_deferred(row: Taken) -> bool:
    """Whether its incident waited for its morning."""
    return isinstance(row.rule, Mapping) and row.rule.get("do") == Do.DEFER


def due_message(row: Taken, rank: int) -> DueMessage:
    """A message as it is decided on what goes out together."""
    return DueMessage(
        row.id,
        row.kind,
        row.user,
        row.type,
        row.address,
        Urgency(row.urgency),
        row.due_at,
        row,
        row.service or "",
        rank,
        row.incident,
    )


def _of(want: Want, seen: Iterable[Seen]) -> list[Seen]:
    return [one for one in seen if want.types.cover(one.type)]


def _of_turn(found: Sequence[Group], want: Want, turn: int) -> Sequence[Group]:
    return found[turn * want.calls : (turn + 1) * want.calls]


def _of_many(database: Database, want: Want, now: datetime, turn: int) -> list[Group]:
    """What one provider would be sent where more is due than was looked at: its first calls, each whole."""
    first = _of_turn(_grouped(claims.due(database, frozenset([want.types]), now, _LOOKED_AT)), want, turn)
    ways = [way for group in first if (way := _way(group[0])) is not None and not group[0].is_lost]
    leases = {group[0].lease for group in first if group[0].is_lost}
    alone = [one for group in first if _way(group[0]) is None and not group[0].is_lost for one in group]
    with database.read() as session:
        whole = _whole(session, ways, now) if ways else ()
        lost = claims.lost_with(session, leases, now) if leases else ()
    return _grouped([*lost, *alone, *whole])


def _whole(session: Session, ways: Collection[Way], now: datetime) -> Sequence[Seen]:
    """Everything that is due by those ways; where that is too much for one claim, all of some and nothing of the others."""
    found = claims.beside(session, ways, _EVER, now, _MOST_BY_A_WAY)
    if len(found) < _MOST_BY_A_WAY or len(ways) == 1:
        return found
    whole: list[Seen] = []
    for way in ways:
        whole += claims.beside(session, [way], _EVER, now, _MOST_BY_A_WAY)
        if len(whole) >= _MOST_BY_A_WAY:
            break
    return whole


def _grouped(seen: Collection[Seen]) -> list[Group]:
    """The messages by what they go with, the urgent first."""
    together: dict[object, list[Seen]] = defaultdict(list)
    for one in seen:
        together[one.lease if one.is_lost else _way(one) or one.id].append(one)
    return sorted(together.values(), key=lambda group: min(one.urgency != Urgency.HIGH for one in group))


def _way(one: Seen) -> Way | None:
    return DueMessage(one.id, one.kind, one.user, one.type, one.address, Urgency.HIGH, one.due_at).way
