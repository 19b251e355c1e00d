"""A support policy in words, and the folding of combinations that differ in nothing."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.document.directory import build_directory
from oncall.document.load import load_document
from oncall.domain.combinations import combinations
from oncall.domain.directory import Directory, Service, Urgency
from oncall.domain.in_words import in_words, listed
from oncall.domain.policy import Case, Customer, CustomerEscalation, Do, Hours, Rule, Severity, SupportPolicy, Triage
from schedules import parse_delay, parse_duration
from tests.oncall.document.support import SUPPORT
from tests.oncall.domain.test_proof import OFFICE, every_case, tables

COMPANY = build_directory(load_document(SUPPORT))


def words(policy: SupportPolicy, *customers: Customer) -> tuple[str, ...]:
    return in_words(policy, Directory(customers={one.id: one for one in customers}))


def paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def simple(*rules: Rule, **more: object) -> SupportPolicy:
    return SupportPolicy("p", (Severity("bad", "Bad"),), "bad", rules or (Rule(1, Do.PAGE, "desk"),), **more)  # type: ignore[arg-type]


def test_every_combination_has_its_line_and_equal_ones_share_it() -> None:
    lines = in_words(COMPANY.support_policies["standard"], COMPANY)
    assert lines[:9] == paragraphs(
        """
        sev1 (Outage of several customers), plan basic, any ticket type, open hours: page now through
          engineering at high urgency (rule 4); answer within 1 business day, warn 1 business hour before

        sev1 (Outage of several customers), plan basic, any ticket type, closed hours: wait until 08:00 of the
          next working day, then page through engineering at high urgency (rule 3); answer within 8 business
          hours

        sev1 (Outage of several customers), plan premium, any ticket type, any hour: page now through
          engineering at high urgency (rule 1); answer within 4h, warn 30m before; update every 1h, warn 30m
          before

        sev2 (Outage of a single customer), plan basic, any ticket type, open hours: page now through
          engineering at high urgency (rule 4); answer within 1 business day, warn 1 business hour before

        sev2 (Outage of a single customer), plan basic, any ticket type, closed hours: wait until 08:00 of the
          next working day, then page through engineering at high urgency (rule 3); answer within 8 business
          hours

        sev2 (Outage of a single customer), plan premium, any ticket type, any hour: page now through
          engineering at high urgency (rule 1); answer within 4h, warn 30m before; update every 1h, warn 30m
          before

        sev3 (Failure of a redundant part), any plan, ticket type incident, open hours: page now through
          engineering at low urgency (rule 4); answer within 1 business day, warn 1 business hour before

        sev3 (Failure of a redundant part), any plan, ticket type incident, closed hours: wait until 08:00 of
          the next working day, then page through engineering at low urgency (rule 3); answer within 8 business
          hours

        sev3 (Failure of a redundant part), any plan, ticket type question, any hour: record it and page nobody
          (rule 2); answer within 2 business days
        """
    )


def test_everything_else_in_the_policy_has_its_line() -> None:
    lines = in_words(COMPANY.support_policies["standard"], COMPANY)
    assert lines[9:] == paragraphs(
        """
        Triage: whoever is on call in engineers looks first at sev1 and sev2, for at most 5m; then, or where
          nobody is on call there, it goes on as above

        A workaround lowers sev1 to sev3

        A customer's escalation pages through management at high urgency; until action_plan_accepted and
          parties_agree are confirmed, the severity is not lowered and the escalation does not end

        The time to answer counts from the last change of severity

        The time to update counts from the answer, and from each update

        A limit that passes pages through engineering at high urgency, beside the rest

        A limit that is near pages through management at high urgency, beside the rest

        An acknowledgement expires 2h after it was given or an update was, and it goes on as above

        What a trigger leaves out, or says in words that are not known, counts as severity sev3, plan basic and
          ticket type incident

        A trigger without subscription or body is marked incomplete, and goes on all the same

        Open hours are those of calendar hq, in America/Denver

        It holds for cloud

        Customer acme: plan premium; at sev1 answer within 1h, update every 45m; bo is told of escalations and
          breaches
        """
    )


def test_smallest_policy_is_said_in_a_few_lines() -> None:
    assert words(simple()) == (
        "bad: page now through desk at high urgency (rule 1)",
        "A customer's escalation pages nobody but the customer's manager, and is refused where there is none",
        "An acknowledgement does not expire",
        "What a trigger leaves out, or says in words that are not known, counts as severity bad",
        "It is always open",
        "No service uses it",
    )


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (Rule(1, Do.RECORD), "bad, any hour: record it and page nobody (rule 1)"),
        (Rule(1, Do.RECORD, "desk"), "bad, any hour: record it and page nobody, but by hand through desk (rule 1)"),
        (Rule(1, Do.PAGE, "desk", urgency=Urgency.LOW), "bad, any hour: page now through desk at low urgency (rule 1)"),
        (
            Rule(1, Do.PAGE, "desk", update_every=parse_duration("1h"), warn_before=parse_duration("5m")),
            "bad, any hour: page now through desk at high urgency (rule 1); update every 1h, warn 5m before",
        ),
    ],
)
def test_rule_says_what_is_done(rule: Rule, line: str) -> None:
    assert words(simple(rule, calendar=OFFICE))[0] == line


def test_rule_that_waits_pages_in_open_hours() -> None:
    assert words(simple(Rule(1, Do.DEFER, "desk"), calendar=OFFICE))[:2] == (
        "bad, open hours: page now through desk at high urgency (rule 1)",
        "bad, closed hours: wait until the next opening, then page through desk at high urgency (rule 1)",
    )


def test_most_values_are_told_by_those_that_are_left_out() -> None:
    rules = (Rule(1, Do.RECORD, ticket_types=frozenset("d")), Rule(2, Do.RECORD))
    assert [line.split(":")[0] for line in words(simple(*rules, ticket_types=("a", "b", "c", "d")))[:2]] == [
        "bad, any ticket type but d",
        "bad, ticket type d",
    ]


def test_triage_without_severities_is_of_whatever_pages() -> None:
    lines = words(simple(triage=Triage("managers", parse_delay("5m"))))
    assert any("on call in managers looks first at whatever pages, for at most 5m" in line for line in lines)


def test_customers_escalation_without_a_gate_ends_when_somebody_says_so() -> None:
    lines = words(simple(customer_escalation=CustomerEscalation("boss")))
    assert "A customer's escalation pages through boss at high urgency; it ends when somebody says so" in lines
    gated = words(simple(customer_escalation=CustomerEscalation("boss", ("agreed",))))
    assert any("until agreed is confirmed" in line for line in gated)


def test_limit_without_management_is_only_recorded() -> None:
    limited = Rule(1, Do.PAGE, "desk", respond_within=parse_duration("4h"), warn_before=parse_duration("1h"))
    lines = words(simple(limited))
    assert "A limit that passes is recorded, and pages nobody" in lines
    assert "A limit that is near is recorded, and pages nobody" in lines
    assert "The time to answer counts from the trigger" in lines
    managed = words(simple(limited), Customer("acme", manager="mia"))
    assert "A limit that passes is recorded, and pages nobody but the customer's manager" in managed


def test_customer_is_named_where_something_of_it_concerns_the_policy() -> None:
    hour = parse_duration("1h")
    customers = (
        Customer("acme", manager="mia"),
        Customer("birch", plan="gold"),
        Customer("cedar", plan="silver", update_every={"bad": hour}),
        Customer("dune", respond_within={"worse": hour}, manager="mia"),
        Customer("elm"),
    )
    lines = words(simple(plans=("gold",), default_plan="gold"), *customers)
    assert [line for line in lines if line.startswith("Customer ")] == [
        "Customer acme: mia is told of escalations and breaches",
        "Customer birch: plan gold",
        "Customer cedar: at bad update every 1h",
    ]


def test_services_that_use_it_are_named() -> None:
    services = {key: Service(key, support_policy=policy) for key, policy in (("a", "p"), ("b", "q"), ("c", "p"))}
    assert in_words(simple(), Directory(services=services))[-1] == "It holds for a and c"


def test_words_are_listed_as_one_says_them() -> None:
    assert [listed("a"), listed("ab"), listed("abc", "or")] == ["a", "a and b", "a, b or c"]


@given(tables(), st.data())
def test_folding_says_of_every_combination_exactly_what_is_so(policy: SupportPolicy, data: st.DataObject) -> None:
    effects = {case: data.draw(st.sampled_from("xyz")) for case in every_case(policy)}
    parts = combinations(policy, effects.__getitem__)
    said = [
        (Case(part.severity, plan, ticket_type, hours), part.effect)
        for part in parts
        for plan, ticket_type, hours in product(part.plans, part.ticket_types, part.hours)
    ]
    assert dict(said) == effects
    assert set(Counter(case for case, _ in said).values()) == {1}


@given(tables())
def test_where_nothing_differs_a_severity_has_one_line(policy: SupportPolicy) -> None:
    parts = combinations(policy, lambda _: "same")
    assert [part.severity for part in parts] == [severity.id for severity in policy.severities]


def test_axis_that_alone_matters_is_the_only_one_that_is_split() -> None:
    policy = simple(calendar=OFFICE, plans=("a", "b"), ticket_types=("x", "y", "z"))
    by_hours = combinations(policy, lambda case: case.hours)
    assert [(part.plans, part.ticket_types, part.hours) for part in by_hours] == [
        (("a", "b"), ("x", "y", "z"), (hours,)) for hours in Hours
    ]
    by_type = combinations(policy, lambda case: str(case.ticket_type == "y"))
    assert [part.ticket_types for part in by_type] == [("x", "z"), ("y",)]
