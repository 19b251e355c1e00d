"""What people call things: who did it, a severity, a step, a way to reach somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oncall.domain.directory import (
    AccountTarget,
    RoleTarget,
    ScheduleTarget,
    SlackChannelTarget,
    Target,
    TeamTarget,
    UserTarget,
)

Details = Mapping[str, Any]
Names = Mapping[str, str]

_SENDINGS = {
    "sms": "Sent {} an SMS",
    "voice": "Called {}",
    "slack": "Sent {} a Slack message",
    "email": "Sent {} an e-mail",
    "slack_channel": "Posted in the Slack channel",
    "webhook": "Called the webhook",
}
_MESSAGES = {
    "sms": "SMS to {}",
    "voice": "call to {}",
    "slack": "Slack message to {}",
    "email": "e-mail to {}",
    "slack_channel": "post in the Slack channel",
    "webhook": "call of the webhook",
}
_WAYS = {
    "api": "through the API",
    "cli": "from the command line",
    "page": "on this page",
    "slack": "in Slack",
    "sms": "by SMS",
    "voice": "by phone",
}
_CLOCKS = {"respond": "response", "update": "update"}
_DOINGS = {"page": "pages", "defer": "waits", "record": "is only recorded"}


def actor(by: str | None, names: Names) -> str:
    """Who did it, as people say it: a person's name, or which integration or token."""
    kind, _, name = (by or "").partition(":")
    if name and kind == "integration":
        return f"the {name} integration"
    if name and kind == "token":
        return f"the token {name}"
    if by == "api":
        return "the API"
    return names.get(kind, kind) or "somebody"


def person(user: str | None, names: Names) -> str:
    """Whom a page went to: a person's name, or the channel where it was no person."""
    return names.get(user, user) if user else "the channel"


def severity_name(severity: str) -> str:
    """A severity as people say it: `Sev 1` for `sev1`, any other as it is."""
    number = severity.removeprefix("sev")
    return f"Sev {number}" if number.isdecimal() and number != severity else severity


def spaced(id_: object) -> str:
    """An id as words: `action plan accepted` for `action_plan_accepted`."""
    return str(id_).replace("_", " ").replace("-", " ")


def clock_name(clock: str) -> str:
    """What a clock of the incident is called: that of `respond` is the response's."""
    return _CLOCKS.get(clock, spaced(clock))


def doing(do: str) -> str:
    """What a rule does, said of the incident: it pages, it waits, it is only recorded."""
    return _DOINGS.get(do, spaced(do))


def step_name(details: Details) -> str:
    """By which step of which round of which policy somebody was paged."""
    step, policy = details["step"], details.get("policy")
    if step == "fallback":
        return f"the fallback of {policy}"
    if step == "administrators":
        return "the administrators"
    if step == "reassigned":
        return "reassigned"
    if policy == "triage":
        return "triage"
    return f"step {step} of round {details.get('round', 1)} of {policy}"


def message_to(method: str, whom: str) -> str:
    """What was sent, as people say it: "SMS to Bo"."""
    return _MESSAGES.get(method, f"{method} message to {{}}").format(whom)


def sending(method: str, whom: str) -> str:
    """That something was sent, as people say it: "Called Bo"."""
    return _SENDINGS.get(method, f"Sent {{}} a message by {method}").format(whom)


def target_name(target: Target, names: Names) -> str:
    """Whom a step of an escalation policy means, as people say it."""
    match target:
        case ScheduleTarget(schedule):
            return f"whoever is on call in {schedule}"
        case UserTarget(user) | AccountTarget(manager=user):
            return names.get(user, user)
        case TeamTarget(team):
            return f"team {team}"
        case SlackChannelTarget(channel):
            return f"the Slack channel {channel}"
        case RoleTarget(role):
            return f"everybody with the role {role}"
    return "a webhook"


def way(via: str) -> str:
    """By which way somebody said it: "by SMS"."""
    return _WAYS.get(via, f"by {via}")
