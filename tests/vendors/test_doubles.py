"""The doubles as programs, whose ledger outlives whoever sent."""

import pytest
import requests

from oncall.errors import ProviderError
from oncall.providers import slack as slack_vendor
from oncall.providers import twilio as twilio_vendor
from tests.clock import FrozenClock
from tests.oncall.providers.outgoing import ANA_IN_SLACK, ANAS_NUMBER, PUBLIC_URL, page
from tests.vendors import Slack, Twilio
from tests.vendors.serving import serve_as_process

pytestmark = pytest.mark.processes


def test_twilio_runs_as_a_program() -> None:
    with serve_as_process("tests.vendors.twilio_double") as url:
        twilio = Twilio(url)
        provider = twilio_vendor.build(twilio.settings, PUBLIC_URL, FrozenClock())
        twilio.refuse_next(20500, status=500)
        with pytest.raises(ProviderError):
            provider.send(page("sms", ANAS_NUMBER))

        receipt = provider.send(page("sms", ANAS_NUMBER))

        assert [accepted.sid for accepted in twilio.accepted()] == [receipt.reference]


def test_slack_runs_as_a_program() -> None:
    with serve_as_process("tests.vendors.slack_double") as url:
        slack = Slack(url)

        receipt = slack_vendor.build(slack.settings, FrozenClock()).send(page("slack", ANA_IN_SLACK))

        assert [f"{posted.channel}:{posted.ts}" for posted in slack.posted()] == [receipt.reference]


def test_strangers_are_refused_as_by_the_vendors() -> None:
    with serve_as_process("tests.vendors.twilio_double") as url:
        twilio = Twilio(url)
        answer = requests.get(f"{url}/2010-04-01/Accounts/{twilio.settings.account_sid}/Messages.json", timeout=5)

        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
