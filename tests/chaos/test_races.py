"""Races by the hundred, or as many as ONCALL_TEST_RACES says: whoever comes first, the outcome is one (docs/semantics.md 5.6, 5.7)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import func, select

from oncall.domain.commands import Acknowledge, PersonCommand, Resolve, SetSeverity, Triage
from oncall.domain.incident import Incident, State
from oncall.errors import RefusedError
from oncall.operations import act
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store.messages import MessageRow
from oncall.store.sends import SendRow
from tests.chaos.company import STEP_MINUTES, document, service
from tests.chaos.racing import compete, crew, finish, shared
from tests.figures import keep
from tests.oncall.desk import DESK, MONDAY_8
from tests.oncall.floor import MINUTE, Floor, open_floor
from tests.oncall.operations.test_races import at_once, pending

pytestmark = pytest.mark.soak

AT_ONCE = 40
ROUNDS = max(1, int(os.environ.get("ONCALL_TEST_RACES", "40")) // AT_ONCE)
THREADS = 50


@pytest.fixture
def shops(postgres_url: str) -> Iterator[Floor]:
    """Forty services, each of which pages two people of its own."""
    with open_floor(postgres_url, document(AT_ONCE)) as floor:
        yield floor


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Floor]:
    """A company with triage and office hours, on a Sunday night."""
    with open_floor(postgres_url, DESK) as floor:
        yield floor


def test_no_page_is_begun_once_an_acknowledgement_is_stored(
    shops: Floor, postgres_url: str, request: pytest.FixtureRequest
) -> None:
    beaten = 0
    with crew(shops, postgres_url) as workers:
        for number in range(ROUNDS):
            opened = [shops.trigger(service=service(place)) for place in range(AT_ONCE)]
            finish(shops)
            shops.clock.advance(STEP_MINUTES * MINUTE)
            begun: dict[str, int] = {}

            def acknowledge(incident: Incident, begun: dict[str, int] = begun) -> None:
                act.acknowledge(shops.context, incident.id, "root")
                begun[incident.id] = calls(shops, incident)

            compete(shared([partial(acknowledge, one) for one in opened], 4, number), workers)
            finish(shops)
            assert {one.id: calls(shops, one) for one in opened} == begun
            assert {shops.incident(one.id).state for one in opened} == {State.ACKNOWLEDGED}
            beaten += sum(count > 1 for count in begun.values())
            end(shops, opened)
    keep(request, "acknowledgements against steps", [("races", ROUNDS * AT_ONCE), ("the step was first", beaten)])


def test_of_two_who_acknowledge_and_one_who_resolves_all_are_in_the_log_and_nothing_is_left(
    shops: Floor, postgres_url: str
) -> None:
    with crew(shops, postgres_url) as workers:
        for number in range(ROUNDS):
            opened = [shops.trigger(service=service(place)) for place in range(AT_ONCE)]
            asked = (Acknowledge("first0"), Acknowledge("second0"), Resolve("root"))
            compete([deed for who in asked for deed in shared(asking(shops, opened, who), 1, number)], workers)
            finish(shops)
            for incident in opened:
                events = Counter(shops.events(incident.id))
                assert shops.incident(incident.id).state is State.RESOLVED
                assert (events["acknowledged"] + events["refused"], events["resolved"]) == (2, 1)
                assert pending(shops, incident) == set()


def test_same_trigger_from_fifty_opens_one_incident_and_pages_once(shops: Floor) -> None:
    for number in range(ROUNDS):
        request = TriggerRequest(service(number % AT_ONCE), "db down", "test", dedup_key=f"db {number}")
        told: list[int] = []

        def tell(request: TriggerRequest = request, told: list[int] = told) -> None:
            told.append(trigger(shops.context, request).incident.number)

        at_once(*[tell] * THREADS)
        (one,) = set(told)
        assert len(told) == THREADS
        assert Counter(shops.events(str(one))) == {"triggered": 1, "paged": 1, "joined": THREADS - 1}
        assert len(shops.pages(str(one))) == 1


def test_of_releases_and_raised_severities_one_page_each_is_left(desk: Floor, postgres_url: str) -> None:
    with crew(desk, postgres_url) as workers:
        for number in range(ROUNDS):
            desk.clock.set(MONDAY_8 - 60 * MINUTE)
            opened = [desk.trigger(f"question {place}", severity="sev3") for place in range(AT_ONCE)]
            desk.clock.set(MONDAY_8)
            engines = workers[:2]
            compete(shared(asking(desk, opened, SetSeverity("mia", "sev2")), 2, number), engines)
            desk.engine.fire_due()
            for incident in opened:
                left = desk.incident(incident.id)
                assert (left.state, left.severity, len(pending(desk, incident))) == (State.TRIGGERED, "sev2", 1)
            end(desk, opened)


def test_of_triages_and_their_expiry_one_page_each_goes_to_the_engineer(desk: Floor, postgres_url: str) -> None:
    with crew(desk, postgres_url) as workers:
        for number in range(ROUNDS):
            opened = [desk.trigger(f"down {place}", severity="sev1") for place in range(AT_ONCE)]
            desk.clock.advance(5 * MINUTE)
            compete(shared(asking(desk, opened, Triage("mia")), 2, number), workers[:2])
            desk.engine.fire_due()
            for incident in opened:
                assert [page.user for page in desk.pages(incident.id)] == ["mia", "ana"]
                assert len({"triaged", "triage_expired"} & {*desk.events(incident.id)}) == 1
            end(desk, opened)


def test_acknowledgements_renewed_as_they_expire_hold_or_page_anew_and_have_an_end(
    desk: Floor, postgres_url: str
) -> None:
    with crew(desk, postgres_url) as workers:
        for number in range(ROUNDS):
            opened = [desk.trigger(f"slow {place}", severity="sev2") for place in range(AT_ONCE)]
            for incident in opened:
                act.acknowledge(desk.context, incident.id, "ana")
            desk.clock.advance(120 * MINUTE)
            compete(shared(asking(desk, opened, Acknowledge("bo")), 2, number), workers[:2])
            while desk.engine.fire_due():
                continue
            for incident in opened:
                left = desk.incident(incident.id)
                assert left.state is State.ACKNOWLEDGED
                assert left.wait is not None
                assert left.wait.until == desk.clock.now() + 120 * MINUTE
            end(desk, opened)


def asking(floor: Floor, incidents: list[Incident], command: PersonCommand) -> list[Callable[[], object]]:
    """The command for each of the incidents; it may be too late for it."""

    def ask(incident: Incident) -> None:
        with suppress(RefusedError):
            act.act(floor.context, incident.id, command)

    return [partial(ask, one) for one in incidents]


def calls(floor: Floor, incident: Incident) -> int:
    """How many provider calls were begun for an incident."""
    with floor.context.database.read() as session:
        query = select(func.count()).select_from(SendRow).join(MessageRow, MessageRow.id == SendRow.message_id)
        return session.scalar(query.where(MessageRow.incident_id == incident.id)) or 0


def end(floor: Floor, incidents: list[Incident]) -> None:
    """Resolve them all."""
    for incident in incidents:
        act.resolve(floor.context, incident.id, "root")
