"""The support process in examples/stakater.yaml: priorities in business hours and days, and answers that go on coming."""

from oncall.domain.commands import (
    Acknowledge,
    ApplyWorkaround,
    AwaitCustomer,
    CustomerReplied,
    EscalateForCustomer,
    SetSeverity,
    Update,
)
from schedules import parse_instant
from tests.scenarios.night import Night

STOCKHOLM = Night("stakater", "Europe/Stockholm", "service-desk")
TAKEN = STOCKHOLM.at("Tue 24 Nov 10:00").trigger("critical").at("Tue 24 Nov 10:10").happens(Acknowledge("alma"))


def test_request_without_a_priority_is_medium_and_has_two_business_days() -> None:
    told = STOCKHOLM.at("Tue 24 Nov 10:00").trigger().until("Wed 25 Nov 06:00")

    assert told.lines("triggered", "deferred") == [
        "Tue 24 Nov 10:00 triggered medium Thu 26 Nov 10:00",
        "Tue 24 Nov 18:00 deferred Wed 25 Nov 06:00",
    ]
    assert told.pages() == [
        "Tue 24 Nov 10:00 alma routine 1",
        "Tue 24 Nov 12:00 bjorn elin routine 2",
        "Tue 24 Nov 14:00 bjorn routine 1 round 2",
        "Tue 24 Nov 16:00 bjorn elin routine 2 round 2",
        "Wed 25 Nov 06:00 alma routine 1",
    ]
    assert {line.split()[-1] for line in told.sends()} == {"slack"}


def test_priority_that_nobody_knows_is_medium_with_a_warning() -> None:
    told = STOCKHOLM.at("Tue 24 Nov 10:00").trigger("blocker").until("Tue 24 Nov 10:00")

    assert told.entry("triggered")["severity"] == "medium"
    assert len(told.entry("triggered")["warnings"]) == 1


def test_critical_request_on_sunday_night_waits_for_monday_six_and_then_comes_by_chat_text_and_phone() -> None:
    told = STOCKHOLM.at("Sun 22 Nov 02:13").trigger("critical").until("Mon 23 Nov 06:14")

    assert told.lines("triggered", "deferred") == [
        "Sun 22 Nov 02:13 triggered critical Mon 23 Nov 08:00",
        "Sun 22 Nov 02:13 deferred Mon 23 Nov 06:00",
    ]
    assert told.pages() == ["Mon 23 Nov 06:00 alma urgent 1"]
    assert told.sends() == ["Mon 23 Nov 06:00 alma slack", "Mon 23 Nov 06:02 alma sms", "Mon 23 Nov 06:05 alma voice"]


def test_critical_request_of_a_customer_whose_contract_says_so_pages_the_stand_by_at_night() -> None:
    told = STOCKHOLM.at("Sun 22 Nov 02:13").trigger("critical", customer="fjord-bank").until("Sun 22 Nov 04:43")

    assert told.lines("warned", "breached") == [
        "Sun 22 Nov 03:43 warned respond",
        "Sun 22 Nov 04:13 breached respond Sun 22 Nov 04:13",
    ]
    everybody = "alma bjorn cecilia david elin fredrik"
    assert told.pages() == [
        "Sun 22 Nov 02:13 david urgent 1",
        "Sun 22 Nov 02:28 david elin urgent 2",
        f"Sun 22 Nov 02:43 {everybody} urgent 3",
        "Sun 22 Nov 03:13 david urgent 1 round 2",
        "Sun 22 Nov 03:28 david elin urgent 2 round 2",
        f"Sun 22 Nov 03:43 {everybody} urgent 3 round 2",
        "Sun 22 Nov 04:13 elin greta leads 1",
        "Sun 22 Nov 04:13 david urgent 1 round 3",
        "Sun 22 Nov 04:28 david elin urgent 2 round 3",
        "Sun 22 Nov 04:43 elin fredrik leads 2",
        f"Sun 22 Nov 04:43 {everybody} urgent 3 round 3",
    ]


def test_medium_request_of_a_customer_with_such_a_contract_waits_for_the_morning_all_the_same() -> None:
    told = STOCKHOLM.at("Sun 22 Nov 02:13").trigger("medium", customer="fjord-bank").until("Mon 23 Nov 06:00")

    assert told.pages() == ["Mon 23 Nov 06:00 alma routine 1"]


