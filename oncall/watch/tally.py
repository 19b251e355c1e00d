"""What has come since is counted every half a minute, by one worker for all."""

from __future__ import annotations

from datetime import timedelta

from oncall.operations.beats import Ran
from oncall.operations.context import Context
from oncall.operations.count import count
from oncall.store.beats import Beat

NAME = "tally"
PERIOD = timedelta(seconds=30)


def tally(context: Context, _beat: Beat) -> Ran:
    """Count once; raises UnavailableError without a database."""
    count(context)
    now = context.clock.now()
    return Ran(now + PERIOD, now)
