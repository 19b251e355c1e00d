"""What a severity means: the policy of a service, and how a sender's word becomes one of its severities."""

from __future__ import annotations

from dataclasses import dataclass

from oncall.domain.directory import Service, Urgency

_MONITOR_WORDS = ("critical", "error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Severity:
    """How grave an incident is, and how hard to knock for it."""

    id: str
    title: str
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class SupportPolicy:
    """Severities from the gravest down; one of them holds where a sender names none."""

    id: str
    severities: tuple[Severity, ...]
    default_severity: str

    def severity(self, severity: str) -> Severity | None:
        """The severity of that id, None where there is none."""
        return next((known for known in self.severities if known.id == severity), None)

    def urgency(self, severity: str) -> Urgency:
        """How hard to knock for a severity: high where it is not known."""
        known = self.severity(severity)
        return known.urgency if known else Urgency.HIGH

    def is_gravest(self, severity: str) -> bool:
        """Whether no severity is graver."""
        return self.severities[0].id == severity

    def is_graver(self, severity: str, than: str) -> bool:
        """Whether `severity` stands before `than`; one that is not known any more counts as the least grave."""
        ranks = {known.id: rank for rank, known in enumerate(self.severities)}
        return ranks.get(severity, len(ranks)) < ranks.get(than, len(ranks))


BUILT_IN = SupportPolicy(
    id="built-in",
    severities=(
        Severity("sev1", "Critical", Urgency.HIGH),
        Severity("sev2", "Major", Urgency.HIGH),
        Severity("sev3", "Minor", Urgency.LOW),
        Severity("sev4", "Low", Urgency.LOW),
        Severity("sev5", "Informational", Urgency.LOW),
    ),
    default_severity="sev2",
)
"""The policy of a service that names none: every severity pages at once (docs/semantics.md 7.5)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The severity that a word stands for, with a warning where it had to be guessed."""

    severity: str
    warning: str | None = None


def meaning(word: str | None, service: Service, policy: SupportPolicy) -> Meaning:
    """What a sender's word for the severity means at this service.

    The service's map goes first, then the policy's own severities, then the words that monitors use. A word that means
    nothing here becomes the default, with a warning: a page is worth more than a field (docs/semantics.md 4.11, 7.5).
    """
    if word is None or not word.strip():
        return Meaning(policy.default_severity)
    asked = word.strip().lower()
    known = {severity.id: severity.id for severity in policy.severities}
    for words in (service.severity_map, known, _monitor_words(policy)):
        if asked in words:
            return Meaning(words[asked])
    return Meaning(policy.default_severity, f"severity {word!r} is not known here: taken as {policy.default_severity}")


def _monitor_words(policy: SupportPolicy) -> dict[str, str]:
    first, last = policy.severities[:3], policy.severities[-1]
    ranks = [severity.id for severity in first] + [last.id] * (len(_MONITOR_WORDS) - len(first))
    return dict(zip(_MONITOR_WORDS, ranks, strict=True))
