"""The document's escalation policies and services."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, field_validator, model_validator

from oncall.document.fields import Id, Spec, Wait, Words
from oncall.document.people import web_address

UNTIL_ACKNOWLEDGED = "until_acknowledged"
_KINDS = ("schedule", "user", "team", "slack_channel", "webhook")


class TargetSpec(Spec):
    """Exactly one of: whoever is on call by a schedule, a user, a team's members, a Slack channel, a webhook."""

    schedule: Id | None = None
    user: Id | None = None
    team: Id | None = None
    slack_channel: Words | None = None
    webhook: Words | None = None

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, webhook: str | None) -> str | None:
        return web_address(webhook) if webhook else None

    @model_validator(mode="after")
    def _is_one(self) -> TargetSpec:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"names exactly one of {', '.join(_KINDS)}")
        return self


class StepSpec(Spec):
    """Whom to page, and how long to wait before the next step."""

    notify: tuple[TargetSpec, ...] = Field(min_length=1)
    wait: Wait = timedelta(minutes=5)


def _rounds(value: Any) -> int | None:
    if value == UNTIL_ACKNOWLEDGED:
        return None
    text = str(value)
    if not text.isdecimal() or len(text) > len("1000"):
        raise ValueError(f"{value!r} is neither a number of further rounds nor {UNTIL_ACKNOWLEDGED}")
    return int(text)


Repeat = Annotated[
    int | None,
    PlainValidator(_rounds),
    PlainSerializer(lambda rounds: UNTIL_ACKNOWLEDGED if rounds is None else rounds),
    WithJsonSchema({"anyOf": [{"const": UNTIL_ACKNOWLEDGED}, {"type": "integer", "minimum": 0}]}),
]


class EscalationPolicySpec(Spec):
    """Steps in order, repeated for `repeat` further rounds (None: until acknowledged), then the fallback."""

    steps: tuple[StepSpec, ...] = Field(min_length=1)
    repeat: Repeat = None
    fallback: tuple[TargetSpec, ...] = ()


class ServiceSpec(Spec):
    """What breaks, the one policy that answers for it, and what a monitor's words mean there."""

    support_policy: Id | None = None
    escalation_policy: Id | None = None
    severity_map: dict[Words, Words] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_policy(self) -> ServiceSpec:
        if (self.support_policy is None) == (self.escalation_policy is None):
            raise ValueError("names either a `support_policy` or an `escalation_policy`, exactly one of the two")
        return self
