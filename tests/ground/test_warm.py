"""What is compiled once for all tests is compiled of the same words, and nothing but that is shared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, render_template, url_for
from jinja2 import DictLoader
from sqlalchemy import event, select
from sqlalchemy.engine.interfaces import CacheStats

from oncall.store.database import Database
from oncall.store.workers import WorkerRow
from tests.warm import warm_pages

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def find(database: Database, name: str) -> tuple[str | None, CacheStats]:
    """A worker's name in that database, and whether the question was compiled already."""
    stats: list[CacheStats] = []

    def look(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:  # noqa: FBT001  as SQLAlchemy calls it
        stats.append(context.cache_hit)

    with database.read() as session:
        event.listen(session.connection(), "before_cursor_execute", look)
        found = session.scalar(select(WorkerRow.id).where(WorkerRow.id == name))
    return found, stats[-1]


def test_question_is_compiled_once_and_each_database_answers_for_itself(database_url: str, sqlite_url: str) -> None:
    first, again, other = Database(database_url), Database(database_url), Database(sqlite_url)
    first.write(lambda session: session.add(WorkerRow(id="a", started_at=NOON, seen_at=NOON)))

    assert find(first, "a")[0] == "a"
    assert find(first, "b") == (None, CacheStats.CACHE_HIT)
    assert find(again, "a") == ("a", CacheStats.CACHE_HIT)
    assert find(other, "a")[0] == ("a" if database_url == sqlite_url else None)
    for each in (first, again, other):
        each.dispose()


def application(template: str, **route: Any) -> Flask:
    """An application with one page."""
    app = Flask("small")
    app.jinja_loader = DictLoader({"page": template})
    app.add_url_rule("/page/<number>", "page", lambda number: render_template("page", number=number), **route)
    return app


@pytest.mark.parametrize("template", ["page {{ number }}", "leaf {{ number }}"])
@pytest.mark.parametrize("defaults", [{}, {"number": "9"}])
def test_each_application_has_its_own_templates_and_routes(template: str, defaults: dict[str, str]) -> None:
    warm_pages()
    application("page {{ number }}").test_client().get("/page/7")
    app = application(template, defaults=defaults)

    assert app.test_client().get("/page/7").text == template.replace("{{ number }}", defaults.get("number", "7"))
    with app.test_request_context():
        assert (
            url_for("page", number=defaults.get("number", "7"), more="x")
            == f"/page/{defaults.get('number', '7')}?more=x"
        )
