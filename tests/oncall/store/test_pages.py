"""Reply codes: free at every address that gets them, longer where too many are in use, forgotten in the end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from oncall.operations import act
from oncall.store.pages import PageRow, ReplyCodeRow, page_of_code, was_paged
from tests.oncall.floor import ANAS_NUMBER, Floor


def count_codes(floor: Floor, address: str = ANAS_NUMBER) -> int:
    with floor.context.database.read() as session:
        return session.scalar(select(func.count()).where(ReplyCodeRow.address == address)) or 0


def crowd(floor: Floor) -> None:
    """Let ana's number have every short code in use."""

    def work(session: Session) -> None:
        page = session.scalars(select(PageRow)).one()
        taken = [code for number in range(10_000) if (code := f"{number:04}") != page.code]
        rows = [{"address": ANAS_NUMBER, "code": code, "page_id": page.id, "wrong": 0} for code in taken]
        session.execute(insert(ReplyCodeRow), rows)

    floor.context.database.write(work)


def code_of(floor: Floor) -> str:
    """The code of the latest page."""
    with floor.context.database.read() as session:
        return session.scalars(select(PageRow.code).order_by(PageRow.made_at.desc())).first() or ""


def is_known(floor: Floor, code: str) -> bool:
    with floor.context.database.read() as session:
        page = page_of_code(session, ANAS_NUMBER, code, floor.clock.now())
        assert (page is not None) == was_paged(session, ANAS_NUMBER, floor.clock.now())
        return page is not None


def test_crowded_number_gets_longer_codes(floor: Floor) -> None:
    floor.trigger()
    crowd(floor)
    for title in ("disk full", "no more disks"):
        floor.clock.advance(timedelta(seconds=1))
        floor.trigger(title)
        assert len(code_of(floor)) == 5
    with floor.context.database.read() as session:
        (page,) = session.scalars(select(PageRow).where(PageRow.code == code_of(floor)))
        assert session.scalars(select(ReplyCodeRow.code).where(ReplyCodeRow.page_id == page.id)).all() == [page.code]


def test_code_is_known_for_a_day_after_the_end(floor: Floor) -> None:
    floor.trigger()
    code = code_of(floor)
    act.resolve(floor.context, "1", "ana")
    floor.clock.advance(timedelta(days=1))
    assert is_known(floor, code)
    floor.clock.advance(timedelta(seconds=1))
    assert not is_known(floor, code)


def test_old_codes_make_room_where_too_many_are_in_use(floor: Floor) -> None:
    floor.trigger()
    crowd(floor)
    act.resolve(floor.context, "1", "ana")
    floor.clock.advance(timedelta(days=1, seconds=1))
    floor.trigger("disk full")
    assert len(code_of(floor)) == 4
    assert count_codes(floor) == 1


def test_code_belongs_to_the_addresses_of_its_page_alone(floor: Floor) -> None:
    floor.trigger()
    with floor.context.database.read() as session:
        page = session.scalars(select(PageRow)).one()
        assert page_of_code(session, ANAS_NUMBER, page.code, floor.clock.now()) is page
        assert page_of_code(session, "+15005550099", page.code, floor.clock.now()) is None
