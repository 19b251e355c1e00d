"""A web process has its clock measured by the requests that it answers (docs/semantics.md 6.9)."""

from __future__ import annotations

from sqlalchemy import select

from oncall.app import create_app
from oncall.operations.context import Context
from oncall.settings import Settings
from oncall.store.clocks import ClockRow


def test_answer_of_a_web_process_measures_its_clock_once_a_while(postgres_url: str) -> None:
    app = create_app(Settings(postgres_url, "http://127.0.0.1:8080", ("k",), data=None))  # type: ignore[arg-type]  # never asked for
    context: Context = app.extensions["oncall"]
    for _ in range(2):
        with app.test_client() as client:
            client.get("/healthz").close()

    with context.database.read() as session:
        (row,) = session.scalars(select(ClockRow))
    context.database.dispose()
    assert row.process.startswith("web:")
    assert abs(row.ahead_seconds) < 1
