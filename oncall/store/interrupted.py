"""Pages that were being sent when a backup was made: nobody is sending them any more, and nobody is to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from oncall.store.messages import PAGE, MessageRow, MessageState
from oncall.store.sends import OPEN, SendRow, SendState

_BECAUSE = "a backup was restored, and what was due before is not sent any more"


def give_up(session: Session, now: datetime) -> None:
    """Make void every page whose sender's lease has run out by now, and count its calls as lost."""
    sending = MessageRow.state == MessageState.SENDING.value
    theirs = update(MessageRow).where(sending, MessageRow.kind == PAGE, MessageRow.lease_until <= now)
    void = theirs.values(state=MessageState.VOID.value, lease=None, lease_until=None).returning(MessageRow.id)
    gone = session.scalars(void.execution_options(synchronize_session=False)).all()
    calls = update(SendRow).where(SendRow.message_id.in_(gone), SendRow.state.in_([one.value for one in OPEN]))
    lost = calls.values(state=SendState.LOST.value, settled_at=now, reason=_BECAUSE)
    session.execute(lost.execution_options(synchronize_session=False))
