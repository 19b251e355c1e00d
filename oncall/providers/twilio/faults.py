"""Twilio's faults in our words: the only place that knows its error codes (twilio.com/docs/api/errors)."""

from __future__ import annotations

import re
from typing import Literal

from twilio.base.exceptions import TwilioException
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError
from urllib3.exceptions import TimeoutError as NoAnswerError

from oncall.errors import AddressError, ProviderError

Verdict = Literal["transient", "permanent", "address"]

_SERVER_FAULT = 500
_LONGEST_SAYING = 200
# A number's last four digits stay, by which its owner knows it; the log is read by others too.
_NUMBER = re.compile(r"\+?[0-9]{3,11}(?=[0-9]{4})")

_BAD_ADDRESSES = {
    13224: "the number is not valid",
    21211: "the number is not valid",
    21217: "the number is not valid",
    21610: "the owner of the number has opted out; they opt in again by texting START to our number",
    21614: "the number cannot take text messages",
    30005: "the number is unknown or no longer in use",
}
_PASSING = {
    20429: "too many requests",
    30001: "the vendor's queue is full",
}
_LASTING = {
    20003: "the account sid and the auth token do not belong together: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
    21205: "ONCALL_PUBLIC_URL is not an address that Twilio can reach",
    21212: "TWILIO_FROM is not a number that can send",
    21215: "calls to this country are not enabled for the account",
    21408: "text messages to this country are not enabled for the account",
    21606: "TWILIO_FROM is not a number of this account that can send",
    21608: "a trial account sends to verified numbers only",
    21609: "ONCALL_PUBLIC_URL is not an address that Twilio can reach",
    21612: "there is no route from TWILIO_FROM to the number",
    30002: "the account is suspended",
    30003: "the phone is switched off or out of reach",
    30004: "the message was blocked",
    30006: "the number is a landline or its carrier cannot be reached",
    30007: "the carrier filtered the message out",
    30008: "the carrier lost the message and does not say why",
}
_CALL_OUTCOMES: dict[str, tuple[Verdict, str]] = {
    "busy": ("transient", "the line was busy"),
    "no-answer": ("transient", "nobody answered"),
    "failed": ("permanent", "the call could not be completed as dialled"),
    "canceled": ("permanent", "the call was cancelled before it was answered"),
}


def translate(error: TwilioException | HTTPError) -> ProviderError:
    """What a failed call to the vendor means for the message."""
    if isinstance(error, HTTPError):
        is_late = isinstance(error, NoAnswerError) and not isinstance(error, NewConnectionError)
        kind = "did not answer in time" if is_late else "cannot be reached"
        return ProviderError(f"Twilio {kind}", permanent=False)
    code, status = getattr(error, "code", None), getattr(error, "status", 0)
    verdict, reason = judge(code, f"Twilio refused it: {_said(error)}")
    if verdict == "address":
        return AddressError(reason)
    return ProviderError(reason, permanent=verdict == "permanent" and status < _SERVER_FAULT)


def judge(code: int | None, otherwise: str) -> tuple[Verdict, str]:
    """What an error code means and how to say it; `otherwise` is said of an unknown one."""
    if code in _BAD_ADDRESSES:
        return "address", f"{_BAD_ADDRESSES[code]} ({code})"
    if code in _PASSING:
        return "transient", f"{_PASSING[code]} ({code})"
    said = _LASTING.get(code, otherwise) if code is not None else otherwise
    return "permanent", f"{said} ({code})" if code is not None else said


def judge_call(status: str, answered_by: str) -> tuple[Verdict, str] | None:
    """What the end of a call means, None where it is no failure; an answering machine is nobody."""
    if status == "completed" and is_machine(answered_by):
        return "transient", "an answering machine took the call"
    return _CALL_OUTCOMES.get(status)


def is_machine(answered_by: str) -> bool:
    """Whether what answered a call was no person, by the vendor's word for it."""
    return answered_by.startswith(("machine", "fax"))


def may_have_taken(error: TwilioException | HTTPError) -> bool:
    """Whether the vendor may have taken the message although the call failed: the answer was lost, or it broke inside.

    Where no connection came about, to it or to a proxy, nothing was sent.
    """
    if isinstance(error, HTTPError):
        return not isinstance(error, (ConnectTimeoutError, NewConnectionError, ProxyError))
    return bool(getattr(error, "status", 0) >= _SERVER_FAULT)


def _said(error: TwilioException) -> str:
    # str() of the library's errors draws boxes in colour where it finds a terminal.
    said = getattr(error, "msg", "") or getattr(error, "detail", "") or getattr(error, "title", "") or error
    return _NUMBER.sub("…", str(said))[:_LONGEST_SAYING]
