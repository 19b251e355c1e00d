"""The support process in examples/macstadium.yaml: shift managers at every hour, engineers by day and on call."""

import json

import pytest

from oncall.domain.commands import (
    Acknowledge,
    CustomerReplied,
    EscalateForCustomer,
    Release,
    Resolve,
    SetSeverity,
    Triage,
)
from tests.scenarios.night import Night

ATLANTA = Night("macstadium", "America/New_York", "portal")
SUNDAY = ATLANTA.at("Sun 22 Nov 02:13").trigger("sev2")
EVERYBODY = "ines kofi lena marco nadia rob glen"


def test_outage_at_night_pages_the_shift_manager_then_the_engineer_on_call_round_after_round() -> None:
    told = SUNDAY.until("Sun 22 Nov 03:40")

    assert told.lines("triggered") == ["Sun 22 Nov 02:13 triggered sev2 Sun 22 Nov 06:13"]
    assert told.pages() == [
        "Sun 22 Nov 02:13 silas triage 1",
        "Sun 22 Nov 02:18 nadia engineering 1",
        "Sun 22 Nov 02:33 nadia hugo engineering 2",
        f"Sun 22 Nov 02:48 {EVERYBODY} engineering 3",
        "Sun 22 Nov 03:18 nadia engineering 1 round 2",
        "Sun 22 Nov 03:33 nadia hugo engineering 2 round 2",
    ]
    assert told.sends()[:6] == [
        "Sun 22 Nov 02:13 silas slack",
        "Sun 22 Nov 02:14 silas sms",
        "Sun 22 Nov 02:15 silas voice",
        "Sun 22 Nov 02:18 nadia slack",
        "Sun 22 Nov 02:19 nadia sms",
        "Sun 22 Nov 02:21 nadia voice",
    ]


def test_outage_that_nobody_takes_for_four_hours_is_reported_to_the_leads_and_paging_goes_on() -> None:
    told = SUNDAY.until("Sun 22 Nov 09:00")

    assert told.lines("warned", "breached") == [
        "Sun 22 Nov 05:43 warned respond",
        "Sun 22 Nov 06:13 breached respond Sun 22 Nov 06:13",
    ]
    assert told.pages("management") == [
        "Sun 22 Nov 06:13 hugo glen management 1",
        "Sun 22 Nov 06:28 dana hugo glen management 2",
        "Sun 22 Nov 06:43 hugo glen management 1 round 2",
        "Sun 22 Nov 06:58 dana hugo glen management 2 round 2",
    ]
    assert told.pages("engineering")[-1] == f"Sun 22 Nov 08:48 {EVERYBODY} engineering 3 round 7"


def test_leads_hear_no_more_of_it_once_an_engineer_has_taken_what_was_late() -> None:
    told = SUNDAY.at("Sun 22 Nov 06:20").happens(Acknowledge("nadia")).until("Mon 23 Nov 12:00")

    assert told.pages("management") == ["Sun 22 Nov 06:13 hugo glen management 1"]
    assert told.pages()[-1] == "Sun 22 Nov 06:18 nadia engineering 1 round 5"
    assert told.sends()[-1] == "Sun 22 Nov 06:19 nadia sms"


def test_outage_that_an_engineer_has_taken_is_silent_from_then_on() -> None:
    told = SUNDAY.at("Sun 22 Nov 02:40").happens(Acknowledge("nadia")).until("Tue 24 Nov 12:00")

    assert told.pages() == [
        "Sun 22 Nov 02:13 silas triage 1",
        "Sun 22 Nov 02:18 nadia engineering 1",
        "Sun 22 Nov 02:33 nadia hugo engineering 2",
    ]
    assert told.sends()[-1] == "Sun 22 Nov 02:36 nadia voice"
    assert told.lines("acknowledged", "warned", "breached") == ["Sun 22 Nov 02:40 acknowledged nadia"]


def test_engineer_is_paged_the_moment_the_shift_manager_has_triaged() -> None:
    told = SUNDAY.at("Sun 22 Nov 02:15").happens(Triage("silas", "sev1")).until("Sun 22 Nov 02:29")

    assert told.lines("triaged", "severity") == [
        "Sun 22 Nov 02:15 triaged silas sev1",
        "Sun 22 Nov 02:15 severity sev2 sev1 Sun 22 Nov 06:13",
    ]
    assert told.pages() == ["Sun 22 Nov 02:13 silas triage 1", "Sun 22 Nov 02:15 nadia engineering 1"]
    assert told.sends() == [
        "Sun 22 Nov 02:13 silas slack",
        "Sun 22 Nov 02:14 silas sms",
        "Sun 22 Nov 02:15 nadia slack",
        "Sun 22 Nov 02:16 nadia sms",
        "Sun 22 Nov 02:18 nadia voice",
    ]


