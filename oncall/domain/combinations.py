"""What a decision table says of every combination, folded where combinations differ in nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import permutations, product

from oncall.domain.policy import Case, Hours, SupportPolicy

_Values = tuple[str | None, ...]
_Box = tuple[_Values, ...]
_Boxes = list[tuple[_Box, str]]


@dataclass(frozen=True, slots=True)
class Combinations:
    """Every combination of these values at one severity: `effect` is what is said of each of them.

    A plan or a ticket type is None where the policy names none.
    """

    severity: str
    plans: tuple[str | None, ...]
    ticket_types: tuple[str | None, ...]
    hours: tuple[Hours, ...]
    effect: str


def axes_of(policy: SupportPolicy) -> tuple[Sequence[str | None], Sequence[str | None], Sequence[Hours]]:
    """The plans, ticket types and hours that there are; without a calendar it is always open."""
    hours = (Hours.OPEN,) if policy.calendar is None else (Hours.OPEN, Hours.CLOSED)
    return policy.plans or (None,), policy.ticket_types or (None,), hours


def case_in_words(case: Case) -> str:
    """A case by its ids: `severity sev2, plan basic, ticket type question, closed hours`."""
    plan = f"plan {case.plan}" if case.plan else ""
    ticket_type = f"ticket type {case.ticket_type}" if case.ticket_type else ""
    return ", ".join(filter(None, (f"severity {case.severity}", plan, ticket_type, f"{case.hours} hours")))


def combinations(policy: SupportPolicy, effect: Callable[[Case], str]) -> tuple[Combinations, ...]:
    """What `effect` says of every case: each is in exactly one of the parts, the gravest severity first."""
    axes = axes_of(policy)
    orders = tuple(permutations(range(len(axes))))
    found: list[Combinations] = []
    for severity in policy.severities:
        each: _Boxes = [
            (((plan,), (ticket_type,), (hours,)), effect(Case(severity.id, plan, ticket_type, hours)))
            for plan, ticket_type, hours in product(*axes)
        ]
        ways = (reduce(_folded, order, each) for order in orders)
        found += [_named(severity.id, box, said) for box, said in min(ways, key=len)]
    return tuple(found)


def _folded(boxes: _Boxes, axis: int) -> _Boxes:
    """Put together what differs only in the values on one axis."""
    alike: dict[tuple[_Box, str], _Values] = {}
    for box, said in boxes:
        others = (*box[:axis], (), *box[axis + 1 :])
        alike[others, said] = (*alike.get((others, said), ()), *box[axis])
    return [((*others[:axis], values, *others[axis + 1 :]), said) for (others, said), values in alike.items()]


def _named(severity: str, box: _Box, effect: str) -> Combinations:
    plans, ticket_types, hours = box
    return Combinations(severity, plans, ticket_types, tuple(Hours(str(one)) for one in hours), effect)
