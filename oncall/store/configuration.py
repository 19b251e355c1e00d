"""The configuration as versions: every object whole, one row a version, in the document's shape; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.document.calendars import PublicHolidays, calendars_named
from oncall.document.difference import Change
from oncall.document.document import FORMAT, SECTIONS, Document, document_of
from oncall.document.fields import Spec
from oncall.document.history import Version
from oncall.document.times import CalendarSpec
from oncall.store import handovers
from oncall.store.base import Base
from schedules import public_holidays

YEARS_WRITTEN = 10
"""For how many years from the one before a version is made its public holidays are written into it."""

_AT_ONCE = 500
_MOVE_SHIFTS = ("schedules", "calendars")
_IN_VERSIONS = tuple(section for section in SECTIONS if section != "users")


class ConfigVersionRow(Base):
    """One version of one object: `body` in the document's shape of that `format`, None where the object was removed.

    It holds from `holds_from`, which is never before `recorded_at`. `version` is the configuration's. `holidays` are a
    calendar's public holidays by year as the library knew them then, `feed_days` the days that its feed named
    (docs/semantics.md 7.4).
    """

    __tablename__ = "config_versions"
    __table_args__ = (
        Index("ix_config_versions_section_key_id", "section", "key", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    section: Mapped[str]
    key: Mapped[str]
    body: Mapped[dict[str, Any] | None]
    format: Mapped[int]
    holds_from: Mapped[datetime]
    recorded_at: Mapped[datetime]
    author: Mapped[str]
    holidays: Mapped[dict[str, Any] | None]
    feed_days: Mapped[list[Any] | None]


def load(session: Session, people: Mapping[str, Spec], known: Mapping[int, Version] | None = None) -> Document:
    """The configuration that holds now, whole: `people` and the latest version of everything else.

    Objects stand in the order in which they first came; versions that are `known` are not read again.
    """
    return document_at(newest(session, known or {}), people)


def document_at(versions: Iterable[Version], people: Mapping[str, Spec]) -> Document:
    """The whole configuration of these versions and people."""
    objects: dict[str, dict[str, Spec]] = {"users": dict(people)}
    for version in versions:
        if version.spec is not None:
            objects.setdefault(version.section, {})[version.key] = version.spec
    return document_of(objects)


def newest(session: Session, known: Mapping[int, Version], section: str | None = None) -> tuple[Version, ...]:
    """The latest version of every object, of one section where that is named, in the order in which the objects first came.

    What is `known` is not read again.
    """
    latest, first = func.max(ConfigVersionRow.id), func.min(ConfigVersionRow.id)
    query = select(latest).group_by(ConfigVersionRow.section, ConfigVersionRow.key).order_by(first)
    ids = session.scalars(query if section is None else query.where(ConfigVersionRow.section == section)).all()
    missing = [id_ for id_ in ids if id_ not in known]
    found = dict(known)
    for start in range(0, len(missing), _AT_ONCE):
        some = select(ConfigVersionRow).where(ConfigVersionRow.id.in_(missing[start : start + _AT_ONCE]))
        found |= {row.id: _version(row) for row in session.scalars(some)}
    return tuple(found[id_] for id_ in ids)


def latest(session: Session, section: str, key: str) -> Version | None:
    """The latest version of one object; None where there never was one."""
    query = select(ConfigVersionRow).where(ConfigVersionRow.section == section, ConfigVersionRow.key == key)
    row = session.scalars(query.order_by(ConfigVersionRow.id.desc()).limit(1)).one_or_none()
    return None if row is None else _version(row)


def last_change(session: Session) -> datetime | None:
    """From when the latest version of anything holds; None before the first."""
    return session.scalar(select(ConfigVersionRow.holds_from).order_by(ConfigVersionRow.id.desc()).limit(1))


def changed_since(session: Session, section: str, since: datetime) -> frozenset[str]:
    """The objects of a section that became others after an instant, or came, or went."""
    query = select(ConfigVersionRow.key).where(ConfigVersionRow.section == section, ConfigVersionRow.holds_from > since)
    return frozenset(session.scalars(query.distinct()))


def recorded(
    session: Session, section: str, keys: Collection[str] | None, known_at: datetime | None
) -> dict[str, list[Version]]:
    """Every version of these objects, None for all of the section, that was recorded by an instant, None for now.

    By the object's id, each in the order in which they were made; one that was never recorded is not among them.
    """
    query = select(ConfigVersionRow).where(ConfigVersionRow.section == section).order_by(ConfigVersionRow.id)
    if keys is not None:
        query = query.where(ConfigVersionRow.key.in_(list(keys)))
    if known_at is not None:
        query = query.where(ConfigVersionRow.recorded_at <= known_at)
    found: dict[str, list[Version]] = {}
    for row in session.scalars(query):
        found.setdefault(row.key, []).append(_version(row))
    return found


def _version(row: ConfigVersionRow) -> Version:
    spec = None if row.body is None else SECTIONS[row.section].model_validate(row.body)
    if isinstance(spec, CalendarSpec) and row.feed_days is not None:
        spec = spec.with_feed_days(map(date.fromisoformat, row.feed_days))
    holidays = _read(row.holidays or {})
    return Version(row.id, row.version, row.section, row.key, spec, holidays, row.holds_from, row.author)


def record(
    session: Session, document: Document, changes: Iterable[Change], *, author: str, at: datetime, version: int
) -> None:
    """Store a new version of every changed object but users, as it stands in `document`, holding from `at` on.

    The next change of shifts is worked out anew for every schedule of which that may move it.
    """
    changes = tuple(changes)
    moved = _moved(document, changes)
    if moved:
        handovers.work_out_anew(session, moved, at)
    for change in changes:
        if change.section in _IN_VERSIONS:
            spec = document.section(change.section).get(change.id)
            session.add(
                ConfigVersionRow(
                    version=version,
                    section=change.section,
                    key=change.id,
                    body=None if spec is None else spec.body(),
                    format=FORMAT,
                    holds_from=at,
                    recorded_at=at,
                    author=author,
                    holidays=_looked_up(spec, at) if isinstance(spec, CalendarSpec) else None,
                    feed_days=_of_feed(spec) if isinstance(spec, CalendarSpec) else None,
                )
            )


def _moved(document: Document, changes: Iterable[Change]) -> frozenset[str]:
    """The schedules that change themselves, or by a calendar that they name; those that go too."""
    keys = {section: {change.id for change in changes if change.section == section} for section in _MOVE_SHIFTS}
    calendars = keys["calendars"]
    theirs = {key for key, spec in document.schedules.items() if not calendars.isdisjoint(calendars_named(spec))}
    return frozenset(keys["schedules"] | theirs)


def _looked_up(spec: CalendarSpec, at: datetime) -> dict[str, list[str]] | None:
    country, subdivision = spec.holidays.country, spec.holidays.subdivision
    if country is None:
        return None
    years = range(at.year - 1, at.year - 1 + YEARS_WRITTEN)
    return {
        str(year): [day.isoformat() for day in sorted(public_holidays(country, subdivision, [year]))] for year in years
    }


def _of_feed(spec: CalendarSpec) -> list[str] | None:
    days = spec.holidays.feed_days
    return None if days is None else [day.isoformat() for day in sorted(days)]


def holidays_written(session: Session) -> dict[str, PublicHolidays]:
    """The public holidays in the latest versions of calendars, by the calendar's id and by year."""
    return holidays_of(newest(session, {}, "calendars"))


def holidays_of(versions: Iterable[Version]) -> dict[str, PublicHolidays]:
    """The public holidays that are written in versions of calendars, by the calendar's id and by year."""
    return {version.key: version.holidays for version in versions if version.section == "calendars"}


def _read(holidays: Mapping[str, Iterable[str]]) -> PublicHolidays:
    return {int(year): frozenset(map(date.fromisoformat, days)) for year, days in holidays.items()}