def test_updates_of_a_critical_request_are_due_every_two_business_hours_also_when_one_was_missed() -> None:
    told = TAKEN.at("Tue 24 Nov 11:00").happens(Update("alma", "we are on it")).until("Wed 25 Nov 07:00")

    assert told.lines("acknowledged", "updated", "breached") == [
        "Tue 24 Nov 10:10 acknowledged alma Tue 24 Nov 12:10",
        "Tue 24 Nov 11:00 updated alma Tue 24 Nov 13:00",
        "Tue 24 Nov 13:00 breached update Tue 24 Nov 13:00",
        "Tue 24 Nov 15:00 breached update Tue 24 Nov 15:00",
        "Tue 24 Nov 17:00 breached update Tue 24 Nov 17:00",
        "Wed 25 Nov 07:00 breached update Wed 25 Nov 07:00",
    ]
    assert told.pages() == [
        "Tue 24 Nov 10:00 alma urgent 1",
        "Tue 24 Nov 13:00 elin leads 1",
        "Tue 24 Nov 13:30 elin fredrik leads 2",
        "Tue 24 Nov 15:00 elin leads 1",
        "Tue 24 Nov 15:30 elin fredrik leads 2",
        "Tue 24 Nov 17:00 elin leads 1",
        "Tue 24 Nov 17:30 elin fredrik leads 2",
        "Wed 25 Nov 07:00 elin leads 1",
    ]


def test_update_that_comes_late_stops_the_report_to_the_leads() -> None:
    told = TAKEN.at("Tue 24 Nov 12:20").happens(Update("alma", "found it")).until("Tue 24 Nov 14:00")

    assert told.pages("leads") == ["Tue 24 Nov 12:10 elin leads 1"]
    assert told.lines("warned", "updated") == [
        "Tue 24 Nov 11:40 warned update",
        "Tue 24 Nov 12:20 updated alma Tue 24 Nov 14:20",
        "Tue 24 Nov 13:50 warned update",
    ]


def test_next_update_is_due_when_it_was_agreed_to_come() -> None:
    agreed = parse_instant("2026-11-25T11:00:00Z")

    told = (
        TAKEN.at("Tue 24 Nov 11:00")
        .happens(Update("alma", "the vendor answers by noon", next_by=agreed))
        .until("Wed 25 Nov 12:00")
    )

    assert told.lines("updated", "breached") == [
        "Tue 24 Nov 11:00 updated alma Wed 25 Nov 12:00",
        "Wed 25 Nov 12:00 breached update Wed 25 Nov 12:00",
    ]


def test_customer_with_an_agreement_on_updates_has_them_as_agreed() -> None:
    told = (
        STOCKHOLM.at("Tue 24 Nov 10:00")
        .trigger("high", customer="granit-retail")
        .at("Tue 24 Nov 10:30")
        .happens(Acknowledge("alma"))
        .until("Wed 25 Nov 06:30")
    )

    assert told.lines("triggered", "acknowledged", "breached") == [
        "Tue 24 Nov 10:00 triggered high Tue 24 Nov 14:00",
        "Tue 24 Nov 10:30 acknowledged alma Wed 25 Nov 06:30",
        "Wed 25 Nov 06:30 breached update Wed 25 Nov 06:30",
    ]
    assert told.pages("leads") == ["Wed 25 Nov 06:30 elin greta leads 1"]


def test_workaround_lowers_the_priority_one_by_one_as_far_as_low() -> None:
    night = STOCKHOLM.at("Tue 24 Nov 10:00").trigger("critical")
    for minute in ("05", "10", "15", "20"):
        night = night.at(f"Tue 24 Nov 10:{minute}").happens(ApplyWorkaround("alma"))

    told = night.until("Tue 24 Nov 12:00")

    assert told.lines("severity") == [
        "Tue 24 Nov 10:05 severity critical high Tue 24 Nov 14:00",
        "Tue 24 Nov 10:10 severity high medium Thu 26 Nov 10:00",
        "Tue 24 Nov 10:15 severity medium low Tue 01 Dec 10:00",
    ]
    assert told.lines("workaround")[-1] == "Tue 24 Nov 10:20 workaround alma"
    assert told.pages() == ["Tue 24 Nov 10:00 alma urgent 1", "Tue 24 Nov 10:10 alma routine 1"]


def test_engineer_on_duty_may_raise_the_priority_and_what_is_late_by_then_is_late_at_once() -> None:
    told = (
        STOCKHOLM.at("Tue 24 Nov 10:00")
        .trigger("medium")
        .at("Tue 24 Nov 13:00")
        .happens(SetSeverity("bjorn", "critical"))
        .until("Tue 24 Nov 13:00")
    )

    assert told.lines("severity", "breached") == [
        "Tue 24 Nov 13:00 severity medium critical Tue 24 Nov 12:00",
        "Tue 24 Nov 13:00 breached respond Tue 24 Nov 12:00",
    ]
    assert sorted(told.pages()[-2:]) == ["Tue 24 Nov 13:00 bjorn urgent 1", "Tue 24 Nov 13:00 elin leads 1"]


