"""What has to be known before triggers are decided, however many: asked at once, and locked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.domain.incident import Incident
from oncall.store import configuration_version, incidents, webhooks
from oncall.store.cipher import Cipher
from oncall.store.integrations import IntegrationRow
from oncall.store.transaction import is_sqlite

Key = tuple[str, str]
"""A service and a dedup key."""


@dataclass(frozen=True, slots=True)
class Beforehand:
    """The version of the configuration that this transaction holds, and what else it found.

    `is_told` says whether any webhook wants to be told of anything, `integrations` are those of the ones asked for that were not
    revoked, and `open` are the open incidents, locked in the order of their ids.
    """

    version: int
    is_told: bool
    integrations: frozenset[int]
    open: Mapping[Key, Incident]


def ask(session: Session, cipher: Cipher, keys: Collection[Key], integrations: Collection[int]) -> Beforehand:
    """Ask for all that triggers of these keys, which came by these integrations, need; the first thing in a transaction."""
    if not is_sqlite(session):
        # Of the two databases' words those alone are loaded that are spoken.
        from oncall.store import beforehand_postgres  # noqa: PLC0415

        return beforehand_postgres.ask(session, cipher, keys, integrations)
    found = ((key, incidents.lock_open(session, cipher, *key)) for key in keys)
    live = select(IntegrationRow.id).where(IntegrationRow.id.in_(integrations))
    return Beforehand(
        version=configuration_version.current(session),
        is_told=bool(webhooks.all_in_use(session)),
        integrations=frozenset(session.scalars(live)) if integrations else frozenset(),
        open={key: incident for key, incident in found if incident is not None},
    )
