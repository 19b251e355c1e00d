"""What the API takes along with something to do about an incident."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from oncall.doors.api.endpoint import Input
from oncall.doors.api.values import InstantIn, Text, Word
from schedules import ScheduleError, parse_delay

_LONGEST = timedelta(days=366)


def _length(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError("must be a text such as 2h")  # noqa: TRY004  pydantic collects ValueErrors only
    try:
        length = parse_delay(value)
    except ScheduleError as error:
        raise ValueError(error.message) from error
    if not timedelta(0) < length <= _LONGEST:
        raise ValueError(f"must be longer than zero and at most {_LONGEST.days} days")
    return length


Length = Annotated[
    timedelta, BeforeValidator(_length), WithJsonSchema({"type": "string", "examples": ["90m", "2h", "1 day"]})
]
"""Elapsed time as sent: `90m`, `2h`, `1 day`."""


class TriageIn(Input):
    """How grave it turned out to be; left out, the severity stays as it is."""

    severity: Word | None = None


class SeverityIn(Input):
    """How grave it is: a severity of the service's policy, or a word of the service's own map."""

    severity: Word


class ClassesIn(Input):
    """The plan, the ticket type, or both; what is left out stays as it is."""

    plan: Word | None = None
    ticket_type: Word | None = None


class SnoozeIn(Input):
    """For how long nobody is to be paged."""

    length: Annotated[Length, Field(alias="for")]


class NoteIn(Input):
    """Something to remember."""

    text: Text


class UpdateIn(Input):
    """What the customer was told, and when the next update was agreed to come; left out, that is for the policy to say."""

    text: str = ""
    next_by: InstantIn | None = None


class ReassignIn(Input):
    """The user who gets it."""

    to: Word


class AwaitCustomerIn(Input):
    """What the customer was asked for."""

    text: str = ""


class CustomerRepliedIn(Input):
    """Whatever came with the answer: fields that the policy requires and that were missing."""

    fields: dict[str, Any] = Field(default_factory=dict)


class ConfirmIn(Input):
    """One condition of the gate that is met now."""

    condition: Word


class TicketKey(Input):
    """The ticket's own key: the open incident of the service with this dedup key is meant."""

    dedup_key: Word
