"""How a sender's words become a severity, a plan and a ticket type of the service's support policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, reduce
from typing import NamedTuple

from oncall.domain.directory import Service
from oncall.domain.policy import Severity, SupportPolicy

_MONITOR_WORDS = ("critical", "error", "warning", "info")


class Meaning(NamedTuple):
    """What a word stands for, with a warning where it had to be guessed."""

    value: str
    warning: str | None = None


class Offer(NamedTuple):
    """What a plan or a ticket type was taken as: None where the policy knows none of that kind."""

    value: str | None
    warning: str | None = None


def severity_meant(word: str | None, service: Service, policy: SupportPolicy) -> Meaning:
    """What a sender's word for the severity means at this service.

    The service's map goes first, then the policy's own severities, then the words that monitors use. A word that means
    nothing here becomes the default, with a warning: a page is worth more than a field (docs/semantics.md 4.11, 7.5).
    """
    if word is None or not word.strip():
        return Meaning(policy.default_severity)
    asked = word.strip().lower()
    if asked in service.severity_map:
        return Meaning(service.severity_map[asked])
    meant = asked if policy.severity(asked) else _monitor_words(policy.severities).get(asked)
    if meant is not None:
        return Meaning(meant)
    return Meaning(policy.default_severity, f"severity {word!r} is not known here: taken as {policy.default_severity}")


def gravest(words: Iterable[str], service: Service, policy: SupportPolicy) -> str | None:
    """The word that means the gravest severity at that service; None where there is no word."""

    def graver(one: str, other: str) -> str:
        severities = [severity_meant(word, service, policy).value for word in (other, one)]
        return other if policy.is_graver(severities[0], than=severities[1]) else one

    said = dict.fromkeys(word for word in words if word.strip())
    return reduce(graver, said) if said else None


def plan_meant(word: str | None, policy: SupportPolicy) -> Offer:
    """The plan that a word names, the default where it names none (docs/semantics.md 4.11)."""
    return _offered("plan", word, policy.plans, policy.default_plan)


def ticket_type_meant(word: str | None, policy: SupportPolicy) -> Offer:
    """The ticket type that a word names, the default where it names none (docs/semantics.md 4.11)."""
    return _offered("ticket type", word, policy.ticket_types, policy.default_ticket_type)


def _offered(what: str, word: str | None, known: Sequence[str], default: str | None) -> Offer:
    if word is None or not word.strip():
        return Offer(default)
    asked = word.strip().lower()
    if asked in known:
        return Offer(asked)
    taken = f"taken as {default}" if default else f"this policy has no {what}s"
    return Offer(default, f"{what} {word!r} is not known here: {taken}")


@cache
def _monitor_words(severities: tuple[Severity, ...]) -> dict[str, str]:
    first, last = severities[:3], severities[-1]
    ranks = [severity.id for severity in first] + [last.id] * (len(_MONITOR_WORDS) - len(first))
    return dict(zip(_MONITOR_WORDS, ranks, strict=True))
