"""Fires due timers: claims a batch by lease, then one after the other, the releases of an instant together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

import structlog

from oncall.errors import UnavailableError
from oncall.operations import fire
from oncall.operations.context import Context
from oncall.store.timers import RELEASE, ClaimedTimer

_BATCH = 50
_TRIES = 3

_log = structlog.get_logger(__name__)


class Engine:
    """One worker's part in firing timers; any number of them share the work without firing one twice."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: set[str] = set()

    def fire_due(self) -> int:
        """Fire what is due, about a batch, and return how many timers that were.

        A timer that cannot be fired is tried three times and then set aside, and never keeps the others waiting. Raises
        UnavailableError without a database; what was claimed then is given back with the next call.
        """
        self.release()
        lease = uuid4().hex
        self._held.add(lease)
        fired = self._fire_all(fire.claim_timers(self._context, lease, _BATCH))
        self._held.discard(lease)
        return fired

    def release(self) -> None:
        """Give back whatever an outage of the database kept from being fired."""
        for lease in tuple(self._held):
            fire.release(self._context, lease)
            self._held.discard(lease)

    def _fire_all(self, batch: Iterable[ClaimedTimer]) -> int:
        """Fire a batch in its order; the first release of an instant brings all the others, but those that have failed before."""
        fired = 0
        released: dict[datetime, frozenset[str]] = {}
        for claimed in batch:
            opening = claimed.timer.due_at
            if claimed.timer.kind == RELEASE and not claimed.tries:
                if opening not in released:
                    released[opening] = self._release(opening)
                    fired += len(released[opening])
                if claimed.incident in released[opening]:
                    continue
            fired += self._fire(claimed)
        return fired

    def _release(self, opening: datetime) -> frozenset[str]:
        """Release together what waits for an instant; nothing where that failed, so that each is released by itself."""
        try:
            return fire.fire_releases(self._context, opening)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  what is wrong with one of them shows when each is fired by itself
            _log.error("incidents could not be released together", opening=opening, exc_info=error)
            return frozenset()

    def _fire(self, claimed: ClaimedTimer) -> bool:
        try:
            return fire.fire(self._context, claimed)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  whatever is wrong with one timer must not keep the others waiting
            self._failed(claimed, error)
            return False

    def _failed(self, claimed: ClaimedTimer, error: Exception) -> None:
        told = _log.bind(timer=claimed.id, incident=claimed.incident, kind=claimed.timer.kind)
        if claimed.tries + 1 < _TRIES:
            fire.put_back(self._context, claimed)
            told.error("a timer could not be fired and is tried again", exc_info=error)
        else:
            fire.set_aside(self._context, claimed, f"{type(error).__name__}: {error}")
            told.critical("a timer could not be fired and is set aside: the incident does not escalate", exc_info=error)
