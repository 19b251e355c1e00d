"""Notification rules that never come about, because a newer page takes the place of the older one before (docs/semantics.md 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product

from oncall.document.coverage import Risk, people
from oncall.domain.directory import (
    Directory,
    EscalationPolicy,
    ScheduleTarget,
    Step,
    TeamTarget,
    Urgency,
    UserTarget,
)
from oncall.domain.policy import Do, policy_of
from schedules import format_delay


def notification_risks(directory: Directory) -> Iterator[Risk]:
    """The rules of users that an escalation policy never lets come about, as long as they are on call, by path."""
    uses = _urgencies(directory)
    for user, policy in product(directory.users.values(), directory.escalation_policies.values()):
        again = _paged_again(directory, policy, user.id)
        if again is None or policy.id not in uses:
            continue
        for urgency, rules in user.notification_rules.items():
            for index, rule in enumerate(rules):
                if rule.after >= again and urgency in uses[policy.id]:
                    yield (
                        ("users", user.id, "notification_rules", urgency.value, index),
                        f"never comes about through {policy.id}, which pages {user.id} again after {format_delay(again)}",
                    )


def _urgencies(directory: Directory) -> Mapping[str, set[Urgency]]:
    """The escalation policies through which incidents page, with the urgencies at which they do."""
    found: dict[str, set[Urgency]] = {}
    for key in directory.services:
        policy = policy_of(directory, key)
        for rule in policy.rules:
            about = [
                severity for severity in policy.severities if not rule.severities or severity.id in rule.severities
            ]
            if rule.do is not Do.RECORD and rule.escalation is not None:
                used = {rule.urgency or severity.urgency for severity in about}
                found.setdefault(rule.escalation, set()).update(used)
    return found


def _paged_again(directory: Directory, policy: EscalationPolicy, user: str) -> timedelta | None:
    """How long after any page at the latest the policy pages that person again; None where it does not, or not for sure.

    That is so as long as it goes round and round, and whoever is on call stays so.
    """
    if policy.repeat is not None:
        return None
    places = [index for index, step in enumerate(policy.steps) if _may_page(directory, step, user)]
    return max((_until_again(directory, policy, user, index) for index in places), default=None)


def _until_again(directory: Directory, policy: EscalationPolicy, user: str, index: int) -> timedelta:
    """How long after the step at `index` has paged that person one surely does again; at the latest the same, a round on."""
    steps, passed = policy.steps, timedelta(0)
    on_call = frozenset() if _names(directory, steps[index], user) else _duties(directory, steps[index], user)
    for place in range(index, index + len(steps)):
        passed += steps[place % len(steps)].wait
        following = steps[(place + 1) % len(steps)]
        if _names(directory, following, user) or (on_call and on_call <= _schedules(following)):
            break
    return passed


def _may_page(directory: Directory, step: Step, user: str) -> bool:
    return _names(directory, step, user) or bool(_duties(directory, step, user))


def _names(directory: Directory, step: Step, user: str) -> bool:
    """Whether the step pages that person whoever is on call."""
    teams = (directory.teams[target.team] for target in step.targets if isinstance(target, TeamTarget))
    return UserTarget(user) in step.targets or any(user in team.members for team in teams)


def _duties(directory: Directory, step: Step, user: str) -> frozenset[str]:
    """The schedules through which the step may page that person."""
    return frozenset(key for key in _schedules(step) if user in people(directory.schedules[key]))


def _schedules(step: Step) -> frozenset[str]:
    return frozenset(target.schedule for target in step.targets if isinstance(target, ScheduleTarget))
