"""The configuration that is measured: each service pages whoever of its own team is on call."""

from __future__ import annotations

import json
from typing import Any


def document(people: int) -> str:
    """As many services as people, each with a schedule, an escalation policy and a telephone of its own.

    The second step pages again an hour later.
    """
    return json.dumps({"version": 1, **_sections(range(people))})


def _sections(numbers: range) -> dict[str, Any]:
    return {
        "users": {
            f"u{n}": {"name": f"U {n}", "contact_methods": {"sms": {"type": "sms", "address": telephone(n)}}}
            for n in numbers
        },
        "schedules": {f"t{n}": _weeks(n) for n in numbers},
        "escalation_policies": {f"p{n}": {"steps": [_step(n), _step(n)]} for n in numbers},
        "services": {f"s{n}": {"escalation_policy": f"p{n}"} for n in numbers},
    }


def telephone(person: int) -> str:
    """The number of a person; there is room for ten thousand of them."""
    return f"+1500555{person:04d}"


def _step(number: int) -> dict[str, Any]:
    return {"notify": [{"schedule": f"t{number}"}], "wait": "1h"}


def _weeks(person: int) -> dict[str, Any]:
    weeks = {"name": "weeks", "start": "2026-01-05T09:00", "turn": "1 week", "users": [f"u{person}"]}
    return {"time_zone": "America/New_York", "layers": [weeks]}
