"""What the proof of a support policy's table finds, as faults of the document."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.document.faults import Fault, Path
from oncall.domain.combinations import case_in_words
from oncall.domain.policy import SupportPolicy
from oncall.domain.proof import Proof, Unreachable, count_of_cases, proof

MOST_CASES = 100_000
"""More combinations than this are refused: nobody could check them, and the proof would take long."""


def proof_faults(policy: SupportPolicy, at: Path) -> Iterator[Fault]:
    """Every combination that the table leaves undecided and every rule that can never match, for the policy at `at`."""
    count = count_of_cases(policy)
    if count > MOST_CASES:
        yield Fault(
            at, f"has {count} combinations of severity, plan, ticket type and hours; at most {MOST_CASES} are proven"
        )
        return
    found = proof(policy)
    if found.undecided:
        yield Fault((*at, "rules"), _undecided(found))
    for one in found.unreachable:
        yield Fault((*at, "rules", one.rule - 1), _unreachable(one))


def _undecided(found: Proof) -> str:
    cases = "; ".join(map(case_in_words, found.examples))
    if found.undecided == 1:
        return f"no rule decides {cases}"
    more = found.undecided - len(found.examples)
    return f"no rule decides {found.undecided} combinations: {cases}{f'; and {more} more' if more else ''}"


def _unreachable(one: Unreachable) -> str:
    if not one.covered_by:
        return f"rule {one.rule} can never match: no combination is what it is about"
    *others, last = map(str, one.covered_by)
    before = f"rules {', '.join(others)} and {last} decide" if others else f"rule {last} decides"
    return f"rule {one.rule} can never match: {before} before it whatever it is about"
