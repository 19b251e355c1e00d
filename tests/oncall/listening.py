"""A floor with a real receiver of webhooks on loopback, and the senders that reach it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select

from oncall.delivery.deliver import Delivery
from oncall.domain.webhooks import METHOD
from oncall.operations.context import Context
from oncall.operations.webhooks import WebhookCreated, create_webhook
from oncall.providers.webhook import Caller, build
from oncall.store.events import EventRecord, events_of
from oncall.store.sends import SendRow
from tests.oncall.floor import Floor
from tests.vendors import Receiver, run_receiver

KEYS = ("a key of the tests",)


@dataclass(frozen=True, slots=True)
class Listening:
    """The floor, whoever listens to it, and the worker that tells them."""

    floor: Floor
    context: Context
    receiver: Receiver
    delivery: Delivery

    def subscribe(
        self, wanted: Sequence[str] | None = None, *, service: str | None = "cloud", name: str = "tickets"
    ) -> WebhookCreated:
        """Have a hook of the receiver told of events."""
        return create_webhook(self.context, self.receiver.hook(name), service=service, wanted=wanted, by="test")

    def tell(self) -> int:
        """Send everything that is due now; how many calls with events that were."""
        before = self._calls()
        while self.delivery.deliver_due():
            continue
        return self._calls() - before

    def pass_time(self, by: timedelta) -> int:
        """Go forward, then send everything that is due; how many calls with events that were."""
        self.floor.clock.advance(by)
        return self.tell()

    def events(self, webhook: int = 1, *, state: str | None = None) -> tuple[EventRecord, ...]:
        """The events for a webhook, the newest first."""
        with self.context.database.read() as session:
            return events_of(session, webhook, state=state, offset=0, limit=1000)

    def _calls(self) -> int:
        with self.context.database.read() as session:
            counted = select(func.count()).select_from(SendRow).where(SendRow.provider == METHOD)
            return session.scalars(counted).one()


@contextmanager
def listen_to(floor: Floor) -> Iterator[Listening]:
    """Lend a receiver, and a worker of its own for webhooks and for what the floor's vendor delivers."""
    context = replace(floor.context, private_webhooks=True)
    with run_receiver() as receiver:
        delivery = Delivery(context, [floor.vendor, *build(KEYS, floor.clock, Caller(private=True))])
        try:
            yield Listening(floor, context, receiver, delivery)
        finally:
            delivery.stop()
