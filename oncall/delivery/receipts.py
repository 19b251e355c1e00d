"""Asks after messages whose arrival nobody has reported: a vendor's report may be lost on its way, as everything may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from oncall.delivery.protocol import Fate, Provider, Telling
from oncall.errors import ProviderError
from oncall.operations.beats import Ran
from oncall.operations.context import Context
from oncall.operations.poison import unless_held
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
# What else the watch does waits meanwhile.
_AT_WORK = timedelta(seconds=5)

_log = structlog.get_logger(__name__)


class Receipts:
    """One worker's part in asking after sends; whoever of all workers has the beat asks for all of them."""

    def __init__(self, context: Context, providers: Sequence[Provider]) -> None:
        self._context = context
        self._telling = [provider for provider in providers if isinstance(provider, Telling)]

    def ask(self, beat: Beat) -> Ran:
        """Ask after each message sent a minute ago, and after two minutes again: then what has not left counts as failed.

        Where a vendor does not answer, or there are more than can be asked after, the rest comes with the next round.
        """
        now = self._context.clock.now()
        upto = {}
        for provider in self._telling:
            for after in (FIRST, LAST):
                name = f"{provider.name}.{after.seconds}"
                known, until = beat.memory.get(name), now - after
                since = max(parse_instant(known) if known else until - PERIOD, until - _LONGEST_BACK)
                upto[name] = format_instant(self._ask(provider, since, until, now + _AT_WORK, is_last=after is LAST))
        return Ran(now + PERIOD, now, upto)

    def _ask(self, provider: Telling, since: datetime, until: datetime, enough: datetime, *, is_last: bool) -> datetime:
        """Ask one vendor after what was sent between two instants; up to when that is done now."""
        found = self._sent(provider, since, until)
        for one in found:
            if self._context.clock.now() >= enough or not self._hear(provider, one, is_last=is_last):
                return one.at
        return until if len(found) < _MOST_AT_ONCE else found[-1].at

    def _sent(self, provider: Telling, since: datetime, until: datetime) -> tuple[Unheard, ...]:
        with self._context.database.read() as session:
            return unheard.sent_between(session, provider.name, provider.told, since, until, _MOST_AT_ONCE)

    def _hear(self, provider: Telling, one: Unheard, *, is_last: bool) -> bool:
        """Ask after one call and record what is said; whether there is any use in asking after more.

        What cannot be recorded, as somebody holds what it concerns, is asked after again in the next round.
        """
        try:
            fate = provider.fate(one.reference, one.type)
        except ProviderError as error:
            _log.warning("a message cannot be asked after", provider=provider.name, error=error.reason)
            return error.permanent
        if fate.status == "waits" and is_last:
            fate = Fate("failed", "it has not left the vendor after two minutes", "permanent")
        match fate.status:
            case "delivered" | "failed" as status:
                record = partial(receipt, self._context, one.call, status, fate.reason, fate.verdict)
                return unless_held(record, None) is not None
            case "waits" | "out":
                pass
        return True
