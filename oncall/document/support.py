"""The document's support policies and customers, as they are written; docs/semantics.md 4 says what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from oncall.document.fields import ID_PATTERN, Elapsed, Id, Length, Spec, Words
from oncall.domain.directory import Urgency
from oncall.domain.policy import Do, Hours
from schedules import parse_time
from schedules.errors import did_you_mean

NEXT_OPEN = "next_open"
_NEXT_WORKING_DAY = "next_working_day"
_ID_SCHEMA = {"type": "string", "pattern": ID_PATTERN}


class SeveritySpec(Spec):
    """How grave an incident is: for people a title and what it means, and how hard to knock where no rule says it."""

    title: Words | None = None
    meaning: Words | None = None
    urgency: Urgency | None = None


def _one_or_more(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str) and value:
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError("must be one id or a list of ids")
    if not value:
        raise ValueError("must not be empty: leave it out where the rule is about all of them")
    return tuple(value)


def _as_written(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


OneOrMore = Annotated[
    str | tuple[str, ...],
    PlainValidator(_one_or_more),
    PlainSerializer(_as_written),
    WithJsonSchema({"anyOf": [_ID_SCHEMA, {"type": "array", "items": _ID_SCHEMA, "minItems": 1}]}),
]


class RuleWhenSpec(Spec):
    """The cases that a rule is about; what is left out does not matter to it."""

    severity: OneOrMore | None = None
    plan: OneOrMore | None = None
    ticket_type: OneOrMore | None = None
    hours: Hours | None = None

    def named(self) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
        """Every id in it: of what kind it is, its path from here, and the id."""
        for kind, value in (("severity", self.severity), ("plan", self.plan), ("ticket_type", self.ticket_type)):
            if isinstance(value, str):
                yield kind, (kind,), value
            else:
                yield from ((kind, (kind, index), one) for index, one in enumerate(value or ()))


def _until(value: Any) -> str:
    if value == NEXT_OPEN:
        return NEXT_OPEN
    if isinstance(value, dict) and list(value) == [_NEXT_WORKING_DAY] and isinstance(value[_NEXT_WORKING_DAY], str):
        return f"{parse_time(value[_NEXT_WORKING_DAY]):%H:%M}"
    word = value if isinstance(value, str) else next(iter(value), "") if isinstance(value, dict) else ""
    hint = did_you_mean(str(word), [_NEXT_WORKING_DAY, NEXT_OPEN])
    raise ValueError(f'is either {NEXT_OPEN} or {{{_NEXT_WORKING_DAY}: "08:00"}}{hint}')


def _until_as_written(until: str) -> str | dict[str, str]:
    return until if until == NEXT_OPEN else {_NEXT_WORKING_DAY: until}


Until = Annotated[
    str,
    PlainValidator(_until),
    PlainSerializer(_until_as_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": NEXT_OPEN},
                {
                    "type": "object",
                    "properties": {_NEXT_WORKING_DAY: {"type": "string", "examples": ["08:00"]}},
                    "required": [_NEXT_WORKING_DAY],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class RuleSpec(Spec):
    """One row of the decision table: what to do about the cases in `when`, through whom, and within which limits."""

    when: RuleWhenSpec = RuleWhenSpec()
    do: Do
    until: Until | None = None
    escalation: Id | None = None
    urgency: Urgency | None = None
    respond_within: Length | None = None
    update_every: Length | None = None
    warn_before: Length | None = None


class TriageSpec(Spec):
    """Who looks first, and for how long; without `severities` at whatever pages."""

    schedule: Id
    within: Elapsed
    severities: tuple[Id, ...] | None = Field(None, min_length=1)


class CustomerEscalationSpec(Spec):
    """Whom to page when a customer asks for it, and what must be confirmed before that ends."""

    escalation: Id
    gate: tuple[Id, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _keep_an_empty_gate(cls, data: Any) -> Any:
        return data | {"gate": data["gate"] or []} if isinstance(data, dict) and "gate" in data else data

    @field_validator("gate")
    @classmethod
    def _names_something(cls, gate: tuple[str, ...]) -> tuple[str, ...]:
        if not gate:
            raise ValueError("names nothing: write what must be confirmed, or leave the gate out")
        return gate


def _nothing_said(value: Any) -> Any:
    return {} if value is None else value


class SupportPolicySpec(Spec):
    """What a severity means, by plan, ticket type and hour; severities stand from the gravest down."""

    calendar: Id | None = None
    severities: dict[Id, Annotated[SeveritySpec, BeforeValidator(_nothing_said)]] = Field(min_length=1)
    default_severity: Id | None = None
    plans: tuple[Id, ...] = ()
    default_plan: Id | None = None
    ticket_types: tuple[Id, ...] = ()
    default_ticket_type: Id | None = None
    required: tuple[Words, ...] = ()
    triage: TriageSpec | None = None
    rules: tuple[RuleSpec, ...] = Field(min_length=1)
    lower_on_workaround: dict[Id, Id] = Field(default_factory=dict)
    on_breach: Id | None = None
    on_warning: Id | None = None
    customer_escalation: CustomerEscalationSpec | None = None
    ack_timeout: Elapsed | None = None
    respond_from: Literal["trigger", "severity_change"] = "trigger"


class CustomerSpec(Spec):
    """What was agreed with one customer: limits by severity in place of the rule's, and a manager who is told."""

    plan: Id | None = None
    respond_within: dict[Id, Length] = Field(default_factory=dict)
    update_every: dict[Id, Length] = Field(default_factory=dict)
    manager: Id | None = None
