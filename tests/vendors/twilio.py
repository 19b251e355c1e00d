"""A test's hold on the Twilio double, and Twilio's signature."""

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from oncall.settings import TwilioSettings
from tests.vendors.serving import serve
from tests.vendors.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, twilio_app

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message (`SM`) or a call (`CA`) that the vendor took, with the parameters it was sent."""

    sid: str
    kind: str
    form: Mapping[str, Any]
    at: datetime

    @property
    def call(self) -> str:
        """The service's own id of it, by which the vendor calls back."""
        return parse_qs(urlsplit(str(self.form["StatusCallback"])).query)["call"][0]

    @property
    def to(self) -> str:
        """The number it went to."""
        return str(self.form["To"])


class Twilio:
    """The double at an address, wherever it runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def settings(self) -> TwilioSettings:
        """The account with which the service reaches the double."""
        return TwilioSettings(ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, self.url)

    @property
    def environment(self) -> dict[str, str]:
        """The same, for a process."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": OUR_NUMBER,
            "TWILIO_API_BASE": self.url,
        }

    def accepted(self, after: int = 0) -> list[Accepted]:
        """Everything taken, oldest first, also what nobody was told of; without the first `after` of it."""
        ledger = requests.get(f"{self.url}/double/ledger", {"after": after}, timeout=SECONDS).json()
        return [Accepted(one["sid"], one["kind"], one["form"], datetime.fromisoformat(one["at"])) for one in ledger]

    def be_unwell(self, seed: int, **chances: float) -> None:
        """From now on, of all messages refuse, throttle, break, lose, drop or slow down so large a part, by chance."""
        health = {"seed": seed, "chances": chances}
        requests.post(f"{self.url}/double/health", json=health, timeout=SECONDS).raise_for_status()

    def refuse_next(self, code: int | None, status: int = 400) -> None:
        """Refuse the next message with an error code, None for an answer of a proxy that knows none."""
        self._plan(kind="refuse", status=status, body={"code": code, "message": f"error {code}", "status": status})

    def throttle_next(self, retry_after: int) -> None:
        """Answer the next message with 429."""
        self._plan(
            kind="refuse",
            status=429,
            body={"code": 20429, "message": "Too Many Requests", "status": 429},
            retry_after=retry_after,
        )

    def break_next(self) -> None:
        """Take the next message and answer 500."""
        self._plan(kind="break", status=500, body={"message": "Internal Server Error", "status": 500})

    def lose_next(self) -> None:
        """Take the next message and cut the connection without an answer."""
        self._plan(kind="lose")

    def drop_next(self) -> None:
        """Cut the connection at the next message, and do not take it."""
        self._plan(kind="drop")

    def hold_next(self) -> None:
        """Take the next message and keep the sender waiting until `release`."""
        self._plan(kind="hold")

    def release(self) -> None:
        """Answer those who wait."""
        self._control("release")

    def opt_out(self, number: str) -> None:
        """The owner of the number texted STOP."""
        self._control(f"opt-out/{number}")

    def lag_behind(self, lists: int) -> None:
        """Leave everything out of the next `lists` lists."""
        self._control(f"lag/{lists}")

    def list_after(self, lag: timedelta) -> None:
        """List what was taken only so much later."""
        self._control(f"list-after/{lag // timedelta(milliseconds=1)}")

    def set_status(self, sid: str, status: str) -> None:
        """Change the status that lists show."""
        self._control(f"status/{sid}/{status}")

    def _plan(self, **fault: object) -> None:
        requests.post(f"{self.url}/double/faults", json=fault, timeout=SECONDS).raise_for_status()

    def _control(self, path: str) -> None:
        requests.post(f"{self.url}/double/{path}", timeout=SECONDS).raise_for_status()


@contextmanager
def run_twilio(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Twilio]:
    """Run the double in a thread; its messages carry the instants of `now`."""
    with serve(twilio_app(now)) as url:
        yield Twilio(url)


def signature(url: str, form: Mapping[str, str], auth_token: str = AUTH_TOKEN) -> str:
    """Twilio's signature, written down independently of its library (twilio.com/docs/usage/security)."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), "sha1")).decode()
