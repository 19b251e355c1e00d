"""Pages, and the codes by which they are answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Select, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.incident import Incident, Page
from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part
from oncall.store.code_lengths import CodeLengths, drawn
from oncall.store.incidents import IncidentRow

_CROWDED = 0.02
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


def add(bulk: Bulk, incident: Incident, pages: Iterable[Page], now: datetime, lengths: CodeLengths) -> None:
    """Write new pages of an incident, each with a code that is most likely free at all its addresses; `mend_codes` comes after."""
    for page in pages:
        addresses = sorted({attempt.address for attempt in page.attempts})
        code = lengths.draw(addresses)
        while any((address, code) in bulk.drawn for address in addresses):
            code = lengths.draw(addresses)
        bulk.drawn.update((address, code) for address in addresses)
        bulk.add(Part.PAGES, _values(incident, page, now, code))
        bulk.add(Part.CODES, *_codes(page.id, addresses, code))


def mend_codes(session: Session, bulk: Bulk, free: Mapping[str, int], now: datetime, lengths: CodeLengths) -> None:
    """Give another code to those pages of which an address had the code in use already; `free` counts the codes that were not."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for row in bulk.rows.get(Part.CODES, ()):
        wanted[row["page_id"]].append(row["address"])
    for page, addresses in wanted.items():
        if free.get(page, 0) < len(addresses):
            session.execute(delete(ReplyCodeRow).where(ReplyCodeRow.page_id == page))
            code = _free_code(session, addresses, now, lengths)
            session.execute(update(PageRow).where(PageRow.id == page).values(code=code))
            session.execute(insert(ReplyCodeRow), _codes(page, addresses, code))


def open_incidents_of(session: Session, user: str) -> Sequence[str]:
    """The ids of the open incidents of which somebody was paged, the newest first."""
    # PostgreSQL takes no NUL, not even to say that nobody is called so.
    theirs = PageRow.user_id == user.replace("\0", "?")
    paged = select(PageRow.id).where(PageRow.incident_id == IncidentRow.id, theirs).exists()
    return session.scalars(
        select(IncidentRow.id).where(IncidentRow.open, paged).order_by(IncidentRow.number.desc())
    ).all()


def page_of_code(session: Session, address: str, code: str, now: datetime) -> PageRow | None:
    """The page sent to `address` that `code` answers; None where there is none, where it is locked, or long over."""
    query = select(PageRow).join(ReplyCodeRow, ReplyCodeRow.page_id == PageRow.id)
    mine = (ReplyCodeRow.address == address, ReplyCodeRow.code == code, ReplyCodeRow.wrong < _WRONG_CODES_ALLOWED)
    return session.scalars(query.where(*mine, PageRow.id.not_in(_over(now, address)))).one_or_none()


def was_paged(session: Session, address: str, now: datetime) -> bool:
    """Whether anything that can still be answered was sent to `address`."""
    mine = select(ReplyCodeRow.code).where(ReplyCodeRow.address == address)
    return session.scalar(mine.where(ReplyCodeRow.page_id.not_in(_over(now, address))).limit(1)) is not None


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


def _free_code(session: Session, addresses: Collection[str], now: datetime, lengths: CodeLengths) -> str:
    """A random code that none of the addresses has in use; longer where too many are."""
    digits = lengths.of(addresses)
    if _is_crowded(session, addresses, digits):
        for address in addresses:
            _forget_old(session, address, now)
    while _is_crowded(session, addresses, digits):
        digits += 1
    lengths.learn(addresses, digits)
    while True:
        code = drawn(digits)
        if session.scalar(_in_use(addresses).where(ReplyCodeRow.code == code).limit(1)) is None:
            return code


def _is_crowded(session: Session, addresses: Collection[str], digits: int) -> bool:
    of_that_length = _in_use(addresses).where(func.length(ReplyCodeRow.code) == digits)
    used = session.scalar(select(func.count()).select_from(of_that_length.subquery())) or 0
    return bool(used > _CROWDED * 10**digits)


def _in_use(addresses: Collection[str]) -> Select[str]:
    return select(ReplyCodeRow.code).where(ReplyCodeRow.address.in_(addresses))


def _forget_old(session: Session, address: str, now: datetime) -> None:
    old = delete(ReplyCodeRow).where(ReplyCodeRow.address == address, ReplyCodeRow.page_id.in_(_over(now, address)))
    session.execute(old.execution_options(synchronize_session=False))


def _over(now: datetime, address: str) -> Select[str]:
    """The pages to an address of incidents that have been over for so long that nobody answers them any more."""
    return (
        select(PageRow.id)
        .join(ReplyCodeRow, ReplyCodeRow.page_id == PageRow.id)
        .join(IncidentRow, IncidentRow.id == PageRow.incident_id)
        .where(ReplyCodeRow.address == address, IncidentRow.resolved_at < now - _CODE_KEPT)
        .correlate(None)
    )


def _codes(page: str, addresses: Iterable[str], code: str) -> list[dict[str, object]]:
    return [{"address": address, "code": code, "page_id": page, "wrong": 0} for address in addresses]


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
