"""Swaps on a real database: each answer one transaction, told once, the first to accept wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.domain.absence import Absence
from oncall.domain.directory import Directory, Role
from oncall.domain.swap import Swap, SwapState
from oncall.domain.swap_asking import Request
from oncall.engine.loop import next_due
from oncall.errors import ForbiddenError, InvalidInputError, NotFoundError, OncallError, RefusedError
from oncall.operations import swaps
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.swaps import Judged, accept, ask, decline, expire_swaps, list_swaps, withdraw
from oncall.store import time_off
from oncall.store.messages import MessageRow
from oncall.store.overrides import OverrideRow
from oncall.store.swaps import Wanted
from schedules import Span
from tests.oncall.floor import Floor, open_context, open_floor

DOCUMENT = """
version: 1
users:
  ana: {contact_methods: {mobile: {type: sms, address: "+15005550006"}, phone: {type: voice, address: "+15005550006"}}}
  bo: {contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
  cy: {contact_methods: {mobile: {type: sms, address: "+15005550008"}}}
  mia: {role: manager}
schedules:
  engineers: {time_zone: UTC, layers: [{name: days, start: "2026-11-23T00:00", turn: 1 day, users: [ana, bo, cy]}]}
"""
OTHERWISE = DOCUMENT.replace("[ana, bo, cy]", "[cy, bo, ana]")


def day(number: int) -> Span:
    """A day of November 2026: the 23rd is ana's, the 24th bo's, the 25th cy's, and so on; it is the 22nd."""
    start = datetime(2026, 11, number, tzinfo=UTC)
    return Span(start, start + timedelta(days=1))


SWAP = Request("engineers", "ana", "bo", give=day(26), take=day(27))
COVER = Request("engineers", "ana", None, give=day(26))


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Floor]:
    """Three who take turns by the day, and their manager."""
    with open_floor(sqlite_url, DOCUMENT) as floor:
        yield floor


@pytest.fixture
def either(database_url: str) -> Iterator[Floor]:
    """The same on SQLite and on PostgreSQL."""
    with open_floor(database_url, DOCUMENT) as floor:
        yield floor


def asked(floor: Floor, request: Request = SWAP) -> int:
    """Ask as ana; the number of the swap."""
    return ask(floor.context, request, "ana", Role.RESPONDER).swap.id


def on_call(floor: Floor, number: int) -> tuple[str, ...]:
    """Who is on call at noon of a day."""
    with floor.context.database.read() as session:
        return floor.context.directory(session).on_call("engineers", day(number).start + timedelta(hours=12))


def told(floor: Floor) -> list[tuple[str | None, str, str | None]]:
    """Who is told how urgently of what, in the order of the messages' ids."""
    with floor.context.database.read() as session:
        rows = session.scalars(select(MessageRow).order_by(MessageRow.id))
        return [(row.user_id, row.urgency, row.text and row.text.partition(",")[0]) for row in rows]


def overrides(floor: Floor) -> list[OverrideRow]:
    """The overrides that were laid."""
    with floor.context.database.read() as session:
        return list(session.scalars(select(OverrideRow).order_by(OverrideRow.id)))


def only(floor: Floor) -> Swap:
    """The one swap there is."""
    (found,) = list_swaps(floor.context, Wanted(), None, 50)
    return found.swap


def test_accepted_swap_is_two_overrides_of_one_change(either: Floor) -> None:
    swap = asked(either)
    accept(either.context, swap, "bo")
    assert (on_call(either, 26), on_call(either, 27)) == (("bo",), ("ana",))
    laid = overrides(either)
    assert [(row.users, row.replaces, row.swap_id, row.made_by) for row in laid] == [
        (["bo"], "ana", swap, "bo"),
        (["ana"], "bo", swap, "bo"),
    ]
    assert laid[0].made_at == laid[1].made_at
    assert told(either) == [
        ("ana", "low", "bo takes the duty for engineers"),
        ("bo", "low", "ana asks you to take the duty for engineers"),
    ]


