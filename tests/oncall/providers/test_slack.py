"""Posting to Slack, its faults, and looking up what was posted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall.delivery.protocol import NotFound, Receipt
from oncall.errors import AddressError, ProviderError
from oncall.providers.slack import SlackProvider, build
from oncall.settings import SlackSettings
from tests.clock import FrozenClock
from tests.oncall.providers.outgoing import ANA_IN_SLACK, PUBLIC_URL, line, notice, page
from tests.vendors import Slack

CLOSED_PORT = "http://127.0.0.1:1/api"


@pytest.fixture
def provider(slack: Slack, clock: FrozenClock) -> SlackProvider:
    return build(slack.settings, clock)


def test_page_shows_the_incident_and_a_button_with_the_page(provider: SlackProvider, slack: Slack) -> None:
    receipt = provider.send(page("slack", ANA_IN_SLACK))

    (posted,) = slack.posted()
    assert receipt == Receipt(f"{posted.channel}:{posted.ts}")
    assert posted.to == ANA_IN_SLACK
    assert posted.text == f"#12 SEV2 cloud: database down\n{PUBLIC_URL}/incidents/12"
    assert posted.sections == [f"*<{PUBLIC_URL}/incidents/12|#12>* *SEV2* cloud: database down"]
    assert [(button["action_id"], button["value"]) for button in posted.buttons] == [("acknowledge", "page-12")]


def test_bundle_has_a_button_for_each_incident_and_one_for_all(provider: SlackProvider, slack: Slack) -> None:
    provider.send(page("slack_channel", "C0123", line(3), line(4)))

    (posted,) = slack.posted()
    pressed = [(button["action_id"], button["value"]) for button in posted.buttons]
    assert pressed == [("acknowledge_all", "page-3"), ("acknowledge", "page-3"), ("acknowledge", "page-4")]
    assert posted.sections[0] == "*2 incidents*\ncloud: 2"


def test_bundle_with_more_than_slack_shows_counts_the_others(provider: SlackProvider, slack: Slack) -> None:
    provider.send(page("slack", ANA_IN_SLACK, *(line(number) for number in range(1, 101))))

    (posted,) = slack.posted()
    assert [button["value"] for button in posted.buttons] == ["page-1", *(f"page-{number}" for number in range(1, 24))]
    assert posted.sections[-1] == f"and <{PUBLIC_URL}|77 more>"


def test_title_calls_nobody_and_links_nowhere(provider: SlackProvider, slack: Slack) -> None:
    provider.send(page("slack_channel", "C0123", line(title="<!everyone> & <https://evil.example|click>")))

    (posted,) = slack.posted()
    for text in (posted.text, *posted.sections):
        assert "&lt;!everyone&gt; &amp; &lt;https://evil.example|click&gt;" in text


@pytest.mark.parametrize("title", ["&" * 5000, "x" * 5000, "<" * 499])
def test_long_title_is_cut_to_what_the_vendor_takes(provider: SlackProvider, slack: Slack, title: str) -> None:
    provider.send(page("slack", ANA_IN_SLACK, line(title=title)))

    assert len(slack.posted()) == 1


def test_notice_is_its_text_without_a_button(provider: SlackProvider, slack: Slack) -> None:
    provider.send(notice("slack", ANA_IN_SLACK, "Your mobile is disabled <!here>"))

    (posted,) = slack.posted()
    assert posted.sections == ["Your mobile is disabled &lt;!here&gt;"]
    assert posted.buttons == []


def test_sensitive_page_says_nothing_but_the_number(provider: SlackProvider, slack: Slack) -> None:
    provider.send(page("slack", ANA_IN_SLACK, line(title=None, service="canary", severity="canary")))

    (posted,) = slack.posted()
    assert "#12" in posted.text
    assert "canary" not in str(posted)


@pytest.mark.parametrize("error", ["channel_not_found", "user_not_found", "user_disabled", "is_archived"])
def test_address_that_is_not_there_is_an_address_error(provider: SlackProvider, slack: Slack, error: str) -> None:
    slack.refuse_next(error)

    with pytest.raises(AddressError, match=error):
        provider.send(page("slack", ANA_IN_SLACK))


@pytest.mark.parametrize(
    "error", ["invalid_auth", "account_inactive", "not_in_channel", "missing_scope", "some_new_error"]
)
def test_refusal_for_another_reason_is_permanent_but_leaves_the_method(
    provider: SlackProvider, slack: Slack, error: str
) -> None:
    slack.refuse_next(error)

    with pytest.raises(ProviderError, match=error) as caught:
        provider.send(page("slack", ANA_IN_SLACK))

    assert caught.value.permanent
    assert not isinstance(caught.value, AddressError)


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "service_unavailable"])
def test_vendors_own_trouble_may_pass(provider: SlackProvider, slack: Slack, error: str) -> None:
    slack.refuse_next(error)

    with pytest.raises(ProviderError, match=error) as caught:
        provider.send(page("slack", ANA_IN_SLACK))

    assert not caught.value.permanent


def test_too_many_requests_names_when_to_come_back(provider: SlackProvider, slack: Slack) -> None:
    slack.throttle_next(retry_after=30)

    with pytest.raises(ProviderError, match="ratelimited") as caught:
        provider.send(page("slack", ANA_IN_SLACK))

    assert not caught.value.permanent
    assert caught.value.retry_after == timedelta(seconds=30)


def test_wrong_token_says_which_setting_to_check(slack: Slack, clock: FrozenClock) -> None:
    stranger = replace(slack.settings, bot_token="xoxb-another")

    with pytest.raises(ProviderError, match="check SLACK_BOT_TOKEN"):
        build(stranger, clock).send(page("slack", ANA_IN_SLACK))


def test_server_that_is_not_there_may_come_back(clock: FrozenClock) -> None:
    nobody = SlackSettings("xoxb-1", "secret", CLOSED_PORT)

    with pytest.raises(ProviderError, match="Slack cannot be reached") as caught:
        build(nobody, clock).send(page("slack", ANA_IN_SLACK))

    assert not caught.value.permanent


@pytest.mark.parametrize("address", [ANA_IN_SLACK, "C0123"])
def test_page_whose_answer_is_lost_is_looked_up_and_not_posted_again(
    provider: SlackProvider, slack: Slack, address: str
) -> None:
    slack.lose_next()

    receipt = provider.send(page("slack" if address == ANA_IN_SLACK else "slack_channel", address))

    assert [f"{posted.channel}:{posted.ts}" for posted in slack.posted()] == [receipt.reference]


def test_page_taken_by_a_server_that_then_breaks_is_looked_up(provider: SlackProvider, slack: Slack) -> None:
    slack.break_next()

    receipt = provider.send(page("slack", ANA_IN_SLACK))

    assert [f"{posted.channel}:{posted.ts}" for posted in slack.posted()] == [receipt.reference]


def test_page_of_a_worker_that_died_is_found_by_our_id(provider: SlackProvider, clock: FrozenClock) -> None:
    claimed_at = clock.now()
    mine = page("slack", ANA_IN_SLACK)
    receipt = provider.send(mine)
    provider.send(page("slack", ANA_IN_SLACK))
    clock.advance(timedelta(seconds=40))

    assert provider.find(mine, claimed_at) == receipt
    assert provider.find(page("slack", ANA_IN_SLACK), claimed_at) is NotFound.ABSENT


def test_lookup_that_does_not_see_all_is_unknown(provider: SlackProvider, clock: FrozenClock) -> None:
    for _ in range(201):
        provider.send(page("slack", ANA_IN_SLACK))

    assert provider.find(page("slack", ANA_IN_SLACK), clock.now()) is NotFound.UNKNOWN


def test_lookup_without_an_answer_is_unknown(clock: FrozenClock) -> None:
    nobody = SlackSettings("xoxb-1", "secret", CLOSED_PORT)

    assert build(nobody, clock).find(page("slack", ANA_IN_SLACK), clock.now()) is NotFound.UNKNOWN
