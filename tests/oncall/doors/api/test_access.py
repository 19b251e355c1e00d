"""Who may ask what: every endpoint, every role."""

from typing import Any

import pytest

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Endpoint
from oncall.doors.api.routes import ENDPOINTS
from tests.oncall.doors.company import Caller, Company

NEEDED = {
    "open_incident": Role.RESPONDER,
    "list_incidents": Role.VIEWER,
    "show_incident": Role.VIEWER,
    "acknowledge": Role.RESPONDER,
    "resolve": Role.RESPONDER,
    "escalate": Role.RESPONDER,
    "triage": Role.RESPONDER,
    "set_severity": Role.RESPONDER,
    "classify": Role.RESPONDER,
    "apply_workaround": Role.RESPONDER,
    "snooze": Role.RESPONDER,
    "release": Role.RESPONDER,
    "reassign": Role.RESPONDER,
    "repage": Role.RESPONDER,
    "note": Role.RESPONDER,
    "update": Role.RESPONDER,
    "await_customer": Role.RESPONDER,
    "customer_replied": Role.RESPONDER,
    "customer_escalate": Role.RESPONDER,
    "confirm": Role.RESPONDER,
    "de_escalate": Role.RESPONDER,
    "acknowledge_by_key": Role.RESPONDER,
    "resolve_by_key": Role.RESPONDER,
    "set_severity_by_key": Role.RESPONDER,
    "classify_by_key": Role.RESPONDER,
    "note_by_key": Role.RESPONDER,
    "update_by_key": Role.RESPONDER,
    "await_customer_by_key": Role.RESPONDER,
    "customer_replied_by_key": Role.RESPONDER,
    "customer_escalate_by_key": Role.RESPONDER,
    "explain_incident": Role.VIEWER,
    "show_log": Role.VIEWER,
    "show_pages": Role.VIEWER,
    "show_on_call": Role.VIEWER,
    "list_schedules": Role.VIEWER,
    "show_shifts": Role.VIEWER,
    "show_schedule": Role.VIEWER,
    "put_schedule": Role.MANAGER,
    "list_overrides": Role.VIEWER,
    "create_override": Role.RESPONDER,
    "delete_override": Role.RESPONDER,
    "show_timeline": Role.VIEWER,
    "show_fairness": Role.VIEWER,
    "show_fairness_as_csv": Role.VIEWER,
    "show_coverage": Role.VIEWER,
    "list_swaps": Role.VIEWER,
    "list_schedule_swaps": Role.VIEWER,
    "ask_for_swap": Role.RESPONDER,
    "accept_swap": Role.RESPONDER,
    "decline_swap": Role.RESPONDER,
    "withdraw_swap": Role.RESPONDER,
    "list_users_time_off": Role.VIEWER,
    "add_time_off": Role.RESPONDER,
    "delete_time_off": Role.RESPONDER,
    "set_time_off_feed": Role.RESPONDER,
    "import_time_off_file": Role.RESPONDER,
    # A person does so for themselves with any role from responder on; a system has no calendar of its own.
    "show_time_off_feed": Role.MANAGER,
    "delete_time_off_feed": Role.MANAGER,
    "create_calendar_feed": Role.RESPONDER,
    "list_calendar_feeds": Role.VIEWER,
    "delete_calendar_feed": Role.RESPONDER,
    "simulate": Role.VIEWER,
    "create_integration_key": Role.MANAGER,
    "list_integration_keys": Role.MANAGER,
    "delete_integration_key": Role.MANAGER,
    "create_webhook_subscription": Role.ADMIN,
    "list_webhook_subscriptions": Role.ADMIN,
    "delete_webhook": Role.ADMIN,
    "rotate_webhook_secret": Role.ADMIN,
    "enable_webhook_again": Role.ADMIN,
    "resend_to_webhook": Role.ADMIN,
    "list_webhook_deliveries": Role.ADMIN,
    "create_api_token": Role.ADMIN,
    "list_api_tokens": Role.ADMIN,
    "show_sending": Role.VIEWER,
    "hold_sending": Role.ADMIN,
    "let_sending_go_on": Role.ADMIN,
    "delete_api_token": Role.ADMIN,
}


def _ask(endpoint: Endpoint[Any, Any], caller: Caller) -> int:
    path = "/api/v1" + endpoint.path.replace("{", "").replace("}", "")
    headers = {"Authorization": f"Bearer {caller.token}"}
    return caller.client.open(path, method=endpoint.method, headers=headers).status_code


def test_every_endpoint_asks_for_its_role_and_no_less(small: Company) -> None:
    callers = {role: small.caller(role) for role in Role}

    refused = {
        (each.name, role)
        for each in ENDPOINTS
        for role, each_caller in callers.items()
        if _ask(each, each_caller) == 403
    }

    assert refused == {(name, role) for name, needed in NEEDED.items() for role in Role if not role.allows(needed)}


def test_every_endpoint_asks_for_a_token(small: Company) -> None:
    stranger = Caller(small.app.test_client(), "oncall_" + "x" * 40)

    assert {_ask(endpoint, stranger) for endpoint in ENDPOINTS} == {401}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YW5hOmFuYQ==", "Token {token}"])
def test_no_usable_token_is_unauthenticated(header: str | None, small: Company, caller: Caller) -> None:
    headers = {"Authorization": header.format(token=caller.token)} if header is not None else {}

    answer = small.app.test_client().get("/api/v1/incidents", headers=headers)

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_scheme_is_read_in_any_case(small: Company, caller: Caller) -> None:
    headers = {"Authorization": f"bearer  {caller.token}"}

    assert small.app.test_client().get("/api/v1/incidents", headers=headers).status_code == 200


def test_token_of_a_user_may_do_no_more_than_the_user(small: Company) -> None:
    vic = small.caller(Role.ADMIN, user="vic")

    assert vic.get("/incidents").status_code == 200
    assert vic.post("/incidents", {"service": "cloud", "title": "down"}).status_code == 403


def test_log_in_cookie_opens_no_door_of_the_api(small: Company) -> None:
    client = small.app.test_client()
    client.set_cookie("oncall", "anything")

    assert client.post("/api/v1/incidents", json={"service": "cloud", "title": "down"}).status_code == 401
