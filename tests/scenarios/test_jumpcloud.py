"""The support process in examples/jumpcloud.yaml: targets in business hours, and a customer's escalation with its gate."""

from oncall.domain.commands import (
    Acknowledge,
    ApplyWorkaround,
    AwaitCustomer,
    Confirm,
    CustomerReplied,
    DeEscalate,
    EscalateForCustomer,
    Resolve,
    SetSeverity,
)
from tests.scenarios.night import Night

DENVER = Night("jumpcloud", "America/Denver", "desk")
CRITICAL = DENVER.at("Tue 24 Nov 10:00").trigger("critical")
ESCALATED = (
    DENVER.at("Tue 24 Nov 10:00")
    .trigger("major")
    .at("Tue 24 Nov 10:05")
    .happens(Acknowledge("cole"))
    .at("Tue 24 Nov 11:00")
    .happens(EscalateForCustomer("token:desk"))
)


def _confirmed(*conditions: str) -> Night:
    """The escalated request, with these conditions confirmed one minute later."""
    night = ESCALATED
    for condition in conditions:
        night = night.at("Tue 24 Nov 11:01").happens(Confirm("gwen", condition))
    return night


def test_critical_request_in_support_hours_pages_at_once_and_its_target_is_one_business_hour() -> None:
    told = CRITICAL.until("Tue 24 Nov 11:00")

    assert told.lines("triggered", "warned", "breached") == [
        "Tue 24 Nov 10:00 triggered sev1 Tue 24 Nov 11:00",
        "Tue 24 Nov 10:45 warned respond",
        "Tue 24 Nov 11:00 breached respond Tue 24 Nov 11:00",
    ]
    assert told.pages() == [
        "Tue 24 Nov 10:00 cole support 1",
        "Tue 24 Nov 10:15 cole esme support 2",
        "Tue 24 Nov 10:30 ari bea cole dev gwen support 3",
        "Tue 24 Nov 11:00 gwen late 1",
        "Tue 24 Nov 11:00 cole support 1 round 2",
    ]
    assert told.sends()[:3] == [
        "Tue 24 Nov 10:00 cole slack",
        "Tue 24 Nov 10:01 cole sms",
        "Tue 24 Nov 10:03 cole voice",
    ]


def test_critical_request_on_sunday_night_waits_for_the_support_hours() -> None:
    told = DENVER.at("Sun 22 Nov 02:13").trigger("critical").until("Mon 23 Nov 09:14")

    assert told.lines("triggered", "deferred") == [
        "Sun 22 Nov 02:13 triggered sev1 Mon 23 Nov 10:00",
        "Sun 22 Nov 02:13 deferred Mon 23 Nov 09:00",
    ]
    assert told.pages() == ["Mon 23 Nov 09:00 cole support 1"]


def test_critical_request_on_the_eve_of_thanksgiving_goes_on_after_the_long_weekend_with_what_is_left_of_its_hour() -> (
    None
):
    told = DENVER.at("Wed 25 Nov 16:30").trigger("critical").until("Mon 30 Nov 09:30")

    assert told.lines("triggered", "deferred", "warned", "breached") == [
        "Wed 25 Nov 16:30 triggered sev1 Mon 30 Nov 09:30",
        "Wed 25 Nov 17:00 deferred Mon 30 Nov 09:00",
        "Mon 30 Nov 09:15 warned respond",
        "Mon 30 Nov 09:30 breached respond Mon 30 Nov 09:30",
    ]
    assert told.pages() == [
        "Wed 25 Nov 16:30 cole support 1",
        "Wed 25 Nov 16:45 cole esme support 2",
        "Mon 30 Nov 09:00 dev support 1",
        "Mon 30 Nov 09:15 dev finn support 2",
        "Mon 30 Nov 09:30 gwen late 1",
        "Mon 30 Nov 09:30 ari bea cole dev gwen support 3",
    ]


def test_warning_of_a_target_just_after_an_opening_comes_before_the_closing() -> None:
    told = DENVER.at("Mon 23 Nov 16:10").trigger("critical").until("Tue 24 Nov 09:10")

    assert told.lines("warned", "breached") == [
        "Mon 23 Nov 16:55 warned respond",
        "Tue 24 Nov 09:10 breached respond Tue 24 Nov 09:10",
    ]


