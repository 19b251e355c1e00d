"""One incident: what is shown, to whom, and what the buttons do."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from oncall.domain.incident import Incident, State
from oncall.doors.web.incidents import MOST_EXPLAINED
from oncall.operations import act
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.store import incidents
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import DOCUMENT, Person
from tests.oncall.doors.web.test_home import shown

BUTTON = 'form="do-'
NOTE = 'form="do-note"'


def stored(context: Context, incident: Incident) -> Incident:
    with context.database.read() as session:
        return incidents.get(session, context.cipher, incident.id)


def test_page_says_what_is_wrong_who_was_paged_and_why(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident(severity="critical", body="pg_isready: no response", fields={"host": "db-1"})
    page = shown(person("ana").get("/incidents/1").text)

    assert "Triggered Sev 1 #1 Database down cloud · high urgency · since 19:13 (just now)" in page
    assert "Nobody has taken it yet. The next people are paged at 19:18:00" in page
    assert "Paged Bo Lindqvist 19:13:00 On call in engineers, step 1 of round 1 of engineering" in page
    assert "Triggered by the pagerduty integration as Sev 1" in page
    assert "pg_isready: no response host db-1" in page


@pytest.mark.parametrize(
    ("user", "number"), [("ana", "+15005550006"), ("mia", "+15005550006"), ("bo", "+15005550006"), ("vic", "…0006")]
)
def test_addresses_are_whole_for_their_owner_and_managers_alone(
    user: str, number: str, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident()

    assert f"SMS {number} due" in shown(person(user).get("/incidents/1").text)


def test_acknowledge_takes_it_and_says_so(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident], clock: FrozenClock
) -> None:
    opened = open_incident()
    clock.advance(timedelta(minutes=2))
    bo = person("bo")

    assert bo.post("/incidents/1/acknowledge").location == "/incidents/1"
    page = shown(bo.get("/incidents/1").text)
    assert "You have it. Nobody else is paged for it now." in page
    assert "Bo Lindqvist you has it since 02:15" in page
    assert "Acknowledged by Bo Lindqvist 02:15:00 On this page" in page
    assert "Acknowledge " not in page
    found = stored(context, opened)
    assert (found.state, found.acknowledged_by) == (State.ACKNOWLEDGED, "bo")


def test_escalate_and_resolve_do_what_they_say(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    opened = open_incident()
    bo = person("bo")
    bo.post("/incidents/1/acknowledge")

    bo.post("/incidents/1/escalate")
    assert stored(context, opened).state is State.TRIGGERED
    bo.post("/incidents/1/resolve")
    assert stored(context, opened).resolved_by == "bo"
    page = bo.get("/incidents/1").text
    assert "Bo Lindqvist resolved it" in shown(page)
    assert BUTTON not in page.replace(NOTE, "")


def test_too_late_an_acknowledgement_changes_nothing_and_says_why(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    opened = open_incident()
    act.resolve(context, opened.id, "ana", "page")
    bo = person("bo")
    bo.post("/incidents/1/acknowledge")

    assert "Nothing was changed: cannot acknowledge incident 1, which was resolved by ana" in shown(
        bo.get("/incidents/1").text
    )
    assert stored(context, opened).state is State.RESOLVED


def test_viewer_has_no_buttons(person: Callable[[str], Person], open_incident: Callable[..., Incident]) -> None:
    open_incident()

    assert BUTTON not in person("vic").get("/incidents/1").text


@pytest.mark.parametrize("path", ["/incidents/99", "/incidents/99999999999999999999"])
def test_incident_that_is_not_there(path: str, person: Callable[[str], Person]) -> None:
    answer = person("vic").get(path)

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_what_a_sender_wrote_is_text_and_never_markup(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    evil = "<script>alert(1)</script>"
    open_incident(evil, body=evil, fields={evil: evil}, links=({"href": "javascript:alert(1)", "text": evil},))
    bo = person("bo")

    for path in ("/", "/incidents/1"):
        assert evil not in bo.get(path).text
    assert "javascript:" not in bo.get("/incidents/1").text


def test_sensitive_incident_is_read_in_full_by_responders_alone(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident("Customer 4711 leaked", body="Customer 4711", fields={"customer": "Customer 4711"}, sensitive=True)
    bo, vic = person("bo"), person("vic")

    for path in ("/", "/incidents/1"):
        assert "Customer 4711 leaked" in bo.get(path).text
        assert "Sensitive incident 1" in vic.get(path).text
        assert "4711" not in vic.get(path).text
    assert "<title>#1 cloud" in bo.get("/incidents/1").text


def test_link_that_no_browser_could_follow_does_not_keep_the_page_from_showing(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident(links=({"href": "http://[", "text": "Dashboard"},))
    answer = person("bo").get("/incidents/1")

    assert answer.status_code == 200
    assert "Dashboard" not in answer.text


def test_long_log_is_shown_from_its_end_and_whole_on_demand(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    opened = open_incident()
    for _ in range(101):
        act.acknowledge(context, opened.id, "ana", "page")
    vic = person("vic")

    assert "Triggered by" not in vic.get("/incidents/1").text
    assert "Show everything" in vic.get("/incidents/1").text
    assert "Triggered by" in vic.get("/incidents/1?all").text


def test_live_part_is_sent_alone_and_only_when_it_has_changed(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    opened = open_incident()
    bo = person("bo")
    live = {"X-Live": "1"}
    first = bo.client.get("/incidents/1", headers=live)
    same = bo.client.get("/incidents/1", headers={**live, "If-None-Match": first.headers["ETag"]})
    act.acknowledge(context, opened.id, "ana", "sms")
    changed = bo.client.get("/incidents/1", headers={**live, "If-None-Match": first.headers["ETag"]})

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert "<html" not in first.text
    assert "csrf_token" not in first.text
    assert "Ana Ruiz has it" in shown(changed.text)


def test_each_page_and_each_silence_is_explained(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident], clock: FrozenClock
) -> None:
    opened = open_incident()
    clock.advance(timedelta(minutes=2))
    act.acknowledge(context, opened.id, "bo", "page")
    page = shown(person("vic").get("/incidents/1").text)

    assert "Why: each page and each silence Acknowledged 02:15 to now" in page
    assert "Triggered 02:13 to 02:15" in page
    assert "02:13:00 Bo Lindqvist On call in engineers." in page


def test_what_holds_is_said_in_one_sentence(
    person: Callable[[str], Person], open_incident: Callable[..., Incident], clock: FrozenClock
) -> None:
    for severity in ("sev1", "sev4"):
        open_incident(service="desk", severity=severity)
    open_incident(service="desk", ticket_type="question")
    ana = person("ana")
    pages = [shown(ana.get(f"/incidents/{number}").text) for number in (1, 2, 3)]

    assert "Somebody is to look at it first. Without that it goes on by itself at 19:18:00." in pages[0]
    assert "Respond by 23:13: 4 h left" in pages[0]
    assert "Deferred until Mon 23 Nov, 08:00 MST (in 1 day 12 h): rule 3 of standard for sev4" in pages[1]
    assert "Recorded: nobody is paged for it. Rule 1 of standard" in pages[2]
    clock.advance(timedelta(hours=5))
    assert "Response late by 1 h: it was due at Sat 21 Nov, 23:13" in shown(ana.get("/incidents/1").text)


def test_explanation_of_a_long_night_is_short_and_whole_on_demand(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    opened = open_incident()
    for _ in range(MOST_EXPLAINED + 1):
        act.escalate(context, opened.id, "ana", "page")
    vic = person("vic")

    def explained(path: str) -> str:
        return shown(vic.get(path).text).partition("Why: each page and each silence")[2]

    short, whole = explained("/incidents/1"), explained("/incidents/1?all")
    assert "earlier pages of this phase are not shown here" in short
    assert "not shown here" not in whole
    assert len(short) < len(whole)


def test_incident_of_a_service_that_is_gone_is_still_read(
    context: Context, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    opened = open_incident(service="watched")
    act.resolve(context, opened.id, "ana", "page")
    left = DOCUMENT.replace("  watched: {escalation_policy: watching}\n", "")
    apply_document(context, left, author="test", prune=True, dry_run=False)
    page = person("bo").get("/incidents/1")

    assert (page.status_code, "Ana Ruiz resolved it" in shown(page.text)) == (200, True)
    assert BUTTON not in page.text
