"""The proof of decision tables, against a slow reading of the same rules."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.combinations import case_in_words
from oncall.domain.policy import Case, Do, Hours, Rule, Severity, SupportPolicy
from oncall.domain.proof import Proof, Unreachable, count_of_cases, proof
from schedules import BusinessCalendar, Window

OFFICE = BusinessCalendar("UTC", (Window.daily(("mon", "tue"), "09:00", "17:00"),))
SEVERITIES, PLANS, TYPES = ("sev1", "sev2", "sev3"), ("basic", "premium"), ("incident", "question", "change")


def rule(
    *severities: str,
    plans: Sequence[str] = (),
    ticket_types: Sequence[str] = (),
    hours: Hours | None = None,
) -> Rule:
    named = (frozenset(severities), frozenset(plans), frozenset(ticket_types))
    return Rule(0, Do.RECORD, None, *named, hours)


def table(
    *rules: Rule,
    severities: Sequence[str] = SEVERITIES,
    plans: Sequence[str] = (),
    ticket_types: Sequence[str] = (),
    calendar: BusinessCalendar | None = OFFICE,
) -> SupportPolicy:
    numbered = tuple(
        Rule(number, one.do, None, one.severities, one.plans, one.ticket_types, one.hours)
        for number, one in enumerate(rules, start=1)
    )
    known = tuple(Severity(severity, severity) for severity in severities)
    return SupportPolicy(
        "standard", known, severities[-1], numbered, calendar, tuple(plans), None, tuple(ticket_types), None
    )


def test_one_rule_for_everything_is_proven() -> None:
    assert proof(table(rule(), plans=PLANS, ticket_types=TYPES)) == Proof(0, (), ())


def test_combination_that_is_left_undecided_is_named() -> None:
    found = proof(table(rule("sev1", "sev2"), rule(hours=Hours.OPEN), rule(plans=["premium"]), plans=PLANS))
    assert not found.holds
    assert found == Proof(1, (Case("sev3", "basic", None, Hours.CLOSED),), ())
    assert [case_in_words(case) for case in found.examples] == ["severity sev3, plan basic, closed hours"]


def test_of_many_undecided_combinations_the_first_few_are_named_and_all_are_counted() -> None:
    found = proof(table(rule("sev1"), ticket_types=TYPES), few=2)
    assert found.undecided == 12
    assert found.examples == (
        Case("sev2", None, "incident", Hours.OPEN),
        Case("sev2", None, "incident", Hours.CLOSED),
    )


def test_rule_that_can_never_match_is_named_with_those_that_cover_it() -> None:
    found = proof(table(rule("sev1"), rule("sev2"), rule("sev3", hours=Hours.OPEN), rule("sev1", "sev2"), rule()))
    assert found == Proof(0, (), (Unreachable(4, (1, 2)),))


def test_rule_is_covered_only_by_what_decides_its_combinations() -> None:
    found = proof(table(rule("sev2"), rule("sev1"), rule("sev1", hours=Hours.OPEN), rule()))
    assert found.unreachable == (Unreachable(3, (2,)),)


def test_without_a_calendar_it_is_always_open() -> None:
    found = proof(table(rule(hours=Hours.OPEN), rule(hours=Hours.CLOSED), calendar=None))
    assert found == Proof(0, (), (Unreachable(2, ()),))


def test_rule_about_what_the_policy_does_not_know_matches_nothing() -> None:
    assert proof(table(rule("sev9"), rule())).unreachable == (Unreachable(1, ()),)


def test_table_of_ten_by_ten_by_ten_and_a_hundred_rules_is_proven() -> None:
    names = [f"n{number}" for number in range(10)]
    rules = [rule(severity, plans=[plan]) for severity, plan in product(names, names)]
    policy = table(*rules, severities=names, plans=names, ticket_types=names)
    assert count_of_cases(policy) == 2000
    assert proof(policy).holds
    assert proof(table(*rules[1:], severities=names, plans=names, ticket_types=names)).undecided == 20


def some(values: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=len(values))


@st.composite
def tables(draw: st.DrawFn) -> SupportPolicy:
    hours = st.sampled_from([None, None, *Hours])
    rules = [
        rule(*draw(some(SEVERITIES)), plans=draw(some(PLANS)), ticket_types=draw(some(TYPES)), hours=draw(hours))
        for _ in range(draw(st.integers(1, 7)))
    ]
    return table(
        *rules,
        severities=SEVERITIES[: draw(st.integers(1, 3))],
        plans=PLANS[: draw(st.integers(0, 2))],
        ticket_types=TYPES[: draw(st.integers(0, 3))],
        calendar=draw(st.sampled_from([None, OFFICE])),
    )


def every_case(policy: SupportPolicy) -> list[Case]:
    hours = [Hours.OPEN] if policy.calendar is None else list(Hours)
    severities = [severity.id for severity in policy.severities]
    return [Case(*one) for one in product(severities, policy.plans or [None], policy.ticket_types or [None], hours)]


@given(tables())
def test_proof_finds_what_reading_the_table_for_every_combination_finds(policy: SupportPolicy) -> None:
    matching = {case: [one.number for one in policy.rules if one.matches(case)] for case in every_case(policy)}
    undecided = [case for case, rules in matching.items() if not rules]
    deciding = {case: rules[0] for case, rules in matching.items() if rules}
    in_vain = [
        Unreachable(
            one.number, tuple(sorted({deciding[case] for case, rules in matching.items() if one.number in rules}))
        )
        for one in policy.rules
        if one.number not in deciding.values()
    ]
    assert count_of_cases(policy) == len(matching)
    assert proof(policy, few=3) == Proof(len(undecided), tuple(undecided[:3]), tuple(in_vain))


@given(tables())
def test_proven_table_answers_whatever_it_is_asked(policy: SupportPolicy) -> None:
    if proof(policy).undecided:
        with pytest.raises(LookupError, match="undecided"):
            [policy.rule(case) for case in every_case(policy)]
    else:
        assert {policy.rule(case).number for case in every_case(policy)} <= {one.number for one in policy.rules}
