"""What comes late, twice or at the instant of something else: nothing is lost or made up for (docs/semantics.md 5.6, 5.7)."""

from __future__ import annotations

from datetime import datetime

import pytest

from oncall.domain.commands import Acknowledge, Escalate, PersonCommand, Reassign, Recalculate, Snooze
from oncall.domain.incident import State
from tests.oncall.domain.cast import trigger
from tests.oncall.domain.desk import AT_3, AT_8, AT_10, AT_17, HOUR, TRIAGE, desk, later
from tests.oncall.domain.life import Life

AT_20 = AT_17 + 3 * HOUR


def opened(severity: str = "sev1", at: datetime = AT_3, **changes: object) -> Life:
    life = Life(desk(**changes))
    life.at(at, trigger(severity))
    return life


@pytest.mark.parametrize("command", [Recalculate(), Escalate("ana"), Reassign("ana", "kim")])
def test_closing_counts_whatever_is_asked_at_its_instant(command: PersonCommand | Recalculate) -> None:
    life = opened("sev3", AT_10)
    life.at(AT_17, command)

    life.until(AT_17)

    assert life.incident.state is State.DEFERRED
    assert life.incident.deferred_until == later(AT_8, 24 * 60)


def test_closing_counts_where_the_configuration_changes_before_its_timer_has_fired() -> None:
    life = opened("sev3", AT_10).until(later(AT_17, -1))

    for command in (Recalculate(), Recalculate()):
        life.do(command, later(AT_17, 1))
    life.away_until(later(AT_17, 1))

    assert life.incident.state is State.DEFERRED


def test_release_is_not_put_off_where_the_configuration_changes_before_its_timer_has_fired() -> None:
    life = opened("sev3").until(later(AT_8, -1))

    life.do(Recalculate(), later(AT_8, 1))
    life.away_until(later(AT_8, 1))

    assert life.told("released") == [("08:01", "released", None)]
    assert life.paged() == [("08:01", "ana", "engineering", 1)]


def test_step_that_an_outage_kept_until_after_closing_pages_nobody() -> None:
    life = opened("sev3", later(AT_17, -15))

    life.away_until(AT_20)

    assert life.paged() == [("16:45", "ana", "engineering", 1)]
    assert life.incident.state is State.DEFERRED


def test_step_that_an_outage_kept_until_after_closing_gives_way_to_the_night() -> None:
    life = opened("sev1", later(AT_17, -15))

    life.away_until(AT_20)

    assert [page for page in life.paged()[1:] if page[2] != "management"] == [("20:00", "bo", "night", 1)]


def test_release_that_an_outage_swallowed_happens_once_by_who_is_asked_now() -> None:
    life = opened("sev3").away_until(AT_20)

    assert life.told("released") == [("20:00", "released", None)]
    assert [page for page in life.paged() if page[2] != "management"] == [("20:00", "ana", "engineering", 1)]


def test_acknowledgement_that_expired_in_an_outage_asks_the_table_of_now() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Acknowledge("bo"))

    life.away_until(AT_10)

    assert life.told("ack_expired") == [("10:00", "ack_expired", "bo")]
    assert [page for page in life.paged()[1:] if page[2] != "management"] == [("10:00", "ana", "engineering", 1)]


def test_snooze_that_ended_in_an_outage_asks_the_table_of_now() -> None:
    life = opened("sev3", AT_10)
    life.at(later(AT_10, 1), Snooze("ana", HOUR))

    life.away_until(AT_20)

    assert life.told("resumed", "deferred") == [
        ("20:00", "resumed", None),
        ("20:00", "deferred", "2026-03-04T08:00:00Z"),
    ]


def test_triage_that_ended_in_an_outage_goes_on_by_the_table_of_now() -> None:
    life = opened("sev1", triage=TRIAGE).away_until(AT_10)

    assert [page for page in life.paged()[1:] if page[2] != "management"] == [("10:00", "ana", "engineering", 1)]


def test_updates_that_an_outage_swallowed_are_broken_once_and_counted_from_now() -> None:
    life = opened("sev1", ack_timeout=None)
    life.at(later(AT_3, 10), Acknowledge("bo"))

    life.away_until(AT_10)

    assert life.told("breached") == [("10:00", "breached", "update")]
    assert life.incident.update_by == AT_10 + HOUR


def test_run_of_management_that_is_through_is_not_woken_by_a_timer_that_fires_twice() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Acknowledge("bo"))
    life.until(later(AT_3, 85))

    again = life.again("step", later(AT_3, 85))

    assert life.told("breached", "exhausted") == [("04:01", "breached", "update"), ("04:21", "exhausted", None)]
    assert (again.entries, again.timers) == ((), ())
