"""Slack: pages to a person or a channel, and the button under them."""

from oncall.providers.slack.app import check
from oncall.providers.slack.inbound import Press, is_from_slack, press
from oncall.providers.slack.provider import SlackProvider, build

__all__ = ["Press", "SlackProvider", "build", "check", "is_from_slack", "press"]
