"""What goes out together, and what apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.bundling import (
    EARLY,
    MINUTE,
    MOST_IN_A_MINUTE,
    DueMessage,
    Planned,
    Recent,
    planned,
)
from oncall.domain.directory import Urgency
from tests.examples import examples
from tests.oncall.domain.cast import NIGHT

SECOND = timedelta(seconds=1)


class Night:
    """One function after the other: what waits comes again when its time has come, and what was sent is remembered."""

    def __init__(self) -> None:
        self.recent: list[Recent] = []
        self.waiting: list[DueMessage] = []
        self.sent: list[tuple[datetime, tuple[str, ...]]] = []

    def at(self, now: datetime, *due: DueMessage, soon: Iterable[DueMessage] = ()) -> Planned:
        """What is due at that instant goes out or waits."""
        ready = [one for one in self.waiting if one.due_at <= now]
        plan = planned([*ready, *due], soon, self.recent, now)
        self.recent += [send.remembered for send in plan.sends if send.remembered is not None]
        left = [one for one in self.waiting if one.due_at > now]
        self.waiting = left + [one.message._replace(due_at=one.until) for one in plan.waiting]
        self.sent += [(now, tuple(one.id for one in send.messages)) for send in plan.sends]
        return plan

    def sends(self) -> list[tuple[str, ...]]:
        """What went out at the last instant."""
        return [ids for at, ids in self.sent if at == self.sent[-1][0]]


def page(name: str, service: str = "cloud", rank: int = 1, user: str | None = "bo", at: int = 0) -> DueMessage:
    """A page to bo of the incident with that name, due so many seconds into the night."""
    due_at = NIGHT + at * SECOND
    return DueMessage(
        f"m-{name}-{at}", "page", user, "sms", "+1", Urgency.HIGH, due_at, None, service, rank, f"i-{name}"
    )


def test_second_page_within_a_minute_waits_until_it_is_over_and_goes_out_with_what_else_came() -> None:
    night = Night()
    night.at(NIGHT, page("a"))

    plan = night.at(NIGHT + 20 * SECOND, page("b", at=20))
    night.at(NIGHT + 50 * SECOND, page("c", at=50))

    assert [(one.message.id, one.until) for one in plan.waiting] == [("m-b-20", NIGHT + MINUTE)]
    night.at(NIGHT + MINUTE)
    assert night.sends() == [("m-b-20", "m-c-50")]


def test_one_send_stands_for_ten_thousand() -> None:
    plan = planned([page(str(number)) for number in range(10_000)], (), (), NIGHT)

    assert [len(send.messages) for send in plan.sends] == [10_000]
    assert plan.waiting == ()


def test_further_page_of_the_incident_that_was_paged_alone_does_not_wait() -> None:
    night = Night()
    night.at(NIGHT, page("a"))

    assert night.at(NIGHT + SECOND, page("a", at=1)).waiting == ()


def test_further_page_of_one_of_many_waits() -> None:
    night = Night()
    night.at(NIGHT, page("a"), page("b"))

    assert len(night.at(NIGHT + SECOND, page("a", at=1)).waiting) == 1


def test_graver_page_does_not_wait_and_those_that_do_wait_no_longer_for_it() -> None:
    night = Night()
    night.at(NIGHT, page("a", rank=2))

    night.at(NIGHT + 10 * SECOND, page("b", rank=1, at=10), page("c", rank=2, at=10))

    assert night.sends() == [("m-b-10",)]
    assert [one.due_at for one in night.waiting] == [NIGHT + MINUTE]
    night.at(NIGHT + MINUTE)
    assert night.sends() == [("m-c-10",)]


def test_gravest_of_a_service_that_nothing_was_sent_of_does_not_wait() -> None:
    night = Night()
    night.at(NIGHT, page("a", rank=0))

    night.at(NIGHT + SECOND, page("b", rank=0, at=1), page("c", "shop", rank=0, at=1), page("d", "web", at=1))

    assert night.sends() == [("m-c-1",)]
    assert [one.id for one in night.waiting] == ["m-b-1", "m-d-1"]


def test_when_everything_breaks_at_once_the_gravest_wait_as_well() -> None:
    night = Night()
    for number in range(20):
        night.at(NIGHT + number * SECOND, page(f"{number}", f"s{number}", rank=0, at=number))

    night.at(NIGHT + MINUTE)

    assert len(night.sent) == MOST_IN_A_MINUTE + 1
    assert len(night.sends()[0]) == 20 - MOST_IN_A_MINUTE


def test_send_of_a_clock_that_was_set_back_since_keeps_nothing_waiting() -> None:
    ahead = Recent(("bo", "sms", "+1"), NIGHT + 60 * MINUTE, {"cloud": 0}, None)

    assert planned([page("a")], (), [ahead], NIGHT).waiting == ()


def test_channel_is_a_way_too_and_notices_and_webhooks_are_none() -> None:
    notices = [page(str(number))._replace(kind="notice") for number in range(3)]
    hooks = [page(f"h{number}")._replace(type="webhook") for number in range(3)]
    channel = [page(str(number), user=None) for number in range(3)]

    sends = planned([*notices, *hooks, *channel], (), (), NIGHT).sends

    assert [len(send.messages) for send in sends] == [1] * 6 + [3]
    assert [send.remembered is not None for send in sends] == [False] * 6 + [True]


def test_urgent_are_named_first_and_then_those_that_fell_due_first() -> None:
    low = page("low", rank=0)._replace(urgency=Urgency.LOW)

    (send,) = planned([low, page("late", rank=0, at=1), page("mild", rank=2)], (), (), NIGHT + SECOND).sends

    assert [one.id for one in send.messages] == ["m-mild-0", "m-late-1", "m-low-0"]


def test_what_falls_due_soon_goes_with_what_opens_a_minute_and_never_by_itself() -> None:
    soon = page("soon", at=5)

    assert [len(send.messages) for send in planned([page("a")], [soon], (), NIGHT).sends] == [2]
    assert planned([], [soon], (), NIGHT) == Planned((), ())
    night = Night()
    night.at(NIGHT, page("a"))
    assert night.at(NIGHT + SECOND, page("b", "shop", rank=0, at=1), soon=[soon]).sends[0].messages[0].id == "m-b-1"


MESSAGES = st.builds(
    page,
    st.sampled_from("abcdef"),
    st.sampled_from(["cloud", "shop", "web"]),
    st.integers(0, 2),
    st.sampled_from(["bo", "ana", None]),
    st.integers(0, 200),
)


@examples(60)
@given(st.lists(MESSAGES, unique_by=lambda one: (one.id, one.user), max_size=40))
def test_nothing_is_lost_nothing_waits_for_more_than_a_minute_and_nobody_is_flooded(messages: list[DueMessage]) -> None:
    night = Night()
    own = {one._replace(id=f"{one.id}-{one.user}") for one in messages}
    for second in range(300):
        now = NIGHT + second * SECOND
        plan = night.at(now, *(one for one in own if one.due_at == now))
        assert all(now < one.until <= now + MINUTE for one in plan.waiting)

    due_at = {one.id: one.due_at for one in own}
    went_at = {id_: at for at, ids in night.sent for id_ in ids}
    assert sum(len(ids) for _, ids in night.sent) == len(went_at) == len(own)
    assert all(timedelta(0) <= at - due_at[id_] <= MINUTE for id_, at in went_at.items())
    opened = [one for one in night.recent if not one.apart]
    for way in {one.way for one in opened}:
        instants = [one.at for one in opened if one.way == way]
        assert all(later - earlier >= MINUTE for earlier, later in pairwise(instants))
    for one in night.recent:
        before = [other for other in night.recent if other.way == one.way and one.at - MINUTE < other.at < one.at]
        assert not one.apart or _may_go_apart(one, before)


def _may_go_apart(send: Recent, before: list[Recent]) -> bool:
    """Whether one of the three exceptions holds for each service that a send was about, as far as the record tells."""
    gravest = min(rank for one in before for rank in one.ranks.values())
    told = {service for one in before for service in one.ranks}
    alone = {one.incident for one in before} - {None}
    return bool(alone) or all(
        rank < gravest or (rank == 0 and service not in told) for service, rank in send.ranks.items()
    )


@examples(40)
@given(st.lists(MESSAGES, unique_by=lambda one: (one.id, one.user), max_size=30), st.randoms(use_true_random=False))
def test_order_in_which_messages_are_given_decides_nothing(messages: list[DueMessage], random: Random) -> None:
    shuffled = list(messages)
    random.shuffle(shuffled)
    recent = [Recent(("bo", "sms", "+1"), NIGHT - SECOND, {"cloud": 1}, "i-a")]

    told = [
        (
            {frozenset(send.messages) for send in plan.sends},
            {(one.message, one.until) for one in plan.waiting},
        )
        for plan in (planned(order, (), recent, NIGHT + EARLY) for order in (messages, shuffled))
    ]

    assert told[0] == told[1]
