"""Answers already given, by the key that the asker chose for the request."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.question import Question, ask


class IdempotencyRow(Base):
    """One request of one asker; `status` and `answer` are None while it is being worked on."""

    __tablename__ = "idempotency_keys"

    asker: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    begun_at: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[str | None]


_ROWS = cast("Table", IdempotencyRow.__table__)
_IS_IT = (_ROWS.c.asker == bindparam("who"), _ROWS.c.key == bindparam("which"))


def _beginning() -> Any:
    columns = [_ROWS.c.asker, _ROWS.c.key, _ROWS.c.fingerprint, _ROWS.c.begun_at]
    given = [bindparam(name, type_=column.type) for name, column in zip(_GIVEN, columns, strict=True)]
    new = select(*given).where(~select(_ROWS.c.key).where(*_IS_IT).exists())
    return insert(_ROWS).from_select(columns, new).returning(_ROWS.c.key)


def _finishing() -> Any:
    kept: dict[Any, Any] = {_ROWS.c.status: bindparam("said"), _ROWS.c.answer: bindparam("told")}
    return update(_ROWS).where(*_IS_IT).values(kept).returning(_ROWS.c.key)


_GIVEN = ("who", "which", "what", "at")
_BEGIN, _FINISH = Question(_beginning), Question(_finishing)


def begin(session: Session, asker: str, key: str, fingerprint: str, now: datetime) -> bool:
    """Add a request that this asker sent under `key`; False where there is one already."""
    [rows] = ask(session, _BEGIN.by(who=asker, which=key, what=fingerprint, at=now))
    return bool(rows)


def finish(session: Session, asker: str, key: str, status: int, answer: str) -> None:
    """Keep the answer of a request that was begun."""
    ask(session, _FINISH.by(who=asker, which=key, said=status, told=answer))


def get(session: Session, asker: str, key: str) -> IdempotencyRow | None:
    """The request that this asker sent under `key`, None when it is new."""
    return session.get(IdempotencyRow, (asker, key), with_for_update=True)


def forget_before(session: Session, instant: datetime) -> None:
    """Forget requests that were begun before `instant`."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.begun_at < instant))
