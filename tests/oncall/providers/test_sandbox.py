"""The sandbox: its file, its terminal, its look-up."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.errors import ProviderError
from oncall.providers.sandbox import METHODS, SandboxProvider, build, recent
from tests.clock import FrozenClock
from tests.oncall.providers.outgoing import ANAS_NUMBER, line, notice, page


@pytest.fixture
def shown() -> list[str]:
    return []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "sandbox.jsonl"


@pytest.fixture
def sandbox(path: Path, shown: list[str]) -> SandboxProvider:
    return build(path, FrozenClock(), shown.append)


def test_message_is_one_json_line_in_the_promised_shape(sandbox: SandboxProvider, path: Path) -> None:
    sent = page("sms", ANAS_NUMBER)

    assert sandbox.send(sent) == Receipt(sent.id)

    assert [json.loads(text) for text in path.read_text().splitlines()] == [
        {
            "at": "2026-11-22T02:13:00Z",
            "incident": 12,
            "user": "ana",
            "method": "sms",
            "address": ANAS_NUMBER,
            "text": sent.text,
            "attempt": 1,
            "id": sent.id,
        }
    ]


def test_bundle_is_one_line_with_its_first_incident_and_a_notice_has_none(sandbox: SandboxProvider, path: Path) -> None:
    sandbox.send(page("sms", ANAS_NUMBER, line(3), line(4)))
    sandbox.send(notice("email", "ana@example.com", "Your mobile is disabled"))

    assert [message.incident for message in recent(path, 10)] == [None, 3]


def test_terminal_shows_each_message_on_one_line_that_cannot_steer_it(
    sandbox: SandboxProvider, shown: list[str]
) -> None:
    sandbox.send(page("voice", ANAS_NUMBER, line(title="\x1b[2Jdisk\u202e full")))

    assert shown == [
        "2026-11-22T02:13:00Z  voice to ana (+15005550006): #12 SEV2 cloud: [2Jdisk full | https://oncall.example/incidents/12"
    ]


def test_recent_is_the_newest_first_up_to_the_limit(sandbox: SandboxProvider, path: Path) -> None:
    for number in range(1, 6):
        sandbox.send(page("sms", ANAS_NUMBER, line(number)))

    assert [message.incident for message in recent(path, 2)] == [5, 4]


def test_recent_without_a_file_is_empty(path: Path) -> None:
    assert recent(path, 5) == []


def test_line_cut_short_by_a_full_disk_hides_no_other(sandbox: SandboxProvider, path: Path) -> None:
    sandbox.send(page("sms", ANAS_NUMBER, line(1)))
    with path.open("a") as file:
        file.write('{"at": "2026-11-2\n')
    sandbox.send(page("sms", ANAS_NUMBER, line(2)))

    assert [message.incident for message in recent(path, 5)] == [2, 1]


def test_lines_of_many_threads_do_not_mix(sandbox: SandboxProvider, path: Path) -> None:
    messages = [page("sms", ANAS_NUMBER, line(number, title="x" * 5000)) for number in range(1, 101)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sandbox.send, messages))

    assert {message.id for message in recent(path, 200)} == {message.id for message in messages}


def test_message_is_found_by_our_id_and_another_is_absent(sandbox: SandboxProvider) -> None:
    clock = FrozenClock()
    sent, never = page("sms", ANAS_NUMBER), page("sms", ANAS_NUMBER)
    assert sandbox.find(sent, clock.now()) is NotFound.ABSENT

    sandbox.send(sent)

    assert sandbox.find(sent, clock.now()) == Receipt(sent.id)
    assert sandbox.find(never, clock.now()) is NotFound.ABSENT


def test_sandbox_leaves_to_real_providers_what_they_deliver(path: Path) -> None:
    sandbox = build(path, FrozenClock(), print, besides=["sms", "voice"])

    assert set(sandbox.methods) == set(METHODS) - {"sms", "voice"}


def test_file_that_cannot_be_written_is_a_fault_that_may_pass(tmp_path: Path) -> None:
    sandbox = build(tmp_path, FrozenClock(), print)
    sent: Outgoing = page("sms", ANAS_NUMBER)

    with pytest.raises(ProviderError, match=f"sandbox file {tmp_path} cannot be written") as caught:
        sandbox.send(sent)

    assert not caught.value.permanent
