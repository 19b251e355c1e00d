"""What stands where no provider is configured (docs/semantics.md 6.7), and takes synthetic pages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.domain.itself import CANARY_TYPE
from oncall.errors import ProviderError


class Unconfigured:
    """Takes no message but synthetic pages, which go no further: each fails at once, so that the next method is tried."""

    name = "none"
    methods: Collection[str] = ()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Refuse for good; a synthetic page has come as far as it is to go."""
        if outgoing.method == CANARY_TYPE:
            return Receipt(outgoing.id)
        message = f"channel not configured: there are no credentials for {outgoing.method}"
        raise ProviderError(message, permanent=True)

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Nothing was ever sent."""
        del outgoing, since
        return NotFound.ABSENT
