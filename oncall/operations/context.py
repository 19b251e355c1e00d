"""What every operation needs from the process it runs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from oncall.clock import Clock
from oncall.domain.directory import Directory
from oncall.doorbell import Doorbell
from oncall.fetching import Fetcher
from oncall.operations.gathering import Gathering
from oncall.outbound import Outbound
from oncall.settings import Settings
from oncall.store import configuration_version
from oncall.store.cipher import Cipher
from oncall.store.code_lengths import CodeLengths
from oncall.store.database import Database
from oncall.store.directories import DirectoryCache
from oncall.store.integrations import IntegrationRecord

_HELD = "oncall_held_directory"


@dataclass(frozen=True, slots=True)
class Context:
    """One process's database, clock, doorbell and keys.

    `public_url` has no slash at its end. `private_webhooks` lets webhooks lead to private addresses, and by plain http. `feeds` reads
    calendars from elsewhere, none where nothing leaves the machine.
    """

    database: Database
    clock: Clock
    doorbell: Doorbell
    cipher: Cipher
    public_url: str
    directories: DirectoryCache = field(default_factory=DirectoryCache)
    code_lengths: CodeLengths = field(default_factory=CodeLengths)
    integrations: dict[tuple[str, str], IntegrationRecord] = field(default_factory=dict, repr=False)
    triggers: Gathering[Any, Any] = field(default_factory=Gathering)
    private_webhooks: bool = False
    feeds: Fetcher = field(default_factory=Fetcher)

    def directory(self, session: Session) -> Directory:
        """Everything configured, as this transaction sees it."""
        return self.directories.get(session, self.clock.now())

    def held_directory(self, session: Session) -> Directory:
        """The same, and no other takes its place before this transaction ends: whatever decides asks for this one."""
        held: Directory | None = session.info.get(_HELD)
        if held is None:
            configuration_version.hold(session)
            held = session.info[_HELD] = self.directory(session)
        return held

    def hold(self, session: Session, version: int) -> Directory:
        """The same, for a transaction that holds the configuration of that version already."""
        held = session.info[_HELD] = self.directories.kept(version) or self.directory(session)
        return held

    def decide_by(self, session: Session, directory: Directory) -> None:
        """Have this transaction decide by another directory than the one that is configured."""
        session.info[_HELD] = directory


def open_context(settings: Settings, clock: Clock, doorbell: Doorbell) -> Context:
    """The context of a process with these settings; no connection is made before one is needed."""
    return Context(
        database=Database(settings.database_url),
        clock=clock,
        doorbell=doorbell,
        cipher=Cipher(settings.secret_keys),
        public_url=settings.public_url,
        private_webhooks=settings.private_webhooks,
        feeds=Fetcher(Outbound(private=settings.private_webhooks) if settings.calls_out else None),
    )
