"""What is said of support policies, customers and notification rules that are right and still risky."""

import pytest

from tests.oncall.document.support import SUPPORT, with_policy
from tests.oncall.document.test_lint import ROUND_THE_CLOCK, findings, warnings

AT = "support_policies.standard"
PHONE = "{type: sms, address: +15005550006}"

SOUND = f"""\
version: 1
users:
  ana: {{role: admin, contact_methods: {{m: {PHONE}}}}}
  bo:
    contact_methods: {{m: {PHONE}}}
    notification_rules: {{high: [{{via: m}}, {{after: 3m, via: m}}]}}
teams:
  desk: {{members: [bo]}}
calendars:
  hq: {{time_zone: UTC, open: [{{days: [mon], from: 09:00, to: 17:00}}]}}
schedules:
  s: {ROUND_THE_CLOCK.replace("[ana]", "[ana, bo]")}
  t: {ROUND_THE_CLOCK}
escalation_policies:
  p: {{steps: [{{notify: [{{schedule: s}}], wait: 5m}}]}}
support_policies:
  standard:
    calendar: hq
    severities: {{sev1: , sev2: {{urgency: low}}}}
    default_severity: sev1
    plans: [basic, premium]
    triage: {{schedule: t, within: 5m}}
    rules:
      - {{when: {{plan: premium}}, do: page, escalation: p, respond_within: 4h, warn_before: 30m}}
      - {{do: page, escalation: p, respond_within: 8 business hours, update_every: 2 business days, warn_before: 1 business hour}}
    on_warning: p
    on_breach: p
customers:
  acme: {{plan: premium, respond_within: {{sev1: 1h}}}}
services:
  api: {{support_policy: standard}}
"""


def bent(*changes: tuple[str, str]) -> dict[str, str]:
    text = SOUND
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return warnings(text)


def test_nothing_is_said_of_what_is_sound() -> None:
    assert warnings(SOUND) == {}
    assert findings(SUPPORT) == ()


def test_gap_in_the_schedule_of_triage_is_named() -> None:
    later = "{time_zone: UTC, layers: [{start: 2026-12-01T00:00, turn: 1 week, users: [ana]}]}"
    assert bent((f"t: {ROUND_THE_CLOCK}", f"t: {later}")) == {
        f"{AT}.triage.schedule": "nobody looks first from 2026-11-22T00:00:00Z to 2026-12-01T00:00:00Z: a gap in the "
        "schedule; what comes then goes on at once"
    }


def test_triage_by_people_whom_nothing_reaches_is_named() -> None:
    nobody = f"t: {ROUND_THE_CLOCK.replace('[ana]', '[cy]')}"
    found = bent((f"t: {ROUND_THE_CLOCK}", nobody), ("  bo:\n", "  cy: {}\n  bo:\n"))
    assert found.pop("users.cy") == "has no contact method: nobody can reach them"
    assert found == {f"{AT}.triage.schedule": "nobody looks first: nobody who is on call there can be reached"}


@pytest.mark.parametrize(
    ("warning", "limit"),
    [
        ("4h", "4h"),
        ("5h", "4h"),
        ("300m", "4h"),
        ("8 business hours", "4 business hours"),
        ("4 business hours", "4h"),
        ("2 business days", "2 business days"),
    ],
)
def test_warning_that_comes_at_once_is_named(warning: str, limit: str) -> None:
    found = bent(
        ("respond_within: 4h, warn_before: 30m", f"respond_within: {limit}, warn_before: {warning}"),
        ("customers:\n  acme: {plan: premium, respond_within: {sev1: 1h}}\n", ""),
    )
    assert found == {
        f"{AT}.rules[0].warn_before": f"warns at once: '{warning}' is no shorter than `respond_within: {limit}`"
    }


@pytest.mark.parametrize(
    ("warning", "limit"),
    [("3h", "4h"), ("8h", "4 business hours"), ("1 business day", "2 business days"), ("1 business day", "4h")],
)
def test_warning_that_may_come_later_is_no_risk(warning: str, limit: str) -> None:
    changed = ("respond_within: 4h, warn_before: 30m", f"respond_within: {limit}, warn_before: {warning}")
    assert bent(changed, ("customers:\n  acme: {plan: premium, respond_within: {sev1: 1h}}\n", "")) == {}


def test_customers_limit_that_is_warned_of_at_once_is_named() -> None:
    at = "customers.acme.respond_within.sev1"
    said = "is warned of at once: rule 1 of standard warns 30m before"
    assert bent(("{sev1: 1h}", "{sev1: 30m}")) == {at: said}
    assert bent(("plan: premium, respond_within: {sev1: 1h}", "plan: basic, respond_within: {sev1: 30m}")) == {
        at: "is warned of at once: rule 2 of standard warns 1 business hour before"
    }


def test_customers_open_time_without_a_calendar_is_named() -> None:
    found = bent(
        ("    calendar: hq\n", ""),
        ("8 business hours, update_every: 2 business days, warn_before: 1 business hour", "8h"),
        ("{sev1: 1h}", "{sev1: 4 business hours}"),
    )
    assert found == {
        "customers.acme.respond_within.sev1": "'4 business hours' passes at all hours where standard decides, which has no calendar"
    }


