"""The outgoing heartbeat: an outside watcher hears of the pager only while all of it works, and pages when it hears nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from oncall.operations.beats import Ran
from oncall.operations.context import Context
from oncall.outbound import UNREACHABLE, Deadline, Outbound, OutboundError, target, unreachable
from oncall.store import audit, beats, holds
from oncall.store.beats import Beat
from oncall.watch import auditor, canary
from oncall.watch.findings import LATE_PAGE, LATE_TIMER, providers_down, reaches_nobody

NAME = "heartbeat"
PERIOD = timedelta(minutes=1)
"""How often the outside watcher hears of us."""

_AUDITED_WITHIN = 4 * auditor.PERIOD
_BACK_WITHIN = timedelta(minutes=1)
# Longer than an alarm waits that nobody has acknowledged, so that there is a call to judge by.
_TRIED_WITHIN = timedelta(minutes=20)
_SECONDS = 5.0
_REFUSED = 400

_log = structlog.get_logger(__name__)


class Ping:
    """Calls the outside watcher's address while everything holds; `canary_every` is None where no synthetic pages go out."""

    def __init__(self, context: Context, url: str, canary_every: timedelta | None) -> None:
        self._context = context
        self._url = url
        self._canary_every = canary_every
        # The address is the operator's own, and may well lie beside the pager.
        self._outbound = Outbound(private=True)

    def ping(self, _beat: Beat) -> Ran:
        """Call if there is no reason against it; well where the watcher has heard it. Raises UnavailableError without a database."""
        now = self._context.clock.now()
        against = list(reasons_against(self._context, now, self._canary_every)) or self._call()
        if against:
            _log.warning("the outside watcher hears nothing", because=against)
        return Ran(now + PERIOD, None if against else now, {"because": against})

    def _call(self) -> list[str]:
        """Call the address; what went wrong, nothing where it answered well."""
        try:
            parts = self._outbound.parts(self._url)
            with Deadline(_SECONDS) as deadline, self._outbound.connected(parts, deadline) as connection:
                try:
                    connection.request("GET", target(parts), headers={"User-Agent": "oncall", "Connection": "close"})
                    status = connection.getresponse().status
                except UNREACHABLE as error:
                    raise unreachable(parts, error, deadline) from error
        except OutboundError as error:
            return [f"the watcher's address: {error.reason}"]
        return [f"the watcher's address answers {status}"] if status >= _REFUSED else []


def reasons_against(context: Context, now: datetime, canary_every: timedelta | None) -> Iterator[str]:
    """Why the outside watcher is to hear nothing; none while everything has held in the last minutes."""
    with context.database.read() as session:
        known = beats.beats(session)
        late_timer = max(audit.overdue_timers(session, now).values(), default=timedelta(0))
        late_page = max(audit.overdue_pages(session, now).values(), default=timedelta(0))
        held = holds.is_in_force(session)
        calls = audit.calls_since(session, now - _TRIED_WITHIN)
    if not _was_well(known.get(auditor.NAME), now, _AUDITED_WITHIN):
        yield "the auditor has not run clean of late"
    if late_timer > LATE_TIMER:
        yield f"a timer is overdue by {int(late_timer.total_seconds())} seconds"
    if late_page > LATE_PAGE:
        yield f"a page is overdue by {int(late_page.total_seconds())} seconds"
    if held:
        yield "sending is held since a backup was restored"
    if reaches_nobody(calls):
        yield f"nothing has got through by {' or '.join(sorted(providers_down(calls)))}"
    if canary_every is not None and not _was_well(known.get(canary.NAME), now, canary_every + _BACK_WITHIN):
        yield "no synthetic page has come back of late"


def _was_well(beat: Beat | None, now: datetime, within: timedelta) -> bool:
    return beat is not None and beat.well_at is not None and abs(now - beat.well_at) <= within
