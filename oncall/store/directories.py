"""The directory of the configuration that holds, kept in the process."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from oncall.document.by_hand import with_people
from oncall.document.directory import Builder
from oncall.document.history import Version
from oncall.document.kept import Kept
from oncall.domain.directory import Directory
from oncall.store import configuration, configuration_version, overrides, users

REMEMBERED = timedelta(days=35)
"""For how long after its end an override that was made by hand is laid on a schedule; history knows those before."""


class DirectoryCache:
    """The directory, built once a version and process, and of what has changed alone; threads may share it."""

    def __init__(self) -> None:
        self._kept: Directory | None = None
        self._versions: dict[int, Version] = {}
        self._people = Kept()
        self._builder = Builder()
        self._building = threading.Lock()

    def get(self, session: Session, now: datetime) -> Directory:
        """The directory as this transaction sees it; ask before the transaction itself changes the configuration."""
        kept = self._kept
        if kept is None or kept.version != configuration_version.current(session):
            # What takes one thread a second takes ten of them ten: one builds it, the others wait and have it.
            with self._building:
                kept = self._kept
                while kept is None or kept.version != configuration_version.current(session):
                    kept = self._kept = self._built(session, now)
        return kept

    def at(self, session: Session, version: int, now: datetime) -> Directory:
        """The directory of a version that this transaction has found to be the one that holds."""
        return self.kept(version) or self.get(session, now)

    def kept(self, version: int) -> Directory | None:
        """The directory of a version, where it is the one that the process has."""
        kept = self._kept
        return kept if kept is not None and kept.version == version else None

    def known(self, session: Session, now: datetime) -> Mapping[int, Version]:
        """The latest versions of all objects by their ids, as the directory was built of them; some may be out of date."""
        self.get(session, now)
        return self._versions

    def _built(self, session: Session, now: datetime) -> Directory:
        version = configuration_version.current(session)
        people = users.load(session, self._people)
        newest = configuration.newest(session, self._versions)
        self._versions = {one.id: one for one in newest}
        made = overrides.lasting(session, now - REMEMBERED)
        return self._builder.build(
            configuration.document_at(newest, people.users),
            version,
            people.disabled,
            configuration.holidays_of(newest),
            {schedule: with_people(some, people.users, now) for schedule, some in made.items()},
        )
