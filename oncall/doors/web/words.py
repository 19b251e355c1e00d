"""An incident's log in plain words: what happened, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from oncall.domain.log import Entry

Details = Mapping[str, Any]
Names = Mapping[str, str]


class Tone(StrEnum):
    """What a log entry means for the reader at a glance; the style sheet colours it."""

    ALARM = "alarm"
    PAGE = "page"
    GOOD = "good"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Words:
    """One log entry as people read it; `why` is None where there was no choice to explain."""

    text: str
    why: str | None
    tone: Tone


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


def words(entry: Entry, names: Names) -> Words:
    """The entry in plain words, with people called by `names` (user id to name); an event not known here by its own name."""
    tone, say = _SAYINGS.get(entry.event, (Tone.QUIET, None))
    if say is None:
        return Words(entry.event.replace("_", " ").capitalize(), _because(entry.details), tone)
    text, why = say(entry.details, names)
    return Words(text, why, tone)


def actor(by: str | None, names: Names) -> str:
    """Who did it, as people say it: a person's name, or which integration or token."""
    kind, _, name = (by or "").partition(":")
    if name and kind == "integration":
        return f"the {name} integration"
    if name and kind == "token":
        return f"the token {name}"
    return names.get(kind, kind) or "somebody"


def severity_name(severity: str) -> str:
    """A severity as people say it: `Sev 1` for `sev1`, any other as it is."""
    number = severity.removeprefix("sev")
    return f"Sev {number}" if number.isdecimal() and number != severity else severity


def message_to(method: str, person: str) -> str:
    """What was sent, as people say it: "SMS to Bo"."""
    return _MESSAGES.get(method, f"{method} message to {{}}").format(person)


def _because(details: Details) -> str | None:
    because = details.get("because")
    return str(because) if because else None


def _person(details: Details, names: Names) -> str:
    user = details.get("user")
    return names.get(user, user) if user else "the channel"


def _step(details: Details) -> str:
    if details["step"] == "fallback":
        return f"the fallback of {details['policy']}"
    if details["step"] == "administrators":
        return "the administrators"
    return f"step {details['step']} of round {details['round']} of {details['policy']}"


def _with_step(details: Details) -> str:
    return ", ".join(part for part in (_because(details), _step(details)) if part)


def _way(details: Details) -> str | None:
    via = details.get("via")
    return _WAYS.get(via, f"by {via}") if via else None


def _triggered(details: Details, names: Names) -> tuple[str, str | None]:
    by, severity = actor(details.get("by"), names), severity_name(details["severity"])
    return f"Triggered by {by} as {severity}", _reasons(details)


def _joined(details: Details, names: Names) -> tuple[str, str | None]:
    by, severity = actor(details.get("by"), names), severity_name(details["severity"])
    return f"Reported again by {by}, as {severity}", _reasons(details)


def _reasons(details: Details) -> str | None:
    return "; ".join([*filter(None, [_because(details)]), *details.get("warnings", ())]) or None


def _severity(details: Details, names: Names) -> tuple[str, str | None]:
    was, now = severity_name(details["was"]), severity_name(details["severity"])
    return f"{actor(details.get('by'), names)} changed it from {was} to {now}", _because(details)


def _paged(details: Details, names: Names) -> tuple[str, str | None]:
    return f"Paged {_person(details, names)}", _with_step(details)


def _attempted(details: Details, names: Names) -> tuple[str, str | None]:
    sending = _SENDINGS.get(details["method"], f"Sent {{}} a message by {details['method']}")
    return sending.format(_person(details, names)), "together with others" if details.get("bundle") else None


def _delivered(details: Details, names: Names) -> tuple[str, str | None]:
    return f"The {message_to(details['method'], _person(details, names))} arrived", None


def _attempt_failed(details: Details, names: Names) -> tuple[str, str | None]:
    again = "; it is tried again" if details.get("again_at") else ""
    return f"The {message_to(details['method'], _person(details, names))} failed", f"{details['because']}{again}"


def _resent(details: Details, names: Names) -> tuple[str, str | None]:
    return f"The {message_to(details['method'], _person(details, names))} is sent again", _because(details)


def _unreachable(details: Details, names: Names) -> tuple[str, str | None]:
    return f"Could not page {_person(details, names)}", _with_step(details)


def _nobody(details: Details, _names: Names) -> tuple[str, str | None]:
    return "Nobody was reached", _with_step(details)


def _exhausted(details: Details, _names: Names) -> tuple[str, str | None]:
    return f"The escalation policy {details['policy']} ran out", _because(details)


def _missed(details: Details, _names: Names) -> tuple[str, str | None]:
    steps = details["steps"]
    return f"{steps} step{'' if steps == 1 else 's'} went by unfired", _because(details)


def _acknowledged(details: Details, names: Names) -> tuple[str, str | None]:
    return f"Acknowledged by {actor(details.get('by'), names)}", _way(details)


def _escalated(details: Details, names: Names) -> tuple[str, str | None]:
    return f"{actor(details.get('by'), names)} asked for the next step", _way(details)


def _resolved(details: Details, names: Names) -> tuple[str, str | None]:
    return f"Resolved by {actor(details.get('by'), names)}", _way(details)


def _refused(details: Details, _names: Names) -> tuple[str, str | None]:
    return f"Refused to {str(details['do']).replace('_', ' ')}", _because(details)


_SAYINGS: dict[str, tuple[Tone, Callable[[Details, Names], tuple[str, str | None]]]] = {
    "triggered": (Tone.ALARM, _triggered),
    "joined": (Tone.QUIET, _joined),
    "severity": (Tone.ALARM, _severity),
    "paged": (Tone.PAGE, _paged),
    "attempted": (Tone.QUIET, _attempted),
    "delivered": (Tone.QUIET, _delivered),
    "attempt_failed": (Tone.BAD, _attempt_failed),
    "resent": (Tone.BAD, _resent),
    "unreachable": (Tone.BAD, _unreachable),
    "nobody": (Tone.BAD, _nobody),
    "exhausted": (Tone.BAD, _exhausted),
    "missed": (Tone.BAD, _missed),
    "acknowledged": (Tone.GOOD, _acknowledged),
    "escalated": (Tone.ALARM, _escalated),
    "resolved": (Tone.GOOD, _resolved),
    "refused": (Tone.BAD, _refused),
}