def test_untaken_swap_changes_nothing(floor: Floor) -> None:
    asked(floor)
    assert (on_call(floor, 26), on_call(floor, 27), overrides(floor)) == (("ana",), ("bo",), [])


def test_same_request_again_asks_once(floor: Floor) -> None:
    first = ask(floor.context, SWAP, "ana", Role.RESPONDER)
    again = ask(floor.context, SWAP, "ana", Role.RESPONDER)
    assert (first.is_new, again.is_new, again.swap) == (True, False, first.swap)
    assert len(told(floor)) == 1
    other = ask(floor.context, replace(SWAP, take=None), "ana", Role.RESPONDER)
    assert other.is_new


def test_same_request_several_times_at_once_asks_once(postgres_url: str) -> None:
    with open_floor(postgres_url, DOCUMENT) as floor, ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: asked(floor), range(8))) == {1}
        assert [who for who, *_ in told(floor)] == ["bo"]


def test_who_accepts_again_changes_nothing(floor: Floor) -> None:
    swap = asked(floor)
    assert accept(floor.context, swap, "bo").swap == accept(floor.context, swap, "bo").swap
    assert len(overrides(floor)) == 2
    assert len(told(floor)) == 2


def test_cover_for_soon_is_asked_of_everybody_at_high_urgency(floor: Floor) -> None:
    asked(floor, replace(COVER, give=day(23)))
    text = "ana asks everybody to take the duty for engineers"
    assert told(floor) == [("bo", "high", text), ("cy", "high", text)]


def test_of_two_who_accept_at_once_one_wins(either: Floor, database_url: str) -> None:
    swap = asked(either, COVER)
    other = open_context(database_url, either.clock)
    try:
        with ThreadPoolExecutor(2) as pool:
            tries = [(either.context, "bo"), (other, "cy")] * 3
            outcomes = list(pool.map(partial(_try_to_accept, swap), tries))
    finally:
        other.database.dispose()
    winners = {one.swap.taker for one in outcomes if isinstance(one, Judged)}
    assert len(winners) == 1
    assert on_call(either, 26) == tuple(winners)
    assert len(overrides(either)) == 1
    refused = [one for one in outcomes if isinstance(one, OncallError)]
    assert {str(error) for error in refused} == {f"it is too late: swap {swap} was accepted by {winners.pop()}"}


def _try_to_accept(swap: int, who: tuple[Context, str]) -> Judged | OncallError:
    context, by = who
    try:
        return accept(context, swap, by)
    except RefusedError as error:
        return error


def test_schedule_that_has_changed_refuses_and_changes_nothing(floor: Floor) -> None:
    swap = asked(floor)
    apply_document(floor.context, OTHERWISE, author="test", prune=False, dry_run=False)
    with pytest.raises(RefusedError, match=r"ana is not on call in Thu 2026-11-26 00:00 .* any more, cy is"):
        accept(floor.context, swap, "bo")
    assert only(floor).state is SwapState.ASKED
    assert overrides(floor) == []


def test_accepted_swap_that_an_edit_breaks_is_listed_as_broken(floor: Floor) -> None:
    accept(floor.context, asked(floor), "bo")
    assert [one.warnings for one in list_swaps(floor.context, Wanted(), None, 50)] == [()]
    apply_document(floor.context, OTHERWISE, author="test", prune=False, dry_run=False)
    assert [one.warnings for one in list_swaps(floor.context, Wanted(), None, 50)] == [
        ("bo is not on call in all of Thu 2026-11-26 00:00 to Fri 2026-11-27 00:00 (UTC)",)
    ]


def test_declined_swap_is_told_to_who_asked(floor: Floor) -> None:
    swap = asked(floor)
    decline(floor.context, swap, "bo")
    assert ("ana", "low", "bo declines: you keep the duty for engineers") in told(floor)
    assert (only(floor).state, only(floor).answered_by, overrides(floor)) == (SwapState.DECLINED, "bo", [])


