"""What the sandbox took, as a page."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from oncall.app import create_app
from oncall.providers.sandbox.messages import SandboxMessage, append
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import Person
from tests.oncall.doors.web.test_home import shown


@pytest.fixture
def messages(settings: Settings) -> None:
    """Put a page and a notice into the sandbox."""
    assert settings.sandbox_file is not None
    page = SandboxMessage(
        at="2026-11-22T02:13:00Z",
        incident=7,
        user="bo",
        method="sms",
        address="+15005550006",
        text="#7 SEV1",
        attempt=1,
    )
    append(settings.sandbox_file, page)
    notice = {"incident": None, "user": None, "method": "slack_channel", "address": "C0123", "text": "<b>hello</b>"}
    append(settings.sandbox_file, page.model_copy(update=notice))


@pytest.mark.usefixtures("messages")
def test_messages_are_shown_newest_first(person: Callable[[str], Person]) -> None:
    page = person("mia").get("/sandbox").text

    expected = "Slack C0123 02:13:00 <b>hello</b> SMS Bo Lindqvist +15005550006 #7 02:13:00 #7 SEV1"
    assert expected in shown(page)
    assert "<b>" not in page
    assert 'href="/incidents/7"' in page


def test_empty_sandbox_says_so(person: Callable[[str], Person]) -> None:
    assert "Nothing yet." in person("bo").get("/sandbox").text


@pytest.fixture
def without_sandbox(settings: Settings, clock: FrozenClock) -> Iterator[Flask]:
    """The application where no sandbox is asked for."""
    app = create_app(replace(settings, sandbox_file=None), clock)
    yield app
    app.extensions["oncall"].database.dispose()


def test_without_a_sandbox_there_is_no_page_of_it(without_sandbox: Flask) -> None:
    assert without_sandbox.test_client().get("/sandbox").status_code == 404
