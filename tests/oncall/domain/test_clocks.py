"""The response and the update clock: what they promise, when they pause, warn and are broken (docs/semantics.md 4.6, 4.8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.clocks import due_at
from oncall.domain.commands import (
    Acknowledge,
    AwaitCustomer,
    CustomerReplied,
    Resolve,
    SetSeverity,
    Snooze,
    Update,
)
from oncall.domain.incident import Pause
from schedules import parse_duration
from tests.oncall.domain.cast import MINUTE, trigger
from tests.oncall.domain.desk import AT_3, AT_8, AT_9, AT_10, AT_17, HOUR, OFFICE, RULES, desk, later
from tests.oncall.domain.life import Life

EVERY_HOUR = tuple(replace(rule, update_every=parse_duration("1h")) for rule in RULES)


def opened(severity: str = "sev1", **changes: object) -> Life:
    life = Life(desk(**changes))
    life.at(AT_3, trigger(severity))
    return life


def test_response_is_due_by_the_rule_and_broken_when_nobody_acknowledges() -> None:
    life = opened().until(AT_3 + 4 * HOUR)

    assert life.log[0].details["respond_by"] == "2026-03-03T07:00:00Z"
    assert life.told("warned", "breached") == [("06:30", "warned", "respond"), ("07:00", "breached", "respond")]
    assert [page for page in life.paged() if page[2] == "management"] == [("07:00", "mia", "management", 1)]


def test_acknowledgement_stops_the_response_clock_for_good() -> None:
    life = opened(on_breach=None, ack_timeout=HOUR)
    life.at(later(AT_3, 1), Acknowledge("bo"))
    life.until(AT_3 + 5 * HOUR)

    assert ("breached", "respond") not in [entry[1:] for entry in life.told("breached")]
    assert life.incident.respond_by is None


def test_acknowledgement_starts_the_clock_of_the_updates() -> None:
    life = opened()
    done = life.at(later(AT_3, 10), Acknowledge("bo"))

    assert done.entries[-1].details["update_by"] == "2026-03-03T04:10:00Z"


def test_second_acknowledgement_leaves_the_clock_of_the_updates() -> None:
    life = opened()
    life.at(later(AT_3, 10), Acknowledge("bo"))
    life.at(later(AT_3, 20), Acknowledge("kim"))

    assert life.incident.update_by == later(AT_3, 70)


def test_update_starts_its_clock_again() -> None:
    life = opened()
    life.at(later(AT_3, 10), Acknowledge("bo"))
    done = life.at(later(AT_3, 30), Update("bo", "working on it"))

    assert done.entries[-1].details["update_by"] == "2026-03-03T04:30:00Z"


def test_update_clock_starts_again_after_a_breach() -> None:
    life = opened(ack_timeout=None)
    life.at(AT_3, Acknowledge("bo"))
    life.until(AT_3 + 2 * HOUR)

    assert life.told("breached") == [("04:00", "breached", "update"), ("05:00", "breached", "update")]


def test_update_may_say_when_the_next_one_comes() -> None:
    life = opened(ack_timeout=None)
    life.at(AT_3, Acknowledge("bo"))
    life.at(later(AT_3, 10), Update("bo", next_by=AT_10))
    life.until(AT_10)

    assert life.told("breached") == [("10:00", "breached", "update")]
    assert life.incident.update_by == AT_10 + HOUR


def test_agreed_update_survives_a_change_of_severity() -> None:
    life = opened(ack_timeout=None)
    life.at(AT_3, Acknowledge("bo"))
    life.at(later(AT_3, 10), Update("bo", next_by=AT_10))
    life.at(later(AT_3, 11), SetSeverity("bo", "sev2"))

    assert life.incident.update_by == AT_10


def test_next_update_in_the_past_is_refused() -> None:
    life = opened()
    life.at(AT_3, Acknowledge("bo"))

    assert life.at(later(AT_3, 10), Update("bo", next_by=AT_3)).refused == "next_by 2026-03-03T03:00:00Z is past"
    assert life.incident.update_by == AT_3 + HOUR


def test_resolve_ends_both_clocks() -> None:
    life = opened()
    life.at(later(AT_3, 1), Resolve("bo"))

    assert life.until(AT_17).told("warned", "breached") == []


def test_waiting_for_the_customer_pauses_the_response() -> None:
    life = opened()
    life.at(AT_3 + HOUR, AwaitCustomer("bo"))
    assert life.incident.respond_by is None

    done = life.at(AT_3 + 3 * HOUR, CustomerReplied("bo"))

    assert done.entries[-1].details["respond_by"] == "2026-03-03T09:00:00Z"
    assert life.until(AT_3 + 5 * HOUR).told("breached") == []
    assert life.until(AT_3 + 6 * HOUR).told("breached") == [("09:00", "breached", "respond")]


def test_waiting_for_the_customer_does_not_stop_the_paging() -> None:
    life = opened()
    life.at(later(AT_3, 1), AwaitCustomer("bo"))

    assert life.until(later(AT_3, 10)).paged()[-1] == ("03:10", "kim", "night", 2)


def test_waiting_twice_is_waiting_once() -> None:
    life = opened()
    life.at(later(AT_3, 1), AwaitCustomer("bo"))

    assert life.at(later(AT_3, 2), AwaitCustomer("bo")).entries == ()


def test_severity_changes_the_limit_counted_from_the_trigger() -> None:
    life = opened("sev3")
    done = life.at(later(AT_3, 30), SetSeverity("ana", "sev1"))

    assert done.entries[0].details["respond_by"] == "2026-03-03T07:00:00Z"


def test_severity_changes_the_limit_counted_from_now_where_the_policy_says_so() -> None:
    life = opened("sev3", respond_from="severity_change")
    done = life.at(later(AT_3, 30), SetSeverity("ana", "sev1"))

    assert done.entries[0].details["respond_by"] == "2026-03-03T07:30:00Z"


def test_limit_that_is_past_when_it_is_set_is_broken_at_once() -> None:
    quick = (
        replace(RULES[1], number=1, hours=None, respond_within=parse_duration("10m"), warn_before=None),
        *RULES[1:],
    )
    life = opened("sev3", rules=quick)
    life.at(later(AT_3, 30), SetSeverity("ana", "sev1"))

    assert life.until(later(AT_3, 30)).told("breached") == [("03:30", "breached", "respond")]


def test_two_limits_that_pass_at_one_instant_start_one_run() -> None:
    rules = tuple(replace(rule, respond_within=parse_duration("1h")) for rule in RULES)
    life = opened(rules=rules)
    life.at(later(AT_3, 1), Update("bo", next_by=AT_3 + HOUR))
    life.until(AT_3 + HOUR)

    assert life.told("breached") == [("04:00", "breached", "respond"), ("04:00", "breached", "update")]
    assert [page[1] for page in life.paged() if page[2] == "management"] == ["mia"]


def test_run_after_a_breach_goes_through_its_steps_beside_an_acknowledgement_and_ends() -> None:
    life = opened(ack_timeout=None)
    life.at(AT_3, Acknowledge("bo"))
    life.until(AT_3 + HOUR + 25 * MINUTE)

    assert life.paged()[1:] == [("04:00", "mia", "management", 1), ("04:10", "root", "management", 2)]
    assert life.told("exhausted") == [("04:20", "exhausted", None)]


@pytest.mark.parametrize("command", [Acknowledge("kim"), Update("bo")], ids=["acknowledge", "update"])
def test_run_after_a_breach_ends_at_an_answer(command: Acknowledge | Update) -> None:
    life = opened(ack_timeout=None)
    life.at(AT_3, Acknowledge("bo"))
    life.at(later(AT_3, 65), command)
    life.until(later(AT_3, 90))

    assert life.paged()[1:] == [("04:00", "mia", "management", 1)]


def test_warning_pages_whom_the_policy_names() -> None:
    life = opened(on_warning="management").until(AT_3 + 4 * HOUR - 30 * MINUTE)

    assert [page for page in life.paged() if page[2] == "management"] == [("06:30", "mia", "management", 1)]


def test_what_was_agreed_with_a_customer_goes_before_the_rule() -> None:
    life = Life(desk())
    life.at(AT_3, replace(trigger("sev1"), customer="acme"))

    assert life.incident.respond_by == AT_3 + HOUR


def test_customers_manager_is_told_of_a_breach() -> None:
    life = Life(desk())
    life.at(AT_3, replace(trigger("sev1"), customer="acme"))
    life.at(later(AT_3, 1), Snooze("bo", 6 * HOUR))
    life.until(AT_3 + HOUR)

    assert life.paged()[1:] == [("04:00", "mia", "management", 1), ("04:00", "kim", "management", 1)]
    assert life.log[-1].details["because"] == "manager of customer acme; the response is late"


def test_customers_manager_is_told_where_the_policy_names_nobody() -> None:
    life = Life(desk(on_breach=None))
    life.at(AT_3, replace(trigger("sev1"), customer="acme"))
    life.at(later(AT_3, 1), Snooze("bo", 6 * HOUR))

    assert life.until(AT_3 + 2 * HOUR).paged()[1:] == [("04:00", "kim", "customer acme", 1)]


def test_open_time_pauses_and_goes_on_as_open_time() -> None:
    """Monday 10:00 and 4 business hours, paused at 11:30, going on Tuesday 15:00: due on Wednesday 09:30 (of 7 hours: 10:30)."""
    monday = AT_10 - timedelta(days=1)
    pauses = (Pause(monday + 90 * MINUTE, AT_10 + 5 * HOUR),)

    assert due_at(monday, parse_duration("4 business hours"), pauses, OFFICE) == AT_9 + timedelta(days=1) + 30 * MINUTE


def test_rest_of_working_days_goes_on_as_open_time() -> None:
    """Two working days from Tuesday 10:00 are Thursday 10:00: paused Wednesday 10:00, eight open hours are left."""
    pauses = (Pause(AT_10 + timedelta(days=1), AT_10 + timedelta(days=6)),)

    assert due_at(AT_10, parse_duration("2 business days"), pauses, OFFICE) == AT_10 + timedelta(days=7)


@given(st.lists(st.integers(1, 300), max_size=6), st.sampled_from(["5h", "4 business hours", "2 business days"]))
def test_pauses_never_bring_a_limit_forward(minutes: list[int], limit: str) -> None:
    pauses, at = [], AT_3
    for run in range(0, len(minutes) - 1, 2):
        since = at + minutes[run] * MINUTE
        at = since + minutes[run + 1] * MINUTE
        pauses.append(Pause(since, at))
    duration = parse_duration(limit)

    whole, paused = due_at(AT_3, duration, (), OFFICE), due_at(AT_3, duration, tuple(pauses), OFFICE)

    assert whole is not None
    assert paused is not None
    # What is left of working days ends with an open hour, where the whole of them may end before the first of a day.
    assert paused >= whole or OFFICE.open_time(paused, whole) == timedelta(0)


def test_update_that_was_agreed_before_the_response_stays_agreed() -> None:
    life = opened()
    life.at(later(AT_3, 5), Update("bo", next_by=AT_9))

    life.at(later(AT_3, 10), Acknowledge("bo"))

    assert life.incident.update_by == AT_9


def test_warning_that_fires_twice_warns_once() -> None:
    life = opened(on_warning="management").until(AT_3 + 4 * HOUR - 30 * MINUTE)

    again = life.again("warn_respond", life.log[-1].at)

    assert (again.entries, again.incident.management) == ((), life.incident.management)
    assert len(life.incident.management) == 1


def test_warning_that_an_outage_swallowed_with_its_limit_is_not_made_up_for() -> None:
    life = opened(on_warning="management").away_until(AT_8)

    assert life.told("warned", "breached") == [("08:00", "breached", "respond")]
    assert [page for page in life.paged() if page[2] == "management"] == [("08:00", "mia", "management", 1)]


def test_limits_that_pass_at_one_instant_start_one_run_however_long_their_timers_take() -> None:
    rules = tuple(replace(rule, respond_within=parse_duration("1h")) for rule in RULES)
    life = opened(rules=rules)
    life.at(later(AT_3, 1), Update("bo", next_by=AT_3 + HOUR))
    life.until(AT_3 + 59 * MINUTE)

    life.fire("breach_respond", AT_3 + HOUR + timedelta(seconds=2))
    life.fire("breach_update", AT_3 + HOUR + timedelta(seconds=4))

    assert len(life.told("breached")) == 2
    assert [page[1] for page in life.paged() if page[2] == "management"] == ["mia"]


def test_change_that_leaves_the_limit_warns_of_it_no_second_time() -> None:
    life = opened(on_warning="management").until(AT_3 + 4 * HOUR - 30 * MINUTE)

    life.at(AT_3 + 4 * HOUR - 20 * MINUTE, SetSeverity("bo", "sev2"))
    life.until(AT_3 + 4 * HOUR - MINUTE)

    assert life.told("warned") == [("06:30", "warned", "respond")]