def test_minor_request_has_eight_business_hours_over_two_days_and_only_chat_is_used() -> None:
    told = DENVER.at("Tue 24 Nov 13:00").trigger("minor").until("Wed 25 Nov 12:59")

    assert told.lines("triggered") == ["Tue 24 Nov 13:00 triggered sev3 Wed 25 Nov 13:00"]
    assert told.pages() == [
        "Tue 24 Nov 13:00 cole minor 1",
        "Tue 24 Nov 14:00 cole esme minor 2",
        "Tue 24 Nov 15:00 cole minor 1 round 2",
        "Tue 24 Nov 16:00 cole esme minor 2 round 2",
        "Wed 25 Nov 09:00 cole minor 1",
        "Wed 25 Nov 10:00 cole esme minor 2",
        "Wed 25 Nov 11:00 cole minor 1 round 2",
        "Wed 25 Nov 12:00 cole esme minor 2 round 2",
    ]
    assert {line.split()[-1] for line in told.sends()} == {"slack"}


def test_eight_business_hours_from_the_opening_end_at_the_closing_of_that_day() -> None:
    told = DENVER.at("Tue 24 Nov 09:00").trigger("minor").until("Wed 25 Nov 08:59")

    assert told.lines("breached", "deferred") == [
        "Tue 24 Nov 17:00 breached respond Tue 24 Nov 17:00",
        "Tue 24 Nov 17:00 deferred Wed 25 Nov 09:00",
    ]
    assert told.pages("late") == ["Tue 24 Nov 17:00 gwen late 1"]


def test_four_business_hours_pass_over_the_weekend_on_which_the_clocks_go_forward() -> None:
    told = DENVER.at("Fri 06 Mar 16:00").trigger("major").until("Mon 09 Mar 09:14")

    assert told.entry("triggered")["respond_by"] == "2026-03-09T18:00:00Z"
    assert told.pages() == [
        "Fri 06 Mar 16:00 ari support 1",
        "Fri 06 Mar 16:15 ari esme support 2",
        "Fri 06 Mar 16:30 ari bea cole dev gwen support 3",
        "Mon 09 Mar 09:00 bea support 1",
    ]


def test_four_business_hours_pass_over_the_weekend_on_which_the_clocks_go_back() -> None:
    told = DENVER.at("Fri 30 Oct 16:00").trigger("major").until("Mon 02 Nov 09:00")

    assert told.entry("triggered")["respond_by"] == "2026-11-02T19:00:00Z"
    assert told.pages()[-1] == "Mon 02 Nov 09:00 dev support 1"
    assert told.log[-1]["at"] == "2026-11-02T16:00:00Z"


def test_request_in_an_hour_that_does_not_exist_waits_for_monday_nine_by_the_new_time() -> None:
    told = DENVER.at("Sun 08 Mar 02:30").trigger("critical").until("Mon 09 Mar 09:00")

    assert told.log[0]["at"] == "2026-03-08T09:30:00Z"
    assert told.entry("deferred")["until"] == "2026-03-09T15:00:00Z"
    assert told.pages() == ["Mon 09 Mar 09:00 bea support 1"]


def test_holiday_of_the_state_on_which_few_offices_close_is_a_working_day() -> None:
    told = DENVER.at("Mon 05 Oct 10:00").trigger("critical").until("Mon 05 Oct 10:14")

    assert told.pages() == ["Mon 05 Oct 10:00 dev support 1"]


def test_request_that_is_taken_is_silent_through_the_night_and_the_next_morning() -> None:
    told = CRITICAL.at("Tue 24 Nov 10:20").happens(Acknowledge("cole")).until("Mon 30 Nov 17:00")

    assert told.pages() == ["Tue 24 Nov 10:00 cole support 1", "Tue 24 Nov 10:15 cole esme support 2"]
    assert told.lines("warned", "breached", "deferred") == []


