"""A schedule edited as text on its page."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from oncall.operations.context import Context
from oncall.operations.edit_schedule import stored_schedule
from tests.oncall.doors.web.people import Person
from tests.oncall.doors.web.test_home import shown

PAGE = "/schedules/engineers/edit"
STANDING = """time_zone: America/Denver
layers:
- {name: all, start: '2026-01-05T09:00', turn: 1 week, users: [ana, bo]}
"""
WITH_MIA = STANDING.replace("[ana, bo]", "[ana, bo, mia]")


@pytest.fixture
def mia(person: Callable[[str], Person]) -> Person:
    return person("mia")


def form(html: str) -> tuple[str, str]:
    """The version and the text that the form holds."""
    version = re.search(r'name="version" value="(\d+)"', html)
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert version is not None
    assert text is not None
    return version[1], unescape(text[1])


def users_of(context: Context) -> str:
    (layer,) = stored_schedule(context, "engineers").spec.layers
    return " ".join(user for entry in layer.users for user in entry)


def test_form_holds_the_schedule_as_the_document_writes_it(mia: Person) -> None:
    assert form(mia.get(PAGE).text) == ("1", STANDING)
    assert f'href="{PAGE}"' in mia.get("/schedules/engineers").text


def test_edit_is_seen_before_it_is_saved(mia: Person, context: Context) -> None:
    page = mia.post(PAGE, text=WITH_MIA, version="1", keep_on_call="1").text

    assert "Mia Tanaka is on call: Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00" in shown(page)
    assert "Ana Ruiz is not on call any more: Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00" in shown(page)
    assert form(page) == ("1", WITH_MIA)
    assert users_of(context) == "ana bo"

    answer = mia.post(PAGE, text=WITH_MIA, version="1", keep_on_call="1", save="1")
    assert (answer.status_code, answer.location) == (303, "/schedules/engineers")
    assert "It is saved." in shown(mia.get("/schedules/engineers").text)
    assert users_of(context) == "ana bo mia"


def test_edit_that_changes_nothing_cannot_be_saved(mia: Person) -> None:
    page = mia.post(PAGE, text=STANDING.replace("\n", "\r\n"), version="1").text

    assert "The text says what holds already." in page
    assert 'name="save"' not in page


def test_edit_of_an_older_version_says_what_was_changed_and_keeps_the_text(mia: Person, context: Context) -> None:
    mia.post(PAGE, text=WITH_MIA, version="1", save="1")
    mine = STANDING.replace("1 week", "1 day")
    answer = mia.post(PAGE, text=mine, version="1", save="1")

    assert answer.status_code == 409
    assert "Nothing is saved: Mia Tanaka has changed this schedule since you began." in shown(answer.text)
    assert "layers[0].users" in answer.text
    version, text = form(answer.text)
    assert text == mine
    assert users_of(context) == "ana bo mia"

    assert mia.post(PAGE, text=text, version=version, save="1").status_code == 303
    assert users_of(context) == "ana bo"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STANDING.replace("1 week", "1 weak"), "line 3, layers[0].turn: '1 weak' is not a turn"),
        (STANDING.replace("bo]", "bob]"), "unknown user 'bob'"),
        (STANDING.replace("layers", "layerz"), "unknown key 'layerz'; did you mean 'layers'?"),
        ("time_zone: [", "this is no YAML"),
        ("just words", "must be a mapping"),
        ("", "must be a mapping"),
        ("#" * 200_001, "write at most 200000 characters"),
    ],
)
def test_text_that_cannot_be_is_refused_with_its_line(text: str, said: str, mia: Person, context: Context) -> None:
    answer = mia.post(PAGE, text=text, version="1", save="1")

    assert answer.status_code == 422
    assert said in shown(answer.text)
    assert users_of(context) == "ana bo"


def test_version_that_is_no_number_is_taken_for_an_old_one(mia: Person) -> None:
    for version in ("", "one", "9" * 30):
        assert mia.post(PAGE, text=WITH_MIA, version=version).status_code == 409


def test_only_managers_edit(person: Callable[[str], Person]) -> None:
    assert person("bo").get(PAGE).status_code == 403
    assert f'href="{PAGE}"' not in person("bo").get("/schedules/engineers").text


def test_schedule_that_is_not_there_cannot_be_edited(mia: Person) -> None:
    assert mia.get("/schedules/gone/edit").status_code == 404
