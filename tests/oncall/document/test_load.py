"""Documents that are read, and everything that is said of those that are not right."""

import pytest

from oncall.document.document import document_schema
from oncall.document.load import load_document
from oncall.errors import InvalidInputError
from tests.oncall.document.company import COMPANY, line_of, with_line


def faults_of(text: str) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InvalidInputError) as caught:
        load_document(text)
    return [(fault.path, fault.line, fault.message) for fault in caught.value.faults]


def test_company_is_read_quoted_or_not() -> None:
    document = load_document(COMPANY)
    quoted = COMPANY.replace("2026-01-05T09:00", '"2026-01-05T09:00"').replace("from: 09:00", 'from: "9:00"')
    assert load_document(quoted) == document
    assert list(document.users) == ["ana", "bo"]
    assert document.users["bo"].contact_methods["phone"].address == "+15005550006"


@pytest.mark.parametrize("text", ["version: 1", '{"version": 1}', "version: 1\nusers:\nteams: {}\n"])
def test_everything_but_the_version_may_be_left_out(text: str) -> None:
    document = load_document(text)
    assert list(document.objects()) == []


def test_user_may_be_nothing_but_an_id() -> None:
    document = load_document("version: 1\nusers:\n  ana:\n  bo: {}\n")
    assert list(document.users) == ["ana", "bo"]


