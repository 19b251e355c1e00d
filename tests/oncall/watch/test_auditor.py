"""The auditor finds what nobody would come back to, mends it and says so; and what is late, set aside, or reaches nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from oncall.domain.itself import ALARMS
from oncall.errors import AddressError, ProviderError
from oncall.operations import act
from oncall.operations.beats import Ran
from oncall.operations.mend import rearm
from oncall.store import holds, incidents
from oncall.store.beats import Beat
from oncall.store.incidents import IncidentRow
from oncall.store.messages import MessageRow
from oncall.store.timers import TimerRow
from oncall.watch.auditor import OVER_AFTER, audit_once
from tests.oncall.floor import ANAS_NUMBER, BOS_NUMBER, DOCUMENT, MINUTE, ROOTS_NUMBER, SECOND, Floor, open_floor

REFUSED = ProviderError("no", permanent=True)
ENDING = DOCUMENT.replace(
    "watching: {steps: [{notify: [{user: vic}], wait: 5m}]}",
    "watching: {steps: [{notify: [{user: ana}], wait: 5m}], repeat: 0, fallback: [{user: bo}]}",
)


@pytest.fixture
def company(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


def audited(floor: Floor, before: Ran | None = None) -> Ran:
    now = floor.clock.now()
    return audit_once(floor.context, Beat("auditor", now, None, None, before.memory if before else {}))


def alarms(floor: Floor) -> list[str]:
    with floor.context.database.read() as session:
        found = incidents.list_incidents(session, floor.context.cipher, service=ALARMS)
    return [alarm.dedup_key for alarm in found if alarm.state != "resolved"]


def forget_timers(floor: Floor, incident: str) -> None:
    floor.context.database.write(
        lambda session: session.execute(delete(TimerRow).where(TimerRow.incident_id == incident))
    )


def test_urgent_incident_without_a_timer_is_taken_further(floor: Floor) -> None:
    incident = floor.trigger()
    floor.work()
    forget_timers(floor, incident.id)
    ran = audited(floor)
    assert ran.well_at is None
    floor.work()
    assert floor.events(incident.id)[-3:] == ["rearmed", "paged", "attempted"]
    assert floor.vendor.addresses() == [ANAS_NUMBER, BOS_NUMBER, ROOTS_NUMBER]
    assert alarms(floor) == ["no_timer"]
    assert audited(floor, ran).well_at == floor.clock.now()
    assert rearm(floor.context, incident.id) is None


def test_timer_of_a_clock_takes_no_escalation_further(company: Floor) -> None:
    incident = company.trigger()
    company.work()
    others = update(TimerRow).values(kind="breach_respond", generation=TimerRow.generation + 1)
    company.context.database.write(lambda session: session.execute(others))
    assert audited(company).well_at is None
    assert company.events(incident.id)[-1] == "rearmed"


@pytest.mark.parametrize(
    ("severity", "state", "end"), [("sev3", "deferred", "released"), ("sev1", "triage", "triage_expired")]
)
def test_incident_whose_wait_would_never_end_is_given_the_end_of_it(
    desk: Floor, severity: str, state: str, end: str
) -> None:
    incident = desk.trigger("slow", severity=severity)
    assert (incident.state, audited(desk).well_at) == (state, desk.clock.now())
    assert incident.wait is not None
    forget_timers(desk, incident.id)
    assert audited(desk).well_at is None
    assert audited(desk).well_at == desk.clock.now()
    desk.clock.set(incident.wait.until)
    desk.work()
    assert end in desk.events(incident.id)


@pytest.mark.parametrize("taken", ["acknowledged", "recorded low", "resolved"])
def test_what_nobody_is_paged_for_needs_no_timer(company: Floor, taken: str) -> None:
    incident = company.trigger(severity="sev4" if taken == "recorded low" else "sev1")
    if taken == "acknowledged":
        act.acknowledge(company.context, incident.id, "ana")
    if taken == "resolved":
        act.resolve(company.context, incident.id, "ana")
    forget_timers(company, incident.id)
    assert audited(company).well_at == company.clock.now()


def test_many_urgent_incidents_are_looked_at_in_turns(company: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncall.watch.auditor.LOOKED_AT", 2)
    last = [company.trigger(f"disk {number}") for number in range(3)][-1]
    forget_timers(company, last.id)
    ran = audited(company)
    assert (ran.well_at, ran.memory["reached"]) == (company.clock.now(), 2)
    assert audited(company, ran).well_at is None


def test_what_is_overdue_is_an_alarm_until_it_is_done(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(60 * SECOND)
    assert audited(floor).well_at == floor.clock.now()
    floor.clock.advance(5 * MINUTE)
    ran = audited(floor)
    assert (ran.well_at, sorted(alarms(floor))) == (None, ["overdue_page", "overdue_timer"])
    floor.work()
    ran = audited(floor, ran)
    assert (ran.well_at, len(alarms(floor))) == (floor.clock.now(), 2)
    floor.clock.advance(OVER_AFTER)
    floor.work()
    audited(floor, ran)
    assert alarms(floor) == []


def test_pages_that_are_held_are_not_overdue(company: Floor) -> None:
    company.trigger()
    company.context.database.write(lambda session: holds.begin(session, company.clock.now(), "root"))
    company.clock.advance(4 * MINUTE)
    assert audited(company).well_at == company.clock.now()


def test_damaged_incident_without_a_timer_is_an_alarm_and_keeps_no_other_from_being_mended(company: Floor) -> None:
    damaged, whole = company.trigger("damaged"), company.trigger("whole", service="shop")
    company.work()
    for incident in (damaged, whole):
        forget_timers(company, incident.id)
    spoilt = update(IncidentRow).where(IncidentRow.id == damaged.id).values(run={"nonsense": 1})
    company.context.database.write(lambda session: session.execute(spoilt))
    assert audited(company).well_at is None
    assert alarms(company) == ["unreadable", "no_timer"]
    assert company.events(whole.id)[-1] == "rearmed"


def test_timer_that_was_set_aside_is_an_alarm(company: Floor) -> None:
    company.trigger()
    company.work()
    company.context.database.write(lambda session: session.execute(update(TimerRow).values(failure="ValueError")))
    assert (audited(company).well_at, alarms(company)) == (None, ["set_aside"])


def test_escalation_that_has_run_out_is_an_alarm_and_no_fault_of_the_pager(sqlite_url: str) -> None:
    with open_floor(sqlite_url, ENDING) as company:
        company.trigger(service="watched")
        company.pass_time(5 * MINUTE)
        assert (audited(company).well_at, alarms(company)) == (company.clock.now(), ["exhausted"])
        act.acknowledge(company.context, "1", "bo")
        company.clock.advance(MINUTE)
        company.work()
        ran = audited(company)
        assert "exhausted" not in ran.memory["seen"]


def test_round_that_reaches_nobody_is_an_alarm(floor: Floor) -> None:
    floor.vendor.answers.append(REFUSED)
    floor.trigger(service="watched")
    floor.work()
    audited(floor)
    assert alarms(floor) == ["nobody"]


def test_vendor_that_takes_nothing_is_an_alarm(company: Floor) -> None:
    company.vendor.answers.extend([REFUSED] * 99)
    for number in range(5):
        company.trigger(f"disk {number}", service="watched")
        company.pass_time(SECOND)
    audited(company)
    assert "channel_vendor" in alarms(company)


def test_vendor_to_which_wrong_numbers_were_given_is_no_alarm(company: Floor) -> None:
    company.vendor.answers.extend([AddressError("the number does not exist")] * 99)
    company.trigger()
    company.pass_time(SECOND)
    assert len(company.vendor.sent) >= 5
    audited(company)
    assert "channel_vendor" not in alarms(company)


def test_alarms_about_the_pager_make_no_further_alarms(sqlite_url: str) -> None:
    document = DOCUMENT.replace("role: admin\n", "role: viewer\n")
    with open_floor(sqlite_url, document) as company:
        company.vendor.answers.append(REFUSED)
        company.trigger(service="watched")
        company.work()
        ran = audited(company)
        company.pass_time(MINUTE)
        audited(company, ran)
        assert alarms(company) == ["nobody"]


def test_page_whose_sender_is_lost_and_that_nobody_takes_over_is_overdue(company: Floor) -> None:
    company.trigger()
    lost = update(MessageRow).values(state="sending", lease="gone", lease_until=company.clock.now())
    company.context.database.write(lambda session: session.execute(lost))
    company.clock.advance(MINUTE)
    assert audited(company).well_at == company.clock.now()
    company.clock.advance(SECOND)
    audited(company)
    assert "overdue_page" in alarms(company)
