"""Twilio: pages by text message and by phone, and what comes back."""

from oncall.providers.twilio.account import check
from oncall.providers.twilio.inbound import (
    KeyPressed,
    Report,
    TextMessage,
    call_report,
    is_from_twilio,
    key_pressed,
    text_message,
    text_report,
)
from oncall.providers.twilio.provider import TwilioProvider, build
from oncall.providers.twilio.speech import MOST_TIMES_SPOKEN, farewell, message, silence, speech

__all__ = [
    "MOST_TIMES_SPOKEN",
    "KeyPressed",
    "Report",
    "TextMessage",
    "TwilioProvider",
    "build",
    "call_report",
    "check",
    "farewell",
    "is_from_twilio",
    "key_pressed",
    "message",
    "silence",
    "speech",
    "text_message",
    "text_report",
]
