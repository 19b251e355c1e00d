"""The proof of a decision table: that it decides every case, and that every rule decides some (docs/semantics.md 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod

from oncall.domain.combinations import axes_of
from oncall.domain.policy import Case, Hours, Rule, SupportPolicy


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A rule that can never match, and the numbers of the earlier ones that decide all of its cases.

    Where there are none, the rule has no cases at all: it is about closed hours, and there is no calendar.
    """

    rule: int
    covered_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a table leaves open: how many cases it does not decide, the first few of them, and the rules in vain."""

    undecided: int
    examples: tuple[Case, ...]
    unreachable: tuple[Unreachable, ...]

    @property
    def holds(self) -> bool:
        """Whether every case is decided and every rule decides some."""
        return not self.undecided and not self.unreachable


def proof(policy: SupportPolicy, few: int = 5) -> Proof:
    """Look at every combination of severity, plan, ticket type and hours that can occur, in that order.

    Without a calendar it is always open. `few` is how many of the undecided ones are named at most. What a rule names and
    the policy does not know matches nothing.
    """
    table = _Cases(policy)
    left = table.all
    decided: list[tuple[int, int]] = []
    unreachable = []
    for rule in policy.rules:
        about = table.about(rule)
        mine = about & left
        if mine:
            decided.append((rule.number, mine))
            left &= ~mine
        else:
            covering = tuple(number for number, cases in decided if cases & about)
            unreachable.append(Unreachable(rule.number, covering))
    return Proof(left.bit_count(), tuple(table.cases(left, few)), tuple(unreachable))


def count_of_cases(policy: SupportPolicy) -> int:
    """How many cases can occur."""
    return prod(map(len, _values(policy)))


class _Cases:
    """The cases of a policy as the bits of a number, so that a set of them is one number however many there are."""

    def __init__(self, policy: SupportPolicy) -> None:
        self._values = _values(policy)
        self.all = (1 << count_of_cases(policy)) - 1

    def about(self, rule: Rule) -> int:
        """The cases that a rule matches."""
        hours = () if rule.hours is None else (rule.hours,)
        found = self.all
        for place, named in enumerate((rule.severities, rule.plans, rule.ticket_types, hours)):
            if named:
                found &= self._having(place, named)
        return found

    def _having(self, place: int, named: Collection[str]) -> int:
        """The cases that have one of the values at that place of the combination."""
        values = self._values[place]
        stride = prod(map(len, self._values[place + 1 :]))
        once = sum(((1 << stride) - 1) << (index * stride) for index, value in enumerate(values) if value in named)
        return once * (self.all // ((1 << (stride * len(values))) - 1))

    def cases(self, bits: int, most: int) -> Iterable[Case]:
        """The first of the cases in a set, in their order."""
        return islice(map(self._case, _places(bits)), most)

    def _case(self, place: int) -> Case:
        chosen: list[str | None] = []
        for values in reversed(self._values):
            place, index = divmod(place, len(values))
            chosen.append(values[index])
        hours, ticket_type, plan, severity = chosen
        return Case(str(severity), plan, ticket_type, Hours(str(hours)))


def _values(policy: SupportPolicy) -> tuple[Sequence[str | None], ...]:
    """What can stand at each place of a combination: severities, plans, ticket types, hours."""
    return tuple(severity.id for severity in policy.severities), *axes_of(policy)


def _places(bits: int) -> Iterable[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
