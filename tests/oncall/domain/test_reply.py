"""What people answer, and what is no answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.reply import Action, Reply, action_of_key, parse_reply

CODES = st.from_regex(r"[0-9]{4,8}", fullmatch=True)
SPACES = st.sampled_from(["", " ", "  ", "\n", "\t"])


@given(
    code=CODES,
    before=SPACES,
    between=SPACES,
    after=SPACES,
    letter=st.sampled_from(["", "a", "A", "e", "E", "r", "R"]),
    stop=st.booleans(),
)
def test_code_and_letter_are_understood_whatever_the_spaces_and_case(
    code: str, before: str, between: str, after: str, letter: str, *, stop: bool
) -> None:
    actions = {"": Action.ACKNOWLEDGE, "a": Action.ACKNOWLEDGE_ALL, "e": Action.ESCALATE, "r": Action.RESOLVE}

    reply = parse_reply(f"{before}{code}{between}{letter}{'.' if stop else ''}{after}")

    assert reply == Reply(code, actions[letter.lower()])


WORDS_OF_CARRIERS = ["STOP", "END", "CANCEL", "yes"]
NOT_CODES = ["", "123", "123456789", "e", "\u0664\u0660\u0661\u0662", "4012" + " " * 100]
NOT_ACTIONS = ["4012 x", "4012 ack", "4012 4013", "ack 4012", "r 4012"]


@pytest.mark.parametrize("text", WORDS_OF_CARRIERS + NOT_CODES + NOT_ACTIONS)
def test_whatever_else_is_no_reply(text: str) -> None:
    assert parse_reply(text) is None


@given(st.text())
def test_any_text_is_a_reply_or_none(text: str) -> None:
    reply = parse_reply(text)

    assert reply is None or (reply.code.isascii() and reply.code.isdigit() and reply.code in text)


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("4", Action.ACKNOWLEDGE),
        ("5", Action.ESCALATE),
        ("6", Action.RESOLVE),
        ("1", None),
        ("", None),
        ("44", None),
        ("*", None),
    ],
)
def test_keys_of_the_phone(key: str, action: Action | None) -> None:
    assert action_of_key(key) is action
