"""The hand-over at a change of shifts: told once, by however many workers, whatever happens to them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from oncall.delivery.protocol import Outgoing
from oncall.domain.handover import next_change
from oncall.engine.loop import next_due
from oncall.operations import act, handover
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.handover import hand_over, watch_schedules
from oncall.operations.overrides import NewOverride, lay_overrides
from oncall.store.handovers import HandoverRow
from schedules import Schedule
from tests.oncall.floor import MINUTE, Floor, open_context, open_floor
from tests.oncall.operations.test_claim import spoil

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
SCHEDULE = """
  engineers:
    time_zone: UTC
    layers: [{name: all, start: "2026-11-02T09:00", turn: 1 week, users: [ana, bo, cy]}]
"""
DOCUMENT = f"""
version: 1
users:
  ana: {{name: Ana, contact_methods: {{mobile: {{type: sms, address: "+15005550006"}}, phone: {{type: voice, address: "+15005550006"}}}}}}
  bo: {{name: Bo, contact_methods: {{mobile: {{type: sms, address: "+15005550007"}}}}}}
  cy: {{name: Cy, contact_methods: {{mobile: {{type: sms, address: "+15005550008"}}}}}}
schedules: {SCHEDULE}
escalation_policies:
  engineering: {{steps: [{{notify: [{{schedule: engineers}}], wait: 24h}}]}}
  managers: {{steps: [{{notify: [{{user: ana}}], wait: 24h}}]}}
services:
  cloud: {{escalation_policy: engineering}}
  office: {{escalation_policy: managers}}
