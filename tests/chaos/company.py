"""Many services, each of which pages two people of its own by text message, phone or Slack."""

from __future__ import annotations

import json
from typing import Any

SERVICE = "shop"
STEP_MINUTES = 4
BY_VOICE, BY_CHAT = 16, 4


def document(services: int) -> str:
    """The configuration: of every 16 people one is called, of the others each fourth is told in Slack, the rest get text messages."""
    users: dict[str, Any] = {"root": _person("Root", 0, 0) | {"role": "admin"}}
    policies: dict[str, Any] = {}
    for number in range(services):
        pair = (f"first{number}", f"second{number}")
        users |= {user: _person(user, rank + 1, number) for rank, user in enumerate(pair)}
        steps = [{"notify": [{"user": user}], "wait": f"{STEP_MINUTES}m" if user == pair[0] else "8h"} for user in pair]
        policies[service(number)] = {"steps": steps}
    return json.dumps(
        {
            "version": 1,
            "users": users,
            "escalation_policies": policies,
            "services": {name: {"escalation_policy": name} for name in policies},
        }
    )


def service(number: int) -> str:
    """The name of a service."""
    return f"{SERVICE}{number}"


def _person(name: str, rank: int, number: int) -> dict[str, Any]:
    phone, chat = f"+1500{554 + rank}{number:04d}", f"U{rank}X{number}"
    if number % BY_VOICE == BY_VOICE - 1:
        method = {"type": "voice", "address": phone}
    elif number % BY_CHAT == 0 and rank:
        method = {"type": "slack", "address": chat}
    else:
        method = {"type": "sms", "address": phone}
    return {
        "name": name,
        "contact_methods": {"only": method},
        "notification_rules": {"high": [{"after": "0m", "via": "only"}]},
    }
