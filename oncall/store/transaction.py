"""A transaction as those see it who write: a session, whichever the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from oncall.store.pipeline import Line


class Transaction(Session):
    """A session on PostgreSQL that begins and ends its transaction itself, and joins SQLAlchemy to it once that is asked for something.

    What a session does to begin, to keep count of and to end a transaction took a third of the time of a claim, most of which
    asks SQLAlchemy for nothing (`question.ask`, `bulk`).
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(expire_on_commit=False)
        self._pool = engine
        self._line: Line | None = None
        self._joined: Connection | None = None

    @property
    def line(self) -> Line:
        """The connection that the transaction is on."""
        from oncall.store import pipeline  # noqa: PLC0415  loads the driver, which SQLite does without

        if self._line is None:
            line = pipeline.open_line(self._pool)
            self._line = pipeline.Line(line.engine, line.taken, self._invalidate)
        return self._line

    def get_bind(self, *_asked: Any, **_named: Any) -> Connection:
        """SQLAlchemy's own view of that connection."""
        from oncall.store import pipeline  # noqa: PLC0415  as above

        if self._joined is None:
            line = self.line
            if not pipeline.has_begun(line):
                # Not left to the driver, which would wait for ever where the line is lost without a word.
                pipeline.run(line, [pipeline.BEGIN])
            self._joined = Connection(self._pool, connection=line.taken)
        return self._joined

    def commit(self) -> None:
        """Commit whatever was done, by whomever."""
        from oncall.store import pipeline  # noqa: PLC0415  as above

        if self._joined is not None:
            super().commit()
        elif self._line is not None:
            pipeline.commit(self._line)

    def close(self) -> None:
        """Let go of the connection; what was not committed has not happened."""
        from oncall.store import pipeline  # noqa: PLC0415  as above

        super().close()
        line, self._line = self._line, None
        joined, self._joined = self._joined, None
        if joined is not None:
            joined.close()
        elif line is not None:
            pipeline.close(line)

    def _invalidate(self, error: BaseException) -> None:
        if self._joined is not None:
            self._joined.invalidate(error)
        elif self._line is not None:
            self._line.taken.invalidate(error)


def is_sqlite(session: Session) -> bool:
    """Whether the session is on SQLite."""
    return not isinstance(session, Transaction) and session.get_bind().dialect.name == "sqlite"


def line_of(session: Session) -> Line:
    """The line of a session on PostgreSQL, within whose transaction it then is."""
    if isinstance(session, Transaction):
        return session.line
    from oncall.store import pipeline  # noqa: PLC0415  as above

    return pipeline.line_of(session.connection())