def test_outage_that_the_shift_manager_finds_to_be_none_waits_for_monday() -> None:
    told = SUNDAY.at("Sun 22 Nov 02:16").happens(Triage("silas", "sev4")).until("Mon 23 Nov 08:00")

    assert told.lines("deferred") == ["Sun 22 Nov 02:16 deferred Mon 23 Nov 08:00"]
    assert told.pages() == ["Sun 22 Nov 02:13 silas triage 1", "Mon 23 Nov 08:00 lena tickets 1"]


def test_shift_manager_who_has_seen_it_without_triaging_stops_their_own_phone_and_nothing_else() -> None:
    told = SUNDAY.at("Sun 22 Nov 02:14").happens(Acknowledge("silas")).until("Sun 22 Nov 06:13")

    assert told.sends()[:2] == ["Sun 22 Nov 02:13 silas slack", "Sun 22 Nov 02:18 nadia slack"]
    assert told.lines("breached") == ["Sun 22 Nov 06:13 breached respond Sun 22 Nov 06:13"]


def test_redundant_part_that_fails_before_thanksgiving_waits_for_monday_but_the_shift_manager_sees_it_at_once() -> None:
    told = ATLANTA.at("Wed 25 Nov 18:30").trigger("sev4").until("Mon 30 Nov 08:59")

    assert told.lines("triggered", "deferred") == [
        "Wed 25 Nov 18:30 triggered sev4",
        "Wed 25 Nov 18:35 deferred Mon 30 Nov 08:00",
    ]
    assert told.pages() == ["Wed 25 Nov 18:30 june triage 1", "Mon 30 Nov 08:00 marco tickets 1"]
    assert told.sends() == ["Wed 25 Nov 18:30 june slack", "Mon 30 Nov 08:00 marco slack"]


def test_slow_network_on_the_eve_of_a_long_weekend_waits_for_tuesday() -> None:
    told = ATLANTA.at("Fri 22 May 18:00").trigger("sev3").until("Tue 26 May 08:59")

    assert told.pages() == ["Fri 22 May 18:00 omar triage 1", "Tue 26 May 08:00 ines tickets 1"]


def test_slow_network_in_the_night_of_a_working_day_waits_for_its_morning() -> None:
    told = ATLANTA.at("Tue 24 Nov 03:00").trigger("sev3").until("Tue 24 Nov 08:59")

    assert told.lines("deferred") == ["Tue 24 Nov 03:05 deferred Tue 24 Nov 08:00"]
    assert told.pages() == ["Tue 24 Nov 03:00 petra triage 1", "Tue 24 Nov 08:00 lena tickets 1"]


def test_ticket_that_nobody_takes_by_closing_time_rests_until_the_morning() -> None:
    told = ATLANTA.at("Tue 24 Nov 10:00").trigger("sev4").until("Wed 25 Nov 08:00")

    assert told.pages() == [
        "Tue 24 Nov 10:00 june triage 1",
        "Tue 24 Nov 10:05 lena tickets 1",
        "Tue 24 Nov 11:05 lena dana tickets 2",
        "Tue 24 Nov 12:05 lena tickets 1 round 2",
        "Tue 24 Nov 13:05 lena dana tickets 2 round 2",
        "Tue 24 Nov 14:05 lena tickets 1 round 3",
        "Tue 24 Nov 15:05 lena dana tickets 2 round 3",
        "Tue 24 Nov 16:05 lena tickets 1 round 4",
        "Wed 25 Nov 08:00 lena tickets 1",
    ]
    assert told.lines("deferred") == ["Tue 24 Nov 17:00 deferred Wed 25 Nov 08:00"]
    assert {line.split()[-1] for line in told.sends()} == {"slack"}


