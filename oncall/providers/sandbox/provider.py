"""The provider that takes everything and sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from oncall.clock import Clock
from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.domain import webhooks
from oncall.errors import ProviderError
from oncall.providers.sandbox.messages import SandboxMessage, append, contains
from schedules import format_instant

METHODS = ("sms", "voice", "slack", "slack_channel", "email", "webhook", webhooks.METHOD)
"""Every type of contact method and target that there is, and of event for other systems."""


def build(
    path: Path, clock: Clock, terminal: Callable[[str], object], *, besides: Collection[str] = ()
) -> SandboxProvider:
    """The sandbox that keeps messages in `path` and shows each as a line to `terminal`.

    `besides` are the types that a real provider delivers.
    """
    return SandboxProvider(path, clock, terminal, tuple(method for method in METHODS if method not in besides))


class SandboxProvider:
    """Keeps each message as one line of a file and shows it on the terminal."""

    name = "sandbox"

    def __init__(
        self, path: Path, clock: Clock, terminal: Callable[[str], object], methods: Collection[str] = METHODS
    ) -> None:
        self._path = path
        self._clock = clock
        self._terminal = terminal
        self.methods: Collection[str] = methods

    def send(self, outgoing: Outgoing) -> Receipt:
        """Keep the message, then show it; it survives the end of the process, not a loss of power."""
        message = _message(outgoing, self._clock.now())
        try:
            append(self._path, message)
        except OSError as error:
            raise ProviderError(
                f"the sandbox file {self._path} cannot be written: {error.strerror}", permanent=False
            ) from error
        self._terminal(_as_shown(message))
        return Receipt(outgoing.id)

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Look for our id in the file."""
        del since
        return Receipt(outgoing.id) if contains(self._path, outgoing.id) else NotFound.ABSENT


def _message(outgoing: Outgoing, now: datetime) -> SandboxMessage:
    return SandboxMessage(
        at=format_instant(now),
        incident=outgoing.lines[0].number if outgoing.lines else None,
        user=outgoing.user,
        method=outgoing.method,
        address=outgoing.address,
        text=outgoing.text,
        attempt=outgoing.attempt,
        id=outgoing.id,
    )


def _as_shown(message: SandboxMessage) -> str:
    text = " | ".join(message.text.splitlines())
    line = f"{message.at}  {message.method} to {message.user or message.address} ({message.address}): {text}"
    # What an alert's title brings must not steer the terminal.
    return "".join(sign for sign in line if sign.isprintable())
