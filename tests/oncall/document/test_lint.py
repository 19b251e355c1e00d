"""What is said of a document that is right and still risky."""

import pytest

from oncall.document.lint import Finding, lint
from oncall.document.risks import DELIVERED
from schedules import parse_instant
from tests.oncall.document.company import line_of, with_line
from tests.oncall.document.test_written import DEMO

NOW = parse_instant("2026-11-22T00:00:00Z")

ROUND_THE_CLOCK = "{time_zone: UTC, layers: [{start: 2026-01-01T00:00, turn: 1 week, users: [ana]}]}"
SOUND = f"""\
version: 1
users:
  ana: {{role: admin, contact_methods: {{m: {{type: sms, address: +15005550006}}}}}}
  bo: {{contact_methods: {{m: {{type: sms, address: +15005550006}}}}}}
schedules:
  s: {ROUND_THE_CLOCK}
escalation_policies:
  p: {{steps: [{{notify: [{{schedule: s}}]}}], fallback: [{{user: bo}}]}}
services:
  api: {{escalation_policy: p}}
"""


def findings(text: str) -> tuple[Finding, ...]:
    return lint(text, NOW).findings


def warnings(text: str) -> dict[str, str]:
    found = findings(text)
    assert all(finding.level == "warning" for finding in found), found
    return {finding.path: finding.message for finding in found}


def bent(old: str, new: str) -> dict[str, str]:
    assert SOUND.count(old) == 1
    return warnings(SOUND.replace(old, new))


def test_nothing_is_said_of_what_is_sound() -> None:
    assert warnings(SOUND) == {}


def test_nothing_is_said_of_the_demo() -> None:
    assert findings(DEMO.read_text(encoding="utf-8")) == ()


def test_fault_of_the_whole_text_names_its_line_alone() -> None:
    assert [str(finding) for finding in findings("version: 1\nusers: [\n")] == [
        "error: line 3: this is no YAML: did not find expected node content"
    ]


def test_fault_that_the_schedules_find_names_its_field_once() -> None:
    (finding,) = findings("{version: 1, users: {ana: {time_zone: Mars/Olympus}}}")
    assert str(finding) == "error: line 1: users.ana.time_zone: 'Mars/Olympus' is not an IANA time zone"


def test_list_of_faulty_parts_is_not_called_empty() -> None:
    policies = "{p: {steps: [{notify: [{user: ana}], wait: 10s}]}, q: {steps: []}}"
    found = findings(f"{{version: 1, users: {{ana: {{}}}}, escalation_policies: {policies}}}")
    assert {finding.path for finding in found} == {
        "escalation_policies.p.steps[0].wait",
        "escalation_policies.q.steps",
    }


def test_known_names_are_in_order() -> None:
    names = [f"u{number}" for number in range(8)]
    users = ", ".join(f"{name}: {{}}" for name in reversed(names))
    found = findings(f"{{version: 1, users: {{{users}}}, teams: {{t: {{members: [somebody]}}}}}}")
    assert [finding.message for finding in found] == [f"unknown user 'somebody'; known: {', '.join(names)}"]


def test_what_is_wrong_is_an_error_with_its_line() -> None:
    text = with_line("role: admin", "role: amdin")
    (finding,) = findings(text)
    assert (finding.level, finding.path, finding.line) == ("error", "users.ana.role", line_of(text, "role: amdin"))
    assert str(finding).startswith(f"error: line {finding.line}: users.ana.role: 'amdin'")


def test_risk_has_the_line_of_its_object() -> None:
    text = with_line('{phone: {type: voice, address: "+1 500 555 0006"}}', "{}")
    found = {finding.path: finding.line for finding in findings(text)}
    assert found == {"users.bo": line_of(text, "  bo:")}


def test_step_with_a_gap_says_when() -> None:
    found = bent("users: [ana]}", "users: [ana], when: {windows: [{days: [mon], from: 09:00, to: 17:00}]}}")
    assert found == {
        "escalation_policies.p.steps[0]": "reaches nobody 14 times in the next 90 days, first from 2026-11-22T00:00:00Z "
        "to 2026-11-23T09:00:00Z: a gap in schedule s; the next step fires at once then"
    }


