"""A company that supports its customers by a policy: triage of what is grave, mornings for the rest, a gate for escalations."""

from __future__ import annotations

from datetime import UTC, datetime

MONDAY_8 = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""When what came on Sunday night is released."""

CLOSED_MONDAY = "calendars: {hq: {time_zone: UTC, open: [{days: [tue, wed, thu, fri], from: '09:00', to: '17:00'}]}}"
"""A document by which nothing opens on a Monday."""

DESK = """
version: 1
users:
  ana:
    name: Ana Ruiz
    contact_methods: {mobile: {type: sms, address: "+15005550006"}, chat: {type: slack, address: U0ANA}}
    notification_rules: {high: [{after: 0m, via: mobile}, {after: 2m, via: chat}], low: [{after: 0m, via: chat}]}
  bo: {name: Bo Lind, contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
  mia: {name: Mia Holm, role: manager, contact_methods: {mobile: {type: sms, address: "+15005550008"}}}
  vic: {name: Vic Moreau, role: viewer}
  root: {name: Root, role: admin, contact_methods: {mobile: {type: sms, address: "+15005550009"}}}
calendars:
  hq: {time_zone: UTC, open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]}
schedules:
  managers: {time_zone: UTC, layers: [{start: "2026-01-05T09:00", turn: 1 week, users: [mia]}]}
escalation_policies:
  engineering: {steps: [{notify: [{user: ana}], wait: 5m}, {notify: [{user: bo}], wait: 5m}]}
  management: {steps: [{notify: [{user: root}], wait: 15m}]}
support_policies:
  standard:
    calendar: hq
    severities:
      sev1: {title: Outage, urgency: high}
      sev2: {title: Degraded, urgency: high}
      sev3: {title: Question, urgency: low}
    default_severity: sev3
    plans: [basic, premium]
    ticket_types: [incident, question]
    default_plan: basic
    default_ticket_type: incident
    required: [subscription]
    triage: {schedule: managers, within: 5m, severities: [sev1]}
    rules:
      - {when: {severity: [sev1, sev2]}, do: page, escalation: engineering, respond_within: 4h, update_every: 1h, warn_before: 30m}
      - {when: {hours: closed}, do: defer, until: {next_working_day: "08:00"}, escalation: engineering, respond_within: 8 business hours}
      - {when: {}, do: page, escalation: engineering, respond_within: 2 business days}
    lower_on_workaround: {sev1: sev3}
    on_breach: management
    customer_escalation: {escalation: management, gate: [plan_accepted, parties_agree]}
    ack_timeout: 2h
customers:
  acme: {plan: premium, respond_within: {sev2: 1h}}
services:
  cloud: {support_policy: standard}
  shop: {escalation_policy: engineering}
"""
