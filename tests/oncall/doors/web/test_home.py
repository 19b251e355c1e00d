"""The first page: what is open, and who is on call."""

import re
from collections.abc import Callable
from datetime import timedelta

from oncall.app import create_app
from oncall.domain.incident import Incident
from oncall.operations import act
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import Person

TAGS = re.compile(r"<[^>]+>|\s+")


def shown(html: str) -> str:
    """What a reader sees, with one space between the words."""
    return " ".join(TAGS.sub(" ", html).split())


def test_on_call_is_shown_with_the_end_and_the_next_in_the_readers_time(person: Callable[[str], Person]) -> None:
    page = shown(person("ana").get("/").text)

    # Saturday 19:13 in Denver: Bo's week ends on Monday at 09:00.
    assert "engineers BL Bo Lindqvist until Mon 23 Nov, 09:00 (in 37 h) Next: Ana Ruiz you" in page
    assert "Times are in America/Denver." in page


def test_quiet_night_says_so(person: Callable[[str], Person]) -> None:
    assert "All quiet. No incident is open." in shown(person("vic").get("/").text)


def test_open_incidents_that_nobody_has_come_first_and_resolved_ones_not_at_all(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident], clock: FrozenClock
) -> None:
    first, second, third = (open_incident(title) for title in ("Disk full", "Queue long", "Disk empty"))
    act.acknowledge(context, third.id, "ana", "page")
    act.resolve(context, second.id, "ana", "page")
    clock.advance(timedelta(minutes=4))
    page = shown(person("vic").get("/").text)

    assert first.number == 1
    assert "Triggered Sev 2 #1 Disk full cloud · 02:13 (4 min ago) Taken 1 Acknowledged Sev 2 #3 Disk empty" in page
    assert "Ana Ruiz has it" in page
    assert "Queue long" not in page


def test_schedule_with_nobody_is_marked(context: Context, person: Callable[[str], Person]) -> None:
    later = """
    version: 1
    schedules:
      later: {time_zone: UTC, layers: [{name: all, start: "2026-11-22T12:00", turn: 1 week, users: [ana]}]}
    """
    apply_document(context, later, author="test", prune=False, dry_run=False)

    assert "Nobody until 12:00 (in 9 h) Next: Ana Ruiz" in shown(person("vic").get("/").text)


def test_service_without_schedules_says_how_to_begin(settings: Settings, clock: FrozenClock) -> None:
    app = create_app(settings, clock)
    context: Context = app.extensions["oncall"]
    document = "{version: 1, users: {vic: {name: Vic Moreau, role: viewer}}}"
    apply_document(context, document, author="test", prune=False, dry_run=False)
    vic = Person(app.test_client())
    vic.log_in(create_login_link(context, "vic"))

    assert "There is no schedule yet." in vic.get("/").text
    context.database.dispose()
