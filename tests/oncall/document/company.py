"""A small company's document, right in every way, for tests to bend."""

COMPANY = """\
version: 1
users:
  ana:
    name: Ana Ruiz
    role: admin
    time_zone: Europe/Berlin
    contact_methods:
      chat: {type: slack, address: U012AB3CD}
      mobile: {type: sms, address: +15005550006}
    notification_rules:
      high: [{after: 0m, via: chat}, {after: 1m, via: mobile}]
  bo:
    contact_methods: {phone: {type: voice, address: "+1 500 555 0006"}}
teams:
  cloud: {members: [ana, bo], managers: [ana]}
calendars:
  hq:
    time_zone: America/Denver
    open: [{days: [mon, tue, wed, thu, fri], from: 09:00, to: 17:00}]
    holidays: {country: US, subdivision: CO, add: [2026-11-27], remove: [2026-10-05]}
    special: [{date: 2026-12-24, open: [{from: 09:00, to: 12:00}]}]
schedules:
  engineers:
    time_zone: America/Denver
    layers:
      - {name: primary, start: 2026-01-05T09:00, turn: 1 week, users: [ana, [ana, bo]]}
      - {start: 2026-01-05T17:00, turn: 12 hours, users: [bo], when: {calendar: hq, is: closed}}
      - {start: 2026-01-03 00:00, turn: 1 week, users: [bo], when: {windows: [{from: sat 00:00, to: mon 00:00}]}}
    overrides:
      - {start: 2026-11-24T00:00, end: 2026-11-25T00:00, users: [bo], replaces: ana}
escalation_policies:
  engineering:
    steps:
      - {notify: [{schedule: engineers}], wait: 15m}
      - {notify: [{user: bo}, {team: cloud}, {slack_channel: C0123}, {webhook: "https://example.com/hook"}]}
    repeat: 3
    fallback: [{user: ana}]
services:
  api: {escalation_policy: engineering, severity_map: {Critical: sev1, warning: sev4}}
"""


def with_line(old: str, new: str) -> str:
    """The company's document with one piece of text replaced, which has to be in it once."""
    assert COMPANY.count(old) == 1, f"{old!r} is not in the document once"
    return COMPANY.replace(old, new)


def line_of(text: str, piece: str) -> int:
    """The number of the line of `text` on which `piece` first stands."""
    return text[: text.index(piece)].count("\n") + 1
