"""The auditor: finds what the pager has missed, mends what can be mended, and tells those who look after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from oncall.errors import UnreadableError
from oncall.operations.alarms import clear_alarm, raise_alarm
from oncall.operations.beats import Ran
from oncall.operations.context import Context
from oncall.operations.mend import rearm
from oncall.operations.poison import unless_held
from oncall.store import audit, holds
from oncall.store.beats import Beat
from oncall.watch.findings import RECENT_CALLS, Alarm, Findings, providers_down
from schedules import format_instant, parse_instant

NAME = "auditor"
PERIOD = timedelta(seconds=30)
"""How often it looks."""

OVER_AFTER = timedelta(minutes=5)
"""An alarm is over when nothing of it was seen for so long: what comes and goes is one alarm."""

LOOKED_AT = 20_000
"""How many urgent incidents are looked at in one round: more are open in a storm alone, and come next."""

_RESORT = timedelta(days=1)

_log = structlog.get_logger(__name__)


def audit_once(context: Context, beat: Beat) -> Ran:
    """Look once, mend, and raise and clear alarms; well where the pager itself does its work.

    Raises UnavailableError without a database.
    """
    now = context.clock.now()
    with context.database.read() as session:
        orphans, reached = audit.urgent_without_timer(session, beat.memory.get("reached", 0), LOOKED_AT)
        waiting = audit.waiting_without_timer(session)
        findings = _look(session, now)
    found = _mended(context, (*orphans, *waiting), findings)
    seen = _tell(context, tuple(found.alarms()), beat.memory.get("seen", {}), now)
    memory = {"reached": reached or 0, "seen": seen}
    return Ran(now + PERIOD, now if found.is_clean else None, memory)


def _look(session: Session, now: datetime) -> Findings:
    resort = audit.at_the_last_resort(session, now - _RESORT)
    return Findings(
        set_aside=audit.set_aside(session),
        exhausted=[number for number, exhausted in resort if exhausted],
        unreached=[number for number, exhausted in resort if not exhausted],
        late_timer=max(audit.overdue_timers(session, now).values(), default=None),
        late_page=max(audit.overdue_pages(session, now).values(), default=None),
        down=providers_down(audit.calls_since(session, now - RECENT_CALLS)),
        held=holds.is_in_force(session),
    )


def _mended(context: Context, lost: Iterable[str], findings: Findings) -> Findings:
    """Let incidents go on that lost their timers; what keeps one of them from that keeps nothing else from being told."""
    mended: list[int] = []
    damaged: list[str] = []
    for incident in lost:
        try:
            number = unless_held(partial(rearm, context, incident), None)
        except UnreadableError as error:
            _log.error("an incident without a timer cannot be read", incident=incident, error=str(error))
            damaged.append(incident)
        else:
            mended += [number] if number is not None else []
    with context.database.read() as session:
        return replace(findings, mended=mended, unreadable=audit.numbers_of(session, damaged))


def _tell(context: Context, alarms: Iterable[Alarm], before: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Raise what is wrong and clear what is over; when each kind was seen last, as it is to be remembered."""
    seen = dict(before)
    for alarm in alarms:
        raise_alarm(context, alarm.kind, alarm.title, alarm.body)
        seen[alarm.kind] = format_instant(now)
    for kind, at in tuple(seen.items()):
        if not now - OVER_AFTER < parse_instant(at) <= now:
            clear_alarm(context, kind)
            del seen[kind]
    return seen
