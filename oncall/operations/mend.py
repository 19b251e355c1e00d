"""Mend what the auditor finds: an incident that nothing would take further goes on (docs/semantics.md 6.8)."""

from __future__ import annotations

from functools import partial

import structlog
from sqlalchemy.orm import Session

from oncall.domain.commands import Rearm
from oncall.operations.context import Context
from oncall.operations.record import carry_out
from oncall.store import audit, incidents
from oncall.store.patience import TOGETHER, be_quick

_log = structlog.get_logger(__name__)


def rearm(context: Context, incident_id: str) -> int | None:
    """Let an incident go on that lost its timer, unless it has one after all; its number where it does.

    One that pages gets its next step now, one that waits the end of its wait. Raises UnreadableError for a damaged incident, and
    BusyError where somebody is at it for long.
    """
    number = context.database.write(partial(_rearm, context, incident_id))
    if number is not None:
        _log.critical("an incident had no timer left, and goes on", incident=number)
        context.doorbell.ring()
    return number


def _rearm(context: Context, incident_id: str, session: Session) -> int | None:
    be_quick(session, TOGETHER)
    incident = incidents.lock(session, context.cipher, incident_id)
    if not audit.is_without_timer(session, incident_id):
        return None
    decided = carry_out(context, session, incident, Rearm(), context.clock.now())
    return incident.number if decided.entries else None