NO_LIMITS = (
    ("respond_within: 4h, warn_before: 30m", "urgency: high"),
    ("respond_within: 8 business hours, update_every: 2 business days, warn_before: 1 business hour", "urgency: high"),
)


def test_management_for_what_never_happens_is_named() -> None:
    assert set(bent(*NO_LIMITS)) == {f"{AT}.on_warning"}
    assert set(bent(*NO_LIMITS, (", respond_within: {sev1: 1h}", ""))) == {f"{AT}.on_warning", f"{AT}.on_breach"}


def test_warning_of_nothing_is_named() -> None:
    no_limit = ("respond_within: 4h, warn_before: 30m", "warn_before: 30m")
    assert bent(no_limit) == {}
    assert bent(no_limit, (", respond_within: {sev1: 1h}", "")) == {
        f"{AT}.rules[0].warn_before": "warns of nothing: no limit"
    }


def test_service_whose_policy_pages_nobody_is_named() -> None:
    recorded = (
        ("{when: {plan: premium}, do: page, escalation: p", "{when: {plan: premium}, do: record"),
        ("{do: page, escalation: p", "{do: record"),
    )
    assert bent(*recorded) == {"services.api": "pages nobody: every rule of standard only records"}
    assert bent(*recorded, ("within: 5m}", "within: 5m, severities: [sev1]}")) == {}


RULE = "users.bo.notification_rules.high[1]"


@pytest.mark.parametrize("wait", ["1m", "3m"])
def test_notification_rule_that_a_newer_page_always_overtakes_is_named(wait: str) -> None:
    assert bent(("wait: 5m", f"wait: {wait}")) == {
        RULE: f"never comes about through p, which pages bo again after {wait}"
    }


@pytest.mark.parametrize(
    ("steps", "again"),
    [
        ("[{notify: [{user: bo}], wait: 1m}, {notify: [{schedule: t}], wait: 1m}]", "2m"),
        ("[{notify: [{team: desk}], wait: 1m}, {notify: [{user: bo}], wait: 2m}]", "2m"),
        ("[{notify: [{schedule: s}], wait: 1m}, {notify: [{schedule: s}, {user: ana}], wait: 2m}]", "2m"),
        ("[{notify: [{schedule: s}], wait: 2m}, {notify: [{user: bo}], wait: 1m}]", "3m"),
    ],
)
def test_notification_rule_that_further_steps_always_overtake_is_named(steps: str, again: str) -> None:
    found = bent(("[{notify: [{schedule: s}], wait: 5m}]", steps))
    assert found == {RULE: f"never comes about through p, which pages bo again after {again}"}


@pytest.mark.parametrize(
    "policy",
    [
        "{steps: [{notify: [{schedule: s}], wait: 1m}], repeat: 5}",  # after the last round nothing comes any more
        "{steps: [{notify: [{schedule: s}], wait: 1m}, {notify: [{schedule: t}], wait: 3m}]}",
        "{steps: [{notify: [{schedule: t}], wait: 1m}]}",  # never pages bo
        "{steps: [{notify: [{schedule: s}], wait: 1m}, {notify: [{team: desk}], wait: 1m}, {notify: [{user: ana}], wait: 2m}]}",
    ],
)
def test_notification_rule_that_may_come_about_is_no_risk(policy: str) -> None:
    assert bent(("{steps: [{notify: [{schedule: s}], wait: 5m}]}", policy)) == {}


def test_notification_rule_of_an_urgency_that_is_not_paged_is_no_risk() -> None:
    low_alone = ("high: [{via: m}", "low: [{via: m}")
    assert set(bent(("wait: 5m", "wait: 1m"), low_alone)) == {"users.bo.notification_rules.low[1]"}
    without_low = ("sev1: , sev2: {urgency: low}", "sev1: , sev2: {urgency: high}")
    assert bent(("wait: 5m", "wait: 1m"), low_alone, without_low) == {}


def test_management_runs_are_no_reason_for_a_notification_rule_in_vain() -> None:
    beside = ("escalation_policies:\n", "escalation_policies:\n  q: {steps: [{notify: [{user: bo}], wait: 1m}]}\n")
    assert bent(beside, ("on_breach: p", "on_breach: q")) == {}


def test_policy_of_the_built_in_kind_is_judged_too() -> None:
    found = bent(("wait: 5m", "wait: 1m"), ("api: {support_policy: standard}", "api: {escalation_policy: p}"))
    assert found == {RULE: "never comes about through p, which pages bo again after 1m"}


def test_risk_has_its_line() -> None:
    text = with_policy("warn_before: 30m", "warn_before: 4h")
    found = {finding.path: finding.line for finding in findings(text)}
    assert found[f"{AT}.rules[0].warn_before"] == text[: text.index("warn_before: 4h")].count("\n") + 1