def test_two_schedules_that_fill_each_others_gaps_are_sound() -> None:
    halves = "".join(
        f"  {key}: {{time_zone: UTC, layers: [{{start: 2026-01-01T00:00, turn: 1 week, users: [ana],"
        f" when: {{windows: [{{from: {start}, to: {end}}}]}}}}]}}\n"
        for key, start, end in (("a", "mon 00:00", "fri 12:00"), ("b", "fri 12:00", "mon 00:00"))
    )
    both = SOUND.replace(f"  s: {ROUND_THE_CLOCK}\n", halves)
    assert warnings(both.replace("{schedule: s}", "{schedule: a}, {schedule: b}")) == {}
    assert list(warnings(both.replace("{schedule: s}", "{schedule: a}"))) == [
        "schedules.b",
        "escalation_policies.p.steps[0]",
    ]


def test_schedule_that_no_policy_names_is_judged_by_itself() -> None:
    gap = "  t: {time_zone: UTC, layers: [{start: 2026-12-01T00:00, turn: 1 week, users: [ana]}]}\n"
    found = bent("escalation_policies:\n", f"{gap}escalation_policies:\n")
    assert found == {"schedules.t": "nobody is on call from 2026-11-22T00:00:00Z to 2026-12-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("11h", {}),
        (
            "13h",
            {
                "schedules.s.rest": "178 rests are too short in the next 90 days: first ana has 12h between two shifts "
                "from 2026-11-22T12:00:00Z to 2026-11-23T00:00:00Z, and 13h are asked for"
            },
        ),
    ],
)
def test_rests_shorter_than_the_rule_are_told(rest: str, found: dict[str, str]) -> None:
    halves = (
        f"{{time_zone: UTC, rest: {rest}, layers: [{{start: 2026-01-01T00:00, turn: 12 hours, users: [ana, bo]}}]}}"
    )

    assert bent(ROUND_THE_CLOCK, halves) == found


def test_rest_is_an_elapsed_time() -> None:
    (finding,) = findings(SOUND.replace("{time_zone: UTC,", "{time_zone: UTC, rest: 2 business days,"))
    assert (finding.level, finding.path) == ("error", "schedules.s.rest")


def test_user_without_contact_methods_is_reached_by_nobody() -> None:
    found = bent("  bo: {contact_methods: {m: {type: sms, address: +15005550006}}}", "  bo:")
    assert found["users.bo"] == "has no contact method: nobody can reach them"
    assert found["escalation_policies.p.fallback"] == "reaches nobody: nobody in it can be reached"


def test_method_without_a_provider_is_named() -> None:
    found = bent("  bo: {contact_methods: {m: {type: sms, address: +15005550006}}}",
                 "  bo: {contact_methods: {m: {type: email, address: bo@example.com}}}")  # fmt: skip
    assert found["users.bo.contact_methods.m"] == "this release has no provider for email: it reaches nobody"
    assert found["users.bo"] == "cannot be reached at high and low urgency"


def test_step_that_reaches_nobody_at_all_is_named() -> None:
    found = warnings(
        SOUND.replace("{schedule: s}", "{team: empty}").replace("users:", "teams: {empty: {members: []}}\nusers:", 1)
    )
    assert found == {"escalation_policies.p.steps[0]": "reaches nobody: nobody in it can be reached"}


@pytest.mark.parametrize("target", ["webhook: https://example.com", "slack_channel: C0123"])
def test_step_with_a_place_to_tell_reaches_somebody(target: str) -> None:
    assert warnings(SOUND.replace("{schedule: s}", f"{{{target}}}")) == {}


def test_policy_without_fallback_and_administrator_may_run_out_in_silence() -> None:
    assert bent(", fallback: [{user: bo}]", "") == {}
    without = SOUND.replace(", fallback: [{user: bo}]", "").replace("role: admin, ", "")
    assert list(warnings(without)) == ["escalation_policies.p"]


def test_channels_that_count_as_delivered_are_those_of_the_providers() -> None:
    from oncall.providers.slack.provider import SlackProvider  # noqa: PLC0415
    from oncall.providers.twilio.provider import TwilioProvider  # noqa: PLC0415

    assert {*SlackProvider.methods, *TwilioProvider.methods, "webhook"} == DELIVERED