def test_outage_of_the_afternoon_passes_from_the_desk_to_the_night_and_keeps_its_two_hours() -> None:
    told = ATLANTA.at("Tue 24 Nov 16:30").trigger("sev2").until("Tue 24 Nov 18:30")

    assert told.lines("triggered", "breached") == [
        "Tue 24 Nov 16:30 triggered sev2 Tue 24 Nov 18:30",
        "Tue 24 Nov 18:30 breached respond Tue 24 Nov 18:30",
    ]
    assert told.pages() == [
        "Tue 24 Nov 16:30 june triage 1",
        "Tue 24 Nov 16:35 lena engineering 1",
        "Tue 24 Nov 16:50 lena dana engineering 2",
        f"Tue 24 Nov 17:05 {EVERYBODY} engineering 3",
        "Tue 24 Nov 17:35 nadia engineering 1 round 2",
        "Tue 24 Nov 17:50 nadia dana engineering 2 round 2",
        f"Tue 24 Nov 18:05 {EVERYBODY} engineering 3 round 2",
        "Tue 24 Nov 18:30 dana glen management 1",
    ]


def test_outage_on_a_holiday_finds_the_engineer_who_has_the_nights() -> None:
    told = ATLANTA.at("Mon 07 Sep 10:00").trigger("sev1").until("Mon 07 Sep 10:19")

    assert told.lines("triggered") == ["Mon 07 Sep 10:00 triggered sev1 Mon 07 Sep 14:00"]
    assert told.pages() == ["Mon 07 Sep 10:00 omar triage 1", "Mon 07 Sep 10:05 nadia engineering 1"]


def test_outage_in_the_hour_that_spring_leaves_out_is_one_hour_later_on_the_wall() -> None:
    told = ATLANTA.at("Sun 08 Mar 02:13").trigger("sev2").until("Sun 08 Mar 07:13")

    assert told.log[0]["at"] == "2026-03-08T07:13:00Z"
    assert told.pages()[:2] == ["Sun 08 Mar 03:13 petra triage 1", "Sun 08 Mar 03:18 lena engineering 1"]
    assert told.lines("breached") == ["Sun 08 Mar 07:13 breached respond Sun 08 Mar 07:13"]


def test_five_minutes_and_four_hours_are_as_long_as_ever_while_the_clocks_go_forward() -> None:
    told = ATLANTA.at("Sun 08 Mar 01:58").trigger("sev1").until("Sun 08 Mar 06:58")

    assert told.pages()[:2] == ["Sun 08 Mar 01:58 petra triage 1", "Sun 08 Mar 03:03 lena engineering 1"]
    assert told.lines("breached") == ["Sun 08 Mar 06:58 breached respond Sun 08 Mar 06:58"]


def test_five_minutes_and_four_hours_are_as_long_as_ever_while_the_clocks_go_back() -> None:
    told = ATLANTA.at("Sun 01 Nov 01:58").trigger("sev1").until("Sun 01 Nov 04:58")

    assert told.pages()[:2] == ["Sun 01 Nov 01:58 petra triage 1", "Sun 01 Nov 01:03 again marco engineering 1"]
    assert told.sends()[3:6] == [
        "Sun 01 Nov 01:03 again marco slack",
        "Sun 01 Nov 01:04 again marco sms",
        "Sun 01 Nov 01:06 again marco voice",
    ]
    assert told.lines("breached") == ["Sun 01 Nov 04:58 breached respond Sun 01 Nov 04:58"]


def test_remote_hands_are_asked_for_at_night_too_and_no_engineer_is() -> None:
    told = ATLANTA.at("Wed 25 Nov 22:00").trigger("sev4", ticket_type="remote_hands").until("Wed 25 Nov 23:05")

    assert told.pages() == [
        "Wed 25 Nov 22:00 petra triage 1",
        "Wed 25 Nov 22:05 wes first-line 1",
        "Wed 25 Nov 22:35 wes petra first-line 2",
        "Wed 25 Nov 23:05 wes first-line 1 round 2",
    ]
    assert told.lines("deferred") == []


def test_tickets_of_a_night_are_released_in_the_order_received_as_one_message_and_taken_one_by_one() -> None:
    told = (
        ATLANTA.at("Tue 24 Nov 03:00")
        .trigger("sev4", incident="first")
        .at("Tue 24 Nov 03:20")
        .trigger("sev3", incident="second", ticket_type="configuration_change")
        .at("Tue 24 Nov 08:20")
        .happens(Acknowledge("lena"), "first")
        .until("Tue 24 Nov 09:00")
    )

    morning = [entry for entry in told.log if entry["event"] == "attempted" and entry["at"] == "2026-11-24T13:00:00Z"]
    assert [(entry["incident"], entry["user"]) for entry in morning] == [("first", "lena"), ("second", "lena")]
    assert len({entry["bundle"] for entry in morning} - {None}) == 1
    assert told.pages()[-1:] == ["Tue 24 Nov 09:00 lena dana tickets 2"]
    assert told.pages(incident="first")[-1] == "Tue 24 Nov 08:00 lena tickets 1"


