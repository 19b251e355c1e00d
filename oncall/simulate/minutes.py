"""What went out by each way within the last minute of a simulation, and so what goes out now and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from oncall.domain.bundling import MINUTE, DueMessage, Recent, Way, planned
from oncall.domain.directory import Directory
from oncall.domain.incident import Attempt, Incident, Page
from oncall.domain.policy import policy_of

Going = tuple[Attempt, Page, Incident, Any]
"""An attempt that is due, the page and the incident to which it belongs, and whatever its sender knows it by."""

Plan = tuple[Sequence[Sequence[Going]], Sequence[tuple[Going, datetime]]]
"""The attempts of each send, and what waits until when."""

_Sent = Incident | list[Recent]


class Minutes:
    """The record of sends that delivery keeps in its database (docs/semantics.md 6.6).

    Mostly nothing went out by a way for long, and one incident's page goes out by it: then that incident and the instant are
    all that is kept, and what it was about is worked out when another comes within the minute.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._last: dict[Way, tuple[datetime, _Sent]] = {}
        self._ranks: dict[tuple[str, str], int] = {}

    def planned(self, due: Sequence[Going], now: datetime) -> Plan:
        """What goes out at that instant and what waits, as `bundling.planned` decides."""
        return self._apart(due, now) or self._together(due, now)

    def _apart(self, due: Sequence[Going], now: datetime) -> Plan | None:
        """Each attempt of an incident by itself, where nothing went out that way for a minute; None where it is not so plain."""
        _, first, incident, _ = due[0]
        known, kept = self._last, (now + MINUTE, incident)
        ways: dict[Way, tuple[datetime, _Sent]] = {}
        for attempt, page, its_incident, _ in due:
            if page is not first and (its_incident is not incident or page.urgency is not first.urgency):
                return None
            type_ = attempt.type
            way = (page.user, type_, attempt.address)
            last = known.get(way)
            if (last is not None and last[0] > now) or type_ == "webhook":
                return None
            ways[way] = kept
        if len(ways) < len(due):
            return None
        known.update(ways)
        return [(going,) for going in due], ()

    def _together(self, due: Sequence[Going], now: datetime) -> Plan:
        messages = [self._message(going, now) for going in due]
        recent = {way: list(self._recent(way)) for way in {message.way for message in messages} if way is not None}
        plan = planned(messages, (), [one for sent in recent.values() for one in sent], now)
        for send in plan.sends:
            if send.remembered is not None:
                way = send.remembered.way
                kept = [one for one in recent[way] if one.at > now - MINUTE]
                self._last[way] = (now + MINUTE, [*kept, send.remembered])
        sends = [[message.of for message in send.messages] for send in plan.sends]
        return sends, [(message.of, until) for message, until in plan.waiting]

    def _recent(self, way: Way) -> Iterator[Recent]:
        """What went out by a way the last time, and within the minute before."""
        over_at, sent = self._last.get(way, (None, []))
        if over_at is not None and isinstance(sent, Incident):
            yield Recent(way, over_at - MINUTE, {sent.service: self._rank(sent)}, sent.id)
        elif isinstance(sent, list):
            yield from sent

    def _message(self, going: Going, now: datetime) -> DueMessage:
        attempt, page, incident, _ = going
        return DueMessage(
            id=attempt.id,
            kind="page",
            user=page.user,
            type=attempt.type,
            address=attempt.address,
            urgency=page.urgency,
            due_at=now,
            of=going,
            service=incident.service,
            rank=self._rank(incident),
            incident=incident.id,
        )

    def _rank(self, incident: Incident) -> int:
        """How grave an incident is by its policy, 0 the gravest."""
        of = (incident.service, incident.severity)
        rank = self._ranks.get(of)
        if rank is None:
            rank = self._ranks[of] = policy_of(self._directory, incident.service).rank(incident.severity)
        return rank
