"""Webhooks: events and pages for other systems, signed, sent to public addresses alone (docs/webhooks.md)."""

from oncall.providers.webhook.caller import Answered, Caller
from oncall.providers.webhook.provider import WebhookProvider, build
from oncall.providers.webhook.signature import page_secret, sign

__all__ = ["Answered", "Caller", "WebhookProvider", "build", "page_secret", "sign"]
