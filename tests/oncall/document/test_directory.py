"""What the domain makes of a document."""

from datetime import datetime, timedelta

import pytest

from oncall.document.directory import build_directory
from oncall.document.document import document_of
from oncall.document.load import load_document
from oncall.domain.directory import (
    ContactMethod,
    EscalationPolicy,
    NotificationRule,
    Role,
    ScheduleTarget,
    Service,
    SlackChannelTarget,
    Step,
    Team,
    TeamTarget,
    Urgency,
    User,
    UserTarget,
    WebhookTarget,
)
from oncall.errors import InvalidInputError
from schedules import parse_instant
from tests.oncall.document.company import COMPANY

DOCUMENT = load_document(COMPANY)


def test_company_becomes_the_domains_values() -> None:
    directory = build_directory(DOCUMENT, version=7)
    assert directory.version == 7
    assert directory.users["ana"] == User(
        id="ana",
        name="Ana Ruiz",
        role=Role.ADMIN,
        time_zone="Europe/Berlin",
        contact_methods=(
            ContactMethod("chat", "slack", "U012AB3CD"),
            ContactMethod("mobile", "sms", "+15005550006"),
        ),
        notification_rules={
            Urgency.HIGH: (NotificationRule(timedelta(0), "chat"), NotificationRule(timedelta(minutes=1), "mobile"))
        },
    )
    assert directory.users["bo"] == User("bo", "bo", contact_methods=(ContactMethod("phone", "voice", "+15005550006"),))
    assert directory.teams == {"cloud": Team("cloud", ("ana", "bo"), ("ana",))}
    assert directory.escalation_policies["engineering"] == EscalationPolicy(
        id="engineering",
        steps=(
            Step((ScheduleTarget("engineers"),), timedelta(minutes=15)),
            Step(
                (
                    UserTarget("bo"),
                    TeamTarget("cloud"),
                    SlackChannelTarget("C0123"),
                    WebhookTarget("https://example.com/hook"),
                ),
                timedelta(minutes=5),
            ),
        ),
        repeat=3,
        fallback=(UserTarget("ana"),),
    )
    assert directory.services == {"api": Service("api", "engineering", {"critical": "sev1", "warning": "sev4"})}


@pytest.mark.parametrize(
    ("at", "users"),
    [
        ("2026-11-18T18:00:00Z", ("ana", "bo")),  # a Wednesday morning in Denver: they take the turn together
        ("2026-11-25T18:00:00Z", ("ana",)),  # the next
        ("2026-11-26T03:00:00Z", ("bo",)),  # its night: the calendar is closed
        ("2026-11-24T18:00:00Z", ("bo",)),  # the day of the override
    ],
)
def test_schedule_follows_layers_calendar_and_overrides(at: str, users: tuple[str, ...]) -> None:
    assert build_directory(DOCUMENT).on_call("engineers", parse_instant(at)) == users


def test_calendar_has_its_windows_holidays_and_special_dates() -> None:
    calendar = build_directory(DOCUMENT).calendars["hq"]
    opens = [datetime(2026, 10, 5), datetime(2026, 11, 26), datetime(2026, 11, 27), datetime(2026, 12, 24)]  # noqa: DTZ001
    noon = [parse_instant(f"{day:%Y-%m-%d}T12:30:00-07:00") for day in opens]
    assert [calendar.is_open(at) for at in noon] == [True, False, False, False]


def test_disabled_methods_carry_their_reason() -> None:
    directory = build_directory(DOCUMENT, disabled={("bo", "phone"): "number unknown"})
    assert [method.disabled for method in directory.users["bo"].contact_methods] == ["number unknown"]
    assert [method.disabled for method in directory.users["ana"].contact_methods] == [None, None]


def test_rule_whose_method_is_gone_is_left_out() -> None:
    ana = DOCUMENT.users["ana"]
    chat_alone = ana.model_copy(update={"contact_methods": {"chat": ana.contact_methods["chat"]}})
    directory = build_directory(document_of({"users": {"ana": chat_alone}}))
    assert directory.users["ana"].notification_rules == {Urgency.HIGH: (NotificationRule(timedelta(0), "chat"),)}


def test_schedule_that_cannot_be_is_refused_with_its_path() -> None:
    hq = DOCUMENT.calendars["hq"].model_copy(update={"open": (), "special": ()})
    with pytest.raises(InvalidInputError) as caught:
        build_directory(document_of({"calendars": {"hq": hq}}))
    assert [fault.path for fault in caught.value.faults] == ["calendars.hq.open"]
