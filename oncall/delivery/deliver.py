"""Makes the provider calls that are due, side by side and with no transaction open, and has recorded what came of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from uuid import uuid4

import structlog

from oncall.delivery.line import Line, Told
from oncall.delivery.protocol import Provider
from oncall.delivery.settler import Settler
from oncall.delivery.unconfigured import Unconfigured
from oncall.operations.claim import claim, give_back
from oncall.operations.context import Context
from oncall.store.messages import Types

SENDERS = 40
"""How many calls are made to one provider at a time."""

MOST_SECONDS_TO_STOP = 10.0
"""How long a stop waits for the calls under way; what comes of those that take longer is found out by others."""

_log = structlog.get_logger(__name__)


class Delivery:
    """One worker's senders: threads of its own for each provider, so that a slow one holds up nobody.

    `when_free` is called whenever a provider can be sent more that had more than it could be.
    """

    def __init__(
        self,
        context: Context,
        providers: Sequence[Provider],
        senders: int = SENDERS,
        when_free: Callable[[], None] = lambda: None,
    ) -> None:
        served = frozenset(method for provider in providers for method in provider.methods)
        self._context = context
        self._settler = Settler(context)
        self._changed = threading.Condition()
        self._under_way = 0
        self._in_doubt: set[str] = set()
        unconfigured = Types(other_than=served)
        serving = [*((each, Types(of=frozenset(each.methods))) for each in providers), (Unconfigured(), unconfigured)]
        self._lines = {
            each.name: Line(context, each, types, senders, Told(self._settler, self._ended, when_free))
            for each, types in serving
        }

    @property
    def works(self) -> tuple[Callable[[], int], ...]:
        """What is to be done when something is due: all of it in one claim."""
        return (self.start_due,)

    def start_due(self) -> int:
        """Claim what is due, as far as there are senders free, hand it to them, and say how many calls that were."""
        self._give_back()
        wants = [line.want for line in self._lines.values()]
        lease = uuid4().hex
        self._in_doubt.add(lease)
        calls = claim(self._context, wants, lease)
        self._in_doubt.discard(lease)
        with self._changed:
            self._under_way += len(calls)
        for call in calls:
            self._lines[call.provider].begin(call)
        for want in wants:
            if want.calls:
                self._lines[want.provider].is_crowded = (
                    sum(call.provider == want.provider for call in calls) == want.calls
                )
        return len(calls)

    def deliver_due(self) -> int:
        """Claim what is due and return when all calls under way are made and recorded; how many were begun."""
        begun = self.start_due()
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way)
        return begun

    def stop(self) -> None:
        """Return when all calls under way are made and recorded, or take too long; none may be begun after that."""
        for line in self._lines.values():
            line.stop()
        with self._changed:
            if not self._changed.wait_for(lambda: not self._under_way, MOST_SECONDS_TO_STOP):
                _log.warning("the worker stops before all calls are over", calls=self._under_way)
        self._settler.stop()

    def _give_back(self) -> None:
        """Let others see to whatever was claimed by a claim that ended without an answer: no call of it was made."""
        for lease in tuple(self._in_doubt):
            give_back(self._context, lease)
            self._in_doubt.discard(lease)

    def _ended(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()
