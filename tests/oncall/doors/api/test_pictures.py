"""The timeline of a schedule, over the API."""

from datetime import UTC, datetime, timedelta
from functools import partial
from xml.etree import ElementTree as ET

import pytest

from oncall.domain.absence import Absence
from oncall.operations.apply import apply_document
from oncall.store import time_off
from schedules import Span
from tests.oncall.doors.company import DOCUMENT, Caller, Company

TIMELINE = "/schedules/engineers/timeline.svg"


def test_timeline_is_an_image_that_carries_its_colours_and_runs_nothing(caller: Caller) -> None:
    answer = caller.get(TIMELINE)

    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml; charset=utf-8")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert ET.fromstring(answer.text).get("width") == "960"  # noqa: S314  our own
    assert "Sat 21 Nov 2026 to Fri 4 Dec 2026, America/Denver" in answer.text
    assert "Ana Ruiz: … to Mon 23 Nov 2026, 09:00" in answer.text


def test_timeline_takes_a_window_a_zone_a_theme_and_a_width(caller: Caller) -> None:
    window = "since=2026-11-30T00:00:00Z&until=2026-12-03T00:00:00Z"
    answer = caller.get(f"/schedules/managers/timeline.svg?{window}&zone=Asia/Tokyo&theme=light&width=400")

    assert "Mon 30 Nov 2026, 09:00 to Thu 3 Dec 2026, 09:00, Asia/Tokyo" in answer.text
    assert "Nobody: … to Tue 1 Dec 2026, 09:00" in answer.text
    assert "prefers-color-scheme" not in answer.text


def test_timeline_of_the_past_has_the_layers_that_there_were(small: Company) -> None:
    small.clock.advance(timedelta(days=30))
    edited = DOCUMENT.replace('{name: all, start: "2026-01-05T09:00"', '{name: anew, start: "2026-01-05T09:00"')
    apply_document(small.context, edited, author="test", prune=False, dry_run=False)
    caller = small.caller()
    past = caller.get(f"{TIMELINE}?since=2026-12-01T00:00:00Z&until=2026-12-03T00:00:00Z").text
    now = caller.get(TIMELINE).text

    assert ("Lines: On call, all." in past, "Lines: On call, anew." in now) == (True, True)


def test_timeline_shows_time_off_of_people_in_the_schedule(small: Company) -> None:
    start, end = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)
    for user in ("bo", "vic"):
        away = Absence(user, Span(start, end))
        small.context.database.write(partial(time_off.add, absence=away, source="hand", by=user, at=start))
    text = small.caller().get(TIMELINE).text

    assert "Bo Lindqvist is away: Mon 23 Nov 2026, 17:00 to Wed 25 Nov 2026, 17:00" in text
    assert "Vic" not in text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("zone=Europe/Berlim", "zone"),
        ("theme=pink", "theme"),
        ("width=10", "width"),
        ("since=yesterday", "since"),
        ("until=2020-01-01T00:00:00Z", "until"),
        ("until=2030-01-01T00:00:00Z", "until"),
    ],
)
def test_what_cannot_be_drawn_is_named(query: str, field: str, caller: Caller) -> None:
    answer = caller.get(f"{TIMELINE}?{query}")

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]


def test_timeline_of_an_unknown_schedule_is_not_found(caller: Caller) -> None:
    answer = caller.get("/schedules/enginers/timeline.svg")

    assert answer.status_code == 404
    assert "did you mean 'engineers'?" in answer.json["detail"]
