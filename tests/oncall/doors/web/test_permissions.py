"""Every page and button against every role; one that is not listed here fails."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import reduce

import pytest
from flask import Flask
from sqlalchemy import make_url

from oncall.domain.commands import NAMES
from oncall.domain.directory import Role
from oncall.domain.incident import Incident
from oncall.settings import Settings
from tests.oncall.doors.web.people import Person

ANYBODY = None
NEEDED: dict[tuple[str, str], Role | None] = {
    ("GET", "/"): Role.VIEWER,
    ("GET", "/incidents/<int:number>"): Role.VIEWER,
    **{("POST", f"/incidents/<int:number>/{name}"): Role.RESPONDER for name in NAMES.values()},
    ("GET", "/schedules"): Role.VIEWER,
    ("GET", "/schedules/<schedule>"): Role.VIEWER,
    ("GET", "/schedules/<schedule>/fairness.csv"): Role.VIEWER,
    ("POST", "/schedules/<schedule>/overrides"): Role.RESPONDER,
    ("POST", "/schedules/<schedule>/overrides/<int:number>/take-back"): Role.RESPONDER,
    ("POST", "/schedules/<schedule>/swaps"): Role.RESPONDER,
    **{
        ("POST", f"/schedules/<schedule>/swaps/<int:number>/{name}"): Role.RESPONDER
        for name in ("accept", "decline", "withdraw")
    },
    ("GET", "/schedules/<schedule>/edit"): Role.MANAGER,
    ("POST", "/schedules/<schedule>/edit"): Role.MANAGER,
    ("GET", "/policies"): Role.VIEWER,
    ("GET", "/policies/<policy>"): Role.VIEWER,
    ("GET", "/what-if"): Role.VIEWER,
    ("GET", "/sandbox"): Role.RESPONDER,
    ("GET", "/calendar"): Role.VIEWER,
    ("POST", "/calendar"): Role.RESPONDER,
    ("POST", "/calendar/<int:number>/revoke"): Role.RESPONDER,
    ("POST", "/sending/release"): Role.ADMIN,
    ("GET", "/login"): ANYBODY,
    ("POST", "/login"): ANYBODY,
    ("GET", "/login/link/<token>"): ANYBODY,
    ("POST", "/login/link/<token>"): ANYBODY,
    ("GET", "/password"): Role.VIEWER,
    ("POST", "/password"): Role.VIEWER,
    ("POST", "/logout"): Role.VIEWER,
}
GUARDED = {each: needed for each, needed in NEEDED.items() if needed is not ANYBODY}
USERS = {Role.VIEWER: "vic", Role.RESPONDER: "bo", Role.MANAGER: "mia", Role.ADMIN: "ana"}
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("web."):
            yield from ((method, rule.rule) for method in (rule.methods or set()) & {"GET", *CHANGING})


def path(rule: str) -> str:
    names = {"<int:number>": "1", "<token>": "never-made", "<policy>": "standard", "<schedule>": "engineers"}
    return reduce(lambda text, name: text.replace(name, names[name]), names, rule)


def status(who: Person, method: str, rule: str, page: str = "/password") -> int:
    answer = who.get(path(rule)) if method == "GET" else who.post(path(rule), page=page)
    assert answer.status_code < 500
    return answer.status_code


def contents(settings: Settings) -> str:
    """A digest of everything in the database."""
    with closing(sqlite3.connect(str(make_url(settings.database_url).database))) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


def test_every_rule_is_listed(app: Flask) -> None:
    assert set(rules(app)) == set(NEEDED)


def test_stranger_is_asked_to_log_in(stranger: Person, open_incident: Callable[..., Incident]) -> None:
    open_incident()
    answers = {each: status(stranger, *each, page="/login") for each in NEEDED}

    assert {each for each, code in answers.items() if code == 303} == set(GUARDED)


@pytest.mark.parametrize("role", list(Role))
def test_role_is_let_in_or_told_that_it_may_not(
    role: Role, person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident()
    answers = {each: status(person(USERS[role]), *each) for each in GUARDED}

    forbidden = {each for each, needed in GUARDED.items() if not role.allows(needed)}
    assert {each for each, code in answers.items() if code == 403} == forbidden


def test_button_without_its_token_does_nothing(
    person: Callable[[str], Person], open_incident: Callable[..., Incident], settings: Settings
) -> None:
    open_incident()
    ana = person("ana")
    before = contents(settings)

    for method, rule in NEEDED:
        if method in CHANGING:
            forged = {"csrf_token": "forged", "user": "ana", "password": "guess", "fresh": "x" * 12, "again": "x" * 12}
            answer = ana.client.open(path(rule), method=method, data=forged)
            assert (answer.status_code, "Nothing was changed" in answer.text) == (400, True), rule
    assert contents(settings) == before


def test_looking_changes_nothing(
    person: Callable[[str], Person], open_incident: Callable[..., Incident], settings: Settings
) -> None:
    open_incident()
    ana = person("ana")
    before = contents(settings)

    for _, rule in NEEDED:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert ana.client.open(path(rule), method=method).status_code < 500, (method, rule)
    assert contents(settings) == before


def test_no_cache_keeps_a_page_and_no_other_site_learns_its_address(
    person: Callable[[str], Person], open_incident: Callable[..., Incident]
) -> None:
    open_incident()
    ana = person("ana")

    for method, rule in NEEDED:
        if method == "GET":
            headers = ana.get(path(rule)).headers
            kept = [headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Content-Type-Options")]
            assert kept == ["no-store", "same-origin", "nosniff"], rule
            policy = headers["Content-Security-Policy"]
            assert ("unsafe" in policy, "frame-ancestors 'none'" in policy) == (False, True), rule
