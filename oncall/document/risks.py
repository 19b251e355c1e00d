"""What is risky in a document that is right: hours without anybody, people whom nothing reaches, steps in vain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce

from oncall.document.coverage import AHEAD, Risk, gaps_in_words, rests_in_words
from oncall.document.document import Document
from oncall.document.faults import Path
from oncall.document.notification_risks import notification_risks
from oncall.document.policy_risks import PolicyJudge
from oncall.document.references import references
from oncall.domain.directory import (
    Directory,
    ScheduleTarget,
    SlackChannelTarget,
    Target,
    TeamTarget,
    Urgency,
    User,
    UserTarget,
    WebhookTarget,
)
from oncall.domain.paging import attempts
from schedules import Span
from schedules.fairness import fairness
from schedules.spans import intersect

DELIVERED = frozenset({"slack", "slack_channel", "sms", "voice", "webhook"})
"""The kinds of contact method for which this release has a provider."""


def risks(document: Document, directory: Directory, now: datetime) -> Iterator[Risk]:
    """What is risky in the 90 days from `now`, by path, in a document and the directory that was built from it."""
    return _Judge(document, directory, now).risks()


class _Judge:
    def __init__(self, document: Document, directory: Directory, now: datetime) -> None:
        self._document = document
        self._directory = directory
        self._ahead = Span(now, now + AHEAD)

    def risks(self) -> Iterator[Risk]:
        for user in self._directory.users.values():
            yield from _silence(user, self._ahead.start)
        yield from self._gaps()
        yield from self._short_rests()
        for key, policy in self._directory.escalation_policies.items():
            at = ("escalation_policies", key)
            for index, step in enumerate(policy.steps):
                yield from self._vain((*at, "steps", index), step.targets, "the next step fires at once then")
            if policy.fallback:
                yield from self._vain((*at, "fallback"), policy.fallback, "nobody is paged then")
            elif not any(map(self._is_paged, self._directory.administrators())):
                yield at, "has no fallback, and no user with the role admin can be reached: it may run out in silence"
        yield from PolicyJudge(self._directory, self._ahead, self._is_paged).risks()
        yield from notification_risks(self._directory)

    def _gaps(self) -> Iterator[Risk]:
        """The gaps of schedules that no policy names; those of the others matter where a step has nobody else."""
        named = {one.id for one in references(self._document) if one.section == "schedules"}
        for key, schedule in self._directory.schedules.items():
            gaps = () if key in named else schedule.gaps(*self._ahead)
            if gaps:
                yield ("schedules", key), f"nobody is on call {gaps_in_words(gaps)}"

    def _short_rests(self) -> Iterator[Risk]:
        for key, rule in self._directory.rests.items():
            schedule = self._directory.schedules[key]
            found = fairness(schedule.shifts(*self._ahead), schedule.time_zone, *self._ahead, rest=rule).short_rests
            if found:
                yield ("schedules", key, "rest"), rests_in_words(found, rule)

    def _vain(self, at: Path, targets: Sequence[Target], then: str) -> Iterator[Risk]:
        if any(self._reaches_always(target) for target in targets):
            return
        schedules = [target.schedule for target in targets if isinstance(target, ScheduleTarget)]
        if not schedules:
            yield at, "reaches nobody: nobody in it can be reached"
            return
        gaps = reduce(intersect, (self._directory.schedules[key].gaps(*self._ahead) for key in schedules))
        if gaps:
            yield at, f"reaches nobody {gaps_in_words(gaps)}: a gap in schedule {', '.join(schedules)}; {then}"

    def _reaches_always(self, target: Target) -> bool:
        match target:
            case UserTarget(user):
                return self._is_paged(self._directory.users[user])
            case TeamTarget(team):
                members = self._directory.teams[team].members
                return any(self._is_paged(self._directory.users[user]) for user in members)
            case _:
                return isinstance(target, SlackChannelTarget | WebhookTarget)

    def _is_paged(self, user: User) -> bool:
        return is_reached(user, Urgency.HIGH, self._ahead.start)


def _silence(user: User, now: datetime) -> Iterator[Risk]:
    at = ("users", user.id)
    for method in user.contact_methods:
        if method.type not in DELIVERED:
            yield (
                (*at, "contact_methods", method.id),
                f"this release has no provider for {method.type}: it reaches nobody",
            )
    deaf = [urgency.value for urgency in Urgency if not is_reached(user, urgency, now)]
    if not user.contact_methods:
        yield at, "has no contact method: nobody can reach them"
    elif deaf:
        yield at, f"cannot be reached at {' and '.join(deaf)} urgency"


def is_reached(user: User, urgency: Urgency, now: datetime) -> bool:
    """Whether a page of that urgency reaches somebody by a way that this release has a provider for."""
    made = attempts(user, urgency, user.id, now)
    return any(attempt.type in DELIVERED for attempt in made)
