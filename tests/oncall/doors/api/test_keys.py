"""Integration keys and API tokens: shown once, kept as digests, useless once revoked."""

from itertools import chain

import pytest
from sqlalchemy import text

from oncall.domain.directory import Role
from oncall.store.base import Base
from tests.oncall.doors.company import PUBLIC_URL, Caller, Company

OLD = "e93facc04764012d7bfb002500d5d1a6"


def test_integration_key_is_shown_once_with_its_address(admin: Caller) -> None:
    made = admin.post("/integrations", {"service": "cloud", "kind": "alertmanager"})

    assert made.status_code == 201
    assert len(made.json["key"]) == 32
    assert made.json["url"] == f"{PUBLIC_URL}/integrations/alertmanager/{made.json['key']}"
    [listed] = admin.get("/integrations").json["integrations"]
    assert listed["prefix"] == made.json["key"][:4]
    assert made.json["key"] not in admin.get("/integrations").text


def test_integration_may_take_over_a_key_that_senders_use(admin: Caller) -> None:
    made = admin.post("/integrations", {"service": "cloud", "kind": "pagerduty", "key": OLD})

    assert (made.json["key"], made.json["url"]) == (OLD, f"{PUBLIC_URL}/v2/enqueue")
    again = admin.post("/integrations", {"service": "shop", "kind": "pagerduty", "key": OLD})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"service": "nowhere", "kind": "pagerduty"}, "service"),
        ({"service": "cloud", "kind": "pigeon"}, "kind"),
        ({"service": "cloud", "kind": "pagerduty", "key": "short"}, "key"),
        ({"service": "cloud", "kind": "pagerduty", "hash": "x"}, "hash"),
    ],
)
def test_wrong_integration_names_its_field(body: dict[str, str], field: str, caller: Caller) -> None:
    answer = caller.post("/integrations", body)

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert caller.get("/integrations").json["integrations"] == []


def test_integrations_are_listed_by_service_and_page(admin: Caller) -> None:
    for service in ("cloud", "shop", "cloud"):
        admin.post("/integrations", {"service": service, "kind": "pagerduty"})

    first = admin.get("/integrations?service=cloud&limit=1").json
    second = admin.get(f"/integrations?service=cloud&limit=1&cursor={first['next_cursor']}").json

    assert [each["id"] for each in first["integrations"] + second["integrations"]] == [1, 3]
    assert second["next_cursor"] is None


def test_deleted_integration_key_is_useless(company: Company, admin: Caller) -> None:
    key = admin.post("/integrations", {"service": "cloud", "kind": "pagerduty"}).json["key"]
    event = {"routing_key": key, "event_action": "trigger", "payload": {"summary": "down"}}
    sender = company.app.test_client()

    before = sender.post("/v2/enqueue", json=event).status_code
    deleted = admin.delete("/integrations/1").status_code
    after = sender.post("/v2/enqueue", json={**event, "dedup_key": "later"}).status_code

    assert (before, deleted, after) == (202, 204, 400)
    assert len(admin.incidents()) == 1
    assert admin.delete("/integrations/1").status_code == 404


def test_token_is_shown_once_and_acts_for_its_user(company: Company, admin: Caller) -> None:
    made = admin.post("/tokens", {"name": "bo's laptop", "user": "bo"})

    assert (made.status_code, made.json["role"], made.json["user"]) == (201, "responder", "bo")
    assert made.json["token"] not in admin.get("/tokens").text
    bo = Caller(company.app.test_client(), made.json["token"])
    bo.open()
    assert bo.post("/incidents/1/acknowledge").json["acknowledged_by"] == "bo"


def test_deleted_token_is_useless(company: Company, admin: Caller) -> None:
    made = admin.post("/tokens", {"name": "bridge"}).json
    bridge = Caller(company.app.test_client(), made["token"])

    assert bridge.get("/incidents").status_code == 200
    assert admin.delete(f"/tokens/{made['id']}").status_code == 204
    assert bridge.get("/incidents").status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "bridge", "user": "nobody"}, 422, "user"),
        ({"name": "bridge", "role": "king"}, 422, "role"),
        ({"name": ""}, 422, "name"),
        ({"name": "system-admin"}, 409, None),
    ],
)
def test_wrong_token_is_refused(body: dict[str, str], status: int, field: str | None, caller: Caller) -> None:
    answer = caller.post("/tokens", body)

    assert answer.status_code == status
    assert [fault["field"] for fault in answer.json["errors"]] == ([field] if field else [])
    assert len(caller.get("/tokens").json["tokens"]) == 1


@pytest.mark.parametrize("path", ["/tokens/9", "/tokens/x", "/integrations/9999999999"])
def test_unknown_id_is_not_found(path: str, caller: Caller) -> None:
    assert caller.delete(path).status_code == 404


def test_database_holds_no_secret_that_opens_a_door(company: Company, admin: Caller) -> None:
    secrets = [
        admin.token,
        admin.post("/tokens", {"name": "bridge"}).json["token"],
        admin.post("/integrations", {"service": "cloud", "kind": "pagerduty"}).json["key"],
        company.caller(Role.VIEWER).token,
    ]

    with company.context.database.read() as session:
        tables = [session.execute(text(f'select * from "{name}"')).all() for name in Base.metadata.tables]  # noqa: S608  our own names
    dump = "\n".join(map(str, chain.from_iterable(tables)))
    assert "system-admin" in dump
    assert [secret for secret in secrets if secret in dump] == []
