"""A document with a support policy, right in every way, for tests to bend."""

from tests.oncall.document.company import COMPANY

_HEAD, _SERVICES = COMPANY.split("services:\n")

SUPPORT = f"""\
{_HEAD}\
  management: {{steps: [{{notify: [{{user: ana}}]}}]}}
support_policies:
  standard:
    calendar: hq
    severities:
      sev1: {{title: Outage of several customers, meaning: Nobody can work, urgency: high}}
      sev2: {{title: Outage of a single customer}}
      sev3: {{title: Failure of a redundant part, urgency: low}}
    default_severity: sev3
    plans: [basic, premium]
    default_plan: basic
    ticket_types: [incident, question]
    required: [subscription, body]
    triage: {{schedule: engineers, within: 5m, severities: [sev1, sev2]}}
    rules:
      - {{when: {{severity: [sev1, sev2], plan: premium}}, do: page, escalation: engineering, urgency: high,
         respond_within: 4h, update_every: 1h, warn_before: 30m}}
      - {{when: {{ticket_type: question, severity: [sev3]}}, do: record, respond_within: 2 business days}}
      - {{when: {{hours: closed}}, do: defer, until: {{next_working_day: "08:00"}}, escalation: engineering,
         respond_within: 8 business hours}}
      - {{when: {{}}, do: page, escalation: engineering, respond_within: 1 business day, warn_before: 1 business hour}}
    lower_on_workaround: {{sev1: sev3}}
    on_breach: engineering
    on_warning: management
    customer_escalation: {{escalation: management, gate: [action_plan_accepted, parties_agree]}}
    ack_timeout: 2h
    respond_from: severity_change
customers:
  acme: {{plan: premium, respond_within: {{sev1: 1h}}, update_every: {{sev1: 45m}}, manager: bo}}
services:
{_SERVICES}\
  cloud: {{support_policy: standard, severity_map: {{critical: sev1}}}}
"""


def with_policy(old: str, new: str) -> str:
    """That document with one piece of text replaced, which has to be in it once."""
    assert SUPPORT.count(old) == 1, f"{old!r} is not in the document once"
    return SUPPORT.replace(old, new)
