"""Add to what has been counted so far, in the transaction that remembers how far that was."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from oncall.operations.context import Context
from oncall.store import measured, measures
from oncall.store.measured import Made
from oncall.store.measures import Key

INCIDENTS, SENDS, TO_ATTEMPT, TO_RECEIPT = "incidents_opened", "sends", "trigger_to_attempt", "attempt_to_receipt"

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""The ends of a histogram's buckets, in seconds; what took longer is in none of them."""

SUM = "sum"

COUNTED_AFTER = timedelta(minutes=2)
"""A send is counted when it is so old: its receipt has come by then, and no row of that time is still to be committed."""

_AT_ONCE = 5000
_ROUNDS = 20


def count(context: Context) -> None:
    """Count what has come since it was counted last; the first time it begins with what comes from then on."""
    until = context.clock.now() - COUNTED_AFTER
    for _ in range(_ROUNDS):
        if not context.database.write(partial(_count, until)):
            return


def bucket_of(seconds: float) -> str:
    """The end of the smallest bucket that holds so many seconds, as it is stored."""
    place = bisect_left(BUCKETS, seconds)
    return str(BUCKETS[place]) if place < len(BUCKETS) else "+Inf"


def _count(until: datetime, session: Session) -> bool:
    """Count some; whether there is more."""
    known = measures.counted_to(session)
    if known is None:
        measures.remember(session, measured.last_send(session, until), measured.last_incident(session, until))
        return False
    send, incident = known
    sends = measured.sends_after(session, send, until, _AT_ONCE)
    opened, incident = measured.opened_after(session, incident, until)
    found: defaultdict[Key, float] = defaultdict(float)
    for severity, many in opened.items():
        found[INCIDENTS, severity, ""] += many
    for made in sends:
        _add(found, made)
    measures.add(session, found)
    measures.remember(session, sends[-1].id if sends else send, incident)
    return len(sends) == _AT_ONCE


def _add(found: defaultdict[Key, float], made: Made) -> None:
    found[SENDS, f"{made.provider}|{made.state}", ""] += 1
    if made.severity is None or made.triggered_at is None:
        return
    if made.is_first:
        _observe(found, TO_ATTEMPT, made.severity, made.at - made.triggered_at)
    if made.state == "delivered" and made.settled_at is not None:
        _observe(found, TO_RECEIPT, made.severity, made.settled_at - made.at)


def _observe(found: defaultdict[Key, float], name: str, severity: str, took: timedelta) -> None:
    seconds = max(took.total_seconds(), 0.0)
    found[name, severity, bucket_of(seconds)] += 1
    found[name, severity, SUM] += seconds
