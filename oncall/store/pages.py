"""Pages, and the codes by which they are answered."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.incident import Incident, Page
from oncall.store.base import Base
from oncall.store.incidents import IncidentRow

_CODE_DIGITS = 4
_CROWDED = 0.1
_CODE_KEPT = timedelta(days=1)
_WRONG_CODES_ALLOWED = 3


class PageRow(Base):
    """One person or channel told of one incident; `code` is how that page is answered by text message."""

    __tablename__ = "pages"

    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    generation: Mapped[int]
    user_id: Mapped[str | None]
    policy: Mapped[str]
    step: Mapped[str]
    round: Mapped[int]
    because: Mapped[str]
    made_at: Mapped[datetime]
    code: Mapped[str]


class ReplyCodeRow(Base):
    """The page that a code sent to an address belongs to; kept for a day after its incident is over.

    `wrong` counts the wrong codes that came from that address since the page was made: after three the code is locked.
    """

    __tablename__ = "reply_codes"

    address: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    page_id: Mapped[str] = mapped_column(ForeignKey("pages.id"), index=True)
    wrong: Mapped[int]


def add(session: Session, incident: Incident, pages: Iterable[Page], now: datetime) -> None:
    """Store new pages of an incident, each with a code that is free at all its addresses."""
    for page in pages:
        addresses = frozenset(attempt.address for attempt in page.attempts)
        code = _free_code(session, addresses, now)
        session.execute(insert(PageRow).values(_values(incident, page, now, code)))
        session.execute(
            insert(ReplyCodeRow),
            [{"address": address, "code": code, "page_id": page.id, "wrong": 0} for address in sorted(addresses)],
        )


def page_of_code(session: Session, address: str, code: str) -> PageRow | None:
    """The page sent to `address` that `code` answers; None where there is none, or where it is locked."""
    query = select(PageRow).join(ReplyCodeRow, ReplyCodeRow.page_id == PageRow.id)
    mine = (ReplyCodeRow.address == address, ReplyCodeRow.code == code, ReplyCodeRow.wrong < _WRONG_CODES_ALLOWED)
    return session.scalars(query.where(*mine)).one_or_none()


def was_paged(session: Session, address: str) -> bool:
    """Whether anything that can still be answered was sent to `address`."""
    return session.scalar(select(ReplyCodeRow.code).where(ReplyCodeRow.address == address).limit(1)) is not None


def count_wrong_code(session: Session, address: str) -> None:
    """Record a wrong code from `address` against every code it could have guessed."""
    session.execute(update(ReplyCodeRow).where(ReplyCodeRow.address == address).values(wrong=ReplyCodeRow.wrong + 1))


def get(session: Session, page: str) -> PageRow | None:
    """The page with that id, None when there is none."""
    return session.get(PageRow, page)


def codes(session: Session, pages: Collection[str]) -> dict[str, str]:
    """The codes of pages, by the page's id."""
    rows = session.execute(select(PageRow.id, PageRow.code).where(PageRow.id.in_(pages)))
    return {row.id: row.code for row in rows}


def _free_code(session: Session, addresses: Collection[str], now: datetime) -> str:
    """A random code that none of the addresses has in use; longer where too many are."""
    _forget_old(session, addresses, now)
    taken = frozenset(session.scalars(select(ReplyCodeRow.code).where(ReplyCodeRow.address.in_(addresses))))
    digits = _CODE_DIGITS
    while sum(len(code) == digits for code in taken) > _CROWDED * 10**digits:
        digits += 1
    while True:
        code = f"{secrets.randbelow(10**digits):0{digits}}"
        if code not in taken:
            return code


def _forget_old(session: Session, addresses: Collection[str], now: datetime) -> None:
    over = (
        select(PageRow.id)
        .join(IncidentRow, IncidentRow.id == PageRow.incident_id)
        .where(IncidentRow.resolved_at < now - _CODE_KEPT)
    )
    old = delete(ReplyCodeRow).where(ReplyCodeRow.address.in_(addresses), ReplyCodeRow.page_id.in_(over))
    session.execute(old.execution_options(synchronize_session=False))


def _generation(incident: Incident, page: Page) -> int:
    """The generation of the run that the page belongs to."""
    return next((run.generation for run in incident.running if page in run.pages), incident.generation)


def _values(incident: Incident, page: Page, now: datetime, code: str) -> dict[str, object]:
    return {
        "id": page.id,
        "incident_id": incident.id,
        "generation": _generation(incident, page),
        "user_id": page.user,
        "policy": page.policy,
        "step": str(page.step),
        "round": page.round,
        "because": page.because,
        "made_at": now,
        "code": code,
    }
