"""Incidents come back from the database as they went in; what is sensitive is nowhere in it to be read."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from sqlalchemy import MetaData, select, update

from oncall.domain.commands import AddNote, AwaitCustomer, CustomerReplied, Snooze, Update
from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident, State
from oncall.errors import NotFoundError, SettingsError, UnreadableError
from oncall.operations import act
from oncall.operations.context import Context
from oncall.operations.start import require_ready
from oncall.store import incidents, log
from oncall.store.bulk import Bulk
from oncall.store.cipher import Cipher
from oncall.store.incidents import IncidentRow, list_incidents
from tests.oncall.floor import MINUTE, Floor
from tests.oncall.store.whole import WHOLE

CANARY = "canary-4711"


def test_incident_comes_back_as_it_was(floor: Floor) -> None:
    done = floor.trigger("db down", body="it hurts", fields={"b": 1, "a": [None, 2.5]}, links=({"href": "x"},))
    assert floor.incident(done.id) == done
    floor.work()
    floor.pass_time(5 * MINUTE)
    act.acknowledge(floor.context, done.id, "ana")
    later = floor.incident("1")
    assert (later.state, later.acknowledged_by, later.acknowledged_at) == (
        State.ACKNOWLEDGED,
        "ana",
        floor.clock.now(),
    )
    assert list(later.fields) == ["b", "a"]


def test_unknown_incident_is_not_found(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        floor.incident("1")


def test_sensitive_words_are_nowhere_in_the_database(floor: Floor) -> None:
    sensitive = floor.trigger(CANARY, body=CANARY, fields={CANARY: CANARY}, links=({"href": CANARY},), sensitive=True)
    floor.work()
    floor.pass_time(5 * MINUTE)
    assert floor.incident("1").title == floor.incident("1").body == CANARY
    assert floor.incident("1").links == sensitive.links
    assert CANARY not in everything(floor)


def test_what_people_write_about_a_sensitive_incident_is_nowhere_in_the_database(desk: Floor) -> None:
    desk.trigger(CANARY, sensitive=True, severity=CANARY, plan=CANARY)
    for command in (
        AddNote("ana", CANARY),
        Update("ana", CANARY),
        AwaitCustomer("ana", CANARY),
        CustomerReplied("ana", {"subscription": CANARY}),
    ):
        act.act(desk.context, "1", command)
    assert desk.incident("1").fields == {"subscription": CANARY}
    texts = [entry.details["text"] for entry in desk.log("1") if "text" in entry.details]
    assert texts == [CANARY] * 3
    assert CANARY in desk.log("1")[0].details["warnings"][0]
    assert CANARY not in everything(desk)


def test_what_people_write_about_any_other_incident_is_there_to_be_searched(desk: Floor) -> None:
    desk.trigger()
    act.act(desk.context, "1", AddNote("ana", CANARY))
    assert CANARY in everything(desk)


def test_note_that_no_key_opens_says_so_and_the_rest_of_its_entry_stays(desk: Floor) -> None:
    desk.trigger(sensitive=True, severity="odd")
    act.act(desk.context, "1", AddNote("ana", CANARY))
    stranger = with_keys(desk, "another key altogether")
    with desk.context.database.read() as session:
        first, *_, noted = log.log_of(session, stranger.cipher, desk.incident("1").id)
    assert noted.details == {"by": "ana", "via": "api", "text": "(encrypted with a key that is not configured)"}
    assert first.details["warnings"] == []


@pytest.mark.parametrize("sensitive", [True, False])
def test_information_that_comes_later_is_stored(desk: Floor, sensitive: bool) -> None:  # noqa: FBT001
    first = desk.trigger("down", fields={"host": "a"}, sensitive=sensitive, dedup_key="db")
    assert first.missing == ("subscription",)
    again = desk.trigger("down", fields={"subscription": "S-1"}, sensitive=sensitive, dedup_key="db")
    assert again == desk.incident("1")
    assert (again.fields, again.missing) == ({"host": "a", "subscription": "S-1"}, ())


def test_contents_that_no_key_opens_are_not_written_over(desk: Floor) -> None:
    desk.trigger(CANARY, sensitive=True)
    stranger = with_keys(desk, "another key altogether")
    act.act(stranger, "1", CustomerReplied("ana", {"subscription": "S-1"}))
    assert desk.incident("1").title == CANARY


def everything(floor: Floor) -> str:
    """Every row of every table."""
    with floor.context.database.read() as session:
        tables = MetaData()
        tables.reflect(session.connection())
        rows = [row for table in tables.sorted_tables for row in session.execute(select(table))]
    assert len(rows) > 10
    return str(rows)


def test_incident_comes_back_whole_whatever_has_happened_to_it(floor: Floor) -> None:
    """Every field has another value than at first, so that none that is new is forgotten."""
    plain = Incident("", "", "", "", "", Urgency.HIGH, State.TRIGGERED, WHOLE.created_at)
    same = [field.name for field in fields(Incident) if getattr(WHOLE, field.name) == getattr(plain, field.name)]
    assert same == ["created_at"]
    bulk = Bulk()
    incidents.add_new(bulk, floor.context.cipher, WHOLE)
    assert floor.context.database.write(bulk.write).numbers == {"whole": 1}
    assert floor.incident("whole") == WHOLE
    again = replace(WHOLE, state=State.SNOOZED, gate=None, pauses=(), management=(), wait=None, fields={}, missing=())
    bulk = Bulk()
    incidents.add_changed(bulk, floor.context.cipher, WHOLE, again)
    floor.context.database.write(bulk.write)
    assert floor.incident("whole") == again


def test_list_is_the_newest_first_and_filtered(floor: Floor) -> None:
    for service in ("cloud", "shop", "cloud"):
        floor.trigger("x", service=service)
    act.resolve(floor.context, "3", "ana")

    def numbers(**filters: object) -> list[int]:
        with floor.context.database.read() as session:
            found = list_incidents(session, floor.context.cipher, **filters)  # type: ignore[arg-type]
        return [incident.number for incident in found]

    assert numbers() == [3, 2, 1]
    assert numbers(states=[State.TRIGGERED]) == [2, 1]
    assert numbers(service="cloud", before=3) == [1]
    assert numbers(limit=1) == [3]


def test_list_and_count_know_what_waits_for_what(desk: Floor) -> None:
    for severity in ("sev1", "sev2", "sev3", "sev2"):
        desk.trigger(severity=severity)
    act.act(desk.context, "4", Snooze("ana", 5 * MINUTE))
    with desk.context.database.read() as session:
        counted = incidents.count_open(session)
        listed = {
            state: [found.number for found in list_incidents(session, desk.context.cipher, states=[state])]
            for state in (State.TRIAGE, State.TRIGGERED, State.DEFERRED, State.SNOOZED)
        }
    assert [*listed.values()] == [[1], [2], [3], [4]]
    assert counted == dict.fromkeys(
        [("triage", "sev1"), ("triggered", "sev2"), ("deferred", "sev3"), ("snoozed", "sev2")], 1
    )


@pytest.mark.parametrize("column", ["run", "rule", "wait", "respond", "update", "gate"])
def test_damaged_incident_says_so(floor: Floor, column: str) -> None:
    floor.trigger()
    spoilt = update(IncidentRow).values({column: {"nonsense": 1}})
    floor.context.database.write(lambda session: session.execute(spoilt))
    with pytest.raises(UnreadableError, match=f"incident 1 is damaged: .* in its {column}"):
        floor.incident("1")


@pytest.mark.parametrize("column", ["state", "urgency", "doing"])
def test_incident_in_words_of_a_later_release_says_so(floor: Floor, column: str) -> None:
    floor.trigger()
    floor.context.database.write(lambda session: session.execute(update(IncidentRow).values({column: "asleep"})))
    with pytest.raises(UnreadableError, match="'asleep'"):
        floor.incident("1")


def test_wrong_secret_key_is_noticed_at_the_start(floor: Floor) -> None:
    require_ready(floor.context)
    with pytest.raises(SettingsError, match="ONCALL_SECRET_KEY"):
        require_ready(with_keys(floor, "another key altogether"))
    require_ready(with_keys(floor, "another key altogether", "a key of the tests"))
    require_ready(floor.context)


def test_old_key_opens_what_it_sealed_and_the_first_seals(floor: Floor) -> None:
    floor.trigger(CANARY, sensitive=True)
    rotated = with_keys(floor, "another key altogether", "a key of the tests")
    with floor.context.database.read() as session:
        assert incidents.get(session, rotated.cipher, "1").title == CANARY
    assert Cipher(["another key altogether"]).open(rotated.cipher.seal([1, {"a": None}])) == [1, {"a": None}]


def test_what_was_sealed_for_one_incident_opens_under_no_other(floor: Floor) -> None:
    first, second = floor.trigger(CANARY, sensitive=True), floor.trigger("x", sensitive=True)
    with floor.context.database.read() as session:
        sealed = session.scalars(select(IncidentRow.sealed).where(IncidentRow.id == first.id)).one()
    moved = update(IncidentRow).where(IncidentRow.id == second.id).values(sealed=sealed)
    floor.context.database.write(lambda session: session.execute(moved))

    assert floor.incident(first.id).title == CANARY
    assert CANARY not in str(floor.incident(second.id))


def with_keys(floor: Floor, *keys: str) -> Context:
    """The same process started with other keys."""
    at = floor.context
    return Context(at.database, at.clock, at.doorbell, Cipher(keys), at.public_url)
