"""Notification rules to attempts, and the words of a message."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.bundling import MOST_IN_A_BUNDLE, DueMessage, bundles
from oncall.domain.directory import ContactMethod, Urgency, User
from oncall.domain.paging import attempts, page_text
from tests.oncall.domain.cast import MINUTE, NIGHT, patient, person


@dataclass(frozen=True)
class Line:
    """What a message says of one incident."""

    number: int = 12
    service: str = "cloud"
    severity: str = "sev1"
    title: str | None = "database down"
    url: str = "https://pager.example.com/incidents/12"
    code: str = "4821"
    may_resolve: bool = True


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


def test_sms_says_what_is_wrong_and_how_to_answer() -> None:
    assert page_text([Line()], "sms") == (
        "#12 SEV1 cloud: database down\n"
        "Reply 4821 to acknowledge, 4821 e to escalate, 4821 r to resolve.\n"
        "https://pager.example.com/incidents/12"
    )


def test_gravest_severity_offers_no_resolve() -> None:
    assert "resolve" not in page_text([Line(may_resolve=False)], "sms")


def test_sensitive_incident_leaves_nothing_but_its_number_and_link() -> None:
    text = page_text([replace(Line(), title=None, service="secret-customer")], "slack")

    assert text == "#12 Sensitive incident: log in to read it\nhttps://pager.example.com/incidents/12"


def test_bundle_names_each_incident_with_its_own_code() -> None:
    text = page_text([Line(), replace(Line(), number=13, code="9912")], "sms")

    assert text.splitlines() == [
        "2 incidents:",
        "#12 SEV1 cloud: database down (4821)",
        "#13 SEV1 cloud: database down (9912)",
        "Reply with a code to acknowledge that incident.",
    ]


@given(st.text(max_size=3000))
def test_sms_stays_within_what_carriers_take(title: str) -> None:
    lines = [replace(Line(), title=title, number=number) for number in range(MOST_IN_A_BUNDLE)]

    assert len(page_text(lines, "sms")) < 600
    assert len(page_text(lines[:1], "sms")) < 320


def due(number: int, user: str | None = "bo", *, urgency: Urgency = Urgency.HIGH, kind: str = "page") -> DueMessage:
    """A message by SMS that fell due `number` minutes into the night."""
    return DueMessage(f"m{number}", kind, user, "sms", "+15005550006", urgency, NIGHT + number * MINUTE)


def ids(*messages: DueMessage) -> list[list[str]]:
    """The bundles, by the ids of their messages."""
    return [[one.id for one in bundle] for bundle in bundles(messages)]


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


@given(st.integers(1, 40))
def test_every_message_goes_out_exactly_once(count: int) -> None:
    sent = ids(*(due(number) for number in range(count)))

    assert sorted(one for bundle in sent for one in bundle) == sorted(f"m{number}" for number in range(count))
    assert max(len(bundle) for bundle in sent) <= MOST_IN_A_BUNDLE
