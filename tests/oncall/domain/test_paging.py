"""Notification rules to attempts."""

from __future__ import annotations

from dataclasses import replace

from oncall.domain.directory import ContactMethod, Urgency, User
from oncall.domain.paging import attempts
from tests.oncall.domain.cast import MINUTE, NIGHT, patient, person


def test_rules_of_the_person_give_the_attempts_in_order_of_time() -> None:
    made = attempts(patient("bo"), Urgency.HIGH, "p", NIGHT)

    assert [(one.id, one.type, one.due_at - NIGHT) for one in made] == [
        ("p.1", "slack", 0 * MINUTE),
        ("p.2", "sms", 1 * MINUTE),
        ("p.3", "voice", 3 * MINUTE),
    ]


def test_low_urgency_without_rules_uses_the_quiet_methods() -> None:
    assert [one.type for one in attempts(person("bo", "sms", "slack", "email"), Urgency.LOW, "p", NIGHT)] == [
        "slack",
        "email",
    ]


def test_low_urgency_without_quiet_methods_uses_all() -> None:
    assert [one.type for one in attempts(person("bo", "sms", "voice"), Urgency.LOW, "p", NIGHT)] == ["sms", "voice"]


def test_rules_that_leave_only_disabled_methods_fall_back_to_any_usable_one() -> None:
    bo = patient("bo")
    broken = tuple(replace(way, disabled="gone") if way.type != "voice" else way for way in bo.contact_methods)
    quiet = User("bo", "Bo", contact_methods=broken, notification_rules={Urgency.LOW: ()})

    assert [(one.type, one.due_at) for one in attempts(quiet, Urgency.LOW, "p", NIGHT)] == [("voice", NIGHT)]


def test_nobody_to_reach_gives_no_attempt() -> None:
    lost = User("bo", "Bo", contact_methods=(ContactMethod("sms", "sms", "+15005550006", disabled="opted out"),))

    assert attempts(lost, Urgency.HIGH, "p", NIGHT) == ()