def test_withdrawn_swap_is_told_to_who_was_asked(floor: Floor) -> None:
    swap = asked(floor)
    withdraw(floor.context, swap, "ana", Role.RESPONDER)
    assert ("bo", "low", "ana has withdrawn what was asked: ana keeps the duty for engineers") in told(floor)
    with pytest.raises(RefusedError, match="was withdrawn by ana"):
        accept(floor.context, swap, "bo")


def test_nobody_asks_in_the_name_of_another_but_a_manager(floor: Floor) -> None:
    with pytest.raises(ForbiddenError, match="only a manager asks in the name of ana"):
        ask(floor.context, SWAP, "cy", Role.RESPONDER)
    assert ask(floor.context, SWAP, "mia", Role.MANAGER).swap.asked_by == "ana"


@pytest.mark.parametrize("answer", [accept, decline, partial(withdraw, role=Role.RESPONDER)])
def test_swap_that_is_not_there_is_not_found(floor: Floor, answer: Callable[[Context, int, str], Judged]) -> None:
    with pytest.raises(NotFoundError, match="there is no swap 7"):
        answer(floor.context, 7, "bo")


def test_request_that_cannot_be_asked_is_not_kept(floor: Floor) -> None:
    with pytest.raises(InvalidInputError, match="give: ana is not on call"):
        asked(floor, replace(SWAP, give=day(25)))
    assert list_swaps(floor.context, Wanted(), None, 50) == ()


def test_time_off_of_who_takes_is_warned_of_while_it_is_open(floor: Floor) -> None:
    away = Absence("bo", day(26), "skiing")
    floor.context.database.write(
        lambda session: time_off.add(session, away, source=time_off.BY_HAND, by="bo", at=floor.clock.now())
    )
    warning = "bo has time off (skiing): Thu 2026-11-26 00:00 to Fri 2026-11-27 00:00 (UTC)"
    assert ask(floor.context, SWAP, "ana", Role.RESPONDER).warnings == (warning,)
    (listed,) = list_swaps(floor.context, Wanted(schedule="engineers", state=SwapState.ASKED, user="bo"), None, 50)
    assert listed.warnings == (warning,)
    assert accept(floor.context, listed.swap.id, "bo").warnings == (warning,)


def test_swap_expires_when_it_starts_and_that_is_told_once(either: Floor, database_url: str) -> None:
    asked(either)
    assert next_due(either.context) is not None
    either.clock.set(day(26).start - timedelta(seconds=1))
    assert expire_swaps(either.context) == 0
    either.clock.set(day(26).start)
    others = [open_context(database_url, either.clock) for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(expire_swaps, [either.context, *others] * 2)) == 1
    for other in others:
        other.database.dispose()
    assert only(either).state is SwapState.EXPIRED
    assert [who for who, _, text in told(either) if text and text.startswith("Nobody has accepted in time")] == ["ana"]


def test_swap_of_what_is_gone_expires_all_the_same(floor: Floor) -> None:
    asked(floor)
    nobody = "version: 1\nusers: {mia: {role: manager}}"
    apply_document(floor.context, nobody, author="test", prune=True, dry_run=False)
    floor.clock.set(day(26).start)
    assert expire_swaps(floor.context) == 1
    assert only(floor).state is SwapState.EXPIRED


def test_worker_that_dies_over_an_expiry_leaves_it_to_another(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(context: Context, session: Session, swap: Swap, directory: Directory, now: datetime) -> None:
        kept(context, session, swap, directory, now)
        raise KeyboardInterrupt

    kept = swaps._conclude
    asked(floor)
    floor.clock.set(day(26).start)
    with monkeypatch.context() as patch:
        patch.setattr(swaps, "_conclude", dies)
        with pytest.raises(KeyboardInterrupt):
            expire_swaps(floor.context)
    assert only(floor).state is SwapState.ASKED
    assert expire_swaps(floor.context) == 1
    assert len(told(floor)) == 2
