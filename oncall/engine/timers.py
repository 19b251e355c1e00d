"""Fires due timers: claims a batch by lease, fires it in one transaction, and one after the other what kept that from being done."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import structlog

from oncall.errors import BusyError, UnavailableError
from oncall.operations import fire
from oncall.operations.context import Context
from oncall.store.timers import ClaimedTimer

_BATCH = 100
_TRIES = 3

_log = structlog.get_logger(__name__)


class Engine:
    """One worker's part in firing timers; any number of them share the work without firing one twice."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: set[str] = set()

    def fire_due(self) -> int:
        """Fire what is due, about a batch, and return how many timers that were.

        A timer that cannot be fired is tried three times and then set aside, and never keeps the others waiting; one of which
        somebody holds what it needs comes again, however long that takes. Raises UnavailableError without a database; what was
        claimed then is given back with the next call.
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

    def _fire_all(self, batch: Sequence[ClaimedTimer]) -> int:
        """Fire a batch together, and by itself what has failed before or was left out; how many fired."""
        fired = self._fire_together([claimed for claimed in batch if not claimed.tries])
        left = [claimed for claimed in batch if claimed.id not in fired]
        return len(fired) + sum(self._fire(claimed) for claimed in left)

    def _fire_together(self, batch: Sequence[ClaimedTimer]) -> frozenset[int]:
        """Fire timers in one transaction; none where that failed, so that each is fired by itself."""
        try:
            return fire.fire_together(self._context, batch) if batch else frozenset()
        except BusyError as error:
            _log.warning("what somebody holds is in the way of timers", timers=len(batch), error=str(error))
            return frozenset()
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  what is wrong with one of them shows when each is fired by itself
            _log.error("timers could not be fired together", timers=len(batch), exc_info=error)
            return frozenset()

    def _fire(self, claimed: ClaimedTimer) -> bool:
        try:
            return fire.fire(self._context, claimed)
        except BusyError:
            fire.put_off(self._context, claimed)
            return False
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
