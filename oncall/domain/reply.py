"""What a person answers to a page: by text message, on the phone's keys or with a button."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What an answer asks for."""

    ACKNOWLEDGE = "acknowledge"
    ACKNOWLEDGE_ALL = "acknowledge_all"
    """Everything that went out as one message with that page."""
    ESCALATE = "escalate"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer by text message: the code of a page, and what to do about its incident."""

    code: str
    action: Action


_LONGEST_TEXT = 40
_FORM = re.compile(r"([0-9]{4,8})\s*([era]?)[.!]?", re.IGNORECASE)
_LETTERS = {"": Action.ACKNOWLEDGE, "a": Action.ACKNOWLEDGE_ALL, "e": Action.ESCALATE, "r": Action.RESOLVE}
_KEYS = {"4": Action.ACKNOWLEDGE, "5": Action.ESCALATE, "6": Action.RESOLVE}


def parse_reply(text: str) -> Reply | None:
    """The answer that a text message gives, None where it gives none.

    `1234` acknowledges, `1234 a` does so to all that the message told of, `1234 e` escalates, `1234 r` resolves; case, spaces
    and a full stop at the end do not matter. There are no words, on purpose: carriers take STOP, END, CANCEL, YES and others
    as orders to themselves and may unsubscribe the sender from all pages.
    """
    form = _FORM.fullmatch(text.strip()) if len(text) <= _LONGEST_TEXT else None
    return Reply(form[1], _LETTERS[form[2].lower()]) if form else None


def action_of_key(digits: str) -> Action | None:
    """What a key pressed on the phone asks for: 4 acknowledges, 5 escalates, 6 resolves, any other asks for nothing."""
    return _KEYS.get(digits.strip())
