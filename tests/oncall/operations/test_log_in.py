"""Logging in by password, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from oncall.doorbell import SilentDoorbell
from oncall.errors import RefusedError, UnauthenticatedError
from oncall.operations.apply import apply_document
from oncall.operations.context import Context, open_context
from oncall.operations.log_in import MOST_TRIES, WINDOW, log_in
from oncall.operations.logins import set_password
from oncall.settings import Settings
from oncall.store.login_attempts import LoginAttemptRow
from tests.clock import FrozenClock

HOME, ELSEWHERE = "192.0.2.1", "2001:db8::1"
PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def context(database_url: str, clock: FrozenClock) -> Iterator[Context]:
    """What operations need, with Bo, who has a password."""
    settings = Settings(database_url, "http://127.0.0.1:8080", ("a key of sixteen or more",), Path())
    context = open_context(settings, clock, SilentDoorbell())
    document = "{version: 1, users: {bo: {name: Bo Lindqvist, email: bo@example.com}}}"
    apply_document(context, document, author="test", prune=False, dry_run=False)
    set_password(context, "bo", PASSWORD)
    yield context
    context.database.dispose()


def fail(context: Context, name: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(UnauthenticatedError, match="there is no account with that name and that password"):
            log_in(context, name, "wrong", address=HOME)


def test_log_in_by_id_or_email(context: Context) -> None:
    assert log_in(context, "bo", PASSWORD, address=HOME).name == "Bo Lindqvist"
    assert log_in(context, "BO@example.com ", PASSWORD, address=HOME).id == "bo"


def test_failures_by_id_and_by_email_count_together_and_for_their_address_alone(context: Context) -> None:
    fail(context, "bo", MOST_TRIES - 1)
    fail(context, "bo@example.com", 1)

    with pytest.raises(RefusedError, match="wait 15 minutes"):
        log_in(context, "bo", PASSWORD, address=HOME)
    assert log_in(context, "bo", PASSWORD, address=ELSEWHERE).id == "bo"


def test_tries_are_forgotten_after_their_window(context: Context, clock: FrozenClock) -> None:
    fail(context, "bo", MOST_TRIES)
    clock.advance(WINDOW - timedelta(seconds=1))
    with pytest.raises(RefusedError):
        log_in(context, "bo", PASSWORD, address=HOME)

    clock.advance(timedelta(seconds=1))
    assert log_in(context, "bo", PASSWORD, address=HOME).id == "bo"
    with context.database.read() as session:
        assert session.query(LoginAttemptRow).count() == 0
