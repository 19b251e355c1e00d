"""A person's phone at the other end of the Twilio double."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from tests.vendors.posting import Answer, Post
from tests.vendors.twilio import Accepted, Twilio, signature
from tests.vendors.twilio_double import ACCOUNT_SID, OUR_NUMBER


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that reached the phone."""

    body: str
    sent: Accepted


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a call says, and where a key pressed then would go; None when it hangs up after that."""

    text: str
    action: str | None


class Phone:
    """The phone with one number. It does by itself nothing: the test answers, presses and reports."""

    _messages = itertools.count(1)

    def __init__(self, number: str, twilio: Twilio, post: Post, public_url: str) -> None:
        self.number = number
        self._twilio = twilio
        self._post = post
        self._public_url = public_url

    def texts(self) -> list[Text]:
        """Every text message so far, oldest first."""
        return [Text(one.form["Body"], one) for one in self._mine("SM")]

    def calls(self) -> list[Accepted]:
        """Every call so far, oldest first."""
        return self._mine("CA")

    def reply(self, body: str, *, sid: str | None = None) -> Answer:
        """Text `body` to the service; with the `sid` of an earlier text it is that one told again."""
        reference = sid or f"SM{next(self._messages):032d}"
        form = {
            "MessageSid": reference,
            "From": self.number,
            "To": OUR_NUMBER,
            "Body": body,
            "SmsStatus": "received",
            "NumMedia": "0",
        }
        return self._tell(f"{self._public_url}/twilio/sms", form)

    def reply_text(self, body: str) -> str | None:
        """Text `body` to the service and return the text message it answers with, None for silence."""
        answer = self.reply(body)
        message = ET.fromstring(answer.text).find("Message")  # noqa: S314  our own service's answer
        return None if message is None else "".join(message.itertext())

    def report_text(self, text: Text, status: str, error_code: int | None = None) -> Answer:
        """Let Twilio report the status of a text message."""
        form = {"MessageSid": text.sent.sid, "MessageStatus": status, "To": self.number, "From": OUR_NUMBER}
        error = {"ErrorCode": str(error_code)} if error_code is not None else {}
        return self._tell(text.sent.form["StatusCallback"], form | error)

    def pick_up(self, call: Accepted) -> Spoken:
        """Answer a call and listen."""
        return _spoken(call.form["Twiml"])

    def press(self, call: Accepted, spoken: Spoken, key: str) -> Spoken:
        """Press a key while the call waits for one, none when `key` is empty, and listen on."""
        assert spoken.action is not None, f"nothing can be pressed after {spoken.text!r}"
        answer = self._tell(
            spoken.action, {"CallSid": call.sid, "CallStatus": "in-progress", "Digits": key, "To": self.number}
        )
        assert answer.status == 200, answer
        return _spoken(answer.text)

    def report_call(self, call: Accepted, status: str, answered_by: str | None = None) -> Answer:
        """Let Twilio report the status of a call."""
        form = {"CallSid": call.sid, "CallStatus": status, "To": self.number, "From": OUR_NUMBER}
        machine = {"AnsweredBy": answered_by} if answered_by else {}
        return self._tell(call.form["StatusCallback"], form | machine)

    def _mine(self, kind: str) -> list[Accepted]:
        return [one for one in self._twilio.accepted() if one.kind == kind and one.to == self.number]

    def _tell(self, url: str, form: Mapping[str, str]) -> Answer:
        whole = {"AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", **form}
        return self._post(url, urlencode(whole).encode(), {"X-Twilio-Signature": signature(url, whole)})


def _spoken(twiml: str) -> Spoken:
    response = ET.fromstring(twiml)  # noqa: S314  our own service's answer
    text = " ".join("".join(say.itertext()) for say in response.iter("Say"))
    gather = response.find("Gather")
    return Spoken(text, None if gather is None else gather.attrib["action"])
