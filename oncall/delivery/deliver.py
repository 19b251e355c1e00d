"""Makes the provider calls that are due, side by side and with no transaction open, and records what came of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import structlog

from oncall.delivery.lines import page_line
from oncall.delivery.protocol import NotFound, Outgoing, Provider, Receipt
from oncall.delivery.unconfigured import Unconfigured
from oncall.domain.directory import Urgency
from oncall.domain.wording import page_text
from oncall.errors import AddressError, ProviderError, UnavailableError
from oncall.operations.claim import LEASE, Call, claim_messages, look_again, resend
from oncall.operations.context import Context
from oncall.operations.outcome import Failed, Sent, Verdict
from oncall.operations.settle import settle
from oncall.store.messages import Types

SENDERS = 8
"""How many calls are made to one provider at a time."""

_VALID_FOR = {Urgency.HIGH: timedelta(minutes=15), Urgency.LOW: timedelta(hours=4)}
_LONGEST_CALL = LEASE / 2
_SETTLE_AGAIN_SECONDS = 0.5

_log = structlog.get_logger(__name__)


class Delivery:
    """One worker's senders: a pool of threads for each provider, so that a slow one holds up nobody."""

    def __init__(self, context: Context, providers: Sequence[Provider], senders: int = SENDERS) -> None:
        served = frozenset(method for provider in providers for method in provider.methods)
        self._lines = [
            *(_Line(context, provider, Types(of=frozenset(provider.methods)), senders) for provider in providers),
            _Line(context, Unconfigured(), Types(other_than=served), senders),
        ]

    @property
    def works(self) -> tuple[Callable[[], int], ...]:
        """For each provider: claim what is due, as far as there are senders free, hand it to them, and say how many that were.

        Each stands for itself, so that one which fails keeps no other provider's messages waiting.
        """
        return tuple(line.start_due for line in self._lines)

    def start_due(self) -> int:
        """Do all of `works`; returns how many calls that were."""
        return sum(work() for work in self.works)

    def deliver_due(self) -> int:
        """Claim what is due and return when all calls under way are made and recorded; how many were begun."""
        begun = self.start_due()
        for line in self._lines:
            line.finish()
        return begun

    def stop(self) -> None:
        """Return when all calls under way are made and recorded; none may be begun after that."""
        for line in self._lines:
            line.stop()


class _Line:
    """The way to one provider: its senders, and the calls that they are making."""

    def __init__(self, context: Context, provider: Provider, types: Types, senders: int) -> None:
        self._context = context
        self._provider = provider
        self._types = types
        self._senders = senders
        self._pool = ThreadPoolExecutor(senders, thread_name_prefix=f"oncall-{provider.name}")
        self._under_way: set[Future[None]] = set()
        self._stopping = threading.Event()

    def start_due(self) -> int:
        self._under_way = {future for future in self._under_way if not future.done()}
        free = self._senders - len(self._under_way)
        calls = claim_messages(self._context, self._provider.name, self._types, free) if free else ()
        for call in calls:
            self._under_way.add(self._pool.submit(self._carry_out, call))
        return len(calls)

    def finish(self) -> None:
        wait(self._under_way)

    def stop(self) -> None:
        self._stopping.set()
        self._pool.shutdown()

    def _carry_out(self, call: Call) -> None:
        try:
            found = self._look_up(call) if call.lookup else self._still_mine(call)
            if found is not None:
                self._settle(found, self._send(found))
        except UnavailableError as error:
            _log.warning("what came of a call is found out later", call=call.id, error=str(error))
        except Exception:  # noqa: BLE001  the edge of a thread: nobody else would tell
            _log.exception("a call could not be recorded", call=call.id)

    def _still_mine(self, call: Call) -> Call | None:
        """The call, renewed where so much of its lease has passed that others may take it over while it is made."""
        if self._context.clock.now() < call.lease_until - _LONGEST_CALL:
            return call
        return resend(self._context, call, "the worker was held up before it could send it")

    def _look_up(self, call: Call) -> Call | None:
        """Find out what came of a call whose worker died; the call to make in its place, None where there is none."""
        found = self._find(call)
        if isinstance(found, Receipt):
            self._settle(call, Sent(found.reference))
            return None
        if found is NotFound.ABSENT:
            return resend(self._context, call, "the worker that was sending it died, and the provider never got it")
        if found is NotFound.REPEATABLE:
            return resend(
                self._context, call, "the worker that was sending it died; it has the same id, and counts once"
            )
        if call.lookup is None or not call.lookup.is_last:
            look_again(self._context, call)
            return None
        return resend(
            self._context, call, "the worker that was sending it died, and the provider cannot say whether it got it"
        )

    def _find(self, call: Call) -> Receipt | NotFound:
        if call.lookup is not None and call.lookup.reference is not None:
            return Receipt(call.lookup.reference)
        if call.lookup is None or call.lookup.provider != self._provider.name:
            return NotFound.UNKNOWN
        try:
            return self._provider.find(outgoing(self._context, call), call.lookup.since)
        except ProviderError:
            return NotFound.UNKNOWN
        except Exception:  # noqa: BLE001  whatever is wrong in the provider's folder
            _log.exception("a provider failed to look for a call", provider=self._provider.name, call=call.id)
            return NotFound.UNKNOWN

    def _send(self, call: Call) -> Sent | Failed:
        try:
            return Sent(self._provider.send(outgoing(self._context, call)).reference)
        except AddressError as error:
            return Failed(error.reason, "address", reference=error.reference)
        except ProviderError as error:
            verdict: Verdict = "permanent" if error.permanent else "transient"
            return Failed(error.reason, verdict, error.retry_after, error.reference)
        except Exception as error:  # noqa: BLE001  a fault of ours there: the page goes on by other ways all the same
            _log.exception("a provider failed", provider=self._provider.name, call=call.id)
            return Failed(f"{self._provider.name} failed inside: {type(error).__name__}", "transient")

    def _settle(self, call: Call, outcome: Sent | Failed) -> None:
        """Record the outcome, again and again while the database is away, until others may ask for it themselves."""
        while True:
            try:
                settle(self._context, call, outcome)
            except UnavailableError:
                if self._context.clock.now() >= call.lease_until or self._stopping.wait(_SETTLE_AGAIN_SECONDS):
                    raise
            else:
                return


def outgoing(context: Context, call: Call) -> Outgoing:
    """What a provider is handed for a call."""
    lines = tuple(
        page_line(context.public_url, message.incident, message.page, message.code, may_resolve=message.may_resolve)
        for message in call.messages
        if message.incident is not None and message.page is not None and message.code is not None
    )
    return Outgoing(
        id=call.id,
        method=call.type,
        address=call.address,
        user=call.user,
        urgency=call.urgency,
        lines=lines,
        text=page_text(lines, call.type, context.public_url) if lines else (call.messages[0].text or ""),
        attempt=call.attempt,
        valid_for=_VALID_FOR[call.urgency],
        listing=context.public_url,
        message=call.messages[0].id,
        secrets=call.secrets,
    )
