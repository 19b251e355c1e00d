"""What is wrong with the pager itself is an incident of its own service, and pages those who look after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from oncall.document.lint import lint
from oncall.domain.itself import ALARMS, CANARY
from oncall.errors import InvalidInputError
from oncall.operations import act
from oncall.operations.alarms import clear_alarm, raise_alarm
from oncall.operations.integrations import create_integration
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store import incidents
from tests.clock import SUNDAY_NIGHT
from tests.oncall.floor import DOCUMENT, MINUTE, ROOTS_NUMBER, Floor, open_floor

WITHOUT_ADMIN = DOCUMENT.replace("role: admin\n    contact_methods", "role: manager\n    contact_methods")
WITHOUT_ANYBODY = DOCUMENT.replace("role: admin\n    contact_methods", "role: viewer\n    contact_methods")


@pytest.fixture
def company(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


def test_alarm_pages_the_administrators_again_and_again(floor: Floor) -> None:
    raise_alarm(floor.context, "late", "Timers are late", "The oldest has been due for 2 minutes.")
    floor.work()
    floor.pass_time(15 * MINUTE)
    assert floor.vendor.addresses() == [ROOTS_NUMBER, ROOTS_NUMBER]
    alarm = floor.incident("1")
    assert (alarm.service, alarm.dedup_key, alarm.severity, alarm.title) == (ALARMS, "late", "sev1", "Timers are late")


def test_alarm_that_is_raised_already_is_not_raised_again(company: Floor) -> None:
    raise_alarm(company.context, "late", "Timers are late")
    raise_alarm(company.context, "late", "Timers are later still")
    assert company.events("1").count("joined") == 0
    act.acknowledge(company.context, "1", "root")
    raise_alarm(company.context, "late", "Timers are late")
    with company.context.database.read() as session:
        assert [one.number for one in incidents.list_incidents(session, company.context.cipher)] == [1]


def test_alarm_that_was_resolved_while_it_holds_is_raised_anew(company: Floor) -> None:
    raise_alarm(company.context, "late", "Timers are late")
    act.resolve(company.context, "1", "root")
    raise_alarm(company.context, "late", "Timers are late")
    assert company.incident("2").state == "triggered"


def test_alarm_that_is_over_is_resolved(company: Floor) -> None:
    clear_alarm(company.context, "late")
    raise_alarm(company.context, "late", "Timers are late")
    clear_alarm(company.context, "late")
    assert (company.incident("1").state, company.incident("1").resolved_by) == ("resolved", "oncall")


@pytest.mark.parametrize(
    ("document", "addresses", "said"),
    [
        (DOCUMENT, [ROOTS_NUMBER], None),
        (WITHOUT_ADMIN, [ROOTS_NUMBER], "no administrator can be reached: the managers are paged about an alarm"),
        (
            WITHOUT_ANYBODY,
            [],
            "neither an administrator nor a manager can be reached: nobody is paged about an alarm",
        ),
    ],
)
def test_alarm_goes_to_the_managers_where_no_administrator_can_be_reached(
    sqlite_url: str, document: str, addresses: list[str], said: str | None
) -> None:
    with open_floor(sqlite_url, document) as floor, structlog.testing.capture_logs() as logs:
        raise_alarm(floor.context, "late", "Timers are late")
        floor.work()
        assert floor.vendor.addresses() == addresses
    assert [one["event"] for one in logs if one["log_level"] == "critical"][1:] == ([said] if said else [])


@pytest.mark.parametrize("service", [ALARMS, CANARY])
def test_no_document_defines_a_service_of_the_pagers_own(service: str) -> None:
    (finding,) = lint(f"{DOCUMENT}  {service}: {{escalation_policy: engineering}}\n", SUNDAY_NIGHT).findings
    assert (finding.level, finding.path) == ("error", f"services.{service}")
    assert "is the pager's own service" in finding.message


def test_others_may_raise_alarms_and_nobody_sends_synthetic_pages(company: Floor) -> None:
    create_integration(company.context, ALARMS, "pagerduty", None)
    assert trigger(company.context, TriggerRequest(ALARMS, "the watcher heard nothing", "watcher")).incident.number == 1
    with pytest.raises(InvalidInputError, match="there is no service"):
        trigger(company.context, TriggerRequest(CANARY, "synthetic", "ana"))
