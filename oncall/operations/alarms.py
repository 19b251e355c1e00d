"""Alarms: what is wrong with the pager itself, as incidents of the service `oncall` (docs/semantics.md 6.8)."""

from __future__ import annotations

import structlog

from oncall.domain.directory import Directory, Role, Urgency
from oncall.domain.itself import ALARMS
from oncall.operations.act import resolve_by_key
from oncall.operations.context import Context
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store import incidents

BY = "oncall"
"""Who raises and clears alarms."""

_log = structlog.get_logger(__name__)


def raise_alarm(context: Context, kind: str, title: str, body: str = "") -> None:
    """Have an incident open for an alarm of that kind, at the gravest severity; nothing happens where one is open already.

    It pages the administrators, or the managers where no administrator can be reached. One that somebody resolved while it
    still holds is opened again when it is next raised. Raises UnavailableError without a database; the log has it then.
    """
    with context.database.read() as session:
        if incidents.is_open(session, ALARMS, kind):
            return
        directory = context.directory(session)
    _log.critical("alarm", kind=kind, title=title)
    _say_who_is_missing(directory, kind)
    trigger(context, TriggerRequest(service=ALARMS, title=title, by=BY, dedup_key=kind, severity="sev1", body=body))


def clear_alarm(context: Context, kind: str) -> None:
    """Resolve the incident of an alarm that is over; nothing happens where none is open."""
    with context.database.read() as session:
        if not incidents.is_open(session, ALARMS, kind):
            return
    _log.warning("an alarm is over", kind=kind)
    resolve_by_key(context, ALARMS, kind, BY, via="auditor")


def _say_who_is_missing(directory: Directory, kind: str) -> None:
    if _can_be_reached(directory, Role.ADMIN):
        return
    if _can_be_reached(directory, Role.MANAGER):
        _log.critical("no administrator can be reached: the managers are paged about an alarm", kind=kind)
    else:
        _log.critical(
            "neither an administrator nor a manager can be reached: nobody is paged about an alarm", kind=kind
        )


def _can_be_reached(directory: Directory, role: Role) -> bool:
    return any(user.ways(Urgency.HIGH) for user in directory.with_role(role))
