"""A provider that takes everything at once, within the process."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from oncall.delivery.protocol import NotFound, Outgoing, Receipt


class Taking:
    """Takes text messages, and knows nothing of them afterwards."""

    @property
    def name(self) -> str:
        """The name by which records know it."""
        return "taking"

    @property
    def methods(self) -> Collection[str]:
        """What it delivers."""
        return ("sms",)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Take a message."""
        return Receipt(f"taken-{outgoing.id}")

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Know nothing of it."""
        del outgoing, since
        return NotFound.ABSENT
