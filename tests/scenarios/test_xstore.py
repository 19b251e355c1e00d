"""The support process in examples/xstore.yaml: agreements with guaranteed responses, and queries without."""

from datetime import timedelta

import pytest

from oncall.domain.commands import Acknowledge, AwaitCustomer, CustomerReplied, Snooze
from tests.scenarios.night import Night

OFFICE = Night("xstore", "Africa/Johannesburg", "tickets")
SUBJECT = {"subject": "the mail server refuses connections"}
TEAM = "thandi anika pieter sipho johan"


def test_priority_request_of_a_gold_client_pages_at_night_and_is_answered_for_when_four_hours_have_passed() -> None:
    told = OFFICE.at("Sun 22 Nov 02:13").trigger("priority", plan="gold", fields=SUBJECT).until("Sun 22 Nov 08:00")

    assert told.lines("triggered", "warned", "breached") == [
        "Sun 22 Nov 02:13 triggered priority Sun 22 Nov 06:13",
        "Sun 22 Nov 05:13 warned respond",
        "Sun 22 Nov 06:13 breached respond Sun 22 Nov 06:13",
    ]
    assert told.pages("priority")[:4] == [
        "Sun 22 Nov 02:13 sipho priority 1",
        "Sun 22 Nov 02:33 sipho lerato priority 2",
        f"Sun 22 Nov 02:53 {TEAM} priority 3",
        "Sun 22 Nov 03:13 sipho priority 1 round 2",
    ]
    assert told.pages("reminder") == ["Sun 22 Nov 05:13 sipho lerato reminder 1"]
    assert told.pages("guarantee") == [
        "Sun 22 Nov 06:13 lerato johan guarantee 1",
        "Sun 22 Nov 06:43 lerato johan guarantee 1 round 2",
    ]


def test_priority_request_of_a_silver_client_has_eight_hours() -> None:
    told = OFFICE.at("Sun 22 Nov 02:13").trigger("priority", plan="silver", fields=SUBJECT).until("Sun 22 Nov 10:13")

    assert told.pages()[0] == "Sun 22 Nov 02:13 sipho priority 1"
    assert told.lines("warned", "breached") == [
        "Sun 22 Nov 09:13 warned respond",
        "Sun 22 Nov 10:13 breached respond Sun 22 Nov 10:13",
    ]


def test_priority_request_that_somebody_takes_is_silent_and_nobody_is_reminded() -> None:
    told = (
        OFFICE.at("Sun 22 Nov 02:13")
        .trigger("priority", plan="gold", fields=SUBJECT)
        .at("Sun 22 Nov 02:30")
        .happens(Acknowledge("sipho"))
        .until("Wed 25 Nov 12:00")
    )

    assert told.pages() == ["Sun 22 Nov 02:13 sipho priority 1"]
    assert told.lines("warned", "breached") == []


def test_priority_request_by_day_goes_to_the_desk() -> None:
    told = OFFICE.at("Tue 24 Nov 16:50").trigger("urgent", customer="karoo-farms").until("Tue 24 Nov 17:10")

    assert told.entry("triggered")["plan"] == "gold"
    assert told.pages() == ["Tue 24 Nov 16:50 thandi priority 1", "Tue 24 Nov 17:10 pieter lerato priority 2"]


def test_client_with_a_tailored_agreement_has_two_hours_and_its_manager_is_paged_once_with_the_owner() -> None:
    told = OFFICE.at("Tue 24 Nov 10:00").trigger("priority", customer="vaal-freight").until("Tue 24 Nov 12:00")

    assert told.lines("warned", "breached") == [
        "Tue 24 Nov 11:00 warned respond",
        "Tue 24 Nov 12:00 breached respond Tue 24 Nov 12:00",
    ]
    assert told.pages("guarantee") == ["Tue 24 Nov 12:00 lerato johan guarantee 1"]


def test_request_that_is_no_priority_waits_for_office_hours_whatever_the_agreement() -> None:
    told = OFFICE.at("Sun 22 Nov 02:13").trigger("normal", plan="gold", fields=SUBJECT).until("Mon 23 Nov 10:00")

    assert told.lines("triggered", "deferred") == [
        "Sun 22 Nov 02:13 triggered normal",
        "Sun 22 Nov 02:13 deferred Mon 23 Nov 08:00",
    ]
    assert told.pages() == ["Mon 23 Nov 08:00 thandi queries 1", "Mon 23 Nov 10:00 thandi queries 1 round 2"]
    assert told.sends() == ["Mon 23 Nov 08:00 thandi slack", "Mon 23 Nov 10:00 thandi slack"]


def test_request_that_names_no_priority_and_no_plan_is_an_ordinary_one_of_a_silver_client() -> None:
    told = OFFICE.at("Tue 24 Nov 10:00").trigger("whenever", fields=SUBJECT).until("Tue 24 Nov 10:00")

    triggered = told.entry("triggered")
    assert (triggered["severity"], triggered["plan"], triggered["ticket_type"]) == ("normal", "silver", "query")
    assert len(triggered["warnings"]) == 1


