"""A new version of the configuration: its objects stored, and whatever hangs on them worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.document.difference import Change
from oncall.document.document import Document
from oncall.store import configuration, configuration_version, timers


def record_changes(session: Session, document: Document, changes: Sequence[Change], author: str, now: datetime) -> int:
    """Store what changes, as it stands in `document`, as the next version, and have what open incidents wait for worked out again.

    It comes back when nobody decides by the version before any more: what they stored is there by then. The version has to be
    locked. Returns its number.
    """
    version = configuration_version.advance(session)
    configuration.record(session, document, changes, author=author, at=now, version=version)
    configuration_version.wait_for_holders(session)
    timers.add_recalculations(session, version, now)
    return version
