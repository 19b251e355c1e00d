"""An incident's log, and its pages with everything that was tried, as the API gives them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, RootModel

from oncall.doors.api.endpoint import Input
from oncall.doors.api.values import Cursor, InstantOut, PartLimit
from oncall.doors.mask import masked
from oncall.store.deliveries import AttemptRecord, PageRecord, SendRecord


class PartQuery(Input):
    """Which part of a long list, oldest first."""

    limit: PartLimit = 1000
    cursor: Cursor | None = None


class LogEntry(BaseModel):
    """One event, with whatever belongs to it beside these."""

    model_config = ConfigDict(extra="allow")

    at: str
    incident: str
    event: str


class Log(RootModel[list[LogEntry]]):
    """The log in order; where it is very long, the header `Link` names the address of the next part."""


class SendOut(BaseModel):
    """One provider call; `call` is shared by what went out as one, `reference` is the provider's own id."""

    call: str
    provider: str
    state: str
    reference: str | None
    reason: str | None
    at: InstantOut
    settled_at: InstantOut | None


class AttemptOut(BaseModel):
    """One way in which the page was tried; of another's address the last characters alone are shown."""

    id: str
    method: str
    type: str
    address: str
    due_at: InstantOut
    state: str
    sends: list[SendOut]


class PageOut(BaseModel):
    """One person (or, with `user` null, a channel) told of the incident by one step of one round."""

    id: str
    user: str | None
    policy: str
    step: int | str
    round: int
    because: str
    made_at: InstantOut
    attempts: list[AttemptOut]


class Pages(RootModel[list[PageOut]]):
    """The pages in order; where they are very many, the header `Link` names the address of the next part."""


def page_shown(page: PageRecord, *, with_addresses: bool) -> dict[str, Any]:
    """What PageOut holds of `page`, its addresses masked unless they may be seen."""
    names = PageOut.model_fields.keys() - {"attempts"}
    attempts = [_attempt(attempt, with_addresses=with_addresses) for attempt in page.attempts]
    return {**{name: getattr(page, name) for name in names}, "attempts": attempts}


def _attempt(attempt: AttemptRecord, *, with_addresses: bool) -> dict[str, Any]:
    plain = {name: getattr(attempt, name) for name in AttemptOut.model_fields.keys() - {"sends", "address"}}
    address = attempt.address if with_addresses else masked(attempt.address)
    return {**plain, "address": address, "sends": [_send(send) for send in attempt.sends]}


def _send(send: SendRecord) -> dict[str, Any]:
    return {name: getattr(send, name) for name in SendOut.model_fields}
