"""More than is accepted is refused at once, with when to send it again; what ends an incident is taken for longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from oncall.doors.load import BURST_SECONDS, MOST_HELD_UP, SLOW, Load
from oncall.errors import OverloadedError
from oncall.operations.refusals import TRIGGERS_REFUSED
from oncall.store import measures
from tests.clock import FrozenClock
from tests.oncall.doors.company import Company, Said, run_company, said

SECOND = timedelta(seconds=1)
DOWN = {"summary": "db down", "source": "db1", "severity": "critical"}


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    with run_company(sqlite_url, tmp_path, most_triggers=1) as company:
        yield company


def event(company: Company, key: str, action: str, dedup_key: str = "db") -> Said:
    """An event as PagerDuty's senders send it."""
    body = {"routing_key": key, "event_action": action, "dedup_key": dedup_key, "payload": DOWN}
    return said(company.app.test_client().post("/v2/enqueue", json=body))


def exhaust(company: Company, key: str) -> None:
    """Send as much as is accepted at once."""
    assert {event(company, key, "trigger").status_code for _ in range(BURST_SECONDS)} == {202}


def test_more_triggers_than_accepted_are_refused_until_there_is_room(company: Company) -> None:
    key = company.key("pagerduty")
    exhaust(company, key)

    refused = event(company, key, "trigger")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.json["status"] == "error"
    company.clock.advance(SECOND)
    assert event(company, key, "trigger").status_code == 202


def test_resolve_passes_where_a_trigger_does_not_and_an_acknowledgement_always(company: Company) -> None:
    key = company.key("pagerduty")
    exhaust(company, key)

    assert event(company, key, "resolve").status_code == 202
    assert {event(company, key, "resolve", "x").status_code for _ in range(2 * BURST_SECONDS)} == {202, 429}
    assert event(company, key, "acknowledge").status_code == 202


def test_other_keys_are_not_refused_for_one(company: Company) -> None:
    exhaust(company, company.key("pagerduty"))

    assert event(company, company.key("pagerduty", service="shop"), "trigger").status_code == 202


def test_alertmanager_which_drops_what_is_answered_429_is_answered_503(company: Company) -> None:
    key = company.key("alertmanager")
    alert = {"status": "firing", "labels": {"alertname": "down"}, "annotations": {}}
    body: dict[str, Any] = {"version": "4", "groupKey": "g", "status": "firing", "alerts": [alert] * 30}

    answers = [
        said(company.app.test_client().post(f"/integrations/alertmanager/{key}?by=alert", json=body)) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 503]
    assert answers[1].headers["Retry-After"] == "11"
    assert answers[1].json["status"] == 503


def test_api_says_too_many_as_a_problem(company: Company) -> None:
    caller = company.caller()
    for number in range(BURST_SECONDS):
        caller.open(f"{number}")

    refused = caller.post("/incidents", {"service": "cloud", "title": "one more"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.content_type == "application/problem+json"
    assert caller.post("/incidents/1/acknowledge").status_code == 200


def test_what_was_refused_is_counted(company: Company) -> None:
    key = company.key("pagerduty")
    exhaust(company, key)
    event(company, key, "trigger")
    company.clock.advance(SECOND)
    event(company, key, "trigger")

    with company.context.database.read() as session:
        assert measures.counted(session)[TRIGGERS_REFUSED, "pagerduty|many", ""] == 1


def test_what_was_done_is_answered_so_whatever_counting_fails_of() -> None:
    clock, counted = FrozenClock(), []

    def fail(refused: Mapping[tuple[str, str], int]) -> None:
        counted.append(refused)
        raise SQLAlchemyError("the disk is full")

    load = Load(clock, 1, fail)
    with load.take("api", "k", "trigger", BURST_SECONDS):
        pass
    with pytest.raises(OverloadedError), load.take("api", "k", "trigger"):
        pass
    clock.advance(SECOND)

    with load.take("api", "k", "trigger"):
        pass

    assert counted == [{("api", "many"): 1}]


def test_triggers_are_refused_while_those_before_are_held_up_and_what_ends_them_a_little_longer() -> None:
    clock = FrozenClock()
    load = Load(clock, 100, lambda _refused: None)
    with load.take("api", "k", "trigger"):
        pass
    with ExitStack() as held:
        for _ in range(MOST_HELD_UP["trigger"]):
            held.enter_context(load.take("api", "k", "trigger"))
        clock.advance(SLOW)
        with pytest.raises(OverloadedError, match="waiting for the database"), load.take("api", "k", "trigger"):
            pass
        for _ in range(MOST_HELD_UP["resolve"] - MOST_HELD_UP["trigger"]):
            held.enter_context(load.take("api", "k", "resolve"))
        clock.advance(SLOW)
        with pytest.raises(OverloadedError), load.take("api", "k", "resolve"):
            pass
    with load.take("api", "k", "trigger"):
        pass


def test_first_requests_of_a_process_are_waited_for_and_not_refused() -> None:
    clock = FrozenClock()
    load = Load(clock, 100, lambda _refused: None)
    with ExitStack() as held:
        for _ in range(MOST_HELD_UP["trigger"]):
            held.enter_context(load.take("api", "k", "trigger"))
        clock.advance(SLOW)

        held.enter_context(load.take("api", "k", "trigger"))
