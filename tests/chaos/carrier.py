"""Twilio's reports of what became of texts: of some, late, twice and in any order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from urllib.parse import urlencode

import requests

from tests.vendors import Accepted, HttpPost, Twilio
from tests.vendors.twilio import signature
from tests.vendors.twilio_double import ACCOUNT_SID, OUR_NUMBER

POLL_SECONDS = 0.2
STATUSES = ("sent", "delivered", "delivered", "sent")


@contextmanager
def reporting(twilio: Twilio, random: Random) -> Iterator[None]:
    """Report on half of the texts while the block runs."""
    over = threading.Event()
    thread = threading.Thread(target=_report, args=(twilio, random, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _report(twilio: Twilio, random: Random, over: threading.Event) -> None:
    seen = 0
    late: list[tuple[Accepted, str]] = []
    while not over.wait(POLL_SECONDS):
        new = twilio.accepted(after=seen)
        seen += len(new)
        late += [(one, status) for one in new if one.kind == "SM" and random.random() < 0.5 for status in STATUSES]
        random.shuffle(late)
        for one, status in late[len(late) // 2 :]:
            _tell(one, status)
        del late[len(late) // 2 :]


def _tell(text: Accepted, status: str) -> None:
    url = str(text.form["StatusCallback"])
    form = {
        "AccountSid": ACCOUNT_SID,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "To": text.to,
        "From": OUR_NUMBER,
    }
    try:
        HttpPost()(url, urlencode(form).encode(), {"X-Twilio-Signature": signature(url, form)})
    except requests.RequestException:
        # The vendor tells each of it once: what is not heard is lost.
        return
