"""Webhooks: which systems want to be told of which events, with the sealed secrets that prove who tells them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.question import Question, ask


class WebhookRow(Base):
    """One subscription, of one service or of all where `service` is None.

    `secret` and `old_secret` are sealed; the older one signs too until `old_secret_until`. `disabled` says why nothing is
    sent any more. While its receiver is not well, `failures` counts the rests in a row, and nothing is sent before
    `rests_until`.
    """

    __tablename__ = "webhooks"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str | None]
    url: Mapped[str]
    events: Mapped[list[Any]]
    secret: Mapped[str]
    old_secret: Mapped[str | None]
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    disabled: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    failures: Mapped[int]
    rests_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """What may be shown of a webhook; `service` is None where it is told of all."""

    id: int
    service: str | None
    url: str
    events: tuple[str, ...]
    created_at: datetime
    created_by: str
    disabled: str | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class WebhookInUse:
    """Of a webhook what whoever has something to tell needs to know; `service` is None where it is told of all."""

    id: int
    service: str | None
    url: str
    events: list[Any]
    rests_until: datetime | None


def list_webhooks(session: Session) -> tuple[WebhookRecord, ...]:
    """Every webhook that was not revoked, in the order in which they were made."""
    rows = session.scalars(select(WebhookRow).where(WebhookRow.revoked_at.is_(None)).order_by(WebhookRow.id))
    return tuple(record(row) for row in rows)


def all_in_use(session: Session) -> tuple[WebhookInUse, ...]:
    """The webhooks that may want to be told of what happens; nothing is locked."""
    [rows] = ask(session, _IN_USE.by())
    return tuple(WebhookInUse(*row) for row in rows)


def in_use(session: Session, ids: Collection[int]) -> frozenset[int]:
    """Those of `ids` that are neither revoked nor disabled."""
    return (
        frozenset(session.scalars(select(WebhookRow.id).where(WebhookRow.id.in_(ids), _in_use())))
        if ids
        else frozenset()
    )


def get(session: Session, id_: int) -> WebhookRow | None:
    """The webhook with that id; None when there is none, or it was revoked."""
    return session.scalars(_named(id_)).one_or_none()


def lock(session: Session, id_: int) -> WebhookRow | None:
    """The same, locked until the transaction ends; a message of its own that is being sent is locked already."""
    return session.scalars(_named(id_).with_for_update().execution_options(populate_existing=True)).one_or_none()


def record(row: WebhookRow) -> WebhookRecord:
    """What may be shown of a row."""
    return WebhookRecord(
        id=row.id,
        service=row.service,
        url=row.url,
        events=tuple(row.events),
        created_at=row.created_at,
        created_by=row.created_by,
        disabled=row.disabled,
        rests_until=row.rests_until,
    )


def _named(id_: int) -> Any:
    return select(WebhookRow).where(WebhookRow.id == id_, WebhookRow.revoked_at.is_(None))


def _in_use() -> ColumnElement[bool]:
    return and_(WebhookRow.revoked_at.is_(None), WebhookRow.disabled.is_(None))


_IN_USE = Question(
    lambda: (
        select(WebhookRow.id, WebhookRow.service, WebhookRow.url, WebhookRow.events, WebhookRow.rests_until)
        .where(_in_use())
        .order_by(WebhookRow.id)
    )
)