def test_business_days_that_were_left_when_the_customer_was_asked_count_on_as_open_hours() -> None:
    told = (
        STOCKHOLM.at("Tue 24 Nov 10:00")
        .trigger("medium")
        .at("Tue 24 Nov 14:00")
        .happens(AwaitCustomer("bjorn"))
        .at("Fri 27 Nov 12:00")
        .happens(CustomerReplied("token:portal"))
        .until("Fri 27 Nov 12:00")
    )

    assert told.lines("triggered", "customer_replied", "breached") == [
        "Tue 24 Nov 10:00 triggered medium Thu 26 Nov 10:00",
        "Fri 27 Nov 12:00 customer_replied token:portal Tue 01 Dec 08:00",
    ]


def test_low_request_before_christmas_has_five_business_days_without_the_holidays() -> None:
    told = STOCKHOLM.at("Mon 21 Dec 10:00").trigger("low").until("Mon 21 Dec 11:59")

    assert told.lines("triggered") == ["Mon 21 Dec 10:00 triggered low Wed 30 Dec 10:00"]
    assert told.pages() == ["Mon 21 Dec 10:00 alma routine 1"]


def test_medium_request_on_the_evening_before_good_friday_waits_for_the_tuesday_and_its_days_count_from_there() -> None:
    told = STOCKHOLM.at("Thu 02 Apr 18:30").trigger("medium").until("Tue 07 Apr 07:59")

    assert told.lines("triggered", "deferred") == [
        "Thu 02 Apr 18:30 triggered medium Thu 09 Apr 06:00",
        "Thu 02 Apr 18:30 deferred Tue 07 Apr 06:00",
    ]
    assert told.pages() == ["Tue 07 Apr 06:00 alma routine 1"]


def test_critical_request_on_midsummer_eve_waits_for_monday() -> None:
    told = STOCKHOLM.at("Fri 19 Jun 10:00").trigger("critical").until("Mon 22 Jun 06:00")

    assert told.pages() == ["Mon 22 Jun 06:00 alma urgent 1"]


def test_four_business_hours_pass_over_the_weekend_on_which_the_clocks_go_forward() -> None:
    told = STOCKHOLM.at("Fri 27 Mar 17:00").trigger("high").until("Mon 30 Mar 06:00")

    assert told.entry("triggered")["respond_by"] == "2026-03-30T07:00:00Z"
    assert told.entry("deferred")["until"] == "2026-03-30T04:00:00Z"
    assert told.pages() == [
        "Fri 27 Mar 17:00 bjorn urgent 1",
        "Fri 27 Mar 17:15 bjorn elin urgent 2",
        "Fri 27 Mar 17:30 alma bjorn cecilia david elin fredrik urgent 3",
        "Mon 30 Mar 06:00 alma urgent 1",
    ]


def test_four_business_hours_pass_over_the_weekend_on_which_the_clocks_go_back() -> None:
    told = STOCKHOLM.at("Fri 23 Oct 17:00").trigger("high").until("Mon 26 Oct 06:00")

    assert told.entry("triggered")["respond_by"] == "2026-10-26T08:00:00Z"
    assert told.entry("deferred")["until"] == "2026-10-26T05:00:00Z"
    assert told.pages()[-1] == "Mon 26 Oct 06:00 alma urgent 1"


def test_stand_by_is_paged_on_elapsed_time_through_the_night_on_which_the_clocks_go_forward() -> None:
    told = STOCKHOLM.at("Sun 29 Mar 01:58").trigger("critical", plan="around_the_clock").until("Sun 29 Mar 04:58")

    assert told.pages()[:2] == ["Sun 29 Mar 01:58 david urgent 1", "Sun 29 Mar 03:13 david elin urgent 2"]
    assert told.lines("breached") == ["Sun 29 Mar 04:58 breached respond Sun 29 Mar 04:58"]


def test_stand_by_is_paged_on_elapsed_time_through_the_night_on_which_the_clocks_go_back() -> None:
    told = STOCKHOLM.at("Sun 25 Oct 02:50").trigger("critical", plan="around_the_clock").until("Sun 25 Oct 03:50")

    assert told.pages()[:3] == [
        "Sun 25 Oct 02:50 david urgent 1",
        "Sun 25 Oct 02:05 again david elin urgent 2",
        "Sun 25 Oct 02:20 again alma bjorn cecilia david elin fredrik urgent 3",
    ]
    assert told.lines("breached") == ["Sun 25 Oct 03:50 breached respond Sun 25 Oct 03:50"]


def test_customer_who_asks_for_management_reaches_their_success_manager_at_once() -> None:
    told = (
        STOCKHOLM.at("Tue 24 Nov 10:00")
        .trigger("medium", customer="fjord-bank")
        .at("Tue 24 Nov 10:30")
        .happens(EscalateForCustomer("token:portal"))
        .until("Tue 24 Nov 11:59")
    )

    assert [page.split()[4] for page in told.pages()] == ["alma", "greta"]
    assert told.sends()[-3:] == [
        "Tue 24 Nov 10:30 greta slack",
        "Tue 24 Nov 10:30 greta sms",
        "Tue 24 Nov 10:30 greta voice",
    ]