def test_error_in_the_documentation_is_written_down_and_pages_nobody() -> None:
    told = DENVER.at("Tue 24 Nov 10:00").trigger("minor", ticket_type="documentation").until("Fri 04 Dec 10:00")

    assert told.lines("triggered") == ["Tue 24 Nov 10:00 triggered sev3"]
    assert [entry["event"] for entry in told.log] == ["triggered"]


def test_request_that_is_reprioritized_has_its_target_from_then_and_pages_anew() -> None:
    told = (
        DENVER.at("Tue 24 Nov 10:00")
        .trigger("minor")
        .at("Tue 24 Nov 14:00")
        .happens(SetSeverity("cole", "sev1"))
        .until("Tue 24 Nov 14:15")
    )

    assert told.lines("triggered", "severity", "breached") == [
        "Tue 24 Nov 10:00 triggered sev3 Wed 25 Nov 10:00",
        "Tue 24 Nov 14:00 severity sev3 sev1 Tue 24 Nov 15:00",
    ]
    assert told.pages()[-3:] == [
        "Tue 24 Nov 13:00 cole esme minor 2 round 2",
        "Tue 24 Nov 14:00 cole support 1",
        "Tue 24 Nov 14:15 cole esme support 2",
    ]


def test_workaround_makes_critical_major_once_and_paging_goes_on_where_it_is() -> None:
    told = (
        CRITICAL.at("Tue 24 Nov 10:20")
        .happens(ApplyWorkaround("cole"))
        .at("Tue 24 Nov 10:25")
        .happens(ApplyWorkaround("cole"))
        .until("Tue 24 Nov 11:00")
    )

    assert told.lines("workaround", "severity") == [
        "Tue 24 Nov 10:20 workaround cole",
        "Tue 24 Nov 10:20 severity sev1 sev2 Tue 24 Nov 14:20",
        "Tue 24 Nov 10:25 workaround cole",
    ]
    assert told.pages() == [
        "Tue 24 Nov 10:00 cole support 1",
        "Tue 24 Nov 10:15 cole esme support 2",
        "Tue 24 Nov 10:30 ari bea cole dev gwen support 3",
        "Tue 24 Nov 11:00 cole support 1 round 2",
    ]


def test_target_rests_while_the_customers_own_people_are_waited_for() -> None:
    told = (
        CRITICAL.at("Tue 24 Nov 10:20")
        .happens(AwaitCustomer("cole"))
        .at("Wed 25 Nov 10:00")
        .happens(CustomerReplied("token:desk"))
        .until("Wed 25 Nov 10:40")
    )

    assert told.lines("awaiting_customer", "customer_replied", "warned", "breached") == [
        "Tue 24 Nov 10:20 awaiting_customer cole",
        "Wed 25 Nov 10:00 customer_replied token:desk Wed 25 Nov 10:40",
        "Wed 25 Nov 10:25 warned respond",
        "Wed 25 Nov 10:40 breached respond Wed 25 Nov 10:40",
    ]
    assert "Tue 24 Nov 10:30 ari bea cole dev gwen support 3" in told.pages()


def test_customer_with_an_agreement_has_half_an_hour_and_their_own_manager_is_told_when_it_has_passed() -> None:
    told = DENVER.at("Tue 24 Nov 10:00").trigger("critical", customer="orchard-bank").until("Tue 24 Nov 10:30")

    assert told.lines("warned", "breached") == [
        "Tue 24 Nov 10:15 warned respond",
        "Tue 24 Nov 10:30 breached respond Tue 24 Nov 10:30",
    ]
    assert told.pages("late") == ["Tue 24 Nov 10:30 gwen iris late 1"]


