"""Incidents come back from the database as they went in; what is sensitive is nowhere in it to be read."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, select, update

from oncall.domain.incident import State
from oncall.errors import NotFoundError, SettingsError, UnreadableError
from oncall.operations import act
from oncall.operations.context import Context
from oncall.operations.start import require_ready
from oncall.store import incidents
from oncall.store.cipher import Cipher
from oncall.store.incidents import IncidentRow, list_incidents
from tests.oncall.floor import MINUTE, Floor

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
    with floor.context.database.read() as session:
        tables = MetaData()
        tables.reflect(session.connection())
        rows = [row for table in tables.sorted_tables for row in session.execute(select(table))]
    assert len(rows) > 10
    assert CANARY not in str(rows)


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


def test_damaged_incident_says_so(floor: Floor) -> None:
    floor.trigger()
    floor.context.database.write(lambda session: session.execute(update(IncidentRow).values(run={"nonsense": 1})))
    with pytest.raises(UnreadableError, match="incident 1"):
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