def test_customer_with_an_agreement_is_answered_within_it_and_their_account_manager_is_told_when_not() -> None:
    told = ATLANTA.at("Sun 22 Nov 02:13").trigger("sev2", customer="quarry-apps").until("Sun 22 Nov 04:14")

    assert told.entry("triggered")["plan"] == "premium"
    assert told.lines("breached") == ["Sun 22 Nov 04:13 breached respond Sun 22 Nov 04:13"]
    assert told.pages("management") == ["Sun 22 Nov 04:13 hugo glen avery management 1"]


def test_ticket_that_turns_out_to_be_an_outage_in_the_night_pages_at_once_and_is_late_already() -> None:
    told = (
        ATLANTA.at("Fri 20 Nov 18:00")
        .trigger("sev3")
        .at("Sat 21 Nov 02:00")
        .happens(SetSeverity("silas", "sev1"))
        .until("Sat 21 Nov 02:14")
    )

    assert told.lines("deferred") == ["Fri 20 Nov 18:05 deferred Mon 23 Nov 08:00"]
    assert told.lines("breached") == ["Sat 21 Nov 02:00 breached respond Fri 20 Nov 22:00"]
    assert sorted(told.pages()) == [
        "Fri 20 Nov 18:00 omar triage 1",
        "Sat 21 Nov 02:00 hugo glen management 1",
        "Sat 21 Nov 02:00 nadia engineering 1",
    ]


def test_warning_that_the_monitoring_raises_to_an_outage_is_looked_at_first() -> None:
    told = (
        ATLANTA.at("Tue 24 Nov 03:00")
        .trigger("warning", service="monitoring")
        .at("Tue 24 Nov 04:00")
        .trigger("disaster", service="monitoring")
        .until("Tue 24 Nov 07:00")
    )

    assert told.pages("triage") == ["Tue 24 Nov 03:00 petra triage 1", "Tue 24 Nov 04:00 petra triage 1"]
    assert told.pages("engineering")[0] == "Tue 24 Nov 04:05 nadia engineering 1"
    assert told.lines("breached") == ["Tue 24 Nov 07:00 breached respond Tue 24 Nov 07:00"]


def test_ticket_taken_while_it_waited_pages_when_it_turns_out_to_be_an_outage() -> None:
    told = (
        ATLANTA.at("Tue 24 Nov 18:00")
        .trigger("sev4")
        .at("Tue 24 Nov 18:30")
        .happens(Acknowledge("june"))
        .at("Tue 24 Nov 20:00")
        .happens(SetSeverity("petra", "sev1"))
        .until("Tue 24 Nov 20:14")
    )

    assert told.pages() == ["Tue 24 Nov 18:00 june triage 1", "Tue 24 Nov 20:00 nadia engineering 1"]


def test_outage_taken_by_an_engineer_stays_taken_when_it_grows_and_only_they_are_told() -> None:
    told = (
        SUNDAY.at("Sun 22 Nov 02:20")
        .happens(Acknowledge("nadia"))
        .at("Sun 22 Nov 02:40")
        .happens(SetSeverity("silas", "sev1"))
        .until("Sun 22 Nov 12:00")
    )

    assert told.pages() == ["Sun 22 Nov 02:13 silas triage 1", "Sun 22 Nov 02:18 nadia engineering 1"]
    assert told.entry("told")["user"] == "nadia"


def test_ticket_of_the_last_minutes_before_closing_time_is_still_looked_at_and_then_waits() -> None:
    told = ATLANTA.at("Tue 24 Nov 16:58").trigger("sev4").until("Wed 25 Nov 08:00")

    assert told.lines("deferred") == ["Tue 24 Nov 17:03 deferred Wed 25 Nov 08:00"]
    assert told.pages() == ["Tue 24 Nov 16:58 june triage 1", "Wed 25 Nov 08:00 lena tickets 1"]


