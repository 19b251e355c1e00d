"""A small company on a real database, with a vendor that does what the test says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from oncall.delivery.deliver import Delivery
from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.doorbell import SilentDoorbell
from oncall.engine.timers import Engine
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store import incidents, log
from oncall.store.cipher import Cipher
from oncall.store.database import Database
from oncall.store.deliveries import PageRecord, pages_of
from tests.clock import FrozenClock

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ANAS_NUMBER, BOS_NUMBER, ROOTS_NUMBER = "+15005550006", "+15005550007", "+15005550009"
DOCUMENT = f"""
version: 1
users:
  ana:
    name: Ana Ruiz
    email: ana@example.com
    contact_methods:
      mobile: {{type: sms, address: "{ANAS_NUMBER}"}}
      phone: {{type: voice, address: "{ANAS_NUMBER}"}}
    notification_rules:
      high: [{{after: 0m, via: mobile}}, {{after: 2m, via: phone}}]
  bo:
    name: Bo Lind
    contact_methods: {{mobile: {{type: sms, address: "{BOS_NUMBER}"}}, chat: {{type: slack, address: U0BO}}}}
    notification_rules: {{high: [{{after: 0m, via: mobile}}]}}
  vic: {{name: Vic Moreau, role: viewer, contact_methods: {{chat: {{type: slack, address: U0VIC}}}}}}
  root:
    name: Root
    role: admin
    contact_methods: {{mobile: {{type: sms, address: "{ROOTS_NUMBER}"}}}}
escalation_policies:
  engineering: {{steps: [{{notify: [{{user: ana}}], wait: 5m}}, {{notify: [{{user: bo}}], wait: 5m}}]}}
  watching: {{steps: [{{notify: [{{user: vic}}], wait: 5m}}]}}
services:
  cloud: {{escalation_policy: engineering}}
  watched: {{escalation_policy: watching}}
  shop: {{escalation_policy: engineering}}
"""

Answer = Exception | None


@dataclass(slots=True)
class Vendor:
    """A provider that records what it is handed, and answers as told: an exception to raise, or None to take it.

    `found` is what it says when it is asked for a call; `meanwhile` is done while it is being called.
    """

    name: str = "vendor"
    methods: Collection[str] = ("sms", "voice", "slack")
    sent: list[Outgoing] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    found: deque[Receipt | NotFound] = field(default_factory=deque)
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    told_of: list[frozenset[str] | None] = field(default_factory=list)
    meanwhile: Callable[[Outgoing], None] = lambda _outgoing: None

    def send(self, outgoing: Outgoing) -> Receipt:
        """Take the message, or not."""
        self.sent.append(outgoing)
        self.meanwhile(outgoing)
        answer = self.answers.popleft() if self.answers else None
        if answer is not None:
            raise answer
        return Receipt(f"ref-{len(self.sent)}")

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Say what the test told to say."""
        self.asked.append((outgoing.id, since))
        self.told_of.append(outgoing.others)
        return self.found.popleft()

    def addresses(self) -> list[str]:
        """Where everything went, in order."""
        return [outgoing.address for outgoing in self.sent]


@dataclass(frozen=True, slots=True)
class Floor:
    """The service without its doors: time passes, and work is done, when the test says so."""

    context: Context
    clock: FrozenClock
    vendor: Vendor
    engine: Engine
    delivery: Delivery

    def trigger(self, title: str = "db down", **more: object) -> Incident:
        """Let something be wrong with the cloud."""
        request = TriggerRequest(**{"service": "cloud", "title": title, "by": "test", "severity": "sev1", **more})  # type: ignore[arg-type]  # the request checks its names
        return trigger(self.context, request).incident

    def work(self) -> int:
        """Do everything that is due now, once; how much that was."""
        return self.engine.fire_due() + self.delivery.deliver_due()

    def pass_time(self, by: timedelta) -> None:
        """Go forward, then do everything that is due."""
        self.clock.advance(by)
        while self.work():
            continue

    def incident(self, key: str) -> Incident:
        """The incident as it is stored."""
        with self.context.database.read() as session:
            return incidents.get(session, self.context.cipher, key)

    def log(self, key: str) -> tuple[Entry, ...]:
        """Everything that happened to an incident."""
        with self.context.database.read() as session:
            return log.log_of(session, self.context.cipher, self.incident(key).id)

    def events(self, key: str) -> list[str]:
        """What happened to an incident, in one word each."""
        return [entry.event for entry in self.log(key)]

    def pages(self, key: str) -> tuple[PageRecord, ...]:
        """The pages of an incident with their attempts and sends."""
        with self.context.database.read() as session:
            return pages_of(session, self.incident(key).id)

    def attempts(self, key: str) -> dict[tuple[str | None, str], str]:
        """How far each attempt of an incident has come, by user and type."""
        return {(page.user, attempt.type): attempt.state for page in self.pages(key) for attempt in page.attempts}


@contextmanager
def open_floor(database_url: str, document: str = DOCUMENT) -> Iterator[Floor]:
    """Lend a floor on a fresh database."""
    clock = FrozenClock()
    context = open_context(database_url, clock)
    vendor = Vendor()
    delivery = Delivery(context, [vendor])
    apply_document(context, document, author="test", prune=False, dry_run=False)
    try:
        yield Floor(context, clock, vendor, Engine(context), delivery)
    finally:
        delivery.stop()
        context.database.dispose()


def open_context(database_url: str, clock: FrozenClock) -> Context:
    """Another process's context on the same database."""
    cipher = Cipher(["a key of the tests"])
    return Context(Database(database_url), clock, SilentDoorbell(), cipher, "https://pager.example.com")
