"""Everything that can be done about an incident over the API, by its id and by a ticket's own key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oncall.domain.commands import NAMES
from oncall.domain.directory import Role
from oncall.doors.api.actions import VERBS
from tests.oncall.desk import DESK
from tests.oncall.doors.company import Caller, Company, Said, run_company

NIGHT = "2026-11-22T02:13:00Z"
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Company]:
    """A company with a support policy, on a Sunday night."""
    with run_company(database_url, tmp_path, DESK) as company:
        yield company


@pytest.fixture
def bo(desk: Company) -> Caller:
    """What bo does with a token of their own."""
    return desk.caller(Role.RESPONDER, user="bo")


def do(caller: Caller, verb: str, **body: Any) -> Said:
    """Do something about incident 1."""
    return caller.post(f"/incidents/1/{verb}", body)


def done(caller: Caller, verb: str, **body: Any) -> dict[str, Any]:
    """The same, where it is allowed: the incident after it."""
    answer = do(caller, verb, **body)
    assert answer.status_code == 200, answer.text
    assert answer.json == caller.get("/incidents/1").json
    incident: dict[str, Any] = answer.json
    return incident


def refused(answer: Said) -> str:
    """Why the rules do not allow it."""
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    detail: str = answer.json["detail"]
    return detail


def test_trigger_is_decided_by_severity_plan_ticket_type_and_hour(bo: Caller) -> None:
    opened = bo.open(severity="sev3", plan="premium", ticket_type="question", fields={"subscription": "s-1"})

    assert (opened["state"], opened["plan"], opened["ticket_type"]) == ("deferred", "premium", "question")
    assert opened["deferred_until"] == "2026-11-23T08:00:00Z"
    assert opened["rule"] == {"number": 2, "do": "defer", "escalation": "engineering"}
    assert opened["doing"] == "defer"
    assert opened["respond_by"] == "2026-11-23T17:00:00Z"
    assert (opened["missing"], opened["warnings"]) == ([], [])


def test_trigger_of_a_customer_has_what_was_agreed_with_them(bo: Caller) -> None:
    opened = bo.open(severity="sev2", customer="acme", plan="basic")

    assert (opened["customer"], opened["plan"]) == ("acme", "premium")
    assert opened["respond_by"] == "2026-11-22T03:13:00Z"
    assert "plan 'basic' was sent, but premium was agreed with acme" in opened["warnings"]


def test_blank_words_say_nothing(bo: Caller) -> None:
    opened = bo.open(severity=" ", customer=" ", plan="", ticket_type="", fields={"subscription": "s-1"})

    assert (opened["severity"], opened["customer"], opened["plan"], opened["ticket_type"]) == (
        "sev3",
        None,
        "basic",
        "incident",
    )
    assert opened["warnings"] == []


def test_incomplete_trigger_pages_and_says_what_is_missing(bo: Caller) -> None:
    opened = bo.open(severity="sev2")

    assert (opened["state"], opened["missing"]) == ("triggered", ["subscription"])
    assert opened["warnings"] == ["incomplete: subscription is missing"]
    assert done(bo, "customer-replied", fields={"subscription": "s-1"})["missing"] == []


def test_misspelled_plan_and_ticket_type_count_as_the_defaults(bo: Caller) -> None:
    opened = bo.open(severity="sev2", plan="platinum", ticket_type="chat", fields={"subscription": "s-1"})

    assert (opened["plan"], opened["ticket_type"]) == ("basic", "incident")
    assert opened["warnings"] == [
        "plan 'platinum' is not known here: taken as basic",
        "ticket type 'chat' is not known here: taken as incident",
    ]


def test_triage_says_how_grave_it_is(bo: Caller) -> None:
    assert bo.open(severity="sev1")["state"] == "triage"

    after = done(bo, "triage", severity="sev2")

    assert (after["state"], after["severity"]) == ("triggered", "sev2")


def test_triage_may_leave_the_severity_as_it_is(bo: Caller) -> None:
    bo.open(severity="sev1")

    assert done(bo, "triage")["severity"] == "sev1"


def test_severity_that_is_raised_pages_what_was_deferred(bo: Caller) -> None:
    bo.open(severity="sev3")

    after = done(bo, "severity", severity="sev2")

    assert (after["state"], after["severity"], after["deferred_until"]) == ("triggered", "sev2", None)
    assert (after["urgency"], after["rule"]["number"]) == ("high", 1)


def test_classify_asks_the_policy_again(bo: Caller) -> None:
    bo.open(severity="sev2")

    assert done(bo, "classify", plan="premium")["plan"] == "premium"
    assert done(bo, "classify", ticket_type="question")["plan"] == "premium"


def test_workaround_leaves_the_severity_that_the_policy_says(bo: Caller) -> None:
    bo.open(severity="sev1")
    done(bo, "triage")

    assert done(bo, "workaround")["severity"] == "sev3"


def test_snooze_ends_when_it_is_told_to(bo: Caller) -> None:
    bo.open(severity="sev2")

    after = done(bo, "snooze", **{"for": "2h"})

    assert (after["state"], after["snoozed_until"]) == ("snoozed", "2026-11-22T04:13:00Z")


def test_release_pages_what_was_deferred(bo: Caller) -> None:
    bo.open(severity="sev3")

    after = done(bo, "release")

    assert (after["state"], after["doing"]) == ("triggered", "page")
    assert [page["user"] for page in bo.get("/incidents/1/pages").json] == ["ana"]


def test_reassign_and_repage_page_anew(bo: Caller) -> None:
    bo.open(severity="sev2")

    done(bo, "reassign", to="mia")
    done(bo, "repage")

    pages = [(page["user"], page["step"]) for page in bo.get("/incidents/1/pages").json]
    assert pages == [("ana", 1), ("mia", "reassigned"), ("ana", 1)]


def test_update_starts_its_clock_again(desk: Company, bo: Caller) -> None:
    bo.open(severity="sev2")
    assert done(bo, "acknowledge")["update_by"] == "2026-11-22T03:13:00Z"
    desk.clock.advance(HOUR / 2)

    assert done(bo, "update", text="we have found it")["update_by"] == "2026-11-22T03:43:00Z"
    assert done(bo, "update", next_by="2026-11-22T09:00:00+01:00")["update_by"] == "2026-11-22T08:00:00Z"


def test_acknowledgement_is_the_response(bo: Caller) -> None:
    bo.open(severity="sev2")

    after = done(bo, "acknowledge")

    assert (after["acknowledged_by"], after["responded_at"], after["respond_by"]) == ("bo", NIGHT, None)


def test_clocks_pause_while_the_customer_is_waited_for(desk: Company, bo: Caller) -> None:
    bo.open(severity="sev2")
    waiting = done(bo, "await-customer", text="which disk?")
    assert (waiting["awaiting_customer"], waiting["respond_by"]) == (NIGHT, None)
    desk.clock.advance(HOUR)

    after = done(bo, "customer-replied")

    assert (after["awaiting_customer"], after["respond_by"]) == (None, "2026-11-22T07:13:00Z")


def test_note_is_kept_in_the_log(bo: Caller) -> None:
    bo.open(severity="sev2")
    done(bo, "note", text="seen before in March")

    last = bo.get("/incidents/1/log").json[-1]
    assert (last["event"], last["by"], last["text"]) == ("noted", "bo", "seen before in March")


def test_gate_opens_is_confirmed_and_closes(bo: Caller) -> None:
    bo.open(severity="sev2")
    opened = done(bo, "customer-escalate")
    assert opened["customer_escalated"]
    assert (opened["gate"]["open"], opened["gate"]["by"], opened["gate"]["at"]) == (True, "bo", NIGHT)
    assert opened["gate"]["missing"] == ["plan_accepted", "parties_agree"]

    confirmed = done(bo, "confirm", condition="plan_accepted")["gate"]
    assert confirmed["confirmed"] == [{"condition": "plan_accepted", "by": "bo", "at": NIGHT}]
    assert confirmed["missing"] == ["parties_agree"]

    done(bo, "confirm", condition="parties_agree")
    assert not done(bo, "de-escalate")["customer_escalated"]


def test_gate_names_what_is_not_confirmed_and_nothing_changes(bo: Caller) -> None:
    bo.open(severity="sev2")
    done(bo, "customer-escalate")
    before = done(bo, "confirm", condition="plan_accepted")

    for verb, body in (("severity", {"severity": "sev3"}), ("de-escalate", {})):
        assert "not confirmed yet are: parties_agree" in refused(do(bo, verb, **body))

    assert bo.get("/incidents/1").json == before
    assert bo.events(1)[-2:] == ["refused", "refused"]


def test_resolve_of_a_system_waits_for_the_gate_and_a_persons_does_not(desk: Company, bo: Caller) -> None:
    bo.open(severity="sev2")
    done(bo, "customer-escalate")

    waiting = done(desk.caller(), "resolve")
    assert (waiting["state"], waiting["gate"]["resolve_by"]) == ("triggered", "token:system-admin")
    assert done(bo, "resolve")["state"] == "resolved"


@pytest.mark.parametrize(
    ("verb", "body", "why"),
    [
        ("triage", {}, "cannot triage incident 1, which is triggered"),
        ("release", {}, "cannot release incident 1, which is triggered"),
        (
            "confirm",
            {"condition": "plan_accepted"},
            "cannot confirm a condition of incident 1, which is triggered: no customer has escalated it",
        ),
        ("reassign", {"to": "vic"}, "which is triggered: vic has no usable contact method"),
    ],
)
def test_what_the_rules_do_not_allow_is_a_conflict_that_says_why(
    verb: str, body: dict[str, Any], why: str, bo: Caller
) -> None:
    bo.open(severity="sev2")

    assert refused(do(bo, verb, **body)).endswith(why)


@pytest.mark.parametrize("verb", sorted({verb.word for verb in VERBS} - {"note", "resolve"}))
def test_nothing_but_a_note_is_allowed_once_it_is_resolved(verb: str, bo: Caller) -> None:
    bodies = {"severity": {"severity": "sev1"}, "snooze": {"for": "1h"}, "reassign": {"to": "ana"}}
    bodies |= {"classify": {"plan": "basic"}, "confirm": {"condition": "plan_accepted"}}
    bo.open(severity="sev2")
    done(bo, "resolve")

    assert "which was resolved by bo" in refused(do(bo, verb, **bodies.get(verb, {})))


@pytest.mark.parametrize(
    ("verb", "body", "field", "message"),
    [
        ("severity", {"severity": "sev11"}, "severity", "unknown severity 'sev11'; did you mean 'sev1'?"),
        ("severity", {}, "severity", "is missing or blank"),
        ("triage", {"severity": 1}, "severity", "must be a valid string"),
        ("classify", {"plan": "premum"}, "plan", "unknown plan 'premum'; did you mean 'premium'?"),
        ("classify", {}, "plan", "name a plan, a ticket type or both"),
        ("snooze", {}, "for", "is missing or blank"),
        ("snooze", {"for": "2 hurs"}, "for", "did you mean"),
        ("snooze", {"for": "0m"}, "for", "longer than zero"),
        ("snooze", {"for": "400 days"}, "for", "at most 366 days"),
        ("snooze", {"for": 7200}, "for", "must be a text such as 2h"),
        ("note", {"text": " "}, "text", "is missing or blank"),
        ("update", {"next_by": "2026-11-22T02:00:00Z"}, "next_by", "must be in the future"),
        ("update", {"next_by": "tomorrow"}, "next_by", "tomorrow"),
        ("reassign", {"to": "mya"}, "to", "unknown user 'mya'; did you mean 'mia'?"),
        ("acknowledge", {"by": "mia"}, "by", "is not known here"),
    ],
)
def test_bad_input_names_its_field_and_the_nearest_right_word(
    verb: str, body: dict[str, Any], field: str, message: str, bo: Caller
) -> None:
    bo.open(severity="sev2")
    before = bo.events(1)

    answer = do(bo, verb, **body)

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert message in answer.json["errors"][0]["message"]
    assert bo.events(1) == before


def test_unknown_condition_of_the_gate_is_told_the_right_one(bo: Caller) -> None:
    bo.open(severity="sev2")
    done(bo, "customer-escalate")

    answer = do(bo, "confirm", condition="plan_acepted")

    assert answer.json["errors"] == [
        {"field": "condition", "message": "unknown condition 'plan_acepted'; did you mean 'plan_accepted'?"}
    ]


def test_every_command_has_a_verb_and_the_simulators_spelling_is_understood(desk: Company) -> None:
    caller = desk.caller()
    assert {verb.name for verb in VERBS} == {*NAMES.values()}

    for spelling in {word for verb in VERBS for word in verb.words}:
        assert caller.post(f"/incidents/7/{spelling}", {}).status_code in {404, 422}, spelling
        assert caller.post(f"/incidents/7/{spelling}/", {}).status_code in {404, 422}, spelling
    assert (
        caller.post("/incidents/7/unheard-of", {}).json["detail"]
        != caller.post("/incidents/7/release", {}).json["detail"]
    )


def test_viewer_may_not_act(desk: Company, bo: Caller) -> None:
    bo.open(severity="sev2")
    vic = desk.caller(Role.VIEWER, user="vic")

    assert {do(vic, verb.word).status_code for verb in VERBS} == {403}


def test_ticket_system_acts_by_its_own_key(desk: Company) -> None:
    tickets = desk.caller(Role.RESPONDER)
    tickets.open(severity="sev3", dedup_key="ticket/4711")

    def by_key(verb: str, **body: Any) -> dict[str, Any]:
        answer = tickets.post(f"/services/cloud/incidents/by-key/{verb}", {"dedup_key": "ticket/4711", **body})
        assert answer.status_code == 200, answer.text
        incident: dict[str, Any] = answer.json
        return incident

    assert by_key("severity", severity="sev2")["state"] == "triggered"
    assert by_key("await_customer")["awaiting_customer"] == NIGHT
    assert by_key("customer-replied", fields={"subscription": "s-1"})["missing"] == []
    assert by_key("classify", plan="premium")["plan"] == "premium"
    assert by_key("acknowledge")["acknowledged_by"] == "token:system-responder"
    assert by_key("customer-escalate")["customer_escalated"]
    assert by_key("resolve")["gate"]["resolve_by"] == "token:system-responder"


@pytest.mark.parametrize("service", ["cloud", "nowhere"])
def test_key_of_nothing_that_is_open_is_not_found(service: str, bo: Caller) -> None:
    bo.open(severity="sev3", dedup_key="t1")
    done(bo, "resolve")

    answer = bo.post(f"/services/{service}/incidents/by-key/resolve", {"dedup_key": "t1"})

    assert (answer.status_code, answer.json["detail"]) == (
        404,
        f"no incident of service '{service}' with the dedup key 't1' is open",
    )


def test_key_is_asked_for(bo: Caller) -> None:
    answer = bo.post("/services/cloud/incidents/by-key/severity", {})

    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, ["severity", "dedup_key"])


def test_list_finds_each_state(bo: Caller) -> None:
    for number, state in enumerate(("triage", "triggered", "deferred", "acknowledged", "snoozed", "resolved"), start=1):
        bo.open(severity={"triage": "sev1", "deferred": "sev3"}.get(state, "sev2"))
        verb = {"acknowledged": "acknowledge", "snoozed": "snooze", "resolved": "resolve"}.get(state)
        if verb is not None:
            bo.post(f"/incidents/{number}/{verb}", {"for": "1h"} if verb == "snooze" else {})
        found = bo.get(f"/incidents?state={state}").json["incidents"]
        assert [(incident["number"], incident["state"]) for incident in found] == [(number, state)]
    assert len(bo.get("/incidents?state=open").json["incidents"]) == 5
