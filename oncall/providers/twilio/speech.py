"""What is said on the phone and answered to a text message, as TwiML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from oncall.delivery.protocol import PageLine
from oncall.domain.wording import by_service

MOST_TIMES_SPOKEN = 4
"""How often one call says what is wrong, before it gives up on somebody who presses nothing that helps."""

_LONGEST_TITLE = 150
_LONGEST_NAME = 40
_LONGEST_BEFORE = 150
_LONGEST_SPEECH = 1200
_LONGEST_TEXT = 320
_SECONDS_TO_PRESS = 8
_MOST_SPOKEN = 3


def speech(lines: Sequence[PageLine], public_url: str, call: str, *, time: int = 1, before: str = "") -> str:
    """What a call says for the `time`-th time, counted from 1, and where the key goes that is pressed.

    `before` is said first: what came of the key before. After MOST_TIMES_SPOKEN the call ends, so it never goes on for ever.
    """
    response = VoiceResponse()
    query = urlencode({"call": call, "n": time})
    gather = Gather(
        action=f"{public_url}/twilio/voice/gather?{query}",
        method="POST",
        num_digits=1,
        timeout=_SECONDS_TO_PRESS,
        action_on_empty_result=True,
    )
    gather.say(_spoken(f"{_clean(before, _LONGEST_BEFORE)} {_what_is_wrong(lines)} {_keys(lines)}"))
    response.append(gather)
    return str(response)


def announcement(text: str) -> str:
    """A call that says `text` twice and asks for nothing."""
    response = VoiceResponse()
    response.say(_spoken(text), loop=2)
    response.hangup()
    return str(response)


def farewell(text: str) -> str:
    """The end of a call: `text` is said, then it hangs up."""
    response = VoiceResponse()
    response.say(_spoken(f"{text} Goodbye."))
    response.hangup()
    return str(response)


def message(text: str) -> str:
    """The answer to a text message."""
    response = MessagingResponse()
    response.message(_clean(text, _LONGEST_TEXT))
    return str(response)


def silence() -> str:
    """No answer to a text message."""
    return str(MessagingResponse())


def _what_is_wrong(lines: Sequence[PageLine]) -> str:
    if len(lines) == 1:
        return f"This is oncall. {_line(lines[0])}"
    services = by_service(lines)
    spoken = " ".join(_line(line) for line in lines[:_MOST_SPOKEN])
    more = f" And {len(lines) - _MOST_SPOKEN} more." if len(lines) > _MOST_SPOKEN else ""
    counted = [f"{len(own)} of service {_clean(name, _LONGEST_NAME)}." for name, own in services.items()][:_MOST_SPOKEN]
    by_name = f"{' '.join(counted)} " if more and len(services) > 1 else ""
    return f"This is oncall. {len(lines)} incidents. {by_name}{spoken}{more}"


def _line(line: PageLine) -> str:
    if line.title is None:
        return f"Incident {line.number} is sensitive. Log in to read it."
    severity, service = _clean(line.severity, _LONGEST_NAME), _clean(line.service, _LONGEST_NAME)
    return f"Incident {line.number}, {severity}, service {service}. {_clean(line.title, _LONGEST_TITLE)}."


def _keys(lines: Sequence[PageLine]) -> str:
    what = " all of them" if len(lines) > 1 else ""
    resolve = f"Press 6 to resolve{what}. " if all(line.may_resolve for line in lines) else ""
    return f"Press 4 to acknowledge{what}. Press 5 to escalate{what}. {resolve}Press 1 to hear this again."


def _spoken(text: str) -> str:
    return _clean(re.sub(r"#(?=[0-9])", "incident ", text), _LONGEST_SPEECH)


def _clean(text: str, longest: int) -> str:
    # XML has no room for most control characters, lone surrogates and the two last of each plane, not even escaped.
    spoken = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return spoken if len(spoken) <= longest else f"{spoken[: longest - 3]}..."
