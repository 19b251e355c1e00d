"""A company with a support policy, for rehearsals: Mia or Max looks first, Ana or Bo is on call, Lea leads."""

from __future__ import annotations

from functools import cache

from oncall.document.directory import build_directory
from oncall.document.load import load_document
from oncall.domain.directory import Directory

DOCUMENT = """
version: 1
users:
  ana:
    name: Ana Ruiz
    contact_methods:
      chat: {type: slack, address: U0ANA}
      mobile: {type: sms, address: "+15005550001"}
    notification_rules: {high: [{after: 0m, via: chat}, {after: 1m, via: mobile}]}
  bo: {name: Bo Lindqvist, contact_methods: {mobile: {type: sms, address: "+15005550002"}}}
  mia: {name: Mia Sato, contact_methods: {mobile: {type: sms, address: "+15005550003"}}}
  max: {name: Max Weber, contact_methods: {mobile: {type: sms, address: "+15005550004"}}}
  lea: {name: Lea Novak, role: manager, contact_methods: {mobile: {type: sms, address: "+15005550005"}}}
  cy: {name: Cy Okafor}
  rita: {name: Rita Root, role: admin, contact_methods: {mail: {type: email, address: rita@example.com}}}
calendars:
  hq:
    time_zone: America/Denver
    open: [{days: [mon, tue, wed, thu, fri], from: "08:00", to: "17:00"}]
schedules:
  managers:
    time_zone: America/Denver
    layers: [{name: days, start: "2026-01-05T08:00", turn: 12 hours, users: [mia, max]}]
  engineers:
    time_zone: America/Denver
    layers: [{name: weeks, start: "2026-01-05T08:00", turn: 1 week, users: [ana, bo]}]
escalation_policies:
  engineering:
    steps:
      - {notify: [{schedule: engineers}], wait: 15m}
      - {notify: [{schedule: engineers}, {user: cy}], wait: 15m}
    repeat: until_acknowledged
    fallback: [{user: lea}]
  tickets: {steps: [{notify: [{schedule: engineers}], wait: 1h}], repeat: until_acknowledged}
  management: {steps: [{notify: [{user: lea}], wait: 15m}], repeat: 0}
support_policies:
  standard:
    calendar: hq
    severities:
      sev1: {title: Outage, urgency: high}
      sev2: {title: Trouble, urgency: low}
      sev3: {title: Note, urgency: low}
    default_severity: sev1
    plans: [basic, premium]
    default_plan: basic
    ticket_types: [incident, question]
    default_ticket_type: incident
    required: [body, host]
    triage: {schedule: managers, within: 5m, severities: [sev1]}
    rules:
      - {when: {severity: sev1}, do: page, escalation: engineering, respond_within: 1h, update_every: 30m, warn_before: 10m}
      - {when: {severity: sev2}, do: defer, until: {next_working_day: "08:00"}, escalation: tickets}
      - {when: {}, do: record}
    on_breach: management
    ack_timeout: 2h
    customer_escalation: {escalation: management, gate: [plan_accepted]}
customers:
  acme: {plan: premium, manager: rita}
services:
  cloud: {support_policy: standard}
"""


@cache
def company() -> Directory:
    """The company as the domain knows it."""
    return build_directory(load_document(DOCUMENT))