@pytest.mark.parametrize("ticket_type", ["appointment", "maintenance", "project"])
def test_what_is_planned_waits_for_office_hours_even_with_priority_and_guarantees_nothing(ticket_type: str) -> None:
    night = OFFICE.at("Sat 21 Nov 09:00").trigger("priority", plan="gold", ticket_type=ticket_type, fields=SUBJECT)

    told = night.until("Mon 23 Nov 09:59")

    assert told.lines("triggered") == ["Sat 21 Nov 09:00 triggered priority"]
    assert told.sends() == ["Mon 23 Nov 08:00 thandi slack"]


def test_query_without_an_agreement_rests_when_the_office_closes_and_nobody_is_paged_for_its_48_hours() -> None:
    told = OFFICE.at("Fri 20 Nov 16:00").trigger(service="once-off", fields=SUBJECT).until("Mon 23 Nov 08:00")

    assert told.lines("triggered", "deferred", "breached") == [
        "Fri 20 Nov 16:00 triggered query Sun 22 Nov 16:00",
        "Fri 20 Nov 17:00 deferred Mon 23 Nov 08:00",
        "Sun 22 Nov 16:00 breached respond Sun 22 Nov 16:00",
    ]
    assert told.pages() == ["Fri 20 Nov 16:00 anika queries 1", "Mon 23 Nov 08:00 thandi queries 1"]


def test_query_of_a_night_waits_for_its_morning() -> None:
    told = OFFICE.at("Wed 25 Nov 23:00").trigger(service="once-off", fields=SUBJECT).until("Thu 26 Nov 09:59")

    assert told.pages() == ["Thu 26 Nov 08:00 thandi queries 1"]


def test_query_on_the_evening_before_the_day_of_reconciliation_waits_for_the_day_after() -> None:
    told = OFFICE.at("Tue 15 Dec 18:00").trigger("normal", fields=SUBJECT).until("Thu 17 Dec 09:59")

    assert told.pages() == ["Thu 17 Dec 08:00 anika queries 1"]


def test_query_before_a_holiday_that_is_kept_on_the_monday_waits_for_tuesday() -> None:
    told = OFFICE.at("Fri 07 Aug 17:30").trigger("normal", fields=SUBJECT).until("Tue 11 Aug 09:59")

    assert told.pages() == ["Tue 11 Aug 08:00 anika queries 1"]


@pytest.mark.parametrize(
    ("night", "stand_by"), [("Sun 08 Mar", "pieter"), ("Sun 29 Mar", "sipho"), ("Sun 25 Oct", "sipho")]
)
def test_four_hours_are_four_on_the_wall_while_the_clocks_change_elsewhere(night: str, stand_by: str) -> None:
    told = OFFICE.at(f"{night} 00:30").trigger("priority", plan="gold", fields=SUBJECT).until(f"{night} 04:30")

    assert told.pages()[0] == f"{night} 00:30 {stand_by} priority 1"
    assert told.lines("breached") == [f"{night} 04:30 breached respond {night} 04:30"]


def test_request_without_sufficient_information_waits_for_the_client_and_its_hours_with_it() -> None:
    told = (
        OFFICE.at("Tue 24 Nov 10:00")
        .trigger("priority", plan="gold", body="")
        .at("Tue 24 Nov 10:30")
        .happens(AwaitCustomer("thandi"))
        .at("Tue 24 Nov 13:30")
        .happens(CustomerReplied("token:tickets", {**SUBJECT, "body": "since noon"}))
        .until("Tue 24 Nov 17:00")
    )

    assert told.entry("triggered")["missing"] == ["subject", "body"]
    assert told.entry("completed")["fields"] == ["subject", "body"]
    assert told.lines("customer_replied", "warned", "breached") == [
        "Tue 24 Nov 13:30 customer_replied token:tickets Tue 24 Nov 17:00",
        "Tue 24 Nov 16:00 warned respond",
        "Tue 24 Nov 17:00 breached respond Tue 24 Nov 17:00",
    ]


def test_ordinary_request_that_is_snoozed_past_closing_time_rests_until_the_morning() -> None:
    told = (
        OFFICE.at("Tue 24 Nov 15:00")
        .trigger("normal", fields=SUBJECT)
        .at("Tue 24 Nov 15:30")
        .happens(Snooze("thandi", timedelta(hours=3)))
        .until("Wed 25 Nov 08:00")
    )

    assert told.lines("deferred") == ["Tue 24 Nov 18:30 deferred Wed 25 Nov 08:00"]
    assert told.pages() == ["Tue 24 Nov 15:00 thandi queries 1", "Wed 25 Nov 08:00 thandi queries 1"]
