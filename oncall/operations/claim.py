"""Claim messages that are due: lock them, leave out what waits or is void, and record the calls about to be made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from oncall.domain.bundling import DueMessage, Recent, planned
from oncall.domain.directory import Directory, Urgency
from oncall.domain.incident import Incident
from oncall.domain.policy import policy_of
from oncall.operations import poison
from oncall.operations.call import LEASE, Call, ClaimedMessage, Paged
from oncall.operations.context import Context
from oncall.operations.together import (
    Group,
    Lookup,
    Want,
    due_message,
    groups,
    interrupted,
    take,
    take_early,
    without_waiting,
)
from oncall.operations.webhooks import signing_secrets
from oncall.store import claims, incidents, recent_pages, sends, webhooks
from oncall.store.bulk import Bulk
from oncall.store.claims import Taken
from oncall.store.messages import PAGE, WEBHOOK, MessageState, Types
from oncall.store.patience import ALONE, TOGETHER, within

__all__ = ["LEASE", "Call", "ClaimedMessage", "Want", "claim", "claim_messages"]

MOST_ALONE = 50
"""How often something is claimed by itself in one turn, where one of many keeps them from being claimed together."""

_TURNS = 2
"""How often it is looked what is due, where all of that which comes first is being claimed by somebody else."""

_PAGE_TO_A_PROGRAM = "webhook"


def claim_messages(context: Context, provider: str, types: Types, limit: int) -> tuple[Call, ...]:
    """Claim at most `limit` calls of what is due now, to be made by `provider`."""
    return claim(context, [Want(provider, types, limit)], uuid4().hex)


def claim(context: Context, wants: Sequence[Want], lease: str) -> tuple[Call, ...]:
    """Claim what is due now of what these providers can make calls of; what is void is marked so on the way.

    Once this returns no other worker makes these calls until the lease is over, and an acknowledgement that was committed
    before has stopped them. However many, they cost a fixed number of statements. What is damaged, and what somebody holds for
    long, keeps nothing else waiting: then each call is claimed by itself. All are held under one `lease`; raises UnavailableError
    where nobody knows whether they are: then `give_back` is to be called.
    """
    wants = [want for want in wants if want.calls > 0]
    for turn in range(_TURNS) if wants else ():
        found = groups(context.database, wants, context.clock.now(), turn)
        calls = _claimed(context, wants, lease, found) if found else ()
        if calls or len(found) < min(want.calls for want in wants):
            return calls
    return ()


def give_back(context: Context, lease: str) -> None:
    """Let others take over at once what may have been claimed under a lease by somebody who has not heard of it."""
    context.database.write(lambda session: claims.give_back(session, lease, context.clock.now()))


def calls_of(
    context: Context, session: Session, provider: str, rows: Sequence[Taken], call: str, lookup: Lookup | None = None
) -> tuple[Call, ...]:
    """One call that carries messages which are locked, as it is begun now."""
    beginning = _Beginning(context, session, context.clock.now(), uuid4().hex)
    calls = tuple(beginning.calls([(provider, rows, call, lookup)]))
    beginning.bulk.write(session)
    return calls


def _claimed(context: Context, wants: Sequence[Want], lease: str, found: Sequence[Group]) -> tuple[Call, ...]:
    return poison.isolated(
        lambda: context.database.write(within(TOGETHER, partial(_claim, context, wants, lease, found))),
        lambda: _one_by_one(context, wants, lease, found),
    )


def _one_by_one(context: Context, wants: Sequence[Want], lease: str, found: Sequence[Group]) -> tuple[Call, ...]:
    """Some of what is due, each call by itself: the rest is for the next turns, and no more than there are senders for."""
    claimed: list[Call] = []
    waiting = deque(found)
    for _ in range(MOST_ALONE):
        if not waiting:
            break
        group = waiting.popleft()
        want = next(want for want in wants if want.types.cover(group[0].type))
        left = want.calls - sum(call.provider == want.provider for call in claimed)
        if left > 0:
            claimed += poison.salvaged(
                partial(_alone, context, replace(want, calls=left), lease, group),
                partial(_take_apart, context, waiting, group),
            )
    return tuple(claimed)


def _alone(context: Context, want: Want, lease: str, group: Group) -> tuple[Call, ...]:
    """Claim what goes together; none of it where somebody holds what that needs: then it comes again."""
    work = within(ALONE, partial(_claim, context, [want], lease, [group]))
    return poison.unless_held(lambda: context.database.write(work), ())


def _take_apart(context: Context, waiting: deque[Group], group: Group) -> tuple[()]:
    """Look at each message of a call that could not be claimed; one by itself is what is damaged."""
    if len(group) == 1:
        return poison.put_off(context, group[0].id)
    waiting.extendleft([one] for one in reversed(group))
    return ()


def _claim(
    context: Context, wants: Sequence[Want], lease: str, found: Sequence[Group], session: Session
) -> tuple[Call, ...]:
    now = context.clock.now()
    rows = take(session, found, now)
    lost = [row for row in rows if row.state == MessageState.SENDING]
    live = _live(session, [row for row in rows if row.state == MessageState.PENDING])
    beginning = _Beginning(context, session, now, lease, found[0][0].version)
    parts = [*_interrupted(session, lost, wants), *_going(beginning, wants, live)]
    calls = tuple(beginning.calls(_first_of_each(wants, parts)))
    beginning.bulk.write_last(session)
    return calls


_Part = tuple[str, Sequence[Taken], str, Lookup | None]
"""What one call is to be made of: the provider, the messages, its id, and what is asked first."""


def _live(session: Session, rows: Sequence[Taken]) -> list[Taken]:
    """The messages that may still be sent; the others are void from now on."""
    events = {int(row.method) for row in rows if row.kind == WEBHOOK}
    told = webhooks.in_use(session, events)
    gone = [row for row in rows if row.kind == WEBHOOK and int(row.method) not in told]
    claims.mark_void(session, [row.id for row in gone])
    return [row for row in rows if row not in gone] if gone else list(rows)


def _interrupted(session: Session, lost: Sequence[Taken], wants: Sequence[Want]) -> list[_Part]:
    return [(_who(wants, rows), rows, call, lookup) for call, rows, lookup in interrupted(session, lost)]


def _going(beginning: _Beginning, wants: Sequence[Want], live: Sequence[Taken]) -> list[_Part]:
    """The pending messages by the calls that they make now; what waits so as not to flood is put off."""
    session, now = beginning.session, beginning.now
    live = without_waiting(session, live, now)
    early = take_early(session, live, now)
    due, soon = ([beginning.due(row) for row in sorted(rows, key=_by_number)] for rows in (live, early))
    beginning.recent = recent_pages.hold(session, {way for one in due if (way := one.way) is not None}, now)
    plan = planned(due, soon, beginning.recent, now)
    claims.put_off(beginning.bulk, ((message.of, until) for message, until in plan.waiting))
    parts: list[_Part] = []
    for send in plan.sends:
        rows = [message.of for message in send.messages]
        call = uuid4().hex
        parts.append((_who(wants, rows), rows, call, None))
        if send.remembered is not None:
            beginning.planned[call] = send.remembered._replace(call=call)
    return parts


def _first_of_each(wants: Sequence[Want], parts: Sequence[_Part]) -> list[_Part]:
    """As many as each provider can make, the urgent first."""
    ordered = sorted(parts, key=lambda part: part[1][0].urgency != Urgency.HIGH)
    return [part for want in wants for part in [one for one in ordered if one[0] == want.provider][: want.calls]]


def _who(wants: Sequence[Want], rows: Sequence[Taken]) -> str:
    return next(want.provider for want in wants if want.types.cover(rows[0].type))


def _by_number(row: Taken) -> int:
    return row.number or 0


class _Beginning:
    """Calls that are about to be recorded as begun, in one transaction, at one instant, under one lease."""

    def __init__(
        self, context: Context, session: Session, now: datetime, lease: str, version: int | None = None
    ) -> None:
        self.context = context
        self.session = session
        self.now = now
        self.lease = lease
        self.bulk = Bulk()
        self.recent: Sequence[Recent] = ()
        self.planned: dict[str, Recent] = {}
        self._version = version
        self._directory: Directory | None = None

    def due(self, row: Taken) -> DueMessage:
        return due_message(row, self._rank(row) if row.kind == PAGE else 0)

    def calls(self, parts: Sequence[_Part]) -> list[Call]:
        """Hold their messages under the lease, record them as begun, and return them; all of it is in `bulk`."""
        if not parts:
            return []
        until = self.now + LEASE
        claims.mark_sending(self.bulk, (row.id for _, rows, _, _ in parts for row in rows), self.lease, until)
        for provider, rows, call, lookup in parts:
            if lookup is None:
                sends.begin(self.bulk, call, provider, (row.id for row in rows), self.now)
        self._remember(call for _, _, call, _ in parts)
        whole = self._whole(row for _, rows, _, _ in parts for row in rows)
        return [self._call(part, until, whole) for part in parts]

    def _remember(self, calls: Iterable[str]) -> None:
        """Keep for a minute what goes out now; what was planned and finds no sender free keeps nothing waiting."""
        begun = [self.planned[call] for call in calls if call in self.planned]
        ways = {one.way for one in begun}
        recent_pages.remember(self.bulk, [*(one for one in self.recent if one.way in ways), *begun])

    def _call(self, part: _Part, until: datetime, whole: Mapping[str, Incident]) -> Call:
        provider, rows, call, lookup = part
        first = rows[0]
        return Call(
            id=call,
            provider=provider,
            messages=tuple(self._message(row, whole) for row in rows),
            user=first.user,
            type=first.type,
            address=first.address,
            urgency=Urgency(first.urgency),
            attempt=max(row.tries for row in rows) + 1,
            lease=self.lease,
            lease_until=until,
            lookup=lookup,
            secrets=signing_secrets(self.context, self.session, int(first.method)) if first.kind == WEBHOOK else (),
        )

    def _message(self, row: Taken, whole: Mapping[str, Incident]) -> ClaimedMessage:
        if row.page is None or row.incident is None:
            return ClaimedMessage(row.id, row.text, kind=row.kind)
        paged = Paged(
            id=row.incident,
            number=row.number or 0,
            service=row.service or "",
            severity=row.severity or "",
            title=row.title or "",
            sensitive=bool(row.sensitive),
            whole=whole.get(row.incident),
        )
        return ClaimedMessage(row.id, None, row.page, row.code, paged, self._rank(row) > 0, row.kind)

    def _whole(self, rows: Iterable[Taken]) -> Mapping[str, Incident]:
        """The incidents of pages that programs read, who are told everything of them."""
        ids = {row.incident for row in rows if row.type == _PAGE_TO_A_PROGRAM and row.incident is not None}
        return incidents.read_all(self.session, self.context.cipher, ids) if ids else {}

    def _rank(self, row: Taken) -> int:
        if self._directory is None:
            if self._version is None:
                self._directory = self.context.directory(self.session)
            else:
                self._directory = self.context.directories.at(self.session, self._version, self.now)
        return policy_of(self._directory, row.service or "").rank(row.severity or "")
