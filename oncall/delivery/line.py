"""The way to one provider: its senders, the calls that they are making, and what a call of unknown outcome comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import structlog

from oncall.delivery.circuit import Circuit
from oncall.delivery.protocol import NotFound, Provider, Receipt
from oncall.delivery.senders import Senders
from oncall.delivery.settler import Settler
from oncall.delivery.writing import outgoing
from oncall.errors import AddressError, DoubtError, ProviderError, UnavailableError
from oncall.operations.again import doubt, look_again, resend
from oncall.operations.call import LEASE, Call
from oncall.operations.context import Context
from oncall.operations.outcome import Failed, Sent
from oncall.operations.together import Want
from oncall.store.messages import Types

_LONGEST_CALL = LEASE / 2
_CROWDED = 8

_log = structlog.get_logger(__name__)


class Told(NamedTuple):
    """Who hears of a line: of each outcome, of each call that is over and recorded, and that there are senders free again."""

    settler: Settler
    ended: Callable[[], None]
    when_free: Callable[[], None]


class Line:
    """Makes one provider's calls, of which it tells."""

    def __init__(
        self,
        context: Context,
        provider: Provider,
        types: Types,
        senders: int,
        told: Told,
    ) -> None:
        self.name = provider.name
        self._context = context
        self._provider = provider
        self._types = types
        self._senders = Senders(f"oncall-{provider.name}", senders, self._carry_out, self._freed)
        self._most = senders
        self._settler, self._ended, self._when_free = told
        self._circuit = Circuit()
        self.is_crowded = False

    @property
    def want(self) -> Want:
        """What can be claimed for it now: of more than it has had senders for, not each call by itself."""
        free = self._senders.free
        enough = not self.is_crowded or free * _CROWDED >= self._most
        return Want(self.name, self._types, free if enough else 0)

    def begin(self, call: Call) -> None:
        """Make a call that was claimed for it, on a thread of its own."""
        self._senders.hand(call)

    def stop(self) -> None:
        """Let the threads end."""
        self._senders.stop()

    def _freed(self) -> None:
        if self.is_crowded and self.want.calls:
            self._when_free()

    def _carry_out(self, call: Call) -> None:
        try:
            made, outcome = self._made(call)
        except UnavailableError as error:
            _log.warning("what came of a call is found out later", call=call.id, error=str(error))
        except Exception:  # noqa: BLE001  the edge of a thread: nobody else would tell
            _log.exception("a call could not be made", call=call.id)
        else:
            if outcome is not None:
                self._settler.take(made, outcome, self._ended)
                return
        self._ended()

    def _made(self, call: Call) -> tuple[Call, Sent | Failed | None]:
        """The call that was made, perhaps in the place of this one, and what came of it; None where there was none to make."""
        if call.lookup is None:
            mine = self._still_mine(call)
        else:
            found = self._find(call)
            if isinstance(found, Receipt):
                return call, Sent(found.reference)
            if call.lookup.doubt is not None:
                return call, Failed(_still_in_doubt(call.lookup.doubt, found), "transient")
            mine = self._instead(call, found)
        return (call, None) if mine is None else (mine, self._send(mine))

    def _still_mine(self, call: Call) -> Call | None:
        """The call, renewed where so much of its lease has passed that others may take it over while it is made."""
        if self._context.clock.now() < call.lease_until - _LONGEST_CALL:
            return call
        return resend(self._context, call, "the worker was held up before it could send it")

    def _instead(self, call: Call, found: NotFound) -> Call | None:
        """The call to make in the place of one whose worker died, None where there is none or the provider is asked once more."""
        died = "the worker that was sending it died"
        if found is NotFound.ABSENT:
            return resend(self._context, call, f"{died}, and the provider never got it")
        if found is NotFound.REPEATABLE:
            return resend(self._context, call, f"{died}; it has the same id, and counts once")
        if call.lookup is not None and call.lookup.is_last:
            return resend(self._context, call, f"{died}, and the provider cannot say whether it got it")
        look_again(self._context, call)
        return None

    def _find(self, call: Call) -> Receipt | NotFound:
        if call.lookup is not None and call.lookup.reference is not None:
            return Receipt(call.lookup.reference)
        if call.lookup is None or call.lookup.provider != self.name:
            return NotFound.UNKNOWN
        try:
            return self._provider.find(outgoing(self._context, call), call.lookup.since)
        except ProviderError:
            return NotFound.UNKNOWN
        except Exception:  # noqa: BLE001  whatever is wrong in the provider's folder
            _log.exception("a provider failed to look for a call", provider=self.name, call=call.id)
            return NotFound.UNKNOWN

    def _send(self, call: Call) -> Sent | Failed | None:
        wait = self._circuit.wait(self._context.clock.now()) if _is_vendors(call) else None
        if wait is not None:
            return Failed(f"{self.name} has failed again and again, and is left alone for a while", "away", wait)
        try:
            receipt = self._provider.send(outgoing(self._context, call))
        except DoubtError as error:
            self._refused(call, error)
            doubt(self._context, call, error.reason)
            return None
        except ProviderError as error:
            return self._refused(call, error)
        except Exception as error:  # noqa: BLE001  a fault of ours there: the page goes on by other ways all the same
            _log.exception("a provider failed", provider=self.name, call=call.id)
            return Failed(f"{self.name} failed inside: {type(error).__name__}", "transient")
        self._circuit.worked()
        return Sent(receipt.reference)

    def _refused(self, call: Call, error: ProviderError) -> Failed:
        if isinstance(error, AddressError):
            self._circuit.worked()
            return Failed(error.reason, "address", reference=error.reference)
        if error.permanent:
            self._circuit.worked()
            return Failed(error.reason, "permanent", error.retry_after, error.reference)
        if _is_vendors(call) and self._circuit.failed(self._context.clock.now()):
            _log.error("a provider fails and is left alone for a while", provider=self.name, because=error.reason)
        return Failed(error.reason, "transient", error.retry_after, error.reference)


def _still_in_doubt(because: str, found: NotFound) -> str:
    """Why a call counts as failed that the provider may have taken, and of which it has no receipt a little later either."""
    return because if found is NotFound.ABSENT else f"{because}, and the provider cannot say whether it got it"


def _is_vendors(call: Call) -> bool:
    """Whether it goes to the vendor, as all such do: not to an address of its own on the web."""
    return "://" not in call.address
