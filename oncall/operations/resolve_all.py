"""The end of many problems at once, as a monitor tells of it when a storm is over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from oncall.domain.commands import Resolve
from oncall.errors import BusyError, UnreadableError
from oncall.operations.act import resolve_by_key
from oncall.operations.context import Context
from oncall.operations.dedup import kept_key
from oncall.operations.record import Recording
from oncall.operations.trigger import MOST_AT_ONCE
from oncall.store import beforehand

_log = structlog.get_logger(__name__)


def resolve_all_by_key(context: Context, service: str, dedup_keys: Sequence[str], by: str, via: str) -> None:
    """Resolve the open incidents that a monitor knows by these dedup keys; nothing happens where none is open.

    They are stored together. Where that fails each is done by itself, and what the first of them raises is raised.
    """
    failures: list[Exception] = []
    for start in range(0, len(dedup_keys), MOST_AT_ONCE):
        keys = dedup_keys[start : start + MOST_AT_ONCE]
        try:
            context.database.write(partial(_resolve, context, service, keys, Resolve(by, via)))
        except (BusyError, UnreadableError, SQLAlchemyError) as error:
            _log.warning("incidents that cannot be resolved together are resolved one by one", error=repr(error))
            failures += [failed for key in keys if (failed := _alone(context, service, key, by, via)) is not None]
    context.doorbell.ring()
    if failures:
        raise failures[0]


def _alone(context: Context, service: str, key: str, by: str, via: str) -> Exception | None:
    try:
        resolve_by_key(context, service, key, by, via)
    except (BusyError, UnreadableError, SQLAlchemyError) as error:
        return error
    return None


def _resolve(context: Context, service: str, dedup_keys: Sequence[str], command: Resolve, session: Session) -> None:
    keys = sorted({(service, kept_key(key)) for key in dedup_keys})
    before = beforehand.ask(session, context.cipher, keys, ())
    context.hold(session, before.version)
    recording = Recording(context, session, context.clock.now())
    for incident in before.open.values():
        recording.carry_out(incident, command)
    recording.store()
