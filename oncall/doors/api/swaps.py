"""Swaps and cover: asked for, listed, accepted, declined, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from oncall.domain.swap import SwapState
from oncall.domain.swap_asking import Request
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, get, post
from oncall.doors.api.values import Cursor, InstantIn, InstantOut, Limit, Word, id_in
from oncall.errors import FieldFault, InvalidInputError
from oncall.operations import swaps
from oncall.operations.swaps import Judged
from oncall.store.swaps import Wanted
from schedules import Span


class SpanIn(Input):
    """From `start` up to but not including `end`."""

    start: InstantIn
    end: InstantIn


class SpanOut(BaseModel):
    """From `start` up to but not including `end`."""

    start: InstantOut
    end: InstantOut


class NewSwap(Input):
    """Duty that is given away and, in a swap, the duty of `asked_of` that is taken for it.

    Without `take` it is a request for cover, without `asked_of` too it goes to everybody of the rotation. A manager asks in
    the name of somebody, `as`. It expires when the first of the two times starts, unless `expires_at` comes before.
    """

    asked_of: Word | None = None
    give: SpanIn
    take: SpanIn | None = None
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    expires_at: InstantIn | None = None
    asked_by: Annotated[Word | None, Field(alias="as")] = None


class SwapQuery(Input):
    """Which requests: in this state, asked by or of this user or answered by them; and which part of the list."""

    state: SwapState | None = None
    user: Word | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class SwapsQuery(SwapQuery):
    """The same, and of which schedule."""

    schedule: Word | None = None


class SwapOut(BaseModel):
    """One request: `give` goes from `asked_by` to whoever accepts, and `take`, where there is one, the other way.

    `warnings` are what speaks against an open one without forbidding it (time off, duty for another schedule), and which part
    of an accepted one no longer holds, as the schedule has changed since.
    """

    id: int
    schedule: str
    asked_by: str
    asked_of: str | None
    give: SpanOut
    take: SpanOut | None
    note: str
    state: SwapState
    asked_at: InstantOut
    expires_at: InstantOut
    answered_at: InstantOut | None
    answered_by: str | None
    warnings: list[str]


class SwapList(BaseModel):
    """One page of requests, the newest first; `next_cursor` is null on the last."""

    swaps: list[SwapOut]
    next_cursor: str | None


def list_swaps(call: Call[SwapsQuery, NoBody]) -> Answer:
    """List swaps and requests for cover, the newest first."""
    return _listed(call, call.query.schedule)


def list_schedule_swaps(call: Call[SwapQuery, NoBody]) -> Answer:
    """List swaps and requests for cover of one schedule, the newest first."""
    return _listed(call, call.path["schedule"])


def ask_for_swap(call: Call[NoQuery, NewSwap]) -> Answer:
    """Ask somebody for a swap or for cover, or everybody; nothing changes until it is accepted.

    The times are narrowed to the duty that there is in them. Those who can accept are told, at high urgency where it is for
    the next 48 hours. Asked for the same again while it is open, it is not asked twice, and the answer is 200.
    """
    sent = call.body
    asked_by = sent.asked_by or call.asker.user
    if asked_by is None:
        raise InvalidInputError([FieldFault("as", "is missing: a system asks in the name of somebody")])
    request = Request(
        schedule=call.path["schedule"],
        asked_by=asked_by,
        asked_of=sent.asked_of,
        give=_span(sent.give),
        take=_span(sent.take) if sent.take is not None else None,
        note=sent.note,
        expires_at=sent.expires_at,
    )
    judged = swaps.ask(call.context, request, call.asker.name, call.asker.role)
    return Answer(201 if judged.is_new else 200, _out(judged))


def accept_swap(call: Call[NoQuery, NoBody]) -> Answer:
    """Accept what one was asked: the duties change hands at once, as overrides; of several the first gets it.

    409 where it is too late, or the schedule has changed so that it cannot be done any more; 403 for whoever was not asked.
    """
    return _answered(call, lambda id_, by: swaps.accept(call.context, id_, by))


def decline_swap(call: Call[NoQuery, NoBody]) -> Answer:
    """Decline what one was asked; nobody declines for everybody."""
    return _answered(call, lambda id_, by: swaps.decline(call.context, id_, by))


def withdraw_swap(call: Call[NoQuery, NoBody]) -> Answer:
    """Take back what one has asked, or as a manager what anybody has, as long as nobody has answered it."""
    return _answered(call, lambda id_, by: swaps.withdraw(call.context, id_, by, call.asker.role))


def _listed(call: Call[Any, NoBody], schedule: str | None) -> Answer:
    query: SwapQuery = call.query
    before = int(query.cursor) if query.cursor is not None else None
    wanted = Wanted(schedule, query.state, query.user)
    found = swaps.list_swaps(call.context, wanted, before, query.limit + 1)
    page = found[: query.limit]
    following = str(page[-1].swap.id) if len(found) > query.limit else None
    return Answer(200, SwapList(swaps=[_out(one) for one in page], next_cursor=following))


def _answered(call: Call[NoQuery, NoBody], answer: Callable[[int, str], Judged]) -> Answer:
    return Answer(200, _out(answer(id_in(call.path["swap"]), call.asker.name)))


def _span(sent: SpanIn) -> Span:
    return Span(sent.start, sent.end)


def _out(judged: Judged) -> SwapOut:
    swap = judged.swap
    return SwapOut(
        id=swap.id,
        schedule=swap.schedule,
        asked_by=swap.asked_by,
        asked_of=swap.asked_of,
        give=SpanOut(start=swap.give.start, end=swap.give.end),
        take=SpanOut(start=swap.take.start, end=swap.take.end) if swap.take is not None else None,
        note=swap.note,
        state=swap.state,
        asked_at=swap.asked_at,
        expires_at=swap.expires_at,
        answered_at=swap.answered_at,
        answered_by=swap.answered_by,
        warnings=list(judged.warnings),
    )


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/swaps", list_swaps, query=SwapsQuery, answer=SwapList),
    get("/schedules/{schedule}/swaps", list_schedule_swaps, query=SwapQuery, answer=SwapList),
    post("/schedules/{schedule}/swaps", ask_for_swap, body=NewSwap, answers={201: SwapOut, 200: SwapOut}),
    post("/swaps/{swap}/accept", accept_swap, body=NoBody, answers={200: SwapOut}),
    post("/swaps/{swap}/decline", decline_swap, body=NoBody, answers={200: SwapOut}),
    post("/swaps/{swap}/withdraw", withdraw_swap, body=NoBody, answers={200: SwapOut}),
)
