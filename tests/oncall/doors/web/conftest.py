"""The pages of a small company, and its people in front of them."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from oncall.domain.incident import Incident
from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import Person, company, opened, settings_in


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """A service on this machine with a sandbox."""
    return settings_in(tmp_path, sqlite_url)


@pytest.fixture
def app(settings: Settings, clock: FrozenClock) -> Iterator[Flask]:
    """The application."""
    with company(settings, clock) as app:
        yield app


@pytest.fixture
def context(app: Flask) -> Context:
    """What operations need."""
    found: Context = app.extensions["oncall"]
    return found


@pytest.fixture
def stranger(app: Flask) -> Person:
    """Somebody who is not logged in."""
    return Person(app.test_client())


@pytest.fixture
def person(app: Flask, context: Context) -> Callable[[str], Person]:
    """Make somebody who is logged in, by a link of their own."""

    def logged_in(user: str) -> Person:
        who = Person(app.test_client())
        who.log_in(create_login_link(context, user))
        return who

    return logged_in


@pytest.fixture
def open_incident(context: Context) -> Callable[..., Incident]:
    """Open an incident; keywords as in a trigger request, of the service `cloud` where none is named."""
    return partial(opened, context)
