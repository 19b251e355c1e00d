"""Support policies as people read them."""

from collections.abc import Callable

from oncall.app import create_app
from oncall.domain.directory import (
    AccountTarget,
    ScheduleTarget,
    SlackChannelTarget,
    TeamTarget,
    UserTarget,
    WebhookTarget,
)
from oncall.doors.web.naming import target_name
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import Person
from tests.oncall.doors.web.test_home import shown


def test_policies_are_listed_with_the_services_that_follow_them(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get("/policies").text)

    assert "standard 3 severities, 4 rules · followed by desk" in page
    assert "Without one, so that every severity pages at once: cloud, watched." in page


def test_policy_shows_its_severities_its_rules_and_what_they_come_to(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get("/policies/standard").text)

    assert "Sev 1 high urgency Outage of several customers Nobody there can work." in page
    assert "With a workaround it becomes Sev 4." in page
    assert "Sev 2 high urgency default Outage of one customer" in page
    assert "2 Sev 1 Page at once, through engineering Respond within 4h · update every 1h · warn 40m before" in page
    assert "3 Sev 4, outside of open hours Wait until 08:00 of the next working day, through engineering" in page
    assert "1 Question Record it, and page nobody" in page
    assert "4 Everything else Page at once" in page
    assert "closed hours: wait until 08:00 of the next working day, then page through engineering" in page
    assert "Triage: whoever is on call in managers looks first at sev1" in page
    assert "until action_plan_accepted and parties_agree are confirmed" in page


def test_policy_says_who_is_told(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get("/policies/standard").text)

    assert "engineering Whoever is on call in engineers, Bo Lindqvist; 5 min until the next Round after round" in page
    assert "management Mia Tanaka; 10 min until the next Round after round, 2 times at most." in page


def test_fallback_is_said_to_come_when_the_rounds_are_over_and_only_then(
    settings: Settings, clock: FrozenClock
) -> None:
    app = create_app(settings, clock)
    context: Context = app.extensions["oncall"]
    document = """
version: 1
users: {vic: {name: Vic Moreau, role: viewer}}
calendars: {office: {time_zone: America/Denver, open: [{days: [mon], from: "09:00", to: "17:00"}]}}
escalation_policies:
  once: {steps: [{notify: [{user: vic}], wait: 5m}], repeat: 0, fallback: [{user: vic}]}
  thrice: {steps: [{notify: [{user: vic}], wait: 5m}], repeat: 2, fallback: [{user: vic}]}
  ever: {steps: [{notify: [{user: vic}], wait: 5m}], fallback: [{user: vic}]}
support_policies:
  standard:
    calendar: office
    severities: {sev1: {urgency: high}, sev2: {urgency: high}, sev3: {urgency: low}}
    default_severity: sev1
    rules:
      - {when: {severity: sev1}, do: page, escalation: once}
      - {when: {severity: sev2}, do: page, escalation: thrice}
      - {when: {}, do: page, escalation: ever}
"""
    apply_document(context, document, author="test", prune=False, dry_run=False)
    vic = Person(app.test_client())
    vic.log_in(create_login_link(context, "vic"))
    page = shown(vic.get("/policies/standard").text)

    assert "Once, and not again. Then, or if nobody can be reached: Vic Moreau." in page
    assert "Round after round, 3 times at most. Then, or if nobody can be reached: Vic Moreau." in page
    assert "Round after round, until somebody acknowledges. If nobody can be reached: Vic Moreau." in page
    context.database.dispose()


def test_rule_of_an_incident_leads_to_its_policy(
    person: Callable[[str], Person], open_incident: Callable[..., object]
) -> None:
    open_incident(service="desk", severity="sev1")
    open_incident(service="cloud")
    bo = person("bo")

    assert 'href="/policies/standard#rule-2"' in bo.get("/incidents/1").text
    assert "/policies/" not in bo.get("/incidents/2").text.replace('href="/policies"', "")


def test_policy_that_is_not_there(person: Callable[[str], Person]) -> None:
    assert person("vic").get("/policies/gone").status_code == 404


def test_service_without_policies_says_what_then_holds(settings: Settings, clock: FrozenClock) -> None:
    app = create_app(settings, clock)
    context: Context = app.extensions["oncall"]
    document = "{version: 1, users: {vic: {name: Vic Moreau, role: viewer}}}"
    apply_document(context, document, author="test", prune=False, dry_run=False)
    vic = Person(app.test_client())
    vic.log_in(create_login_link(context, "vic"))

    assert "There is none yet. Every severity pages at once" in shown(vic.get("/policies").text)
    assert "There is no service yet." in shown(vic.get("/what-if").text)
    context.database.dispose()


def test_targets_are_called_as_people_call_them() -> None:
    targets = (
        ScheduleTarget("nights"),
        UserTarget("bo"),
        TeamTarget("cloud"),
        SlackChannelTarget("C1"),
        AccountTarget("gone", "acme"),
        WebhookTarget("https://a.example/secret"),
    )

    assert [target_name(each, {"bo": "Bo"}) for each in targets] == [
        "whoever is on call in nights",
        "Bo",
        "team cloud",
        "the Slack channel C1",
        "gone",
        "a webhook",
    ]