"""


@pytest.fixture
def floor(database_url: str) -> Iterator[Floor]:
    """The service on Sunday, when Cy is on call; on Monday at nine Ana comes."""
    with open_floor(database_url, DOCUMENT) as floor:
        hand_over(floor.context)
        yield floor


def go_to(floor: Floor, at: datetime) -> None:
    """Be there, and hand over."""
    floor.clock.set(at)
    while hand_over(floor.context):
        continue


def told(floor: Floor) -> list[tuple[str | None, str]]:
    """Who was told, by what, in the order in which it went out."""
    return [(sent.user, sent.text.splitlines()[0]) for sent in _notices(floor)]


ONE = "You are on call for engineers now and inherit 1 open incident:"


def test_who_comes_on_call_is_told_once_of_what_is_open(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    go_to(floor, MONDAY)
    go_to(floor, MONDAY + MINUTE)
    assert told(floor) == [("ana", ONE)]
    (notice,) = _notices(floor)
    assert (notice.urgency, notice.method) == ("low", "sms")
    assert "#1 SEV3 cloud: disk full (nobody has it, since Sun 02:13)" in notice.text
    assert "https://pager.example.com" in notice.text


def test_urgent_one_that_nobody_has_is_told_at_high_urgency(floor: Floor) -> None:
    floor.trigger("db down", severity="sev1")
    go_to(floor, MONDAY)
    assert [sent.urgency for sent in _notices(floor)] == ["high"]


def test_acknowledged_incident_stays_with_its_holder(floor: Floor) -> None:
    floor.trigger("db down", severity="sev1")
    act.acknowledge(floor.context, "1", "cy")
    go_to(floor, MONDAY)
    (notice,) = _notices(floor)
    assert notice.urgency == "low"
    assert "stays with Cy since Sun 02:13" in notice.text
    assert floor.incident("1").acknowledged_by == "cy"


@pytest.mark.parametrize("service", [None, "office"])
def test_nothing_is_told_where_nothing_is_inherited(service: str | None, floor: Floor) -> None:
    if service is not None:
        floor.trigger("coffee is out", service=service)
    go_to(floor, MONDAY)
    assert told(floor) == []


def test_loop_wakes_at_the_next_change(floor: Floor) -> None:
    assert next_due(floor.context) == MONDAY
    go_to(floor, MONDAY)
    assert next_due(floor.context) == MONDAY + WEEK


def test_nothing_is_looked_at_before_the_change(floor: Floor) -> None:
    floor.clock.set(MONDAY - MINUTE)
    assert hand_over(floor.context) == 0


def test_after_an_outage_the_present_shift_is_told_and_no_other(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    go_to(floor, MONDAY + 4 * WEEK + MINUTE)
    assert told(floor) == [("bo", ONE)]


def test_many_workers_tell_once(floor: Floor, database_url: str) -> None:
    floor.trigger("disk full", severity="sev3")
    floor.clock.set(MONDAY)
    others = [open_context(database_url, floor.clock) for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hand_over, [floor.context, *others] * 3))
    for other in others:
        other.database.dispose()
    assert told(floor) == [("ana", ONE)]


def test_worker_that_dies_before_the_commit_leaves_it_to_another(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(context: Context, now: datetime, session: Session) -> int:
        kept(context, now, session)
        session.flush()
        raise KeyboardInterrupt

    kept = handover._hand_over
    floor.trigger("disk full", severity="sev3")
    floor.clock.set(MONDAY)
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_hand_over", dies)
        with pytest.raises(KeyboardInterrupt):
            hand_over(floor.context)
    assert told(floor) == []
    go_to(floor, MONDAY + MINUTE)
    assert told(floor) == [("ana", ONE)]


def test_change_of_the_configuration_is_no_change_of_shifts(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    apply(floor, SCHEDULE.replace("[ana, bo, cy]", "[ana, cy, bo]"))
    go_to(floor, floor.clock.now() + MINUTE)
    assert told(floor) == []


def test_change_of_the_configuration_moves_the_next_change(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    apply(floor, SCHEDULE.replace("09:00", "07:00"))
    go_to(floor, floor.clock.now() + MINUTE)
    assert told(floor) == []
    go_to(floor, MONDAY - timedelta(hours=2))
    assert told(floor) == [("ana", ONE)]


def test_change_of_the_configuration_loses_no_change_that_nobody_has_looked_at(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    floor.clock.set(MONDAY + MINUTE)
    apply(floor, SCHEDULE + "    overrides: [{start: '2026-12-01T00:00', end: '2026-12-02T00:00', users: [bo]}]\n")
    go_to(floor, MONDAY + 2 * MINUTE)
    assert told(floor) == [("ana", ONE)]


def test_edit_has_no_other_schedule_looked_at_again(sqlite_url: str) -> None:
    limited = SCHEDULE.replace("engineers", "limited").replace(
        "[ana, bo, cy]}", "[bo], when: {calendar: hq, is: open}}"
    )
    document = DOCUMENT.replace(SCHEDULE, SCHEDULE + SCHEDULE.replace("engineers", "another") + limited)
    hours = "calendars: {{hq: {{time_zone: UTC, open: [{{days: [mon], from: '{}', to: '17:00'}}]}}}}\n"
    with open_floor(sqlite_url, document + hours.format("09:00")) as floor:
        go_to(floor, floor.clock.now())
        later = MONDAY + WEEK
        due = {"engineers": later, "another": later, "limited": later}
        go_to(floor, MONDAY + timedelta(hours=9))
        assert {key for key, at in _watched(floor).items() if at == due[key]} == {*due}
        now = floor.clock.now()
        apply(floor, SCHEDULE.replace("[ana, bo, cy]", "[ana, cy]"))
        assert _watched(floor) == due | {"engineers": now}
        apply_document(floor.context, f"version: 1\n{hours.format('08:00')}", author="test", prune=False, dry_run=False)
        assert _watched(floor) == due | {"engineers": now, "limited": now}


def test_override_from_now_on_is_a_change_of_shifts(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    apply(floor, SCHEDULE + "    overrides: [{start: '2026-11-22T02:30', end: '2026-11-22T05:00', users: [bo]}]\n")
    go_to(floor, floor.clock.now() + 17 * MINUTE)
    assert told(floor) == [("bo", ONE)]
    go_to(floor, datetime(2026, 11, 22, 5, 0, tzinfo=UTC))
    assert told(floor) == [("bo", ONE), ("cy", ONE)]


def test_override_that_is_laid_while_a_worker_looks_is_looked_at_after_it(postgres_url: str) -> None:
    with open_floor(postgres_url, DOCUMENT) as floor, ThreadPoolExecutor(1) as pool:
        floor.trigger("disk full", severity="sev3")
        start = MONDAY + timedelta(hours=2)
        bos = NewOverride("engineers", start, start + timedelta(hours=1), ("bo",))

        def lay(session: Session) -> None:
            lay_overrides(floor.context, session, [bos], "mia", floor.clock.now())

        def look(session: Session) -> Future[None]:
            floor.clock.set(MONDAY)
            handover._hand_over(floor.context, MONDAY, session)
            laying = pool.submit(floor.context.database.write, lay)
            _wait_for_one_that_waits(floor)
            return laying

        floor.context.database.write(look).result(20)
        go_to(floor, MONDAY + MINUTE)
        assert _watched(floor) == {"engineers": start}
        go_to(floor, start)
        assert told(floor) == [("ana", ONE), ("bo", ONE)]


def _wait_for_one_that_waits(floor: Floor) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(2000):
        with floor.context.database.read() as session:
            if session.scalar(waiting):
                return
    pytest.fail("nobody waits for the worker")


def test_schedule_that_is_gone_is_looked_at_no_more(floor: Floor) -> None:
    document = DOCUMENT.replace(f"schedules: {SCHEDULE}", "").replace("{schedule: engineers}", "{user: bo}")
    apply_document(floor.context, document, author="test", prune=True, dry_run=False)
    go_to(floor, MONDAY)
    assert _watched(floor) == {}
    assert told(floor) == []
    assert next_due(floor.context) is None


def test_schedules_of_an_earlier_release_are_watched_from_the_start_of_a_worker(floor: Floor) -> None:
    floor.context.database.write(lambda session: session.execute(delete(HandoverRow)))
    watch_schedules(floor.context)
    watch_schedules(floor.context)
    assert _watched(floor).keys() == {"engineers"}
    floor.trigger("disk full", severity="sev3")
    go_to(floor, MONDAY)
    assert told(floor) == [("ana", ONE)]


def test_damaged_incident_keeps_nobody_from_being_told(floor: Floor) -> None:
    floor.trigger("disk full", severity="sev3")
    spoil(floor, floor.trigger("damaged"), run={"nonsense": 1})
    go_to(floor, MONDAY)
    assert told(floor) == [("ana", ONE)]


def test_schedule_that_cannot_be_worked_out_keeps_no_other_waiting(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_for_bo(schedule: Schedule, now: datetime) -> datetime:
        if schedule.on_call_at(now) == {"bo"}:
            raise ZeroDivisionError
        return next_change(schedule, now)

    floor.trigger("disk full", severity="sev3")
    apply(floor, SCHEDULE + SCHEDULE.replace("engineers", "another").replace("[ana, bo, cy]", "[bo]"))
    monkeypatch.setattr(handover, "next_change", broken_for_bo)
    go_to(floor, floor.clock.now())
    go_to(floor, MONDAY)
    assert told(floor) == [("ana", ONE)]
    assert _watched(floor) == {"engineers": MONDAY + WEEK, "another": MONDAY + MINUTE}


def _notices(floor: Floor) -> list[Outgoing]:
    """Notices of a hand-over: whom an edit gives other shifts is told so besides."""
    floor.delivery.deliver_due()
    return [sent for sent in floor.vendor.sent if not sent.lines and "inherit" in sent.text]


def _watched(floor: Floor) -> dict[str, datetime]:
    with floor.context.database.read() as session:
        return {row.schedule: row.next_at for row in session.scalars(select(HandoverRow))}


def apply(floor: Floor, schedules: str) -> None:
    """Let the schedules be these from now on."""
    apply_document(floor.context, f"version: 1\nschedules: {schedules}", author="test", prune=False, dry_run=False)
