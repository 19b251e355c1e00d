"""What a worker does first: take over what another left that was killed, and try again what failed under a fault."""

from __future__ import annotations

from sqlalchemy.orm import Session

from oncall.operations.context import Context
from oncall.store import messages, timers


def take_over(context: Context) -> None:
    """End every lease, for the only engine of a database: whoever held one before is dead.

    What was being sent is then asked about at once, instead of when its lease would have run out.
    """

    def work(session: Session) -> None:
        timers.release_all(session)
        messages.release_all(session, context.clock.now())

    context.database.write(work)


def try_again(context: Context) -> None:
    """Let timers be fired again that were set aside: the worker that starts may be the release that mends their fault."""
    context.database.write(timers.take_up)
