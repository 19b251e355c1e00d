"""Notification rules to attempts: the ways in which a page reaches its person, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from oncall.domain.directory import ContactMethod, NotificationRule, Urgency, User
from oncall.domain.incident import Attempt

_QUIET_TYPES = frozenset({"slack", "email", "push"})
_AT_ONCE = timedelta(0)
_AFTER = attrgetter("after")


def attempts(user: User, urgency: Urgency, page: str, now: datetime) -> tuple[Attempt, ...]:
    """The ways in which a page made now reaches a person, in order of time; none for somebody without a usable method.

    The person's own rules for the urgency decide. Where they leave no usable method, every usable method is tried at
    once: a page is worth more than a preference (docs/semantics.md 5.3).
    """
    usable = {method.id: method for method in user.contact_methods if method.disabled is None}
    rules = [rule for rule in _rules(user, urgency) if rule.via in usable]
    if not rules:
        rules = [NotificationRule(_AT_ONCE, method) for method in usable]
    made = []
    for place, rule in enumerate(sorted(rules, key=_AFTER), start=1):
        method = usable[rule.via]
        made.append(Attempt(f"{page}.{place}", method.id, method.type, method.address, now + rule.after))
    return tuple(made)


def _rules(user: User, urgency: Urgency) -> Sequence[NotificationRule]:
    chosen = user.notification_rules.get(urgency)
    if chosen is not None:
        return chosen
    methods: Sequence[ContactMethod] = user.contact_methods
    if urgency is Urgency.LOW:
        quiet = [method for method in methods if method.type in _QUIET_TYPES and method.disabled is None]
        methods = quiet or methods
    return [NotificationRule(_AT_ONCE, method.id) for method in methods]
