"""How values look on a page."""

import pytest

from oncall.doors.web.presentation import Link, initials, method, sentence, web_links


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana Ruiz", "AR"), ("Bo", "B"), ("Jean-Luc de la Tour", "JT"), ("", "?"), ("émile zola", "ÉZ")],
)
def test_initials_are_of_the_first_and_the_last_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_method_is_written_as_people_write_it() -> None:
    assert [method(kind) for kind in ("sms", "voice", "slack", "webhook")] == ["SMS", "Call", "Slack", "Webhook"]
    assert method("webhook_event") == "Webhook"


def test_sentence_changes_nothing_but_the_first_letter() -> None:
    assert sentence("on call in DB-Team") == "On call in DB-Team"
    assert not sentence("")


def test_links_that_do_not_lead_to_the_web_are_left_out() -> None:
    links = [
        {"href": "https://example.com/a", "text": "Dashboard"},
        {"href": "HTTP://example.com/b"},
        {"href": "javascript:alert(1)", "text": "Dashboard"},
        {"href": " javascript:alert(1)", "text": "Dashboard"},
        {"href": "//example.com", "text": "Dashboard"},
        {"href": "http://[", "text": "Dashboard"},
        {"text": "nowhere"},
    ]

    assert web_links(links) == [
        Link("https://example.com/a", "Dashboard"),
        Link("HTTP://example.com/b", "HTTP://example.com/b"),
    ]
