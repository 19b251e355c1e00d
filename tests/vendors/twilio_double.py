"""Twilio's REST API as far as paging uses it: messages and calls are taken, listed and fetched (twilio.com/docs/usage/api).

As a program: `python -m tests.vendors.twilio_double --port 0`.
"""

import base64
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from tests.vendors.faults import FaultPlan
from tests.vendors.serving import run

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "twilio-auth-token"
OUR_NUMBER = "+15005550000"

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_TEXT, LONGEST_TWIML, LONGEST_VALIDITY = 1600, 4000, 36000
ROOT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"

Record = dict[str, Any]


@dataclass
class Account:
    """What the vendor knows: every message and call it took, oldest first, and the numbers that opted out."""

    now: Callable[[], datetime]
    taken: list[Record] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    lists_to_miss: int = 0
    lag: timedelta = timedelta(0)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str, form: Record) -> Record:
        """Keep a message or a call under a new sid."""
        with self.lock:
            record = {
                "sid": f"{kind}{len(self.taken) + 1:032x}",
                "kind": kind,
                "status": "queued",
                "at": self.now().isoformat(),
                "form": form,
            }
            self.taken.append(record)
            return record

    def find(self, kind: str, to: str | None) -> list[Record]:
        """Everything of a kind, newest first; what is younger than `lag` is not listed yet, and nothing while lists are missed."""
        with self.lock:
            if self.lists_to_miss:
                self.lists_to_miss -= 1
                return []
            until = (self.now() - self.lag).isoformat()
            mine = (one for one in reversed(self.taken) if one["kind"] == kind and to in {None, one["form"]["To"]})
            return [one for one in mine if one["at"] <= until]


def twilio_app(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Flask:
    """The vendor's server, whose messages carry the instants of `now`."""
    app, account, plan = Flask(__name__), Account(now), FaultPlan()
    plan.register(app)
    _register_controls(app, account)
    app.before_request(_refuse_strangers)

    @app.post(f"{ROOT}/Messages.json")
    def create_message() -> Response:
        return plan.around(lambda: _create(account, "SM", _message_fault(account)))

    @app.post(f"{ROOT}/Calls.json")
    def create_call() -> Response:
        return plan.around(lambda: _create(account, "CA", _call_fault()))

    @app.get(f"{ROOT}/Messages.json")
    def list_messages() -> Response:
        return jsonify(messages=_listed(account, "SM"), page=0, page_size=50, next_page_uri=None)

    @app.get(f"{ROOT}/Calls.json")
    def list_calls() -> Response:
        return jsonify(calls=_listed(account, "CA"), page=0, page_size=50, next_page_uri=None)

    @app.get(f"{ROOT}/Messages/<sid>.json")
    @app.get(f"{ROOT}/Calls/<sid>.json")
    def fetch_one(sid: str) -> Response:
        one = _as_listed(next(one for one in account.taken if one["sid"] == sid))
        # Whoever asks does so later: by then it has left.
        return jsonify(one | ({"status": "sent"} if one["status"] == "queued" else {}))

    return app


def _register_controls(app: Flask, account: Account) -> None:
    @app.get("/double/ledger")
    def ledger() -> Response:
        return jsonify(account.taken[int(request.args.get("after", 0)) :])

    @app.post("/double/status/<sid>/<status>")
    def set_status(sid: str, status: str) -> Response:
        next(one for one in account.taken if one["sid"] == sid)["status"] = status
        return jsonify(sid=sid, status=status)

    @app.post("/double/opt-out/<number>")
    def opt_out(number: str) -> Response:
        account.opted_out.add(number)
        return jsonify(opted_out=number)

    @app.post("/double/lag/<int:lists>")
    def lag(lists: int) -> Response:
        account.lists_to_miss = lists
        return jsonify(lists_to_miss=lists)

    @app.post("/double/list-after/<int:milliseconds>")
    def list_after(milliseconds: int) -> Response:
        account.lag = timedelta(milliseconds=milliseconds)
        return jsonify(milliseconds=milliseconds)


def _refuse_strangers() -> Response | None:
    expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    if request.path.startswith("/double/") or request.headers.get("Authorization") == f"Basic {expected}":
        return None
    return _error(401, 20003, "Authenticate")


def _create(account: Account, kind: str, fault: tuple[int, str] | None) -> Response:
    if fault:
        return _error(400, *fault)
    form = {name: values if len(values) > 1 else values[0] for name, values in request.form.lists()}
    response = jsonify(_as_listed(account.take(kind, form)))
    response.status_code = 201
    return response


def _message_fault(account: Account) -> tuple[int, str] | None:
    form = request.form
    if form["To"] in account.opted_out:
        return 21610, "Attempt to send to unsubscribed recipient"
    if not form.get("Body"):
        return 21602, "Message body is required."
    if len(form["Body"]) > LONGEST_TEXT:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    if not 1 <= int(form.get("ValidityPeriod", LONGEST_VALIDITY)) <= LONGEST_VALIDITY:
        return 30036, "Validity Period Expired"
    return _address_fault(21211, 21606, 21609)


def _call_fault() -> tuple[int, str] | None:
    form = request.form
    if not (form.get("Url") or form.get("Twiml")):
        return 21205, "Url parameter is required."
    if len(form.get("Twiml", "")) > LONGEST_TWIML:
        return 21218, "Twiml parameter is too long."
    return _address_fault(21211, 21212, 21205)


def _address_fault(to: int, sender: int, callback: int) -> tuple[int, str] | None:
    form = request.form
    if not NUMBER.fullmatch(form.get("To", "")):
        return to, f"The 'To' number {form.get('To')} is not a valid phone number."
    if form.get("From") != OUR_NUMBER:
        return sender, f"The 'From' number {form.get('From')} is not yours."
    if "StatusCallback" in form and urlsplit(form["StatusCallback"]).scheme not in {"http", "https"}:
        return callback, f"The StatusCallback URL {form['StatusCallback']} is not a valid URL."
    return None


def _listed(account: Account, kind: str) -> list[Record]:
    size = int(request.args.get("PageSize", 50))
    return [_as_listed(one) for one in account.find(kind, request.args.get("To"))[:size]]


def _as_listed(record: Record) -> Record:
    form = record["form"]
    created = format_datetime(datetime.fromisoformat(record["at"]))
    common = {
        "sid": record["sid"],
        "status": record["status"],
        "to": form["To"],
        "from": form["From"],
        "date_created": created,
    }
    return common | {
        "body": form.get("Body"),
        "direction": "outbound-api",
        "account_sid": ACCOUNT_SID,
        "error_code": None,
    }


def _error(status: int, code: int, message: str) -> Response:
    response = jsonify(
        code=code, message=message, more_info=f"https://www.twilio.com/docs/errors/{code}", status=status
    )
    response.status_code = status
    return response


if __name__ == "__main__":
    run(twilio_app, "Twilio on loopback")
