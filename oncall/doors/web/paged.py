"""The pages of an incident as people read them: whom, why, by which ways, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from oncall.domain.directory import Role, User
from oncall.doors.mask import masked
from oncall.doors.web.naming import Names
from oncall.doors.web.presentation import method
from oncall.store.deliveries import AttemptRecord, PageRecord

_SAYS = {
    "pending": "due",
    "sending": "being sent",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "void": "not needed",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One way in which a page was tried; `at` is when it last changed, or falls due; `reason` says why it failed."""

    way: str
    address: str
    state: str
    says: str
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Paged:
    """One page; `user` is None for a channel."""

    user: str | None
    name: str
    because: str
    tried: tuple[Tried, ...]


def paged(pages: Iterable[PageRecord], names: Names, reader: User) -> list[Paged]:
    """The pages, newest first, with addresses that only their owner and managers see whole."""
    return [_paged(page, names, reader) for page in pages][::-1]


def _paged(page: PageRecord, names: Names, reader: User) -> Paged:
    shows = page.user is None or page.user == reader.id or reader.role.allows(Role.MANAGER)
    name = names.get(page.user, page.user) if page.user else "Channel"
    step = f"step {page.step} of round {page.round}" if isinstance(page.step, int) else page.step
    tried = tuple(_tried(each, shows_address=shows) for each in page.attempts)
    return Paged(page.user, name, f"{page.because}, {step}", tried)


def _tried(attempt: AttemptRecord, *, shows_address: bool) -> Tried:
    last = attempt.sends[-1] if attempt.sends else None
    return Tried(
        way=method(attempt.type),
        address=attempt.address if shows_address else masked(attempt.address),
        state=attempt.state,
        says=_SAYS.get(attempt.state, attempt.state),
        at=(last.settled_at or last.at) if last and attempt.state != "pending" else attempt.due_at,
        reason=last.reason if last else None,
    )
