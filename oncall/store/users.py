"""People and the ways to reach them, as rows of their own: unlike the rest of the configuration, a person edits them too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.document.kept import Kept
from oncall.document.merge import Brought
from oncall.document.people import ContactMethodSpec, UserSpec
from oncall.store import configuration_version
from oncall.store.base import Base


class UserRow(Base):
    """One person, with their notification rules as the document writes them; `position` is their place among users."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str | None]
    email: Mapped[str | None]
    role: Mapped[str]
    time_zone: Mapped[str]
    notification_rules: Mapped[dict[str, Any]]


class ContactMethodRow(Base):
    """One way to reach a person; `disabled` says why it is not used any more, None while it is.

    `brought` is what a document said last (type and address), None for a method made by hand: as long as the same stands
    here, a document may change it (docs/semantics.md 7.1).
    """

    __tablename__ = "contact_methods"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    type: Mapped[str]
    address: Mapped[str]
    disabled: Mapped[str | None]
    brought: Mapped[dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class People:
    """Every user in the document's shape, with what a document brought last and why methods are disabled."""

    users: Mapping[str, UserSpec]
    brought: Brought
    disabled: Mapping[tuple[str, str], str]


def load(session: Session, kept: Kept | None = None) -> People:
    """Everybody, in the order in which they came; what `kept` knows of the same rows is not read again."""
    kept = kept or Kept()
    rows = session.scalars(select(ContactMethodRow).order_by(ContactMethodRow.position)).all()
    methods: dict[str, dict[str, Any]] = {}
    for row in rows:
        methods.setdefault(row.user_id, {})[row.id] = {"type": row.type, "address": row.address}
    users = session.scalars(select(UserRow).order_by(UserRow.position, UserRow.id))
    return People(
        users={user.id: _spec(user, methods.get(user.id, {}), kept) for user in users},
        brought={(row.user_id, row.id): ContactMethodSpec.model_validate(row.brought) for row in rows if row.brought},
        disabled={(row.user_id, row.id): row.disabled for row in rows if row.disabled is not None},
    )


def save(session: Session, key: str, spec: UserSpec, brought: Mapping[str, ContactMethodSpec]) -> None:
    """Store a user whole; `brought` are the contact methods that a document names, as it names them.

    A method whose type or address changes is in use again, whatever had disabled it.
    """
    user = session.get(UserRow, key)
    if user is None:
        user = UserRow(id=key, position=_next_position(session))
        session.add(user)
    user.name, user.email, user.role, user.time_zone = spec.name, spec.email, spec.role.value, spec.time_zone
    user.notification_rules = spec.notification_rules.body()
    session.flush()
    _save_methods(session, key, spec.contact_methods, brought)


def remove(session: Session, keys: Collection[str]) -> None:
    """Forget users, with everything that is theirs alone: methods, log-ins, tokens."""
    session.execute(delete(UserRow).where(UserRow.id.in_(keys)))


def disable_method(session: Session, user: str, method: str, reason: str) -> None:
    """Stop using a contact method, and keep the reason; one that is disabled already keeps its first."""
    here = (ContactMethodRow.user_id == user) & (ContactMethodRow.id == method) & ContactMethodRow.disabled.is_(None)
    found = session.scalar(update(ContactMethodRow).where(here).values(disabled=reason).returning(ContactMethodRow.id))
    if found is not None:
        configuration_version.advance(session)


def _spec(user: UserRow, methods: Mapping[str, Any], kept: Kept) -> UserSpec:
    said = {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "time_zone": user.time_zone,
        "contact_methods": methods,
        "notification_rules": user.notification_rules,
    }
    # Equal mappings may differ in the order of what they hold, which here means something.
    return kept.made("rows of users", user.id, (), (said, tuple(methods)), lambda: UserSpec.model_validate(said))


def _next_position(session: Session) -> int:
    last = session.scalar(select(UserRow.position).order_by(UserRow.position.desc()).limit(1))
    return 0 if last is None else last + 1


def _save_methods(
    session: Session, key: str, methods: Mapping[str, ContactMethodSpec], brought: Mapping[str, ContactMethodSpec]
) -> None:
    rows = {row.id: row for row in session.scalars(select(ContactMethodRow).where(ContactMethodRow.user_id == key))}
    for name in rows.keys() - methods.keys():
        session.delete(rows[name])
    for position, (name, method) in enumerate(methods.items()):
        row = rows.get(name) or ContactMethodRow(user_id=key, id=name)
        if (row.type, row.address) != (method.type, method.address):
            row.type, row.address, row.disabled = method.type, method.address, None
        row.position = position
        row.brought = brought[name].body() if name in brought else row.brought
        session.add(row)
    session.flush()
