"""Which workers there are."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from oncall.operations.context import Context
from oncall.store import clocks, workers
from oncall.store.workers import WorkerRecord

_FORGOTTEN_AFTER = timedelta(days=1)


def report_alive(context: Context, worker: WorkerRecord) -> None:
    """Record that a worker is alive; those not seen for a day are forgotten."""

    def work(session: Session) -> None:
        workers.see(session, worker)
        workers.forget_before(session, worker.seen_at - _FORGOTTEN_AFTER)

    context.database.write(work)


def report_stopped(context: Context, worker: str) -> None:
    """Record that a worker has stopped as it should; what its clock told is forgotten as well."""

    def work(session: Session) -> None:
        workers.forget(session, worker)
        clocks.forget(session, worker)

    context.database.write(work)
