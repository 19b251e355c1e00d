"""A call whose answer was lost: the vendor may have taken it, and its lists say so a little later."""

from __future__ import annotations

from datetime import datetime

import pytest

from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.errors import DoubtError
from oncall.operations.again import LOOK_AFTER_DOUBT
from tests.oncall.floor import SECOND, Floor, Vendor


def test_message_that_the_vendor_took_after_all_is_not_sent_again(floor: Floor) -> None:
    doubted(floor)
    floor.vendor.found.append(Receipt("SM1"))
    floor.pass_time(LOOK_AFTER_DOUBT)
    (send,) = floor.pages("1")[0].attempts[0].sends
    assert (send.state, send.reference, len(floor.vendor.sent)) == ("sent", "SM1", 1)


@pytest.mark.parametrize(("found", "because"), [(NotFound.ABSENT, ""), (NotFound.UNKNOWN, "cannot say")])
def test_message_that_is_not_to_be_found_has_failed_and_is_tried_again(
    floor: Floor, found: NotFound, because: str
) -> None:
    doubted(floor)
    floor.vendor.found.append(found)
    floor.pass_time(LOOK_AFTER_DOUBT)
    floor.pass_time(5 * SECOND)
    first, second = floor.pages("1")[0].attempts[0].sends
    assert (first.state, second.state) == ("failed", "sent")
    assert because in (first.reason or "")


def test_bundle_is_looked_for_by_the_very_text_that_was_sent(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []

    def find(vendor: Vendor, outgoing: Outgoing, since: datetime) -> Receipt:
        del vendor, since
        looked_for.append(outgoing.text)
        return Receipt("SM1")

    monkeypatch.setattr(Vendor, "find", find)
    for number in range(5):
        floor.trigger(f"down {number}")
    floor.vendor.answers.append(DoubtError("the vendor did not answer in time"))
    floor.work()
    floor.pass_time(LOOK_AFTER_DOUBT)
    assert [outgoing.text for outgoing in floor.vendor.sent] == looked_for


def doubted(floor: Floor) -> None:
    """Page somebody by a call whose answer is lost, and look at once: it waits."""
    floor.trigger()
    floor.vendor.answers.append(DoubtError("the vendor did not answer in time"))
    floor.work()
    assert [send.state for send in floor.pages("1")[0].attempts[0].sends] == ["unknown"]
    assert floor.vendor.asked == []
