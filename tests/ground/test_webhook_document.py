"""What docs/webhooks.md promises to receivers holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oncall.clock import SystemClock
from oncall.domain.webhooks import DEFAULT_EVENTS, EVENTS
from oncall.operations.receivers import WAITS
from oncall.providers.webhook import Caller, build, page_secret
from tests.oncall.providers.outgoing import page
from tests.vendors import Received, Receiver, run_receiver

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
KEY = "a key of these tests alone"
UNITS = {"s": 1, "min": 60, "h": 3600}

Verify = Callable[..., str]


@pytest.fixture
def verify() -> Verify:
    """The verifier that the document gives to receivers, as it stands there."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  our own document's code
    found: Verify = names["verify"]
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as receiver:
        yield receiver


@pytest.fixture
def got(receiver: Receiver) -> Received:
    """A page that was sent just now."""
    pages, _ = build([KEY], SystemClock(), Caller(private=True))
    pages.send(page("webhook", receiver.hook()))
    return receiver.received()[0]


def test_verifier_of_the_document_takes_what_we_send(verify: Verify, got: Received) -> None:
    assert verify(page_secret(KEY), dict(got.headers), got.body) == got.id


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "page_other"},
        {"webhook-timestamp": "0"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA v2,BBBB"},
    ],
)
def test_verifier_of_the_document_takes_nothing_else(verify: Verify, got: Received, changed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not signed|too old"):
        verify(page_secret(KEY), {**got.headers, **changed}, got.body)


def test_verifier_of_the_document_takes_neither_another_body_nor_another_secret(verify: Verify, got: Received) -> None:
    with pytest.raises(ValueError, match="not signed"):
        verify(page_secret(KEY), dict(got.headers), got.body + b" ")
    with pytest.raises(ValueError, match="not signed"):
        verify(page_secret("another key of these tests"), dict(got.headers), got.body)


def test_document_names_every_event() -> None:
    section = TEXT.partition("### Events")[2].partition("## How")[0]
    table, _, others = section.partition("The others may be asked for")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == {*DEFAULT_EVENTS}
    assert {*re.findall(r"`(\w+)`", others.partition("\n\n")[0])} == {*EVENTS} - {*DEFAULT_EVENTS}


def test_document_names_every_wait() -> None:
    (row,) = re.findall(r"^\| wait \| (.*) \|$", TEXT, re.MULTILINE)
    amounts = [cell.split() for cell in row.split(" | ")]

    assert [int(amount) * UNITS[unit] for amount, unit in amounts] == [wait.total_seconds() for wait in WAITS]
