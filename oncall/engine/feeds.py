"""Reads feeds that are due, one after the other on a thread of its own: what pages waits for none of them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.operations.refresh import ClaimedFeed, claim_feed, refresh

_log = structlog.get_logger(__name__)


class FeedReader:
    """One worker's part in reading feeds; any number of them share the work without reading one twice."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._thread = ThreadPoolExecutor(1, "oncall-feeds")
        self._under_way: Future[None] | None = None

    def read_due(self) -> int:
        """Begin to read a feed that is due, unless one is being read; how many were begun."""
        if self._under_way is not None and not self._under_way.done():
            return 0
        claimed = claim_feed(self._context)
        if claimed is None:
            return 0
        self._under_way = self._thread.submit(self._read, claimed)
        return 1

    def stop(self) -> None:
        """Begin nothing new, and return when the feed that is being read has been."""
        self._thread.shutdown()

    def _read(self, claimed: ClaimedFeed) -> None:
        told = _log.bind(kind=claimed.kind, target=claimed.target)
        try:
            refresh(self._context, claimed)
        except UnavailableError as error:
            told.warning("a feed waits for the database, and is read again when its lease is over", error=str(error))
        except Exception as error:  # noqa: BLE001  the edge of a thread; whatever is wrong with one feed is tried again
            told.error("a feed could not be taken over, and is read again when its lease is over", exc_info=error)
