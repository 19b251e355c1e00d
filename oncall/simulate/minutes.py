"""What went out by each way within the last minute of a simulation, and so what goes out now and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from oncall.domain.bundling import MINUTE, DueMessage, Recent, Waiting, Way, planned, remembered

Plan = tuple[Sequence[Sequence[DueMessage]], Sequence[Waiting]]
"""The messages of each send, and what waits."""

_Sent = DueMessage | list[Recent]


class Minutes:
    """The record of sends that delivery keeps in its database (docs/semantics.md 6.6).

    Mostly nothing went out by a way for long, and one message goes out by it: then that message and the instant are all that
    is kept, and what it was about is worked out when another comes within the minute.
    """

    def __init__(self) -> None:
        self._last: dict[Way, tuple[datetime, _Sent]] = {}

    def planned(self, due: Sequence[DueMessage], now: datetime) -> Plan:
        """What goes out at that instant and what waits, as `bundling.planned` decides."""
        return self._apart(due, now) or self._together(due, now)

    def _apart(self, due: Sequence[DueMessage], now: datetime) -> Plan | None:
        """Each message by itself, where nothing went out by any of their ways for a minute; None where it is not so plain."""
        known, over_at = self._last, now + MINUTE
        ways: dict[Way, tuple[datetime, _Sent]] = {}
        _, _, _, _, _, urgency, _, _, _, rank, _ = due[0]
        for message in due:
            _, _, user, type_, address, its_urgency, _, _, _, its_rank, _ = message
            way = (user, type_, address)
            last = known.get(way)
            if (last is not None and last[0] > now) or type_ == "webhook" or way in ways:
                return None
            if its_urgency is not urgency or its_rank != rank:
                return None
            ways[way] = (over_at, message)
        known.update(ways)
        return [(message,) for message in due], ()

    def _together(self, due: Sequence[DueMessage], now: datetime) -> Plan:
        recent = {way: list(self._recent(way)) for way in {message.way for message in due} if way is not None}
        plan = planned(due, (), [one for sent in recent.values() for one in sent], now)
        for send in plan.sends:
            if send.remembered is not None:
                way = send.remembered.way
                kept = [one for one in recent[way] if one.at > now - MINUTE]
                self._last[way] = (now + MINUTE, [*kept, send.remembered])
        return [send.messages for send in plan.sends], plan.waiting

    def _recent(self, way: Way) -> Iterator[Recent]:
        """What went out by a way the last time, and within the minute before."""
        over_at, sent = self._last.get(way, (None, []))
        if over_at is not None and isinstance(sent, DueMessage):
            yield remembered(way, (sent,), over_at - MINUTE)
        elif isinstance(sent, list):
            yield from sent
