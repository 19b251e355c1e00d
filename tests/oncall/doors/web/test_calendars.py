"""Addresses of shifts for people's calendar programs, made and revoked on a page."""

import re
from collections.abc import Callable

import pytest

from tests.oncall.doors.web.people import PUBLIC_URL, Person

PAGE = "/calendar"


@pytest.fixture
def bo(person: Callable[[str], Person]) -> Person:
    return person("bo")


def address(text: str) -> str:
    found = re.search(rf"<code[^>]*>{PUBLIC_URL}(/ical/\w+\.ics)</code>", text)
    return found[1] if found else ""


def test_address_is_made_shown_once_and_revoked(bo: Person, stranger: Person) -> None:
    assert bo.post(PAGE, page=PAGE, schedule="").location == PAGE
    page = bo.get(PAGE).text
    secret = address(page)

    assert "SUMMARY:On call (engineers)" in stranger.get(secret).text
    assert f"webcal://127.0.0.1:8080{secret}" in page
    assert "8 to 24 hours" in page
    again = bo.get(PAGE).text
    assert address(again) == ""
    assert "My shifts" in again

    assert bo.post(f"{PAGE}/1/revoke", page=PAGE).location == PAGE
    assert stranger.get(secret).status_code == 404


def test_address_of_a_schedule_has_everybody(bo: Person, stranger: Person) -> None:
    bo.post(PAGE, page=PAGE, schedule="engineers")

    text = stranger.get(address(bo.get(PAGE).text)).text
    assert "SUMMARY:Ana Ruiz on call (engineers)" in text
    assert bo.post(PAGE, page=PAGE, schedule="nowhere").status_code == 400


def test_addresses_of_others_are_neither_shown_nor_revoked(bo: Person, person: Callable[[str], Person]) -> None:
    person("ana").post(PAGE, page=PAGE, schedule="")

    assert "Addresses in use" not in bo.get(PAGE).text
    assert bo.post(f"{PAGE}/1/revoke", page=PAGE).status_code == 404


def test_viewer_makes_none(person: Callable[[str], Person]) -> None:
    vic = person("vic")

    assert "Make an address" not in vic.get(PAGE).text
    assert vic.post(PAGE, schedule="engineers").status_code == 403
