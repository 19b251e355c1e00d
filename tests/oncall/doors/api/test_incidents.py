"""Incidents over the API: opened, joined, found, acted on, read back."""

from datetime import timedelta
from typing import Any

import pytest

from oncall.domain.directory import Role
from tests.oncall.doors.company import ANAS_NUMBER, PUBLIC_URL, Caller, Company

WHEN = "2026-11-22T02:13:00Z"


def test_open_incident_answers_everything_that_is_known(admin: Caller) -> None:
    asked = {
        "service": "cloud",
        "title": "database down",
        "severity": "sev1",
        "dedup_key": "db",
        "body": "replica lags",
        "fields": {"host": "db1"},
        "links": [{"href": "https://wiki.example.com/db"}],
    }

    answer = admin.post("/incidents", asked)

    assert answer.status_code == 201
    said = answer.json
    assert said.pop("id")
    assert said == {
        "number": 1,
        "service": "cloud",
        "title": "database down",
        "body": "replica lags",
        "fields": {"host": "db1"},
        "links": [{"href": "https://wiki.example.com/db", "text": "https://wiki.example.com/db"}],
        "sensitive": False,
        "state": "triggered",
        "severity": "sev1",
        "urgency": "high",
        "customer": None,
        "plan": None,
        "ticket_type": None,
        "missing": [],
        "rule": None,
        "doing": "page",
        "dedup_key": "db",
        "created_at": WHEN,
        "responded_at": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "resolved_at": None,
        "resolved_by": None,
        "respond_by": None,
        "update_by": None,
        "deferred_until": None,
        "snoozed_until": None,
        "awaiting_customer": None,
        "customer_escalated": False,
        "gate": {
            "open": False,
            "by": None,
            "at": None,
            "conditions": [],
            "confirmed": [],
            "missing": [],
            "resolve_by": None,
        },
        "url": f"{PUBLIC_URL}/incidents/1",
        "joined": False,
        "warnings": [],
    }


def test_open_incident_joins_the_open_one_with_its_key(admin: Caller) -> None:
    first = admin.open(dedup_key="db")

    answer = admin.post("/incidents", {"service": "cloud", "title": "database still down", "dedup_key": "db"})

    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["joined"]) == (first["id"], True)
    assert admin.events(1) == ["triggered", "paged", "joined"]


