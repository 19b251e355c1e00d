"""The workers that have been seen: one row each, renewed while it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class WorkerRow(Base):
    """One process that runs the engine."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker, since when it runs and when it was seen last."""

    id: str
    started_at: datetime
    seen_at: datetime


def see(session: Session, worker: WorkerRecord) -> None:
    """Record that a worker is alive."""
    session.merge(WorkerRow(id=worker.id, started_at=worker.started_at, seen_at=worker.seen_at))


def forget(session: Session, id_: str) -> None:
    """Record that a worker has stopped as it should."""
    session.execute(delete(WorkerRow).where(WorkerRow.id == id_))


def forget_before(session: Session, instant: datetime) -> None:
    """Forget workers that were seen last before `instant`."""
    session.execute(delete(WorkerRow).where(WorkerRow.seen_at < instant))


def list_workers(session: Session) -> tuple[WorkerRecord, ...]:
    """Every worker that has not stopped as it should, the last one seen first."""
    rows = session.scalars(select(WorkerRow).order_by(WorkerRow.seen_at.desc(), WorkerRow.id))
    return tuple(WorkerRecord(row.id, row.started_at, row.seen_at) for row in rows)
