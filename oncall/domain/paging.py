"""Notification rules to attempts, and the words of a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from oncall.domain.directory import ContactMethod, NotificationRule, Urgency, User
from oncall.domain.incident import Attempt

_QUIET_TYPES = frozenset({"slack", "email", "push"})
_LONGEST_TITLE = 100
_LONGEST_TITLE_IN_BUNDLE = 50
_AT_ONCE = timedelta(0)


def attempts(user: User, urgency: Urgency, page: str, now: datetime) -> tuple[Attempt, ...]:
    """The ways in which a page made now reaches a person, in order of time; none for somebody without a usable method.

    The person's own rules for the urgency decide. Where they leave no usable method, every usable method is tried at
    once: a page is worth more than a preference (docs/semantics.md 5.3).
    """
    usable = {method.id: method for method in user.contact_methods if method.disabled is None}
    rules = [rule for rule in _rules(user, urgency) if rule.via in usable]
    if not rules:
        rules = [NotificationRule(_AT_ONCE, method) for method in usable]
    ordered = sorted(rules, key=lambda rule: rule.after)
    return tuple(
        _attempt(usable[rule.via], f"{page}.{place}", now + rule.after) for place, rule in enumerate(ordered, start=1)
    )


def _rules(user: User, urgency: Urgency) -> Sequence[NotificationRule]:
    chosen = user.notification_rules.get(urgency)
    if chosen is not None:
        return chosen
    methods: Sequence[ContactMethod] = user.contact_methods
    if urgency is Urgency.LOW:
        quiet = [method for method in methods if method.type in _QUIET_TYPES and method.disabled is None]
        methods = quiet or methods
    return [NotificationRule(_AT_ONCE, method.id) for method in methods]


def _attempt(method: ContactMethod, id_: str, due_at: datetime) -> Attempt:
    return Attempt(id=id_, method=method.id, type=method.type, address=method.address, due_at=due_at)


class Line(Protocol):
    """What a message says of one incident; `title` is None where nothing but the number may leave."""

    @property
    def number(self) -> int:
        """The incident's number."""

    @property
    def service(self) -> str:
        """What broke."""

    @property
    def severity(self) -> str:
        """How grave it is."""

    @property
    def title(self) -> str | None:
        """What is wrong, in the sender's words."""

    @property
    def url(self) -> str:
        """Where to read on, after a log-in."""

    @property
    def code(self) -> str:
        """What answers this page by SMS."""

    @property
    def may_resolve(self) -> bool:
        """Whether a reply may resolve it."""


def page_text(lines: Sequence[Line], method: str) -> str:
    """The text of a page for one or several incidents, short enough for SMS; how to answer by code where that is the way."""
    if len(lines) == 1:
        return _single_text(lines[0], method)
    listed = [f"{subject(line, _LONGEST_TITLE_IN_BUNDLE)}{_code(line, method)}" for line in lines]
    answer = ["Reply with a code to acknowledge that incident."] if method == "sms" else []
    return "\n".join([f"{len(lines)} incidents:", *listed, *answer])


def subject(line: Line, longest_title: int = _LONGEST_TITLE) -> str:
    """One incident in one line: `#12 SEV1 cloud: database down`; of a sensitive one the number alone."""
    if line.title is None:
        return f"#{line.number} Sensitive incident: log in to read it"
    return f"#{line.number} {line.severity.upper()} {line.service}: {shortened(line.title, longest_title)}"


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut to `longest` characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[: longest - 3].rstrip()}..."


def _single_text(line: Line, method: str) -> str:
    parts = [subject(line), line.url]
    if method == "sms":
        resolve = f", {line.code} r to resolve" if line.may_resolve else ""
        parts.insert(1, f"Reply {line.code} to acknowledge, {line.code} e to escalate{resolve}.")
    return "\n".join(parts)


def _code(line: Line, method: str) -> str:
    return f" ({line.code})" if method == "sms" else ""
