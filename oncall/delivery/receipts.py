"""Asks after messages whose arrival nobody has reported: a vendor's report may be lost on its way, as everything may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from oncall.delivery.protocol import Fate, Provider, Telling
from oncall.errors import ProviderError
from oncall.operations.beats import Ran
from oncall.operations.context import Context
from oncall.operations.settle import receipt
from oncall.store import unheard
from oncall.store.beats import Beat
from oncall.store.unheard import Unheard
from schedules import format_instant, parse_instant

NAME = "receipts"
PERIOD = timedelta(seconds=10)
FIRST, LAST = timedelta(seconds=60), timedelta(seconds=120)
"""How long after a send it is asked after: a first time, and once more."""

_LONGEST_BACK = timedelta(minutes=10)
_MOST_AT_ONCE = 100

_log = structlog.get_logger(__name__)


class Receipts:
    """One worker's part in asking after sends; whoever of all workers has the beat asks for all of them."""

    def __init__(self, context: Context, providers: Sequence[Provider]) -> None:
        self._context = context
        self._telling = [provider for provider in providers if isinstance(provider, Telling)]

    def ask(self, beat: Beat) -> Ran:
        """Ask after each message sent a minute ago, and after two minutes again: then what has not left counts as failed."""
        now = self._context.clock.now()
        known = beat.memory.get("upto")
        since = max(parse_instant(known) if known else now - PERIOD, now - _LONGEST_BACK)
        for provider in self._telling:
            for one in self._sent(provider, since - FIRST, now - FIRST):
                self._hear(provider, one, is_last=False)
            for one in self._sent(provider, since - LAST, now - LAST):
                self._hear(provider, one, is_last=True)
        return Ran(now + PERIOD, now, {"upto": format_instant(now)})

    def _sent(self, provider: Telling, since: datetime, until: datetime) -> Iterator[Unheard]:
        find = partial(unheard.sent_between, types=provider.told, since=since, until=until, limit=_MOST_AT_ONCE)
        with self._context.database.read() as session:
            found = find(session, provider.name)
        return iter(found)

    def _hear(self, provider: Telling, one: Unheard, *, is_last: bool) -> None:
        try:
            fate = provider.fate(one.reference, one.type)
        except ProviderError as error:
            _log.warning("a message cannot be asked after", provider=provider.name, error=error.reason)
            return
        if fate.status == "waits" and is_last:
            fate = Fate("failed", "it has not left the vendor after two minutes", "permanent")
        match fate.status:
            case "delivered" | "failed" as status:
                receipt(self._context, one.call, status, fate.reason, fate.verdict)
            case "waits" | "out":
                return
