"""Every table, so that whoever needs them all needs to know one name."""

from __future__ import annotations

from oncall.store import (
    configuration,
    configuration_version,
    feeds,
    handovers,
    holds,
    idempotency,
    incidents,
    integrations,
    key_check,
    log,
    login_attempts,
    logins,
    messages,
    overrides,
    pages,
    recent_pages,
    replies,
    sends,
    subscriptions,
    swaps,
    time_off,
    timers,
    tokens,
    users,
    webhooks,
    workers,
)
from oncall.store.base import Base

METADATA = Base.metadata
"""The tables of all the modules above, as migrations see them."""

__all__ = [
    "METADATA",
    "configuration",
    "configuration_version",
    "feeds",
    "handovers",
    "holds",
    "idempotency",
    "incidents",
    "integrations",
    "key_check",
    "log",
    "login_attempts",
    "logins",
    "messages",
    "overrides",
    "pages",
    "recent_pages",
    "replies",
    "sends",
    "subscriptions",
    "swaps",
    "time_off",
    "timers",
    "tokens",
    "users",
    "webhooks",
    "workers",
]
