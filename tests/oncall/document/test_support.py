"""Support policies and customers that are read, and everything that is said of those that are not right."""

from datetime import timedelta

import pytest

from oncall.document.difference import difference
from oncall.document.directory import build_directory
from oncall.document.load import load_document
from oncall.domain.policy import Do, Hours, Rule, Severity, Triage
from oncall.domain.proof import proof
from schedules import parse_duration
from tests.oncall.document.company import line_of
from tests.oncall.document.support import SUPPORT, with_policy
from tests.oncall.document.test_load import faults_of

DOCUMENT = load_document(SUPPORT)
AT = "support_policies.standard"

BAD = [
    # what it names and does not know
    ("default_severity: sev3", "default_severity: sev33", f"{AT}.default_severity", "did you mean 'sev3'?"),
    ("default_plan: basic", "default_plan: basik", f"{AT}.default_plan", "unknown plan 'basik'; did you mean 'basic'?"),
    ("{severity: [sev1, sev2], plan: premium}", "{severity: [sev1, sev22]}", f"{AT}.rules[0].when.severity[1]",
     "unknown severity 'sev22'; did you mean 'sev2'?"),
    ("plan: premium}, do", "plan: premum}, do", f"{AT}.rules[0].when.plan", "unknown plan 'premum'; did you mean 'premium'?"),
    ("ticket_type: question", "ticket_type: [qestion]", f"{AT}.rules[1].when.ticket_type[0]",
     "unknown ticket type 'qestion'; did you mean 'question'?"),
    ("ticket_types: [incident, question]", "ticket_types: []", f"{AT}.rules[1].when.ticket_type",
     "unknown ticket type 'question': the policy names no ticket types"),
    ("severities: [sev1, sev2]}", "severities: [sev1, sef2]}", f"{AT}.triage.severities[1]", "unknown severity 'sef2'"),
    ("{sev1: sev3}", "{sev1: sev33}", f"{AT}.lower_on_workaround.sev1", "unknown severity 'sev33'"),
    ("{sev1: sev3}", "{sevv1: sev3}", f"{AT}.lower_on_workaround.sevv1", "did you mean 'sev1'?"),
    ("    calendar: hq\n    sev", "    calendar: hk\n    sev", f"{AT}.calendar", "unknown calendar 'hk'; known: hq"),
    ("triage: {schedule: engineers", "triage: {schedule: engineer", f"{AT}.triage.schedule", "did you mean 'engineers'?"),
    ("escalation: engineering, urgency", "escalation: enginering, urgency", f"{AT}.rules[0].escalation",
     "unknown escalation policy 'enginering'; did you mean 'engineering'?"),
    ("on_breach: engineering", "on_breach: enginering", f"{AT}.on_breach", "did you mean 'engineering'?"),
    ("on_warning: management", "on_warning: managment", f"{AT}.on_warning", "did you mean 'management'?"),
    ("{escalation: management, gate", "{escalation: managment, gate", f"{AT}.customer_escalation.escalation",
     "did you mean 'management'?"),
    ("{plan: premium, respond", "{plan: premum, respond", "customers.acme.plan", "unknown plan 'premum'; did you mean 'premium'?"),
    ("{sev1: 1h}", "{sew1: 1h}", "customers.acme.respond_within.sew1", "unknown severity 'sew1'; did you mean 'sev1'?"),
    ("{sev1: 45m}", "{sev4: 45m}", "customers.acme.update_every.sev4", "unknown severity 'sev4'"),
    ("manager: bo}", "manager: boo}", "customers.acme.manager", "unknown user 'boo'; did you mean 'bo'?"),
    ("{critical: sev1}", "{critical: sev5}", "services.cloud.severity_map.critical", "unknown severity 'sev5'"),
    ("support_policy: standard", "support_policy: standart", "services.cloud.support_policy", "did you mean 'standard'?"),
    # how it is written
    ("respond_within: 4h", "respond_within: 4 busines hours", f"{AT}.rules[0].respond_within",
     "unknown word 'busines'; did you mean 'business'?"),
    ("respond_within: 4h", "respond_within: 0h", f"{AT}.rules[0].respond_within", "longer than zero"),
    ("ack_timeout: 2h", "ack_timeout: 2 business hours", f"{AT}.ack_timeout", "must be elapsed time here"),
    ("within: 5m", "within: 1 business day", f"{AT}.triage.within", "must be elapsed time here"),
    ("severities: [sev1, sev2]}", "severities: []}", f"{AT}.triage.severities", "must not be empty"),
    ("severity: [sev3]", "severity: []", f"{AT}.rules[1].when.severity", "must not be empty"),
    ("severity: [sev3]", "severity: {sev3: yes}", f"{AT}.rules[1].when.severity", "must be one id or a list of ids"),
    ("severity: [sev3]", "severty: [sev3]", f"{AT}.rules[1].when.severty", "did you mean 'severity'?"),
    ("hours: closed", "hours: clsed", f"{AT}.rules[2].when.hours", "'clsed' is not one of open, closed; did you mean 'closed'?"),
    ("do: defer", "do: deffer", f"{AT}.rules[2].do", "did you mean 'defer'?"),
    ('{next_working_day: "08:00"}', "next_opn", f"{AT}.rules[2].until", "did you mean 'next_open'?"),
    ("next_working_day", "next_workday", f"{AT}.rules[2].until", "did you mean 'next_working_day'?"),
    ('"08:00"', '"24:00"', f"{AT}.rules[2].until", "'24:00' is not a time of the day"),
    ("respond_from: severity_change", "respond_from: severity", f"{AT}.respond_from", "did you mean 'severity_change'?"),
    ("urgency: low}", "urgncy: low}", f"{AT}.severities.sev3.urgncy", "unknown key 'urgncy'; did you mean 'urgency'?"),
    ("schedule: engineers, within", "schedle: engineers, within", f"{AT}.triage.schedle", "did you mean 'schedule'?"),
    ("{escalation: management, gate", "{escalaton: management, gate", f"{AT}.customer_escalation.escalaton",
     "did you mean 'escalation'?"),
    ("on_breach: engineering", "on_breech: engineering", f"{AT}.on_breech", "did you mean 'on_breach'?"),
    ("manager: bo}", "manger: bo}", "customers.acme.manger", "did you mean 'manager'?"),
    ("urgency: low}", "urgency: lo}", f"{AT}.severities.sev3.urgency", "did you mean 'low'?"),
    ("sev2: {title", "Sev2: {title", f"{AT}.severities.Sev2", "must be an id"),
    ("[basic, premium]", "[basic, premium, basic]", f"{AT}.plans[2]", "'basic' is there twice"),
    ("[subscription, body]", "[body, body]", f"{AT}.required[1]", "'body' is there twice"),
    # what cannot be carried out
    ("    default_severity: sev3\n", "", f"{AT}.default_severity", "is missing"),
    ("do: page, escalation: engineering, urgency: high", "do: page", f"{AT}.rules[0].escalation",
     "is missing: `do: page` needs an escalation policy"),
    ('{next_working_day: "08:00"}, escalation: engineering', "next_open", f"{AT}.rules[2].escalation", "is missing: `do: defer`"),
    ("do: defer", "do: page", f"{AT}.rules[2].until", "belongs to `do: defer`"),
    ("gate: [action_plan_accepted, parties_agree]", "gate: []", f"{AT}.customer_escalation.gate", "names nothing"),
    ("gate: [action_plan_accepted, parties_agree]", "gate: ", f"{AT}.customer_escalation.gate", "names nothing"),
    ("parties_agree]", '""]', f"{AT}.customer_escalation.gate[1]", "must be an id"),
    ("{escalation: management, gate", "{gate", f"{AT}.customer_escalation.escalation", "is missing"),
    ("{sev1: sev3}", "{sev3: sev1}", f"{AT}.lower_on_workaround.sev3", "sev1 is not less grave than sev3"),
    ("{sev1: sev3}", "{sev1: sev1}", f"{AT}.lower_on_workaround.sev1", "is not less grave"),
    ("    calendar: hq\n    sev", "    sev", f"{AT}.rules[2].when.hours", "`hours: closed` needs opening hours"),
    ("    calendar: hq\n    sev", "    sev", f"{AT}.rules[2].do", "`do: defer` needs opening hours"),
    ("    calendar: hq\n    sev", "    sev", f"{AT}.rules[3].respond_within", "'1 business day' needs opening hours"),
    ("    calendar: hq\n    sev", "    sev", f"{AT}.rules[3].warn_before", "give the policy a `calendar` (known: hq)"),
    # what the proof of the table finds
    ("{when: {}, do: page", "{when: {hours: open, plan: basic}, do: page", f"{AT}.rules",
     "no rule decides severity sev3, plan premium, ticket type incident, open hours"),
    ("{when: {}, do: page", "{when: {severity: [sev1, sev2]}, do: page", f"{AT}.rules",
     "no rule decides 2 combinations: severity sev3, plan basic, ticket type incident, open hours; severity sev3, plan premium"),
    ("{when: {hours: closed}", "{when: {}", f"{AT}.rules[3]", "rule 4 can never match: rules 1, 2 and 3 decide before it"),
    ("ticket_type: question, severity: [sev3]", "plan: [premium], severity: [sev2]", f"{AT}.rules[1]",
     "rule 2 can never match: rule 1 decides before it"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "message"), BAD)
