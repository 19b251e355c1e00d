"""The canary: a synthetic page through the whole path every few minutes, which proves that pages get through."""

from __future__ import annotations

from datetime import timedelta

import structlog

from oncall.operations import canary
from oncall.operations.alarms import clear_alarm, raise_alarm
from oncall.operations.beats import Ran
from oncall.operations.canary import Progress
from oncall.operations.context import Context
from oncall.store.beats import Beat
from schedules import format_instant, parse_instant

NAME = "canary"
ALARM = "canary"

BEGINS_AFTER = timedelta(minutes=1)
"""When the first goes out on a new database."""

LOOKED_FOR = timedelta(seconds=5)
"""How often one that is out is looked for."""

PATIENCE = timedelta(minutes=3)
"""One that is not back by then is lost."""

_log = structlog.get_logger(__name__)


def canary_round(context: Context, every: timedelta, address: str | None, beat: Beat) -> Ran:
    """Send one where it is time, and see whether it has come back; well once it has.

    It goes through the database, a timer, the outbox and a worker's own provider, and with an `address` through the SMS vendor
    too, each with a receipt. While sending is held none is sent, and one that was out is over. Raises UnavailableError without a database.
    """
    now = context.clock.now()
    progress = canary.look(context)
    if canary.is_held(context):
        if progress is not None:
            canary.end(context, progress)
        return Ran(now + LOOKED_FOR, None, beat.memory)
    if progress is not None:
        return _looked_for(context, every, progress, beat)
    began = beat.memory.get("began_at")
    next_at = parse_instant(began) + every if began else now
    if now < next_at <= now + every:
        return Ran(next_at, None, beat.memory)
    canary.begin(context, address)
    return Ran(now + LOOKED_FOR, None, {**beat.memory, "began_at": format_instant(now)})


def _looked_for(context: Context, every: timedelta, progress: Progress, beat: Beat) -> Ran:
    now = context.clock.now()
    next_at = max(progress.flight.began_at + every, now)
    if not progress.missing:
        canary.end(context, progress)
        clear_alarm(context, ALARM)
        took = progress.took.total_seconds()
        _log.info("a synthetic page is back", seconds=took)
        return Ran(next_at, now, {**beat.memory, "took_seconds": took, "missing": []})
    if now - progress.flight.began_at < PATIENCE:
        return Ran(now + LOOKED_FOR, None, beat.memory)
    missing = "; ".join(progress.missing)
    canary.end(context, progress)
    raise_alarm(
        context, ALARM, "A synthetic page did not come back", f"After {PATIENCE.seconds // 60} minutes {missing}."
    )
    return Ran(next_at, None, {**beat.memory, "missing": list(progress.missing)})
