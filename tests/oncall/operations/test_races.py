"""What happens to an incident at one instant has one outcome, whichever comes first (docs/semantics.md 5.6, 5.7)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from oncall.domain.commands import Acknowledge, PersonCommand, Resolve, SetSeverity, Triage, Update
from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident, State, Waiting
from oncall.engine.timers import Engine
from oncall.errors import RefusedError
from oncall.operations import act
from tests.oncall.desk import MONDAY_8
from tests.oncall.floor import MINUTE, Floor, open_context

ROUNDS = 6


def at_once(*deeds: Callable[[], object]) -> None:
    """Do all of it at the same moment; what one of them raises is raised."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        start.wait(20)
        deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        done = [pool.submit(do, deed) for deed in deeds]
    for each in done:
        each.result()


def command(desk: Floor, incident: Incident, asked: PersonCommand) -> Callable[[], object]:
    return lambda: act.act(desk.context, incident.id, asked)


def pending(desk: Floor, incident: Incident) -> set[str]:
    """The pages of which something is still to be sent, in the outbox and by the incident, which say the same."""
    outbox = {page.id for page in desk.pages(incident.id) if "pending" in {one.state for one in page.attempts}}
    assert outbox == {attempt.id.rpartition(".")[0] for attempt in desk.incident(incident.id).pending()}
    return outbox


def test_of_a_release_and_a_raised_severity_one_page_is_left_and_it_is_urgent(desk: Floor) -> None:
    for _ in range(ROUNDS):
        desk.clock.set(MONDAY_8 - 60 * MINUTE)
        incident = desk.trigger("question", severity="sev3")
        desk.clock.set(MONDAY_8)
        at_once(desk.engine.fire_due, command(desk, incident, SetSeverity("mia", "sev2")))
        left = desk.incident(incident.id)
        assert (left.state, left.severity, left.urgency) == (State.TRIGGERED, "sev2", Urgency.HIGH)
        assert len(pending(desk, incident)) == 1
        assert {attempt.type for attempt in left.pending()} == {"sms", "slack"}
        act.resolve(desk.context, incident.id, "ana")


def test_of_a_triage_and_its_expiry_one_page_goes_to_the_engineer(desk: Floor) -> None:
    for _ in range(ROUNDS):
        incident = desk.trigger("down", severity="sev1")
        assert incident.state is State.TRIAGE
        desk.clock.advance(5 * MINUTE)
        with suppress(RefusedError):
            at_once(desk.engine.fire_due, command(desk, incident, Triage("mia")))
        assert [page.user for page in desk.pages(incident.id)] == ["mia", "ana"]
        assert len({"triaged", "triage_expired"} & {*desk.events(incident.id)}) == 1
        act.resolve(desk.context, incident.id, "ana")


def test_acknowledgement_that_is_renewed_as_it_expires_holds_and_has_an_end(desk: Floor) -> None:
    for _ in range(ROUNDS):
        incident = desk.trigger("down", severity="sev2")
        act.acknowledge(desk.context, incident.id, "ana")
        desk.clock.advance(120 * MINUTE)
        at_once(desk.engine.fire_due, command(desk, incident, Acknowledge("bo")))
        left = desk.incident(incident.id)
        assert left.state is State.ACKNOWLEDGED
        assert left.wait is not None
        assert (left.wait.kind, left.wait.until) == (Waiting.ACK_TIMEOUT, desk.clock.now() + 120 * MINUTE)
        assert left.run is not None
        assert not left.run.running
        act.resolve(desk.context, incident.id, "ana")


def test_acknowledgement_that_is_updated_as_it_expires_holds_or_pages_anew(desk: Floor) -> None:
    for _ in range(ROUNDS):
        incident = desk.trigger("down", severity="sev2")
        act.acknowledge(desk.context, incident.id, "ana")
        desk.clock.advance(120 * MINUTE)
        at_once(desk.engine.fire_due, command(desk, incident, Update("ana", "still at it")))
        left = desk.incident(incident.id)
        if left.state is State.ACKNOWLEDGED:
            assert "ack_expired" not in desk.events(incident.id)
            assert left.wait is not None
            assert left.wait.until > desk.clock.now()
        else:
            assert left.run is not None
            assert left.run.running
        act.resolve(desk.context, incident.id, "ana")


def test_of_a_resolve_and_what_is_due_at_once_nothing_is_left_to_send(desk: Floor) -> None:
    for _ in range(ROUNDS):
        incident = desk.trigger("down", severity="sev2")
        desk.clock.advance(240 * MINUTE)
        at_once(desk.engine.fire_due, command(desk, incident, Resolve("ana")))
        assert desk.incident(incident.id).state is State.RESOLVED
        assert pending(desk, incident) == set()


def test_two_workers_that_share_what_is_due_of_one_incident_do_each_thing_once(desk: Floor, database_url: str) -> None:
    other = open_context(database_url, desk.clock)
    for _ in range(ROUNDS):
        incident = desk.trigger("down", severity="sev2")
        desk.clock.advance(240 * MINUTE)
        at_once(desk.engine.fire_due, Engine(other).fire_due)
        while desk.engine.fire_due():
            continue
        events = Counter(desk.events(incident.id))
        assert (events["breached"], events["missed"]) == (1, 1)
        assert len({one.id for one in desk.pages(incident.id)}) == events["paged"] == 3
        act.resolve(desk.context, incident.id, "ana")
    other.database.dispose()


def test_releases_and_commands_on_many_of_them_at_once_all_come_to_an_end(desk: Floor) -> None:
    incidents = [desk.trigger(f"question {number}", severity="sev3") for number in range(12)]
    desk.clock.set(MONDAY_8)
    acts = [command(desk, incident, Acknowledge("ana")) for incident in reversed(incidents)]
    at_once(desk.engine.fire_due, *acts, desk.delivery.deliver_due, desk.engine.fire_due)
    assert {desk.incident(incident.id).state for incident in incidents} == {State.ACKNOWLEDGED}
    assert [pending(desk, incident) for incident in incidents] == [set()] * 12
