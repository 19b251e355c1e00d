"""A request that is sent twice under one key is done once, and answered twice the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from oncall.errors import FieldFault, InvalidInputError, UnavailableError
from oncall.operations.context import Context
from oncall.store import idempotency
from oncall.store.idempotency import IdempotencyRow

KEPT = timedelta(days=1)
"""How long an answer is kept."""

_GIVEN_UP = timedelta(minutes=1)
_SWEEPS = "0"
"""How the keys begin, digests all of them, with which what is old is forgotten too."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given before: its HTTP status and body."""

    status: int
    body: str


def begin(context: Context, asker: str, key: str, fingerprint: str) -> Answered | None:
    """Begin a request, or return the answer that it was given before.

    `fingerprint` stands for the whole request. Raises InvalidInputError when the key was used for another request, and
    UnavailableError while the same one is being worked on; one that was never answered may be begun again after a minute.
    """
    now = context.clock.now()

    def work(session: Session) -> Answered | None:
        # What is old is looked for by one request in sixteen: there may be a day's requests to look through.
        if key.startswith(_SWEEPS):
            idempotency.forget_before(session, now - KEPT)
        if idempotency.begin(session, asker, key, fingerprint, now):
            return None
        idempotency.forget_before(session, now - KEPT)
        row = idempotency.get(session, asker, key)
        if row is None:
            session.add(IdempotencyRow(asker=asker, key=key, fingerprint=fingerprint, begun_at=now))
            return None
        if row.fingerprint != fingerprint:
            raise InvalidInputError([FieldFault("Idempotency-Key", "was used for another request before")])
        if row.status is not None and row.answer is not None:
            return Answered(row.status, row.answer)
        if now - row.begun_at < _GIVEN_UP:
            raise UnavailableError("the same request is being worked on: try again in a moment")
        row.begun_at = now
        return None

    return context.database.write(work)


def finish(context: Context, asker: str, key: str, answered: Answered) -> None:
    """Keep the answer of a request that was begun."""
    context.database.write(lambda session: idempotency.finish(session, asker, key, answered.status, answered.body))


def abandon(context: Context, asker: str, key: str) -> None:
    """Let a request that failed for no fault of its own be sent again at once."""

    def work(session: Session) -> None:
        row = idempotency.get(session, asker, key)
        if row is not None and row.status is None:
            session.delete(row)

    context.database.write(work)