def test_ticket_of_the_last_minutes_before_opening_time_is_looked_at_and_then_pages() -> None:
    told = ATLANTA.at("Tue 24 Nov 07:58").trigger("sev4").until("Tue 24 Nov 09:02")

    assert told.lines("deferred") == []
    assert told.pages() == ["Tue 24 Nov 07:58 june triage 1", "Tue 24 Nov 08:03 lena tickets 1"]


def test_shift_changes_at_seven_and_the_next_look_is_the_next_managers() -> None:
    before = ATLANTA.at("Mon 23 Nov 06:59").trigger("sev1").until("Mon 23 Nov 06:59")
    after = ATLANTA.at("Mon 23 Nov 07:00").trigger("sev1").until("Mon 23 Nov 07:00")

    assert before.pages() + after.pages() == ["Mon 23 Nov 06:59 silas triage 1", "Mon 23 Nov 07:00 june triage 1"]


def test_ticket_that_the_customer_closes_before_the_morning_pages_no_engineer() -> None:
    told = (
        ATLANTA.at("Wed 25 Nov 18:30")
        .trigger("sev5")
        .at("Thu 26 Nov 09:00")
        .happens(Resolve("token:portal"))
        .until("Tue 01 Dec 12:00")
    )

    assert told.pages() == ["Wed 25 Nov 18:30 june triage 1"]


def test_ticket_that_waits_can_be_released_by_hand() -> None:
    told = (
        ATLANTA.at("Thu 26 Nov 10:00")
        .trigger("sev3")
        .at("Thu 26 Nov 11:00")
        .happens(Release("june"))
        .until("Thu 26 Nov 11:59")
    )

    assert told.pages() == ["Thu 26 Nov 10:00 june triage 1", "Thu 26 Nov 11:00 nadia tickets 1"]


@pytest.mark.parametrize(
    ("word", "severity", "warnings"), [("disaster", "sev1", 0), ("redundancy", "sev4", 0), ("purple", "sev2", 1)]
)
def test_word_of_the_monitoring_is_understood_or_taken_for_an_outage(word: str, severity: str, warnings: int) -> None:
    told = ATLANTA.at("Sun 22 Nov 02:13").trigger(word, service="monitoring").until("Sun 22 Nov 02:13")

    assert told.entry("triggered")["severity"] == severity
    assert len(told.entry("triggered")["warnings"]) == warnings
    assert told.pages() == ["Sun 22 Nov 02:13 silas triage 1"]


def test_monitor_that_repeats_itself_pages_nobody_again() -> None:
    told = (
        ATLANTA.at("Sun 22 Nov 02:13")
        .trigger("error", service="monitoring")
        .at("Sun 22 Nov 02:16")
        .trigger("error", service="monitoring")
        .until("Sun 22 Nov 02:20")
    )

    assert told.lines("joined") == ["Sun 22 Nov 02:16 joined token:portal"]
    assert told.pages() == ["Sun 22 Nov 02:13 silas triage 1", "Sun 22 Nov 02:18 nadia engineering 1"]


def test_ticket_with_sensitive_information_pages_like_any_other_and_its_words_stay_out_of_the_log() -> None:
    plain = SUNDAY.until("Sun 22 Nov 03:00")

    told = (
        ATLANTA.at("Sun 22 Nov 02:13")
        .trigger("sev2", title="the root password is hunter2", body="it is hunter2", sensitive=True)
        .until("Sun 22 Nov 03:00")
    )

    assert told.sends() == plain.sends()
    assert "hunter2" not in json.dumps(told.log)


def test_ticket_without_a_message_is_marked_and_worked_on_all_the_same() -> None:
    told = (
        ATLANTA.at("Sun 22 Nov 02:13")
        .trigger("sev2", body="")
        .at("Sun 22 Nov 02:17")
        .happens(CustomerReplied("token:portal", {"body": "all hosts of rack 12"}))
        .until("Sun 22 Nov 02:18")
    )

    assert told.entry("triggered")["missing"] == ["body"]
    assert told.entry("completed")["fields"] == ["body"]
    assert told.pages() == SUNDAY.until("Sun 22 Nov 02:18").pages()


def test_customer_without_an_account_manager_cannot_escalate_as_the_process_knows_no_such_thing() -> None:
    told = SUNDAY.at("Sun 22 Nov 02:20").happens(EscalateForCustomer("token:portal")).until("Sun 22 Nov 02:20")

    assert told.lines("refused") == ["Sun 22 Nov 02:20 refused customer_escalate"]