def test_open_incident_mends_what_it_can_with_a_warning(admin: Caller) -> None:
    opened = admin.open(severity="dire", plan="gold", colour="red")

    assert opened["severity"] == "sev2"
    assert opened["warnings"] == [
        "colour: is not known here",
        "severity 'dire' is not known here: taken as sev2",
        "plan 'gold' is not known here: this policy has no plans",
    ]


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b'{"service": "cloud", "title":', 400, ["body"]),
        (b"", 422, ["service", "title"]),
        (b"[]", 400, ["body"]),
        (b'{"service": 5, "title": ["down"], "sensitive": "yes"}', 422, ["service", "title", "sensitive"]),
        (b'{"service": "cloud", "title": " "}', 422, ["title"]),
        (b'{"service": "nowhere", "title": "down"}', 422, ["service"]),
        (b'{"service": "cloud", "title": "down", "fields": {"load": 1e999}}', 400, ["body"]),
        (b'{"service": "cloud", "title": "down", "links": [{"href": "javascript:alert(1)"}]}', 422, ["links[0].href"]),
        (b"x" * 10_000_000, 413, ["body"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_input_names_its_fields_and_changes_nothing(
    body: bytes, status: int, fields: list[str], caller: Caller
) -> None:
    answer = caller.post_raw("/incidents", body)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert [fault["field"] for fault in answer.json["errors"]] == fields
    assert caller.incidents() == []


def test_characters_that_no_database_holds_do_not_lose_a_page(admin: Caller) -> None:
    answer = admin.post_raw("/incidents", b'{"service": "cloud", "title": "disk \\u0000full \\ud83d", "body": "\xe4"}')

    assert answer.status_code == 201
    assert (answer.json["title"], answer.json["body"]) == ("disk �full �", "�")


def test_list_of_a_service_that_no_database_can_name_is_empty(admin: Caller) -> None:
    admin.open()

    assert admin.get("/incidents?service=%00cloud").json["incidents"] == []


def test_list_gives_the_newest_first_page_by_page(admin: Caller) -> None:
    for title in ("one", "two", "three"):
        admin.open(title)

    first = admin.get("/incidents?limit=2").json
    second = admin.get(f"/incidents?limit=2&cursor={first['next_cursor']}").json

    assert [incident["title"] for incident in first["incidents"]] == ["three", "two"]
    assert [incident["title"] for incident in second["incidents"]] == ["one"]
    assert second["next_cursor"] is None


def test_list_filters_by_what_is_named(admin: Caller) -> None:
    admin.open("one", severity="sev1")
    admin.open("two", customer="acme")
    admin.open("three", service="shop")
    admin.post("/incidents/1/resolve")
    admin.post("/incidents/2/acknowledge")

    def numbers(query: str) -> list[int]:
        return [incident["number"] for incident in admin.get(f"/incidents?{query}").json["incidents"]]

    assert numbers("state=open") == [3, 2]
    assert numbers("state=resolved") == [1]
    assert numbers("state=acknowledged") == [2]
    assert numbers("state=deferred") == []
    assert numbers("service=cloud") == [2, 1]
    assert numbers("severity=sev1") == [1]
    assert numbers("customer=acme") == [2]
    assert numbers("service=cloud&customer=acme&severity=sev1") == []


@pytest.mark.parametrize(
    "query", ["state=broken", "limit=0", "limit=201", "limit=x", "cursor=x", "colour=red", "limit=1&limit=2"]
)
def test_list_names_a_wrong_parameter(query: str, caller: Caller) -> None:
    answer = caller.get(f"/incidents?{query}")

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [query.partition("=")[0]]


def test_incident_is_found_by_id_and_by_number(admin: Caller) -> None:
    opened = admin.open()

    by_id, by_number = admin.get(f"/incidents/{opened['id']}"), admin.get("/incidents/1")

    assert by_id.json == by_number.json
    assert by_id.json["title"] == "database down"


@pytest.mark.parametrize("name", ["2", "nothing", "%00", "99999999999999999999"])
def test_unknown_incident_is_not_found(name: str, caller: Caller) -> None:
    caller.open()

    assert caller.get(f"/incidents/{name}").status_code == 404
    assert caller.post(f"/incidents/{name}/acknowledge").status_code == 404
    assert caller.get(f"/incidents/{name}/log").status_code == 404


def test_acknowledge_stops_the_pages_and_names_who_took_it(company: Company) -> None:
    bo = company.caller(Role.RESPONDER, user="bo")
    bo.open()
    company.clock.advance(timedelta(minutes=1))

    answer = bo.post("/incidents/1/acknowledge")

    assert answer.status_code == 200
    said = answer.json
    assert (said["state"], said["acknowledged_by"], said["acknowledged_at"]) == (
        "acknowledged",
        "bo",
        "2026-11-22T02:14:00Z",
    )
    assert [attempt["state"] for attempt in _attempts(bo)] == ["void"]


def test_system_acts_under_the_name_of_its_token(company: Company) -> None:
    bridge = company.caller(Role.RESPONDER)
    bridge.open()

    assert bridge.post("/incidents/1/resolve").json["resolved_by"] == "token:system-responder"


def test_escalate_pages_the_next_step(admin: Caller) -> None:
    admin.open()

    answer = admin.post("/incidents/1/escalate")

    assert answer.json["state"] == "triggered"
    assert [page["user"] for page in admin.get("/incidents/1/pages").json] == ["ana", "bo"]


def test_what_the_rules_refuse_is_a_conflict_and_changes_nothing_but_the_log(admin: Caller) -> None:
    admin.open()
    admin.post("/incidents/1/resolve")
    before = admin.get("/incidents/1").json

    answer = admin.post("/incidents/1/acknowledge")

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert "resolved" in answer.json["detail"]
    assert admin.get("/incidents/1").json == before
    assert admin.events(1)[-2:] == ["resolved", "refused"]


def test_resolve_twice_is_no_error(admin: Caller) -> None:
    admin.open()

    assert [admin.post("/incidents/1/resolve").status_code for _ in range(2)] == [200, 200]
    assert admin.events(1).count("resolved") == 1


def test_log_has_the_simulators_shape_and_is_cut_into_pages(admin: Caller) -> None:
    opened = admin.open(severity="sev1")
    admin.post("/incidents/1/acknowledge")

    first = admin.get("/incidents/1/log?limit=2")
    second = admin.get("/incidents/1/log?limit=2&cursor=2")

    assert [entry["event"] for entry in first.json + second.json] == ["triggered", "paged", "acknowledged"]
    assert first.headers["Link"].endswith('/api/v1/incidents/1/log?limit=2&cursor=2>; rel="next"')
    assert "Link" not in second.headers
    triggered, paged = first.json
    assert (triggered["at"], triggered["incident"], triggered["severity"]) == (WHEN, opened["id"], "sev1")
    assert (paged["user"], paged["policy"], paged["step"], paged["round"]) == ("ana", "engineering", 1, 1)
    assert paged["because"]


def test_pages_show_an_address_to_its_owner_and_to_managers_alone(company: Company) -> None:
    admin = company.caller()
    admin.open()
    seen = {
        "admin": _attempts(admin)[0]["address"],
        "owner": _attempts(company.caller(Role.VIEWER, user="ana"))[0]["address"],
        "manager": _attempts(company.caller(Role.MANAGER))[0]["address"],
        "responder": _attempts(company.caller(Role.RESPONDER))[0]["address"],
        "another": _attempts(company.caller(Role.RESPONDER, user="bo"))[0]["address"],
    }

    assert seen == {
        "admin": ANAS_NUMBER,
        "owner": ANAS_NUMBER,
        "manager": ANAS_NUMBER,
        "responder": "…0006",
        "another": "…0006",
    }


def test_sensitive_text_is_for_those_who_respond(company: Company) -> None:
    company.caller().open("breach at acme", sensitive=True, body="acme's keys", fields={"customer": "acme"})
    viewer, responder = company.caller(Role.VIEWER), company.caller(Role.RESPONDER)
    responder.post("/incidents/1/note", {"text": "acme was told"})

    assert responder.get("/incidents/1").json["title"] == "breach at acme"
    assert "acme was told" in responder.get("/incidents/1/log").text
    for path in ("/incidents/1", "/incidents", "/incidents/1/log", "/incidents/1/pages"):
        assert "acme" not in viewer.get(path).text
    assert viewer.get("/incidents/1").json["title"] == "Sensitive incident 1"


def _attempts(caller: Caller) -> list[dict[str, Any]]:
    pages = caller.get("/incidents/1/pages").json
    return [attempt for page in pages for attempt in page["attempts"]]
