"""What went out by each way a moment ago: what decides whether the next page waits (docs/semantics.md 6.6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, literal_column, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.bundling import MINUTE, Recent, Way
from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part, json_text
from oncall.store.conflicts import insert_in
from oncall.store.question import Question, ask, texts
from oncall.store.transaction import is_sqlite
from schedules import format_instant


class RecentPageRow(Base):
    """A way of paging somebody, and what was sent by it within a minute before `at`, the last time.

    `user_id` is empty where the way is a channel. Whoever claims messages by a way has locked its row, so of two workers that
    page one person by it at the same time the second knows what the first has sent.
    """

    __tablename__ = "recent_pages"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    sends: Mapped[list[Any]]


_KEY = (RecentPageRow.user_id, RecentPageRow.type, RecentPageRow.address)


def hold(session: Session, ways: Collection[Way], now: datetime) -> tuple[Recent, ...]:
    """What went out by those ways within the last minute; they are locked, so nobody else sends by them meanwhile."""
    if not ways:
        return ()
    keys = sorted(map(_key, ways), key=lambda key: tuple(key.values()))
    if is_sqlite(session):
        # On the connection: a session that inserts many costs more than all the rest of a claim.
        rows = [{**key, "at": now, "sends": []} for key in keys]
        found = [tuple(row) for row in session.connection().execute(_holding("sqlite"), rows)]
    else:
        columns = {column.key: [key[column.key] for key in keys] for column in _KEY}
        [found] = ask(session, _HOLD.by(**columns, at=now))
    return tuple(one for row in found for one in _recent(*row) if one.at > now - MINUTE)


@cache
def _holding(dialect: str) -> Any:
    """To write what is there already locks the row and gives it back, in one statement."""
    table = cast("Table", RecentPageRow.__table__)
    key = [table.c[column.key] for column in _KEY]
    put = insert_in(dialect, table)
    if dialect == "postgresql":
        ways = (
            func.unnest(*(texts(column.key) for column in _KEY))
            .table_valued(*(column.key for column in key))
            .render_derived()
        )
        rows = select(*ways.c, bindparam("at", type_=table.c.at.type), literal_column("'[]'::json"))
        put = put.from_select([*key, table.c.at, table.c.sends], rows)
    return put.on_conflict_do_update(index_elements=key, set_={"at": table.c.at}).returning(*key, table.c.sends)


_HOLD = Question(partial(_holding, "postgresql"))


def remember(bulk: Bulk, recent: Iterable[Recent]) -> None:
    """Keep these, and nothing else, of the ways by which they went; the ways are held."""
    by_way: dict[Way, list[Recent]] = {}
    for one in recent:
        by_way.setdefault(one.way, []).append(one)
    for way, sent in by_way.items():
        bulk.add(Part.PAGED, {**_key(way), "at": max(one.at for one in sent), "sends": json_text(_stored(sent))})


def forget(session: Session, way: Way, calls: Collection[str]) -> None:
    """Forget calls that reached nobody by that way: nothing has to wait for them."""
    row = session.get(RecentPageRow, tuple(_key(way).values()), with_for_update=True, populate_existing=True)
    if row is not None:
        row.sends = [sent for sent in row.sends if sent["call"] not in calls]


def _key(way: Way) -> dict[str, str]:
    user, type_, address = way
    return {"user_id": user or "", "type": type_, "address": address}


def _stored(sent: Iterable[Recent]) -> list[dict[str, Any]]:
    return [
        {
            "call": one.call,
            "at": format_instant(one.at),
            "ranks": dict(one.ranks),
            "incident": one.incident,
            "apart": one.apart,
        }
        for one in sent
    ]


def _recent(user: str, type_: str, address: str, sends: Iterable[Mapping[str, Any]]) -> Iterator[Recent]:
    way = (user or None, type_, address)
    for sent in sends:
        at = datetime.fromisoformat(sent["at"])
        yield Recent(way, at, sent["ranks"], sent["incident"], sent["apart"], sent["call"])
