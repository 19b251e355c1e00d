"""Runs beside the escalation and their pages, where both ask the same people or reach nobody."""

from __future__ import annotations

from dataclasses import replace

from oncall.domain.commands import AttemptFailed, AttemptSent, EscalateForCustomer
from oncall.domain.directory import EscalationPolicy
from tests.oncall.domain.cast import MINUTE, steps, trigger
from tests.oncall.domain.desk import AT_3, desk, due, later, said
from tests.oncall.domain.life import Life


def escalated(*management: str) -> Life:
    """An incident for which bo is paged, and for which a customer has asked these people's attention a minute later."""
    known = desk()
    policy = EscalationPolicy("management", steps(*management))
    life = Life(replace(known, escalation_policies={**known.escalation_policies, "management": policy}))
    life.at(AT_3, trigger("sev1"))
    life.at(AT_3, AttemptSent(_attempt(life, "bo"), "bo", "sms"))
    life.at(later(AT_3, 1), EscalateForCustomer("bo"))
    return life


def _attempt(life: Life, user: str) -> str:
    """The only attempt of the last page to that person."""
    pages = [entry.details["page"] for entry in life.log if entry.event == "paged" and entry.details["user"] == user]
    return f"{pages[-1]}.1"


def test_message_that_was_not_delivered_is_not_tried_again_where_a_newer_page_is_on_its_way() -> None:
    life = escalated("bo")
    older = f"{life.log[1].details['page']}.1"

    failed = life.at(later(AT_3, 1), AttemptFailed(older, "bo", "sms", "sms", "undelivered", "transient"))

    assert said(failed, "attempt_failed")[0]["again_at"] is None
    assert [attempt.id for attempt in failed.incident.pending() if ".bo." in attempt.id] == [_attempt(life, "bo")]


def test_round_of_which_no_message_gets_through_is_followed_by_one_more_and_not_by_two() -> None:
    life = escalated("mia")
    failed = life.at(
        later(AT_3, 2), AttemptFailed(_attempt(life, "mia"), "mia", "sms", "sms", "unknown number", "permanent")
    )

    assert due(failed)["step"] == later(AT_3, 2) + 5 * MINUTE
    life.until(later(AT_3, 9))
    assert [page for page in life.paged() if page[1] == "mia"] == [
        ("03:01", "mia", "management", 1),
        ("03:07", "mia", "management", 1),
    ]