def test_fault_has_its_path_its_line_and_the_right_word(old: str, new: str, path: str, message: str) -> None:
    text = with_policy(old, new)
    found = faults_of(text)
    assert any(fault[0] == path and message in fault[2] for fault in found), found
    assert all(line is not None for _, line, _ in found)


def test_line_of_a_missing_escalation_policy_is_that_of_the_rule() -> None:
    text = with_policy("do: page, escalation: engineering, urgency: high", "do: page")
    assert [(path, line) for path, line, _ in faults_of(text)] == [
        (f"{AT}.rules[0].escalation", line_of(text, "plan: premium}, do: page"))
    ]


def test_everything_that_is_wrong_with_a_policy_comes_at_once() -> None:
    text = with_policy("respond_within: 4h", "respond_within: 4 busines hours")
    text = text.replace("plan: premium}, do", "plan: premum}, do").replace(
        "{sev1: 1h}", "{sev1: one hour, sev2: 1h, sew3: 2h}"
    )
    text = text.replace('{next_working_day: "08:00"}, escalation: engineering', "tomorrow").replace(
        "wait: 15m", "wait: 1s"
    )
    text = text.replace("{team: cloud}", "{team: clowd}")
    assert [path for path, _, _ in faults_of(text)] == [
        "escalation_policies.engineering.steps[0].wait",
        "escalation_policies.engineering.steps[1].notify[1].team",
        f"{AT}.rules[0].when.plan",
        f"{AT}.rules[0].respond_within",
        f"{AT}.rules[2].until",
        f"{AT}.rules[2].escalation",
        "customers.acme.respond_within.sev1",
        "customers.acme.respond_within.sew3",
    ]


