"""Pages that were put off so as not to flood somebody, and that need not wait any more (docs/semantics.md 6.6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal_column, or_, select, tuple_, update
from sqlalchemy.orm import Session

from oncall.domain.bundling import MINUTE, Way
from oncall.store.messages import MessageRow


def bring_forward(session: Session, ways: Collection[Way], now: datetime) -> None:
    """Let what was put off by these ways be looked at now; they are held, so nobody is putting off anything by them meanwhile.

    What somebody has locked is theirs: it is being claimed, or is about to be void. What has failed waits for its own time.
    """
    soon = and_(MessageRow.due_at > now, MessageRow.due_at <= now + MINUTE)
    waits = and_(MessageRow.waits_since.is_not(None), MessageRow.tries == 0)
    found = select(MessageRow.id).where(MessageRow.state == literal_column("'pending'"), soon, waits, _goes_by(ways))
    free = update(MessageRow).where(MessageRow.id.in_(found.with_for_update(skip_locked=True))).values(due_at=now)
    session.execute(free.execution_options(synchronize_session=False))


def _goes_by(ways: Collection[Way]) -> ColumnElement[bool]:
    people = tuple_(MessageRow.user_id, MessageRow.type, MessageRow.address).in_([way for way in ways if way[0]])
    channels = tuple_(MessageRow.type, MessageRow.address).in_([way[1:] for way in ways if not way[0]])
    return or_(people, and_(MessageRow.user_id.is_(None), channels))