BAD = [
    ("version: 1", "versoin: 1", "version", "is missing"),
    ("version: 1", "version: 2", "version", "'2' is not a version"),
    ("teams:", "tems:", "tems", "unknown section 'tems'; did you mean 'teams'?"),
    ("escalation_policy: engineering, ", "support_policy: x, ", "services.api.support_policy", "unknown support policy 'x'"),
    ("escalation_policy: engineering, ", "", "services.api", "exactly one of the two"),
    ("escalation_policy: engineering, ", "escalation_policy: engineering, support_policy: x, ", "services.api",
     "exactly one of the two"),
    ("escalation_policy: engineering", "escalation_policy: engineer", "services.api.escalation_policy",
     "unknown escalation policy 'engineer'; did you mean 'engineering'?"),
    ("warning: sev4", "warning: sev6", "services.api.severity_map.warning", "unknown severity 'sev6'"),
    ("  bo:\n", "  Bo:\n", "users.Bo", "an id has lower-case letters"),
    ("role: admin", "role: amdin", "users.ana.role", "did you mean 'admin'?"),
    ("role: admin", "rolle: admin", "users.ana.rolle", "unknown key 'rolle'; did you mean 'role'?"),
    ("Europe/Berlin", "Europe/Berln", "users.ana.time_zone", "did you mean 'Europe/Berlin'?"),
    ("{type: slack", "{tpe: slack", "users.ana.contact_methods.chat.tpe", "unknown key 'tpe'; did you mean 'type'?"),
    ("type: slack", "type: slak", "users.ana.contact_methods.chat.type", "did you mean 'slack'?"),
    ("U012AB3CD", "'@ana'", "users.ana.contact_methods.chat.address", "not a Slack member id"),
    ("+15005550006}", "5005550006}", "users.ana.contact_methods.mobile.address", "international form"),
    ("+15005550006}", "+1500}", "users.ana.contact_methods.mobile.address", "international form"),
    ("address: U012AB3CD", "address: {}", "users.ana.contact_methods.chat.address", "must be text"),
    ("after: 1m", "after: 1 fortnight", "users.ana.notification_rules.high[1].after", "unknown word 'fortnight'"),
    ("via: mobile", "via: mobil", "users.ana.notification_rules.high[1].via", "did you mean 'mobile'?"),
    ("members: [ana, bo]", "members: [ana, bob]", "teams.cloud.members[1]", "unknown user 'bob'; did you mean 'bo'?"),
    ("members: [ana, bo]", "members: ana", "teams.cloud.members", "must be a list"),
    ("managers: [ana]", "managers: [anna]", "teams.cloud.managers[0]", "did you mean 'ana'?"),
    ("[mon, tue", "[mon, tues", "calendars.hq.open[0].days[1]", "did you mean 'tue'?"),
    ("days: [mon, tue, wed, thu, fri]", "days: []", "calendars.hq.open[0].days", "must not be empty"),
    ("from: 09:00, to: 17:00", "from: 24:00, to: 17:00", "calendars.hq.open[0].from", "between 00:00 and 23:59"),
    ("from: 09:00, to: 17:00", "from: 09:00, to: 25:00", "calendars.hq.open[0].to", "not a time of the day"),
    ("from: 09:00, to: 17:00", "from: 0900, to: 17:00", "calendars.hq.open[0].from", "not a time of the day"),
    ("country: US", "country: ZZ", "calendars.hq.holidays.country", "no holidays are known for 'ZZ'"),
    ("subdivision: CO", "subdivision: XX", "calendars.hq.holidays.subdivision", "no holidays are known for 'XX'"),
    ("add: [2026-11-27]", "add: [2026-11-31]", "calendars.hq.holidays.add[0]", "is not a date"),
    ("date: 2026-12-24", "date: 24.12.2026", "calendars.hq.special[0].date", "is not a date"),
    ("turn: 12 hours", "turn: 12 houres", "schedules.engineers.layers[1].turn", "did you mean 'hours'?"),
    ("turn: 12 hours", "turn: 0 hours", "schedules.engineers.layers[1].turn", "at least one hour"),
    ("turn: 12 hours", "trun: 12 hours", "schedules.engineers.layers[1].trun", "did you mean 'turn'?"),
    ("start: 2026-01-05T09:00", "start: 2026-01-05T09:00Z", "schedules.engineers.layers[0].start", "without an offset"),
    ("start: 2026-01-05T09:00", "start: 2026-01-05", "schedules.engineers.layers[0].start", "not a wall time"),
    ("start: 2026-01-05T09:00", "start: 2026-02-30T09:00", "schedules.engineers.layers[0].start", "2026-02-30"),
    ("[ana, [ana, bo]]", "[ana, [ana, boo]]", "schedules.engineers.layers[0].users[1][1]", "did you mean 'bo'?"),
    ("[ana, [ana, bo]]", "[ann, []]", "schedules.engineers.layers[0].users[1]", "must not be empty"),
    ("calendar: hq, is", "calendar: hk, is", "schedules.engineers.layers[1].when.calendar", "unknown calendar 'hk'"),
    ("is: closed", "is: shut", "schedules.engineers.layers[1].when.is", "'shut' is not one of open, closed"),
    ("calendar: hq, is: closed", "calendar: hq", "schedules.engineers.layers[1].when", "either `windows`"),
    ("from: sat 00:00", "from: saat 00:00", "schedules.engineers.layers[2].when.windows[0].from", "did you mean 'sat'?"),
    ("from: sat 00:00", "from: 00:00", "schedules.engineers.layers[2].when.windows[0].from", "a day and a time"),
    ("end: 2026-11-25T00:00", "end: 2026-11-24T00:00", "schedules.engineers.overrides[0].end", "not after the start"),
    ("users: [bo], replaces: ana", "users: [], replaces: ana", "schedules.engineers.overrides[0].users", "be empty"),
    ("replaces: ana", "replaces: eve", "schedules.engineers.overrides[0].replaces", "unknown user 'eve'"),
    ("schedule: engineers", "schedule: engineer", "escalation_policies.engineering.steps[0].notify[0].schedule",
     "did you mean 'engineers'?"),
    ("{team: cloud}", "{team: clod}", "escalation_policies.engineering.steps[1].notify[1].team", "unknown team 'clod'"),
    ("{user: bo}, {team: cloud}", "{user: bo, team: cloud}", "escalation_policies.engineering.steps[1].notify[0]",
     "exactly one of"),
    ("{user: bo}", "{usr: bo}", "escalation_policies.engineering.steps[1].notify[0].usr", "did you mean 'user'?"),
    ("https://example.com/hook", "ftp://example.com", "escalation_policies.engineering.steps[1].notify[3].webhook",
     "http or https"),
    ("wait: 15m", "wait: 59s", "escalation_policies.engineering.steps[0].wait", "at least 1m"),
    ("wait: 15m", "wait: 15", "escalation_policies.engineering.steps[0].wait", "not a length of time"),
    ("wait: 15m", "wait: 4 business hours", "escalation_policies.engineering.steps[0].wait", "elapsed time"),
    ("[{schedule: engineers}]", "[]", "escalation_policies.engineering.steps[0].notify", "must not be empty"),
    ("repeat: 3", "repeat: often", "escalation_policies.engineering.repeat", "neither a number"),
    ("fallback: [{user: ana}]", "fallback: [{user: eve}]", "escalation_policies.engineering.fallback[0].user",
     "unknown user 'eve'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "message"), BAD)
def test_fault_has_its_path_its_line_and_the_right_word(old: str, new: str, path: str, message: str) -> None:
    text = with_line(old, new)
    found = faults_of(text)
    assert any(fault[0].startswith(path) and message in fault[2] for fault in found), found
    assert all(line is not None for _, line, _ in found if new)


def test_line_is_that_of_the_key_that_is_wrong() -> None:
    text = with_line("role: admin", "role: amdin")
    assert faults_of(text) == [
        (
            "users.ana.role",
            line_of(text, "role: amdin"),
            "'amdin' is not one of viewer, responder, manager, admin; did you mean 'admin'?",
        )
    ]


def test_faults_of_all_kinds_come_at_once_in_the_order_of_lines() -> None:
    text = with_line("role: admin", "role: boss")
    text = (
        text.replace("turn: 12 hours", "turn: twice").replace("wait: 15m", "wait: 1s").replace("team: cloud", "team: x")
    )
    text = text.replace("to: 17:00", "to: 17").replace("escalation_policy: engineering", "escalation_policy: none")
    found = faults_of(text)
    assert [path for path, _, _ in found] == [
        "users.ana.role",
        "calendars.hq.open[0].to",
        "schedules.engineers.layers[1].turn",
        "escalation_policies.engineering.steps[0].wait",
        "escalation_policies.engineering.steps[1].notify[1].team",
        "services.api.escalation_policy",
    ]
    lines = [line for _, line, _ in found]
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_object_that_is_wrong_is_still_known_to_others() -> None:
    found = faults_of(with_line("role: admin", "role: boss"))
    assert [path for path, _, _ in found] == ["users.ana.role"]


def test_calendar_that_never_opens_is_refused_at_its_path() -> None:
    ((path, line, message),) = faults_of("version: 1\ncalendars:\n  hq:\n    time_zone: UTC\n")
    assert (path, line) == ("calendars.hq.open", 3)
    assert "never opens" in message


@pytest.mark.parametrize("text", ["", "- 1\n", "hello"])
def test_text_that_is_no_document_is_refused(text: str) -> None:
    ((path, _, message),) = faults_of(text)
    assert path == ""
    assert "begins with `version: 1`" in message


@pytest.mark.parametrize("section", ["users: [ana]", "users: ana"])
def test_section_that_is_no_mapping_is_refused(section: str) -> None:
    assert faults_of(f"version: 1\n{section}\n") == [("users", 2, "must be a mapping of ids")]


def test_schema_names_every_section_and_lets_nothing_else_in() -> None:
    schema = document_schema()
    assert list(schema["properties"]) == [
        "version", "users", "teams", "calendars", "schedules", "escalation_policies",
        "support_policies", "customers", "services",
    ]  # fmt: skip
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["version"]
