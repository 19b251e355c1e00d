"""What Twilio tells us: answers by text message, keys pressed, and what became of a message or a call.

Reports arrive late, twice and out of order. Only final ones count, so their order does not matter: "queued", "sent" and
"ringing" prove nothing, nor does a "completed" call, which may have been anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from twilio.request_validator import RequestValidator

from oncall.errors import FieldFault, InvalidInputError
from oncall.providers.twilio.faults import Verdict, is_machine, judge, judge_call

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message that came in; `reference` is Twilio's id of it, the same when it is told twice."""

    sender: str
    text: str
    reference: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """What was pressed during a call, empty when nothing was.

    `time` counts how often the call had spoken by then; `by_machine` says that an answering machine listens.
    """

    digits: str
    time: int
    reference: str
    by_machine: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a send; for a failure `reason` says why and `verdict` what it means."""

    status: Literal["delivered", "failed"]
    reason: str = ""
    verdict: Verdict = "permanent"


def is_from_twilio(auth_token: str, url: str, form: Form, signature: str | None) -> bool:
    """Whether the signature over the address and all parameters is the account's.

    `url` is the address as Twilio was told it, so from the configured public address and never from what the request says
    of itself; `form` is the request's own multi-valued form.
    """
    return signature is not None and bool(RequestValidator(auth_token).validate(url, form, signature))


def text_message(form: Form) -> TextMessage:
    """The text message in a request to the address for messages; raises InvalidInputError without a sender or an id."""
    return TextMessage(sender=_needed(form, "From"), text=form.get("Body", ""), reference=_needed(form, "MessageSid"))


def key_pressed(form: Form, query: Form) -> KeyPressed:
    """The key in a request to the address for keys; pressed at another time it has another reference."""
    number = query.get("n", "")
    time = int(number) if number.isascii() and number.isdigit() else 1
    digits = form.get("Digits", "")
    by_machine = not digits and is_machine(form.get("AnsweredBy", ""))
    return KeyPressed(digits, time, f"{form.get('CallSid', '')}:{time}:{digits}", by_machine)


def text_report(form: Form) -> Report | None:
    """What a status of a text message says of its fate; None while that is open."""
    status = form.get("MessageStatus", "")
    if status in {"delivered", "read"}:
        return Report("delivered")
    if status not in {"undelivered", "failed", "canceled"}:
        return None
    code = form.get("ErrorCode", "")
    verdict, reason = judge(int(code) if code.isascii() and code.isdigit() else None, f"the carrier says {status}")
    return Report("failed", reason, verdict)


def call_report(form: Form) -> Report | None:
    """What a status of a call says of its fate; None while that is open, and for a call that somebody took."""
    judged = judge_call(form.get("CallStatus", ""), form.get("AnsweredBy", ""))
    return Report("failed", judged[1], judged[0]) if judged else None


def reported(one: Any, method: str) -> Report | None:
    """What Twilio says of a message or a call when it is asked, as it would have told by itself."""
    if method == "voice":
        return call_report({"CallStatus": one.status, "AnsweredBy": one.answered_by or ""})
    return text_report({"MessageStatus": one.status, "ErrorCode": str(one.error_code or "")})


def _needed(form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        raise InvalidInputError([FieldFault(name, "is missing")])
    return value
