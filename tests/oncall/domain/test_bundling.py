"""What goes out together, and what apart."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.bundling import MOST_IN_A_BUNDLE, DueMessage, bundles
from oncall.domain.directory import Urgency
from tests.oncall.domain.cast import MINUTE, NIGHT


def due(number: int, user: str | None = "bo", *, urgency: Urgency = Urgency.HIGH, kind: str = "page") -> DueMessage:
    """A message by SMS that fell due `number` minutes into the night."""
    return DueMessage(f"m{number}", kind, user, "sms", "+15005550006", urgency, NIGHT + number * MINUTE)


def ids(*messages: DueMessage, soon: Iterable[DueMessage] = ()) -> list[list[str]]:
    """The bundles, by the ids of their messages."""
    return [[one.id for one in bundle] for bundle in bundles(messages, soon)]


def test_pages_to_one_person_by_one_way_go_out_together() -> None:
    assert ids(due(2), due(1), due(3, user="ana")) == [["m1", "m2"], ["m3"]]


def test_urgent_goes_first_and_apart_from_the_rest() -> None:
    assert ids(due(1, urgency=Urgency.LOW), due(2), due(3, urgency=Urgency.LOW)) == [["m2"], ["m1", "m3"]]


def test_notices_and_channels_go_alone() -> None:
    assert ids(due(1, kind="notice"), due(2, kind="notice"), due(3, user=None), due(4, user=None)) == [
        ["m1"],
        ["m2"],
        ["m3"],
        ["m4"],
    ]


def test_twelve_that_are_due_together_are_one_bundle() -> None:
    assert len(ids(*(due(1) for _ in range(12)))) == 1


def test_what_falls_due_soon_goes_with_what_is_due_and_never_by_itself() -> None:
    soon = [due(2), due(3, user="ana"), due(4, urgency=Urgency.LOW)]

    assert ids(due(1), soon=soon) == [["m1", "m2"]]
    assert ids(soon=soon) == []


@given(st.integers(1, 3 * MOST_IN_A_BUNDLE))
def test_every_message_goes_out_exactly_once(count: int) -> None:
    sent = ids(*(due(number) for number in range(count)))

    assert sorted(one for bundle in sent for one in bundle) == sorted(f"m{number}" for number in range(count))
    assert max(len(bundle) for bundle in sent) <= MOST_IN_A_BUNDLE
