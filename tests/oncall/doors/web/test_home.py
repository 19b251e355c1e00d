"""The first page: what is open, and who is on call."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from sqlalchemy import Engine, event

from oncall.app import create_app
from oncall.domain.incident import Incident
from oncall.doors.web.home import MOST_SHOWN
from oncall.operations import act
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import Person

TAGS = re.compile(r"<[^>]+>|\s+")
BEFORE_STOP = re.compile(r" (?=[.,;:](?:\s|$))")


def shown(html: str) -> str:
    """What a reader sees, with one space between the words and none before a stop."""
    return BEFORE_STOP.sub("", unescape(" ".join(TAGS.sub(" ", html).split())))


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


def test_link_of_a_page_for_many_leads_to_those_of_which_that_person_was_paged(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident("Disk full")
    open_incident("Nobody can log in", service="desk", severity="sev1")
    vic = person("vic")
    page = shown(vic.get("/?paged=mia").text)
    assert "What is open of which Mia Tanaka was paged." in page
    assert "Nobody can log in" in page
    assert "Disk full" not in page
    assert "All quiet" in shown(vic.get("/?paged=nobody%00").text)


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


def test_clocks_that_are_late_or_due_soon_are_named_on_their_rows(
    person: Callable[[str], Person], open_incident: Callable[..., Incident], clock: FrozenClock
) -> None:
    open_incident("Nobody can log in", service="desk", severity="sev1")
    vic = person("vic")
    assert "Response" not in shown(vic.get("/").text)
    clock.advance(timedelta(hours=3, minutes=40))
    assert "Triage Sev 1 Response due in 20 min #1" in shown(vic.get("/").text)
    clock.advance(timedelta(hours=1))

    page = vic.get("/").text
    assert "Response late by 40 min" in shown(page)
    assert "<title>1 late, 1 open" in page


def test_deferred_and_recorded_are_shown_as_such(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident("Disk failed", service="desk", severity="sev4")
    open_incident("How do I reset it?", service="desk", ticket_type="question")
    page = shown(person("vic").get("/").text)

    assert "Recorded, pages nobody 1 Recorded Sev 2 #2 How do I reset it?" in page
    assert (
        "Deferred 1 Deferred Sev 4 #1 Disk failed desk · 02:13 (just now) · until Mon 23 Nov, 15:00 (in 36 h)" in page
    )


def test_first_page_asks_the_database_as_often_for_many_incidents_as_for_one(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    vic = person("vic")
    open_incident()
    for_one = queries(vic)
    for number in range(MOST_SHOWN + 4):
        open_incident(f"Incident {number}", service="desk", severity="sev2")
    for_many = queries(vic)
    page = shown(vic.get("/").text)

    assert for_many == for_one
    assert f"Pages now {MOST_SHOWN}" in page
    assert "5 more, older than these, are open" in page


def queries(who: Person) -> int:
    """How many statements the first page needs, after one look that fills what is kept."""
    counted: list[str] = []

    def count(*said: object) -> None:
        counted.append(str(said[2]))

    who.get("/")
    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert who.get("/").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert counted
    return len(counted)
