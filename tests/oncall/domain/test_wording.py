"""The words of a page: what it says of one incident, and of how many of a bundle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.wording import is_short, page_text

LISTING = "https://pager.example.com"


@dataclass(frozen=True)
class Line:
    """What a message says of one incident."""

    number: int = 12
    service: str = "cloud"
    severity: str = "sev1"
    title: str | None = "database down"
    url: str = "https://pager.example.com/incidents/12"
    code: str = "4821"
    may_resolve: bool = True


def lines(count: int, title: str = "database down") -> list[Line]:
    """So many incidents, each with a code of its own."""
    return [Line(number=number, title=title, code=f"{4000 + number}") for number in range(1, count + 1)]


def test_sms_says_what_is_wrong_and_how_to_answer() -> None:
    assert page_text([Line()], "sms", LISTING) == (
        "#12 SEV1 cloud: database down\n"
        "Reply 4821 to acknowledge, 4821 e to escalate, 4821 r to resolve.\n"
        "https://pager.example.com/incidents/12"
    )


def test_gravest_severity_offers_no_resolve() -> None:
    assert "resolve" not in page_text([Line(may_resolve=False)], "sms", LISTING)


def test_sensitive_incident_leaves_nothing_but_its_number_and_link() -> None:
    text = page_text([replace(Line(), title=None, service="secret-customer")], "slack", LISTING)

    assert text == "#12 Sensitive incident: log in to read it\nhttps://pager.example.com/incidents/12"


def test_bundle_names_each_incident_with_its_own_code() -> None:
    text = page_text([Line(), replace(Line(), number=13, code="9912")], "sms", LISTING)

    assert text.splitlines() == [
        "2 incidents:",
        "#12 SEV1 cloud: database down (4821)",
        "#13 SEV1 cloud: database down (9912)",
        "Reply with a code to acknowledge that incident, 4821 a for all.",
    ]


def test_a_nights_twelve_incidents_are_all_named_in_one_text_message() -> None:
    twelve = lines(12, title="replication of the billing database is behind by more than an hour")

    text = page_text(twelve, "sms", LISTING)

    assert is_short(text, "sms")
    assert all(f"({line.code})" in text for line in twelve)
    assert "more:" not in text


def test_ten_thousand_of_a_service_are_two_titles_a_number_and_one_code() -> None:
    many = lines(10_000)
    many[0] = replace(many[0], title="disk full")

    assert page_text(many, "sms", LISTING).splitlines() == [
        "SEV1 cloud: disk full, database down and 9,998 more (10,000 in all)",
        LISTING,
        "Reply 4001 to acknowledge all.",
    ]


def test_many_are_told_by_service_and_what_is_sensitive_by_its_number() -> None:
    secret = replace(Line(), number=99, title=None, service="the merger")
    others = [replace(Line(), number=100 + number, service=f"s{number}", severity="sev2") for number in range(6)]

    assert page_text([*lines(9), secret, *others], "sms", LISTING).splitlines() == [
        "SEV1 cloud: database down, database down and 7 more (9 in all)",
        "SEV2 s0: database down",
        "SEV2 s1: database down",
        "and 4 of 4 other services",
        "#99: sensitive",
        LISTING,
        "Reply 4001 to acknowledge all.",
    ]


def test_incident_of_which_two_pages_go_out_together_is_told_once() -> None:
    assert page_text([Line(), replace(Line(), code="9912")], "sms", LISTING) == page_text([Line()], "sms", LISTING)


def test_bundle_that_is_too_long_counts_the_others_and_says_where_they_are() -> None:
    said = page_text(lines(1000), "email", LISTING).splitlines()

    assert said[0] == "1,000 incidents:"
    assert said[-1] == f"and 975 more: {LISTING}"


def test_what_is_not_sent_by_sms_has_room_for_more() -> None:
    assert page_text(lines(25), "email", LISTING).count("#") == 25


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("x" * 918, True),
        ("x" * 919, False),
        ("{" * 459, True),
        ("{" * 460, False),
        ("ł" * 402, True),
        ("ł" * 403, False),
        ("🔥" * 202, False),
        ("é" * 918, True),
    ],
)
def test_sms_is_short_within_six_segments_in_whichever_alphabet(text: str, short: bool) -> None:  # noqa: FBT001  expected
    assert is_short(text, "sms") is short


@given(st.text(max_size=3000), st.integers(2, 100))
def test_any_title_leaves_a_text_message_that_the_carrier_takes(title: str, count: int) -> None:
    assert is_short(page_text(lines(count, title=title), "sms", LISTING), "sms")
    assert len(page_text(lines(1, title=title), "sms", LISTING)) < 320
