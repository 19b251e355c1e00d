"""An application with the vendors' doors, its database, and the vendors on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from oncall.delivery.deliver import Delivery
from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.doorbell import SilentDoorbell
from oncall.doors.callbacks import register
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.providers.slack import build as build_slack
from oncall.providers.twilio import build as build_twilio
from oncall.store import incidents, log
from oncall.store.cipher import Cipher
from oncall.store.database import Database
from tests.clock import FrozenClock
from tests.oncall.doors.callbacks.settings import PUBLIC_URL, settings
from tests.vendors import AppPost, Phone, Slack, Twilio, run_slack, run_twilio

ANAS_NUMBER, BOS_NUMBER = "+15005550006", "+15005550007"
ANA_IN_SLACK, VIC_IN_SLACK = "U0ANA", "U0VIC"
DOCUMENT = f"""
version: 1
users:
  ana:
    name: Ana
    role: admin
    contact_methods:
      chat: {{type: slack, address: {ANA_IN_SLACK}}}
      mobile: {{type: sms, address: "{ANAS_NUMBER}"}}
      phone: {{type: voice, address: "{ANAS_NUMBER}"}}
  bo:
    name: Bo
    contact_methods: {{mobile: {{type: sms, address: "{BOS_NUMBER}"}}}}
  vic:
    name: Vic
    role: viewer
    contact_methods: {{chat: {{type: slack, address: {VIC_IN_SLACK}}}}}
escalation_policies:
  engineering: {{steps: [{{notify: [{{user: ana}}], wait: 5m}}, {{notify: [{{user: bo}}], wait: 5m}}]}}
services:
  cloud: {{escalation_policy: engineering}}
"""


@dataclass(frozen=True)
class World:
    """One service with its vendors; time stands still until `clock` is moved."""

    context: Context
    clock: FrozenClock
    app: Flask
    delivery: Delivery
    twilio: Twilio
    slack: Slack

    @property
    def post(self) -> AppPost:
        """How vendors reach the service."""
        return AppPost(self.app)

    def phone(self, number: str = ANAS_NUMBER) -> Phone:
        """The phone with a number."""
        return Phone(number, self.twilio, self.post, PUBLIC_URL)

    def trigger(self, title: str = "database down", severity: str = "sev2") -> Incident:
        """Open an incident of the service `cloud`."""
        return trigger(
            self.context, TriggerRequest(service="cloud", title=title, by="test", severity=severity)
        ).incident

    def deliver(self) -> None:
        """Send what is due."""
        self.delivery.deliver_due()

    def state(self, incident: Incident) -> str:
        """The incident's present state."""
        with self.context.database.read() as session:
            return incidents.get(session, self.context.cipher, incident.id).state

    def log(self, incident: Incident, event: str) -> list[Entry]:
        """The entries of one event in the incident's log."""
        with self.context.database.read() as session:
            entries = log.log_of(session, self.context.cipher, incident.id)
        return [entry for entry in entries if entry.event == event]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """A service that is configured and idle."""
    clock = FrozenClock()
    database = Database(sqlite_url)
    with run_twilio(clock.now) as twilio, run_slack(clock.now) as slack:
        context = Context(database, clock, SilentDoorbell(), Cipher(["a key of sixteen or more"]), PUBLIC_URL)
        apply_document(context, DOCUMENT, author="test", prune=False, dry_run=False)
        app = Flask(__name__)
        app.extensions["oncall"] = context
        register(app, settings(twilio.settings, slack.settings))
        vendors = (build_twilio(twilio.settings, PUBLIC_URL, clock), build_slack(slack.settings, clock))
        delivery = Delivery(context, vendors)
        yield World(context, clock, app, delivery, twilio, slack)
        delivery.stop()
    database.dispose()
