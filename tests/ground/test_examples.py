"""The examples hold at every time of the year, and what is said of them is so."""

import re
from datetime import UTC, datetime

import pytest

from oncall.document.lint import lint
from oncall.document.load import load_document
from oncall.document.written import to_yaml
from oncall.simulate import in_order, simulate
from oncall.simulate.lines import events_of
from tests.scenarios.night import EXAMPLES, Told, directory, instant

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
PAGE = EXAMPLES.parent / "docs" / "examples.md"
STORY = re.compile(r"^`examples/(\w+)\.yaml`.*?```jsonl\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL | re.MULTILINE)
STORIES = STORY.findall(PAGE.read_text(encoding="utf-8"))
COMMAND = re.compile(r'`(\{"at": .*?\})`')


def _read(name: str) -> str:
    return (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_of_an_example_in_any_month(name: str) -> None:
    text = _read(name)

    found = [
        finding for month in range(1, 13) for finding in lint(text, datetime(2026, month, 15, tzinfo=UTC)).findings
    ]

    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_example_reads_back_as_it_was(name: str) -> None:
    document = load_document(_read(name))

    assert load_document(to_yaml(document)) == document


@pytest.mark.parametrize("name", NAMES)
def test_example_is_on_the_page_and_marks_what_was_chosen_freely(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert f"examples/{name}.yaml" in page
    assert name == "demo" or "Choice: " in _read(name)


def test_page_tells_a_story_of_every_support_process() -> None:
    assert sorted(name for name, _, _ in STORIES) == [name for name in NAMES if name != "demo"]


@pytest.mark.parametrize(("name", "events", "pages"), STORIES)
def test_story_of_the_page_is_what_the_simulator_tells(name: str, events: str, pages: str) -> None:
    known, expected = directory(name), pages.splitlines()
    zone = next(iter(known.calendars.values())).time_zone
    end = instant(" ".join(expected[-1].split()[:4]), zone)

    log = simulate(in_order(events_of(events.splitlines(), known.services)), known, until=end)

    assert Told(zone, tuple(log)).pages() == expected


def test_events_that_the_page_offers_to_try_can_be_read() -> None:
    offered = COMMAND.findall(PAGE.read_text(encoding="utf-8"))

    assert len(list(events_of(offered, {}))) == len(offered) > 0