def test_table_is_not_judged_while_it_names_what_it_does_not_know() -> None:
    text = with_policy("{when: {}, do: page", "{when: {severity: [sev1, sev22]}, do: page")
    assert [path for path, _, _ in faults_of(text)] == [f"{AT}.rules[3].when.severity[1]"]


def test_service_has_exactly_one_policy() -> None:
    both = with_policy(
        "cloud: {support_policy: standard,", "cloud: {support_policy: standard, escalation_policy: engineering,"
    )
    none = with_policy("cloud: {support_policy: standard, s", "cloud: {s")
    for text in (both, none):
        assert [(path, line) for path, line, _ in faults_of(text)] == [("services.cloud", line_of(text, "  cloud: {s"))]


def test_customers_are_not_judged_while_a_policy_is_wrong_itself() -> None:
    found = faults_of(with_policy("do: defer", "do: deffer"))
    assert [path for path, _, _ in found] == [f"{AT}.rules[2].do"]


def test_policy_with_too_many_combinations_is_refused() -> None:
    plans = ", ".join(f"p{number}" for number in range(8400))
    text = with_policy("plans: [basic, premium]", f"plans: [basic, premium, {plans}]")
    assert [(path, message) for path, _, message in faults_of(text)] == [
        (AT, "has 100824 combinations of severity, plan, ticket type and hours; at most 100000 are proven")
    ]


def test_policy_becomes_the_domains() -> None:
    directory = build_directory(DOCUMENT)
    policy = directory.support_policies["standard"]
    assert policy.severities[0] == Severity("sev1", "Outage of several customers", meaning="Nobody can work")
    assert [severity.id for severity in policy.severities] == ["sev1", "sev2", "sev3"]
    assert policy.calendar is directory.calendars["hq"]
    assert policy.triage == Triage("engineers", timedelta(minutes=5), frozenset(["sev1", "sev2"]))
    assert proof(policy).holds
    assert policy.rules[2] == Rule(
        3, Do.DEFER, "engineering", hours=Hours.CLOSED, until="08:00", respond_within=parse_duration("8 business hours")
    )
    assert policy.rules[1].escalation is None
    assert directory.services["cloud"].support_policy == "standard"
    assert directory.services["cloud"].escalation_policy is None
    acme = directory.customers["acme"]
    assert (acme.plan, acme.manager, str(acme.respond_within["sev1"])) == ("premium", "bo", "1h")


def test_what_is_left_out_has_its_default() -> None:
    text = """\
version: 1
users: {ana: {}}
escalation_policies: {p: {steps: [{notify: [{user: ana}]}]}}
support_policies:
  small:
    severities: {bad: }
    plans: [basic, premium]
    rules: [{do: page, escalation: p}]
"""
    policy = build_directory(load_document(text)).support_policies["small"]
    assert (policy.default_severity, policy.default_plan, policy.default_ticket_type) == ("bad", "basic", None)
    assert policy.severities == (Severity("bad", "bad"),)
    assert (policy.calendar, policy.triage, policy.customer_escalation, policy.ack_timeout) == (None,) * 4


def test_one_value_and_a_list_of_it_mean_the_same() -> None:
    listed = build_directory(load_document(with_policy("plan: premium}, do", "plan: [premium]}, do")))
    assert listed.support_policies == build_directory(DOCUMENT).support_policies


def test_order_of_severities_is_a_change() -> None:
    sev1, sev2 = SUPPORT[SUPPORT.index("      sev1: {title") :].splitlines()[:2]
    swapped = with_policy(f"{sev1}\n{sev2}", f"{sev2}\n{sev1}")
    changed = difference(DOCUMENT, load_document(swapped)).as_json()["changed"]
    assert changed == {AT: ["severities: sev1, sev2, sev3 -> sev2, sev1, sev3"]}


def test_change_of_a_rule_is_told_field_by_field() -> None:
    text = with_policy("respond_within: 4h", "respond_within: 2h").replace("08:00", "07:30")
    assert difference(DOCUMENT, load_document(text)).as_json()["changed"] == {
        AT: ["rules[0].respond_within: 4h -> 2h", "rules[2].until.next_working_day: 08:00 -> 07:30"]
    }
