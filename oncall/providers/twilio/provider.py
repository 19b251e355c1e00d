"""Hands pages to Twilio and looks up those whose fate is unknown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from oncall.clock import Clock
from oncall.delivery.protocol import Fate, NotFound, Outgoing, Receipt
from oncall.errors import DoubtError, ProviderError
from oncall.providers.twilio.client import connect
from oncall.providers.twilio.faults import may_have_taken, translate
from oncall.providers.twilio.inbound import reported
from oncall.providers.twilio.speech import announcement, speech
from oncall.settings import TwilioSettings

_LONGEST_TEXT = 1600
_LONGEST_VALIDITY = timedelta(hours=10)
_SECONDS_OF_RINGING = 25
_LOOKED_AT = 50
_CLOCKS_APART = timedelta(minutes=1)
_LISTS_BEHIND = timedelta(seconds=5)
_NOT_OUT_YET = frozenset({"accepted", "scheduled", "queued", "sending"})
_NEVER_ARRIVED = frozenset({"failed", "undelivered", "canceled"})


def build(account: TwilioSettings, public_url: str, clock: Clock) -> TwilioProvider:
    """The provider of an account; Twilio calls back at `public_url`."""
    return TwilioProvider(connect(account), account.sender, public_url, clock)


class TwilioProvider:
    """Text messages and calls from one number of one account; safe to use from several threads."""

    name = "twilio"
    methods: Collection[str] = ("sms", "voice")
    told: Collection[str] = methods

    def __init__(self, client: Client, sender: str, public_url: str, clock: Clock) -> None:
        self._client = client
        self._sender = sender
        self._public_url = public_url
        self._clock = clock

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send the message or start the call, once.

        Where the answer is lost, the account is asked whether the message got there; its lists may show it a little later, so
        without a receipt that is a DoubtError.
        """
        since = self._clock.now()
        try:
            return self._call(outgoing) if outgoing.method == "voice" else self._text(outgoing)
        except (TwilioException, HTTPError) as error:
            if not may_have_taken(error):
                raise translate(error) from error
            found = self.find(outgoing, since)
            if isinstance(found, Receipt):
                return found
            raise DoubtError(translate(error).reason) from error

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Look among the latest messages or calls to the address for ours.

        Twilio keeps no id of ours. A text message is known by its text, or by the page's code. A call is ours if it is
        the only one to that number that none of our others is; else one that is there is UNKNOWN. What Twilio knows not to
        have arrived is no receipt; a call that nobody took has rung, and its report or its fate tells. What was sent a
        moment ago is UNKNOWN while it is not in the lists, which are behind. Twilio's own filters by date leave out what
        still waits in its queue, so the dates are compared here.
        """
        try:
            latest = self._latest(outgoing)
        except (TwilioException, HTTPError, ProviderError):
            return NotFound.UNKNOWN
        recent = [one for one in latest if _may_be_ours(one, since)]
        found = _call_among(recent, outgoing.others) if outgoing.method == "voice" else _text_among(recent, outgoing)
        is_early = self._clock.now() - since < _LISTS_BEHIND
        return NotFound.UNKNOWN if found is NotFound.ABSENT and is_early else found

    def fate(self, reference: str, method: str) -> Fate:
        """What became of a message or a call, by its sid."""
        resource = self._client.calls if method == "voice" else self._client.messages
        try:
            one = resource(reference).fetch()
        except (TwilioException, HTTPError) as error:
            raise translate(error) from error
        report = reported(one, method)
        if report is not None:
            return Fate(report.status, report.reason, report.verdict)
        return Fate("waits" if one.status in _NOT_OUT_YET else "out")

    def _text(self, outgoing: Outgoing) -> Receipt:
        sent = self._client.messages.create(
            to=outgoing.address,
            from_=self._sender,
            body=_body(outgoing),
            status_callback=self._callback("sms/status", outgoing.id),
            validity_period=_seconds(outgoing.valid_for),
        )
        return Receipt(str(sent.sid))

    def _call(self, outgoing: Outgoing) -> Receipt:
        said = speech(outgoing.lines, self._public_url, outgoing.id) if outgoing.lines else announcement(outgoing.text)
        started = self._client.calls.create(
            to=outgoing.address,
            from_=self._sender,
            twiml=said,
            timeout=_SECONDS_OF_RINGING,
            machine_detection="Enable",
            status_callback=self._callback("voice/status", outgoing.id),
        )
        return Receipt(str(started.sid))

    def _callback(self, path: str, call: str) -> str:
        return f"{self._public_url}/twilio/{path}?{urlencode({'call': call})}"

    def _latest(self, outgoing: Outgoing) -> Iterable[Any]:
        resource = self._client.calls if outgoing.method == "voice" else self._client.messages
        listed: Iterable[Any] = resource.list(to=outgoing.address, from_=self._sender, limit=_LOOKED_AT)
        return listed


def _text_among(recent: Sequence[Any], outgoing: Outgoing) -> Receipt | NotFound:
    ours = next((str(one.sid) for one in recent if _is_ours(one.body or "", outgoing)), None)
    if ours is not None:
        return Receipt(ours)
    return NotFound.UNKNOWN if len(recent) == _LOOKED_AT else NotFound.ABSENT


def _is_ours(body: str, outgoing: Outgoing) -> bool:
    """By the text, or by a page's code and number: the rest may be worded otherwise by now, as where a severity was changed."""
    words = frozenset(re.findall(r"#?\w+", body))
    return _body(outgoing) in body or any({line.code, f"#{line.number}"} <= words for line in outgoing.lines)


def _call_among(recent: Sequence[Any], others: frozenset[str] | None) -> Receipt | NotFound:
    if not recent or others is None:
        return NotFound.UNKNOWN if recent else NotFound.ABSENT
    left = [str(one.sid) for one in recent if str(one.sid) not in others]
    if len(left) > 1:
        return NotFound.UNKNOWN
    return Receipt(left[0]) if left else NotFound.ABSENT


def _body(outgoing: Outgoing) -> str:
    return outgoing.text[:_LONGEST_TEXT].strip()


def _may_be_ours(one: Any, since: datetime) -> bool:
    return one.date_created is None or (one.date_created >= since - _CLOCKS_APART and one.status not in _NEVER_ARRIVED)


def _seconds(valid_for: timedelta) -> int:
    return max(1, int(min(valid_for, _LONGEST_VALIDITY).total_seconds()))
