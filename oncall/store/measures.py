"""What was counted so far: counters and the buckets of histograms, which only ever grow."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Double, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.conflicts import insert_in

Key = tuple[str, str, str]
"""A measure, its labels as they are told apart, and the part of it: a bucket's end, `sum`, or nothing for a counter."""


_COUNTED_TO = "counted_to"


class MeasureRow(Base):
    """One number of one measure."""

    __tablename__ = "measures"

    name: Mapped[str] = mapped_column(primary_key=True)
    labels: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(Double)


def add(session: Session, counted: Mapping[Key, float]) -> None:
    """Add to the numbers; in the order of their keys, so that two who add at once do not stop each other for good."""
    if not counted:
        return
    rows = [
        {"name": name, "labels": labels, "part": part, "value": value}
        for (name, labels, part), value in sorted(counted.items())
    ]
    adding = insert_in(session.get_bind().dialect.name, MeasureRow)
    keys = [MeasureRow.name, MeasureRow.labels, MeasureRow.part]
    session.execute(
        adding.on_conflict_do_update(index_elements=keys, set_={"value": MeasureRow.value + adding.excluded.value}),
        rows,
    )


def counted_to(session: Session) -> tuple[int, int] | None:
    """The last send and the last incident that were counted, locked until the transaction ends; None before the first time."""
    query = select(MeasureRow).where(MeasureRow.name == _COUNTED_TO).order_by(MeasureRow.part).with_for_update()
    found = {row.part: int(row.value) for row in session.scalars(query.execution_options(populate_existing=True))}
    return (found["send"], found["incident"]) if found else None


def remember(session: Session, send: int, incident: int) -> None:
    """Remember the last send and the last incident that were counted."""
    for part, value in (("incident", incident), ("send", send)):
        session.merge(MeasureRow(name=_COUNTED_TO, labels="", part=part, value=value))


def counted(session: Session) -> dict[Key, float]:
    """Every number."""
    rows = session.scalars(select(MeasureRow).where(MeasureRow.name != _COUNTED_TO))
    return {(row.name, row.labels, row.part): row.value for row in rows}
