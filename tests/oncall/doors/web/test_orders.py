"""The buttons of an incident: which there are in each state, and what each of them does."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from oncall.domain.commands import AddNote, AwaitCustomer, EscalateForCustomer, Snooze
from oncall.domain.incident import Incident, State
from oncall.operations import act
from oncall.operations.context import Context
from oncall.store import incidents, log
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import Person, opened
from tests.oncall.doors.web.test_home import shown

FORMS: dict[str, dict[str, str]] = {
    "set_severity": {"severity": "sev1"},
    "classify": {"plan": "premium"},
    "snooze": {"for": "30m"},
    "reassign": {"to": "mia"},
    "note": {"text": "Rebooted it."},
    "confirm": {"condition": "parties_agree"},
}
"""The fields of the forms that need some."""

EVERYWHERE = {"note", "update", "resolve", "apply_workaround", "classify", "await_customer", "customer_replied"}
EVERYWHERE |= {"customer_escalate", "reassign"}
OFFERED = {
    State.TRIAGE: EVERYWHERE | {"triage", "acknowledge", "escalate"},
    State.TRIGGERED: EVERYWHERE | {"acknowledge", "escalate", "set_severity", "snooze", "repage"},
    State.DEFERRED: EVERYWHERE | {"acknowledge", "release", "set_severity"},
    State.ACKNOWLEDGED: EVERYWHERE | {"acknowledge", "escalate", "set_severity", "snooze"},
    State.SNOOZED: EVERYWHERE | {"acknowledge", "escalate", "set_severity", "snooze"},
    State.RESOLVED: {"note"},
}
"""What may be asked of an incident of the desk from which the subscription is missing (docs/semantics.md 5.4)."""


def brought_to(context: Context, state: State) -> Incident:
    """An incident of the desk in that state, at night."""
    severities = {State.TRIAGE: "sev1", State.DEFERRED: "sev4"}
    incident = opened(context, service="desk", severity=severities.get(state, "sev2"))
    if state is State.ACKNOWLEDGED:
        incident = act.acknowledge(context, incident.id, "bo")
    if state is State.SNOOZED:
        incident = act.act(context, incident.id, Snooze("bo", timedelta(hours=1)))
    if state is State.RESOLVED:
        incident = act.resolve(context, incident.id, "bo")
    assert incident.state is state
    return incident


def stored(context: Context, incident: Incident) -> Incident:
    with context.database.read() as session:
        return incidents.get(session, context.cipher, incident.id)


def offered(page: str) -> set[str]:
    """The names of the forms for which the page has a button."""
    return set(re.findall(r'<button[^>]* form="do-([a-z_]+)"', page))


@pytest.mark.parametrize("state", list(State))
def test_buttons_are_those_that_the_rules_allow_in_the_state(
    state: State, context: Context, person: Callable[[str], Person]
) -> None:
    incident = brought_to(context, state)

    assert offered(person("bo").get(f"/incidents/{incident.number}").text) == OFFERED[state]


@pytest.mark.parametrize("state", list(State))
def test_every_button_that_there_is_does_what_it_says(
    state: State, context: Context, person: Callable[[str], Person]
) -> None:
    bo = person("bo")
    for name in sorted(OFFERED[state]):
        incident = brought_to(context, state)
        page = f"/incidents/{incident.number}"
        answer = bo.post(f"{page}/{name}", page=page, **FORMS.get(name, {}))

        assert (name, answer.status_code, answer.location) == (name, 303, page)
        assert (name, "note-warning" in bo.get(page).text) == (name, False)
        with context.database.read() as session:
            entries = log.log_of(session, context.cipher, incident.id)
        if name not in {"classify", "customer_replied"}:
            assert any(entry.details.get("by") == "bo" for entry in entries), name


@pytest.mark.parametrize(
    ("state", "name", "reason"),
    [
        (State.TRIGGERED, "triage", "cannot triage"),
        (State.TRIGGERED, "release", "cannot release"),
        (State.DEFERRED, "snooze", "cannot snooze"),
        (State.TRIAGE, "snooze", "cannot snooze"),
        (State.TRIGGERED, "confirm", "no customer has escalated it"),
        (State.RESOLVED, "update", "cannot update"),
        (State.RESOLVED, "acknowledge", "which was resolved by"),
    ],
)
def test_button_that_came_too_late_changes_nothing_and_says_why(
    state: State, name: str, reason: str, context: Context, person: Callable[[str], Person]
) -> None:
    incident, bo = brought_to(context, state), person("bo")
    bo.post(f"/incidents/{incident.number}/{name}", **FORMS.get(name, {}))
    page = shown(bo.get(f"/incidents/{incident.number}").text)

    assert "Nothing was changed: " in page
    assert reason in page
    assert stored(context, incident).state is state


def test_triage_with_another_severity_in_one_press(context: Context, person: Callable[[str], Person]) -> None:
    incident, mia = brought_to(context, State.TRIAGE), person("mia")
    page = mia.get(f"/incidents/{incident.number}").text

    assert "Triage as Sev 1" in shown(page)
    assert re.search(r'form="do-triage" name="severity" value="sev4"', page)
    mia.post(f"/incidents/{incident.number}/triage", severity="sev4")
    found = stored(context, incident)
    assert (found.state, found.severity) == (State.DEFERRED, "sev4")
    assert "Deferred until Mon 23 Nov, 15:00 UTC" in shown(mia.get(f"/incidents/{incident.number}").text)


def test_snooze_for_a_time_of_ones_own_and_what_is_no_time(
    context: Context, person: Callable[[str], Person], clock: FrozenClock
) -> None:
    incident, bo = brought_to(context, State.TRIGGERED), person("bo")
    path = f"/incidents/{incident.number}/snooze"

    for wrong, says in (("2 houres", "unknown word"), ("0m", "Must be longer than zero"), ("", "is not a length")):
        answer = bo.client.post(path, data={"csrf_token": bo.token("/password"), "for": wrong})
        assert (answer.status_code, says in answer.text) == (422, True), wrong
        assert '<details class="fold" id="fold-snooze" open>' in answer.text
        assert "data-live" not in answer.text
    assert stored(context, incident).state is State.TRIGGERED
    bo.client.post(path, data={"csrf_token": bo.token("/password"), "for": "90m"})
    assert stored(context, incident).snoozed_until == clock.now() + timedelta(minutes=90)


def test_update_says_when_the_next_comes_and_keeps_the_text_where_that_is_not_understood(
    context: Context, person: Callable[[str], Person], clock: FrozenClock
) -> None:
    incident, bo = brought_to(context, State.ACKNOWLEDGED), person("bo")
    path = f"/incidents/{incident.number}"
    wrong = bo.post(f"{path}/update", text="Half of it is up.", next_by="tomorow")
    past = bo.post(f"{path}/update", text="Half of it is up.", next_by="2026-11-20T00:00Z")

    assert (wrong.status_code, "Half of it is up." in wrong.text) == (422, True)
    assert "unknown word &#39;tomorow&#39;; did you mean &#39;tomorrow&#39;?" in wrong.text
    assert (past.status_code, "Must be in the future" in past.text) == (422, True)
    bo.post(f"{path}/update", text="Half of it is up.", next_by="in 3 hours")
    assert stored(context, incident).update_by == clock.now() + timedelta(hours=3)
    page = shown(bo.get(path).text)
    assert "Bo Lindqvist gave an update" in page
    assert "Half of it is up." in page
    assert "Update by 05:13: 3 h left" in page


def test_note_without_words_is_none(context: Context, person: Callable[[str], Person]) -> None:
    incident, bo = brought_to(context, State.TRIGGERED), person("bo")
    answer = bo.post(f"/incidents/{incident.number}/note", text="  ")

    assert (answer.status_code, "Write something to note" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("name", "form", "says"),
    [
        ("set_severity", {"severity": "sev3"}, "sev3"),
        ("classify", {"plan": "premum"}, "premum"),
        ("reassign", {"to": "nobody"}, "nobody"),
        ("note", {"text": "x" * 10_001}, "at most 10000"),
    ],
)
def test_what_is_not_there_is_refused_and_changes_nothing(
    name: str, form: dict[str, str], says: str, context: Context, person: Callable[[str], Person]
) -> None:
    incident, bo = brought_to(context, State.TRIGGERED), person("bo")
    answer = bo.post(f"/incidents/{incident.number}/{name}", **form)

    assert (answer.status_code, says in answer.text) == (422, True)
    assert stored(context, incident) == incident


def test_those_who_cannot_be_reached_are_shown_as_such(context: Context, person: Callable[[str], Person]) -> None:
    incident, bo = brought_to(context, State.TRIGGERED), person("bo")
    page = bo.get(f"/incidents/{incident.number}").text

    assert re.search(r'<option value="mia" *>Mia Tanaka</option>', page)
    assert re.search(r'<option value="vic" disabled *>Vic Moreau \(cannot be reached\)</option>', page)
    assert 'value="bo"' not in page
    bo.post(f"/incidents/{incident.number}/reassign", to="vic")
    assert "vic has no usable contact method" in shown(bo.get(f"/incidents/{incident.number}").text)


def test_customers_escalation_shows_its_gate_and_ends_when_all_is_confirmed(
    context: Context, person: Callable[[str], Person]
) -> None:
    incident, bo = brought_to(context, State.ACKNOWLEDGED), person("bo")
    path = f"/incidents/{incident.number}"
    bo.post(f"{path}/customer_escalate")
    page = bo.get(path).text

    assert "The customer has escalated it By Bo Lindqvist you" in shown(page)
    assert "de_escalate" not in offered(page)
    assert 'name="severity" value="sev4"' not in page
    bo.post(f"{path}/set_severity", severity="sev4")
    assert "not confirmed yet are: action_plan_accepted, parties_agree" in shown(bo.get(path).text)
    bo.post(f"{path}/confirm", condition="parties_agree")
    assert "Parties agree Bo Lindqvist you, 02:13 (just now) Confirmed" in shown(bo.get(path).text)
    bo.post(f"{path}/confirm", condition="action_plan_accepted")
    assert "Everything is confirmed." in shown(bo.get(path).text)
    bo.post(f"{path}/de_escalate")
    assert stored(context, incident).gate is None


def test_resolve_of_a_monitor_that_waits_for_the_gate_is_shown(
    context: Context, person: Callable[[str], Person]
) -> None:
    incident = brought_to(context, State.ACKNOWLEDGED)
    act.act(context, incident.id, EscalateForCustomer("bo"))
    act.resolve(context, incident.id, "integration:alertmanager")

    page = shown(person("vic").get(f"/incidents/{incident.number}").text)
    assert "The alertmanager integration asked to resolve it, which is done when this ends." in page
    assert "Parties agree Missing" in page


def test_waiting_for_the_customer_pauses_the_clocks_and_what_was_missing_may_come(
    context: Context, person: Callable[[str], Person]
) -> None:
    incident, bo = brought_to(context, State.TRIGGERED), person("bo")
    path = f"/incidents/{incident.number}"
    assert "Missing from the sender: subscription" in shown(bo.get(path).text)
    bo.post(f"{path}/await_customer", text="Which subscription is it?")
    page = shown(bo.get(path).text)

    assert "Response paused" in page
    assert "Waiting for the customer since 02:13" in page
    bo.client.post(f"{path}/customer_replied", data={"csrf_token": bo.token("/password"), "f-subscription": "S-1"})
    found = stored(context, incident)
    assert (found.missing, found.fields["subscription"], found.waits_for_customer_since) == ((), "S-1", None)


def test_what_people_wrote_of_a_sensitive_incident_is_for_responders_alone(
    context: Context, person: Callable[[str], Person]
) -> None:
    incident = opened(context, service="desk", severity="leak of 4711", sensitive=True)
    act.act(context, incident.id, AddNote("bo", "Customer 4711 knows."))
    act.act(context, incident.id, AwaitCustomer("bo", "Asked 4711."))
    path = f"/incidents/{incident.number}"

    for words in ("Customer 4711 knows.", "Asked 4711.", "leak of 4711"):
        assert words in person("bo").get(path).text
    assert "4711" not in person("vic").get(path).text


def test_whoever_was_paged_may_answer_and_do_nothing_else(context: Context, person: Callable[[str], Person]) -> None:
    incident, wim = opened(context, service="watched"), person("wim")
    path = f"/incidents/{incident.number}"

    assert offered(wim.get(path).text) == {"acknowledge", "escalate", "resolve"}
    assert wim.post(f"{path}/snooze", **{"for": "30m"}).status_code == 403
    assert wim.post(f"{path}/acknowledge").status_code == 303
    assert stored(context, incident).acknowledged_by == "wim"
    assert wim.post(f"/incidents/{opened(context).number}/acknowledge").status_code == 403
