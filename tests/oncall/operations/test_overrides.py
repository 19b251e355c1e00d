"""Overrides made by hand: laid on, taken back, and known to every process (docs/semantics.md 3.5, 3.8, 7.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from oncall.domain.directory import Directory
from oncall.errors import InvalidInputError, NotFoundError, RefusedError
from oncall.operations.apply import apply_document
from oncall.operations.export import export_document
from oncall.operations.handover import hand_over
from oncall.operations.history import history_of
from oncall.operations.overrides import NewOverride, lay_overrides, take_back
from oncall.store.overrides import OverrideRow
from oncall.store.users import remove
from tests.oncall.floor import MINUTE, Floor, open_context, open_floor

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DOCUMENT = """
version: 1
users:
  ana: {contact_methods: {mobile: {type: sms, address: "+15005550006"}}}
  bo: {contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
  cy: {contact_methods: {mobile: {type: sms, address: "+15005550008"}}}
schedules:
  engineers:
    time_zone: America/Denver
    layers: [{start: "2026-11-02T09:00", turn: 1 week, users: [ana]}]
    overrides: [{start: "2026-11-22T12:00", end: "2026-11-22T13:00", users: [cy]}]
  empty: {time_zone: UTC}
escalation_policies: {engineering: {steps: [{notify: [{schedule: engineers}], wait: 24h}]}}
services: {cloud: {escalation_policy: engineering}}
"""


@pytest.fixture
def floor(database_url: str) -> Iterator[Floor]:
    """The service at five in the morning in Denver, with Ana on call."""
    with open_floor(database_url, DOCUMENT) as floor:
        floor.clock.set(NOON)
        yield floor


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Floor]:
    """The same on SQLite alone."""
    with open_floor(sqlite_url, DOCUMENT) as floor:
        floor.clock.set(NOON)
        yield floor


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def laid(floor: Floor, *wanted: NewOverride) -> Sequence[OverrideRow]:
    now = floor.clock.now()
    return floor.context.database.write(lambda session: lay_overrides(floor.context, session, wanted, "mia", now))


def taken_back(floor: Floor, id_: int) -> Sequence[OverrideRow]:
    now = floor.clock.now()
    return floor.context.database.write(lambda session: take_back(floor.context, session, id_, "mia", now))


def directory(floor: Floor) -> Directory:
    with floor.context.database.read() as session:
        return floor.context.directory(session)


def on_call(floor: Floor, at: datetime) -> tuple[str, ...]:
    return directory(floor).on_call("engineers", at)


def bo_for(start: str, end: str, *, replaces: str | None = "ana", swap: int | None = None) -> NewOverride:
    return NewOverride("engineers", wall(start), wall(end), ("bo",), replaces, swap_id=swap)


def test_override_is_laid_on_in_every_process_and_survives_every_document(floor: Floor, database_url: str) -> None:
    other = open_context(database_url, floor.clock)
    with other.database.read() as session:
        assert other.directory(session).on_call("engineers", NOON + 3 * HOUR) == ("ana",)
    (row,) = laid(floor, bo_for("2026-11-22T08:00", "2026-11-22T10:00"))
    assert (row.start_at, row.end_at, row.made_by) == (NOON + 3 * HOUR, NOON + 5 * HOUR, "mia")
    for context in (floor.context, other):
        with context.database.read() as session:
            schedule = context.directory(session).schedules["engineers"]
        assert schedule.on_call_at(NOON + 3 * HOUR) == {"bo"}
        assert [override.id for override in schedule.overrides] == ["", "override-1"]
    other.database.dispose()
    exported = export_document(floor.context)
    assert "2026-11-22T08:00" not in exported
    assert apply_document(floor.context, exported, author="ana", prune=True, dry_run=False).is_empty
    assert on_call(floor, NOON + 3 * HOUR) == ("bo",)


def test_overrides_apply_in_the_order_in_which_they_were_made_after_the_documents(small: Floor) -> None:
    laid(small, bo_for("2026-11-22T12:00", "2026-11-22T14:00", replaces="cy"))
    laid(small, NewOverride("engineers", wall("2026-11-22T12:30"), wall("2026-11-22T12:45"), ("ana",), "bo"))
    day = datetime(2026, 11, 22, tzinfo=UTC) + 7 * HOUR
    assert [on_call(small, day + hours * HOUR) for hours in (12, 12.5, 12.75, 13)] == [
        ("bo",),
        ("ana",),
        ("bo",),
        ("ana",),
    ]


def test_override_taken_back_has_no_effect_from_then_on(floor: Floor) -> None:
    (row,) = laid(floor, bo_for("2026-11-22T05:00", "2026-11-22T10:00"))
    floor.clock.advance(HOUR)
    assert on_call(floor, floor.clock.now()) == ("bo",)
    assert [one.taken_back_at for one in taken_back(floor, row.id)] == [floor.clock.now()]
    assert on_call(floor, floor.clock.now()) == ("ana",)
    assert on_call(floor, floor.clock.now() - MINUTE) == ("bo",)
    assert taken_back(floor, row.id) == ()


def test_override_that_has_begun_has_effect_from_when_it_was_made_on(small: Floor) -> None:
    laid(small, bo_for("2026-11-22T04:00", "2026-11-22T10:00"))
    assert [on_call(small, at) for at in (NOON - MINUTE, NOON)] == [("ana",), ("bo",)]


def test_times_with_an_offset_are_instants(small: Floor) -> None:
    (row,) = laid(small, NewOverride("engineers", NOON + HOUR, NOON + 2 * HOUR, ("bo",)))
    assert (row.start, row.end, row.start_at) == ("2026-11-22T06:00", "2026-11-22T07:00", NOON + HOUR)


def test_halves_of_a_swap_are_taken_back_together(small: Floor) -> None:
    rows = laid(
        small,
        bo_for("2026-11-23T08:00", "2026-11-23T10:00", swap=7),
        bo_for("2026-11-24T08:00", "2026-11-24T10:00", swap=7),
    )
    assert [row.id for row in taken_back(small, rows[1].id)] == [row.id for row in rows]


def test_override_that_is_over_is_not_taken_back(small: Floor) -> None:
    (row,) = laid(small, bo_for("2026-11-22T05:00", "2026-11-22T06:00"))
    small.clock.advance(HOUR)
    with pytest.raises(RefusedError, match="the override 1 is over since 2026-11-22T13:00:00Z"):
        taken_back(small, row.id)
    with pytest.raises(NotFoundError, match="there is no override 99"):
        taken_back(small, 99)


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        (NewOverride("enginers", wall("2026-11-23T08:00"), wall("2026-11-23T09:00"), ("bo",)), "schedule: unknown"),
        (NewOverride("engineers", wall("2026-11-23T08:00"), wall("2026-11-23T09:00"), ("bob",)), "users[0]: unknown"),
        (NewOverride("engineers", wall("2026-11-23T08:00"), wall("2026-11-23T09:00"), ()), "users: an override"),
        (bo_for("2026-11-23T08:00", "2026-11-23T09:00", replaces="anna"), "replaces: unknown user 'anna'; did you"),
        (bo_for("2026-11-23T08:00", "2026-11-23T08:00"), "end: the end"),
        (bo_for("2026-11-22T03:00", "2026-11-22T05:00"), "end: 2026-11-22T12:00:00Z is past"),
    ],
)
def test_wrong_override_is_refused_with_its_field_and_changes_nothing(
    wanted: NewOverride, fault: str, small: Floor
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        laid(small, wanted)
    assert str(caught.value).startswith(fault)
    right = bo_for("2026-11-23T08:00", "2026-11-23T10:00")
    with pytest.raises(InvalidInputError) as caught:
        laid(small, right, wanted)
    assert str(caught.value).startswith(f"overrides[1].{fault}")
    assert directory(small).version == 1
    assert on_call(small, right.start.replace(tzinfo=UTC) + 7 * HOUR) == ("ana",)


def test_user_of_an_override_to_come_is_not_removed_until_it_is_taken_back(small: Floor) -> None:
    (row,) = laid(small, bo_for("2026-11-24T08:00", "2026-11-24T10:00"))
    without = export_document(small.context).replace("  bo:", "  eve:")
    with pytest.raises(RefusedError, match=r"users.bo takes over in schedules.engineers by override 1: take it back"):
        apply_document(small.context, without, author="ana", prune=True, dry_run=False)
    taken_back(small, row.id)
    apply_document(small.context, without, author="ana", prune=True, dry_run=False)


def test_override_to_a_removed_user_is_void_and_the_layer_below_shows(small: Floor) -> None:
    laid(small, bo_for("2026-11-22T05:00", "2026-11-22T10:00"))
    small.context.database.write(lambda session: remove(session, ["bo"]))
    context = open_context(str(small.context.database._engine.url), small.clock)
    with context.database.read() as session:
        assert context.directory(session).on_call("engineers", NOON) == ("ana",)
    context.database.dispose()


def test_who_was_on_call_by_an_override_was_so_also_when_they_are_gone(small: Floor) -> None:
    laid(small, bo_for("2026-11-22T05:00", "2026-11-22T06:00"))
    small.clock.advance(2 * HOUR)
    without = DOCUMENT.replace("  bo:", "  eve:")
    apply_document(small.context, without, author="ana", prune=True, dry_run=False)
    assert on_call(small, NOON + MINUTE) == ("bo",)
    with small.context.database.read() as session:
        assert history_of(small.context, session, "engineers", None).on_call_at(NOON + MINUTE) == {"bo"}


SECOND_0120 = datetime(2026, 11, 1, 8, 20, tzinfo=UTC)
"""The second time that it is 01:20 in Denver that night."""


def test_override_by_instants_holds_to_the_instant_in_the_hour_that_comes_twice(small: Floor) -> None:
    small.clock.set(SECOND_0120 - timedelta(days=1))
    laid(small, NewOverride("engineers", SECOND_0120 - HOUR * 3, SECOND_0120, ("bo",)))
    assert [on_call(small, SECOND_0120 - MINUTE), on_call(small, SECOND_0120)] == [("bo",), ()]
    laid(small, NewOverride("engineers", SECOND_0120 - 40 * MINUTE, SECOND_0120 - 20 * MINUTE, ("cy",)))
    assert on_call(small, SECOND_0120 - 25 * MINUTE) == ("cy",)


def test_override_made_in_the_hour_that_comes_twice_leaves_what_was(small: Floor) -> None:
    small.clock.set(SECOND_0120)
    (row,) = laid(small, NewOverride("engineers", wall("2026-11-01T00:00"), wall("2026-11-01T05:00"), ("bo",)))
    assert [on_call(small, SECOND_0120 - MINUTE), on_call(small, SECOND_0120)] == [(), ("bo",)]
    small.clock.advance(10 * MINUTE)
    taken_back(small, row.id)
    assert [on_call(small, SECOND_0120 + MINUTE), on_call(small, small.clock.now())] == [("bo",), ()]


def test_only_what_an_override_changed_is_built_anew(small: Floor) -> None:
    before = directory(small)
    laid(small, bo_for("2026-11-22T08:00", "2026-11-22T10:00"))
    after = directory(small)
    assert after.version == before.version + 1
    assert after.schedules["empty"] is before.schedules["empty"]
    assert after.schedules["engineers"].layers is before.schedules["engineers"].layers
    assert after.users["ana"] is before.users["ana"]
    laid(small, NewOverride("empty", NOON, NOON + HOUR, ("cy",)))
    assert directory(small).schedules["engineers"] is after.schedules["engineers"]


def test_who_comes_on_call_by_an_override_is_told_what_they_inherit(floor: Floor) -> None:
    hand_over(floor.context)
    floor.trigger("disk full", severity="sev3")
    (row,) = laid(floor, bo_for("2026-11-22T04:00", "2026-11-22T10:00"))
    assert inheritors(floor) == ["bo"]
    floor.clock.advance(HOUR)
    taken_back(floor, row.id)
    assert inheritors(floor) == ["bo", "ana"]


def test_change_of_shifts_that_an_override_brings_is_looked_at_when_it_comes(small: Floor) -> None:
    hand_over(small.context)
    small.trigger("disk full", severity="sev3")
    laid(small, bo_for("2026-11-22T08:00", "2026-11-22T08:30"))
    assert inheritors(small) == []
    small.clock.advance(3 * HOUR)
    assert inheritors(small) == ["bo"]


def inheritors(floor: Floor) -> list[str | None]:
    while hand_over(floor.context):
        continue
    while floor.work():
        continue
    return [sent.user for sent in floor.vendor.sent if "inherit" in sent.text]