def test_escalation_by_the_customer_reaches_management_at_any_hour_and_nobody_else() -> None:
    told = (
        DENVER.at("Tue 24 Nov 10:00")
        .trigger("major", customer="fairview-schools")
        .at("Tue 24 Nov 10:05")
        .happens(Acknowledge("cole"))
        .at("Sat 28 Nov 03:00")
        .happens(EscalateForCustomer("token:desk"))
        .at("Sat 28 Nov 03:10")
        .happens(EscalateForCustomer("token:desk"))
        .until("Mon 30 Nov 17:00")
    )

    assert told.lines("customer_escalated") == ["Sat 28 Nov 03:00 customer_escalated token:desk"]
    assert told.pages() == [
        "Tue 24 Nov 10:00 cole support 1",
        "Sat 28 Nov 03:00 esme gwen iris management 1",
        "Sat 28 Nov 03:30 gwen hal management 2",
        "Sat 28 Nov 04:00 esme gwen iris management 1 round 2",
        "Sat 28 Nov 04:30 gwen hal management 2 round 2",
    ]


def test_escalation_stands_until_all_three_conditions_are_confirmed() -> None:
    two = _confirmed("action_plan_accepted", "process_verified")

    told = (
        two.at("Tue 24 Nov 11:05")
        .happens(DeEscalate("gwen"))
        .at("Tue 24 Nov 11:06")
        .happens(SetSeverity("gwen", "sev3"))
        .until("Tue 24 Nov 11:30")
    )

    assert told.lines("confirmed", "de_escalated", "severity", "refused") == [
        "Tue 24 Nov 11:01 confirmed gwen action_plan_accepted",
        "Tue 24 Nov 11:01 confirmed gwen process_verified",
        "Tue 24 Nov 11:05 refused de_escalate",
        "Tue 24 Nov 11:06 refused set_severity",
    ]
    assert told.pages("management") == [
        "Tue 24 Nov 11:00 esme gwen management 1",
        "Tue 24 Nov 11:30 gwen hal management 2",
    ]


def test_escalation_with_all_three_conditions_ends_and_management_is_silent() -> None:
    three = _confirmed("action_plan_accepted", "process_verified", "parties_agree")

    told = (
        three.at("Tue 24 Nov 11:05")
        .happens(DeEscalate("gwen"))
        .at("Tue 24 Nov 11:06")
        .happens(SetSeverity("gwen", "sev3"))
        .until("Wed 25 Nov 17:00")
    )

    assert told.lines("de_escalated", "severity", "refused") == [
        "Tue 24 Nov 11:05 de_escalated gwen",
        "Tue 24 Nov 11:06 severity sev2 sev3",
    ]
    assert told.pages() == ["Tue 24 Nov 10:00 cole support 1", "Tue 24 Nov 11:00 esme gwen management 1"]


def test_condition_confirmed_before_it_grew_worse_has_to_be_confirmed_again() -> None:
    three = _confirmed("action_plan_accepted", "process_verified", "parties_agree")

    told = (
        three.at("Tue 24 Nov 11:02")
        .happens(SetSeverity("gwen", "sev1"))
        .at("Tue 24 Nov 11:05")
        .happens(DeEscalate("gwen"))
        .until("Tue 24 Nov 11:05")
    )

    assert told.lines("refused") == ["Tue 24 Nov 11:05 refused de_escalate"]


def test_person_may_close_what_the_customer_has_escalated_and_management_is_silent() -> None:
    told = ESCALATED.at("Tue 24 Nov 11:20").happens(Resolve("gwen")).until("Wed 25 Nov 12:00")

    assert told.lines("resolved") == ["Tue 24 Nov 11:20 resolved gwen"]
    assert told.pages("management") == ["Tue 24 Nov 11:00 esme gwen management 1"]


def test_ticket_system_cannot_close_what_the_customer_has_escalated_until_that_has_ended() -> None:
    night = ESCALATED.at("Tue 24 Nov 11:00").happens(Resolve("token:desk"))
    for condition in ("action_plan_accepted", "process_verified", "parties_agree"):
        night = night.at("Tue 24 Nov 11:10").happens(Confirm("gwen", condition))

    told = night.at("Tue 24 Nov 11:11").happens(DeEscalate("gwen")).until("Tue 24 Nov 12:00")

    assert told.lines("resolve_waiting", "de_escalated", "resolved") == [
        "Tue 24 Nov 11:00 resolve_waiting token:desk",
        "Tue 24 Nov 11:11 de_escalated gwen",
        "Tue 24 Nov 11:11 resolved token:desk",
    ]
