"""Reply codes: free at every address that gets them, longer where too many are in use, forgotten in the end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from oncall.operations import act
from oncall.store.pages import PageRow, ReplyCodeRow, page_of_code
from tests.oncall.floor import ANAS_NUMBER, Floor


def count_codes(floor: Floor, address: str = ANAS_NUMBER) -> int:
    with floor.context.database.read() as session:
        return session.scalar(select(func.count()).where(ReplyCodeRow.address == address)) or 0


def test_crowded_number_gets_longer_codes(floor: Floor) -> None:
    floor.trigger()

    def crowd(session: Session) -> None:
        page = session.scalars(select(PageRow)).one()
        taken = [code for number in range(1200) if (code := f"{number:04}") != page.code]
        rows = [{"address": ANAS_NUMBER, "code": code, "page_id": page.id, "wrong": 0} for code in taken]
        session.execute(insert(ReplyCodeRow), rows)

    floor.context.database.write(crowd)
    floor.trigger("disk full")
    with floor.context.database.read() as session:
        codes = session.scalars(select(PageRow.code).order_by(PageRow.made_at, PageRow.id)).all()
    assert sorted(len(code) for code in codes) == [4, 5]


def test_code_is_kept_for_a_day_after_the_end(floor: Floor) -> None:
    floor.trigger()
    act.resolve(floor.context, "1", "ana")
    floor.clock.advance(timedelta(days=1))
    floor.trigger("disk full")
    assert count_codes(floor) == 2
    floor.clock.advance(timedelta(seconds=1))
    floor.trigger("no more disks")
    assert count_codes(floor) == 2


def test_code_belongs_to_the_addresses_of_its_page_alone(floor: Floor) -> None:
    floor.trigger()
    with floor.context.database.read() as session:
        page = session.scalars(select(PageRow)).one()
        assert page_of_code(session, ANAS_NUMBER, page.code) is page
        assert page_of_code(session, "+15005550099", page.code) is None
