"""Logging in, changing the password, logging out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from oncall.app import create_app
from oncall.doors.web.access import LONGEST_LOGIN
from oncall.operations.context import Context
from oncall.operations.log_in import MOST_TRIES, WINDOW
from oncall.operations.logins import LINK_LIFETIME, create_login_link, set_password
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import KEY, Person

PASSWORD = "correct horse battery"


@pytest.fixture
def link(context: Context) -> str:
    """The path of a link that logs Bo in."""
    return create_login_link(context, "bo").removeprefix("http://127.0.0.1:8080")


@pytest.fixture
def serve() -> Iterator[Callable[[Settings, FrozenClock], Flask]]:
    """Make a further application on the same database."""
    served: list[Flask] = []

    def create(settings: Settings, clock: FrozenClock) -> Flask:
        served.append(create_app(settings, clock))
        return served[-1]

    yield create
    for app in served:
        app.extensions["oncall"].database.dispose()


def log_in(
    person: Person, user: str = "bo", password: str = PASSWORD, *, page: str = "/login", address: str = "192.0.2.1"
) -> TestResponse:
    form = {"csrf_token": person.token("/login"), "user": user, "password": password}
    return person.client.post(page, data=form, environ_base={"REMOTE_ADDR": address})


def is_logged_in(person: Person) -> bool:
    return person.get("/").status_code == 200


def test_looking_at_a_link_does_not_use_it(stranger: Person, link: str) -> None:
    for _ in range(3):
        assert stranger.get(link).status_code == 200
        assert stranger.client.head(link).status_code == 200

    assert not is_logged_in(stranger)
    assert stranger.post(link, page=link).location == "/password"
    assert is_logged_in(stranger)


def test_link_works_once(stranger: Person, link: str, app: Flask) -> None:
    stranger.post(link, page=link)
    late = Person(app.test_client())
    answer = late.post(link, page=link)

    assert answer.status_code == 410
    assert not is_logged_in(late)


def test_link_that_is_too_old_does_not_work(stranger: Person, link: str, clock: FrozenClock) -> None:
    clock.advance(LINK_LIFETIME)

    assert stranger.post(link, page=link).status_code == 410


def test_after_a_link_a_password_is_set_without_an_old_one(stranger: Person, link: str, app: Flask) -> None:
    stranger.post(link, page=link)
    assert "Present password" not in stranger.get("/password").text
    assert stranger.post("/password", fresh=PASSWORD, again=PASSWORD).location == "/"

    again = Person(app.test_client())
    assert log_in(again).location == "/"
    assert is_logged_in(again)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"fresh": "short", "again": "short"}, "at least 12 characters"),
        ({"fresh": "x" * 1001, "again": "x" * 1001}, "at most 1000"),
        ({"fresh": PASSWORD, "again": PASSWORD + "!"}, "not the same"),
        ({}, "at least 12 characters"),
    ],
)
def test_password_that_will_not_do_is_refused(
    form: dict[str, str], says: str, person: Callable[[str], Person], stranger: Person
) -> None:
    answer = person("bo").post("/password", **form)

    assert answer.status_code == 422
    assert says in answer.text
    assert log_in(stranger, password=form.get("fresh", "")).status_code == 401


def test_password_change_asks_for_the_present_one_and_ends_other_logins(
    context: Context, app: Flask, person: Callable[[str], Person]
) -> None:
    other = person("bo")
    set_password(context, "bo", PASSWORD)
    assert not is_logged_in(other)
    here, there = Person(app.test_client()), Person(app.test_client())
    log_in(here)
    log_in(there)

    wrong = here.post("/password", current="wrong", fresh="another password", again="another password")
    assert (wrong.status_code, is_logged_in(there)) == (422, True)
    right = here.post("/password", current=PASSWORD, fresh="another password", again="another password")
    assert right.status_code == 303
    assert (is_logged_in(here), is_logged_in(there)) == (True, False)


@pytest.mark.parametrize("user", ["ana", "ana@example.com", " Ana@Example.com "])
def test_login_by_id_or_email(user: str, stranger: Person, context: Context) -> None:
    set_password(context, "ana", PASSWORD)

    assert log_in(stranger, user).location == "/"
    assert is_logged_in(stranger)


@pytest.mark.parametrize("user", ["bo", "ana", "nobody", "", "\0", "x" * 5000])
def test_failure_does_not_tell_whether_there_is_the_account(user: str, stranger: Person, context: Context) -> None:
    set_password(context, "bo", PASSWORD)
    answer = log_in(stranger, user, "wrong")

    assert answer.status_code == 401
    assert "There is no account with that name and that password." in answer.text


@pytest.mark.parametrize(("proxies", "from_elsewhere"), [(0, 429), (1, 303)], ids=["none", "one"])
def test_address_is_the_one_that_trusted_proxies_name(
    settings: Settings,
    clock: FrozenClock,
    context: Context,
    serve: Callable[[Settings, FrozenClock], Flask],
    proxies: int,
    from_elsewhere: int,
) -> None:
    set_password(context, "bo", PASSWORD)
    behind = Person(serve(replace(settings, proxies=proxies), clock).test_client())

    def tried(password: str, caller: str) -> int:
        form = {"csrf_token": behind.token("/login"), "user": "bo", "password": password}
        return behind.client.post("/login", data=form, headers={"X-Forwarded-For": f"spoofed, {caller}"}).status_code

    assert [tried("wrong", "192.0.2.1") for _ in range(MOST_TRIES + 1)][-1] == 429
    assert tried(PASSWORD, "198.51.100.7") == from_elsewhere


def test_many_failures_shut_that_address_out_and_no_other(
    stranger: Person, context: Context, clock: FrozenClock, app: Flask
) -> None:
    set_password(context, "bo", PASSWORD)
    failures = [log_in(stranger, password="wrong").status_code for _ in range(MOST_TRIES + 1)]

    assert failures == [401] * MOST_TRIES + [429]
    assert log_in(stranger).status_code == 429
    assert log_in(stranger, "ana", "wrong").status_code == 401
    assert log_in(Person(app.test_client()), address="198.51.100.7").status_code == 303
    clock.advance(WINDOW)
    assert log_in(stranger).status_code == 303


def test_success_forgives_the_failures_before(stranger: Person, context: Context) -> None:
    set_password(context, "bo", PASSWORD)
    for _ in range(MOST_TRIES - 1):
        log_in(stranger, password="wrong")
    assert log_in(stranger).status_code == 303
    stranger.post("/logout")

    assert log_in(stranger, password="wrong").status_code == 401


def test_logout_ends_the_login(person: Callable[[str], Person]) -> None:
    bo = person("bo")

    assert bo.post("/logout").location == "/login"
    assert not is_logged_in(bo)


def test_login_ends_after_its_longest_time(person: Callable[[str], Person], clock: FrozenClock) -> None:
    bo = person("bo")
    clock.advance(LONGEST_LOGIN)
    assert is_logged_in(bo)

    clock.advance(timedelta(seconds=1))
    assert not is_logged_in(bo)


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/incidents/7?all", "/incidents/7?all"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_login_goes_on_to_a_page_of_this_site_alone(wanted: str, to: str, stranger: Person, context: Context) -> None:
    set_password(context, "bo", PASSWORD)
    token = stranger.token("/login")
    form = {"csrf_token": token, "user": "bo", "password": PASSWORD}

    assert stranger.client.post("/login", query_string={"next": wanted}, data=form).location == to
    assert stranger.client.get("/login", query_string={"next": wanted}).location == to


def test_stranger_comes_back_to_the_page_they_wanted(stranger: Person) -> None:
    assert stranger.get("/incidents/7").location == "/login?next=/incidents/7"


def test_cookie_is_kept_from_scripts_and_other_sites(stranger: Person, link: str) -> None:
    cookie = stranger.post(link, page=link).headers["Set-Cookie"]

    assert cookie.startswith("oncall=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookie_is_bound_to_the_host_where_there_is_https(
    settings: Settings, clock: FrozenClock, link: str, serve: Callable[[Settings, FrozenClock], Flask]
) -> None:
    app = serve(replace(settings, public_url="https://oncall.example"), clock)
    cookie = app.test_client().get(link, base_url="https://oncall.example").headers["Set-Cookie"]

    assert cookie.startswith("__Host-oncall=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_login_outlives_a_rotation_of_the_secret_key_until_its_key_is_gone(
    settings: Settings,
    clock: FrozenClock,
    person: Callable[[str], Person],
    serve: Callable[[Settings, FrozenClock], Flask],
) -> None:
    cookie = person("bo").client.get_cookie("oncall")
    assert cookie is not None

    def looks(*keys: str) -> int:
        client = serve(replace(settings, secret_keys=keys), clock).test_client()
        client.set_cookie("oncall", cookie.value)
        return client.get("/").status_code

    assert looks("the key that is new since", KEY) == 200
    assert looks("the key that is new since") == 303


def test_cookie_is_renewed_by_pages_and_not_by_what_loads_behind_them(person: Callable[[str], Person]) -> None:
    bo = person("bo")

    with bo.get("/assets/live.js") as asset:
        renewed = {
            "page": "Set-Cookie" in bo.get("/").headers,
            "refreshed part": "Set-Cookie" in bo.get("/", **{"X-Live": "1"}).headers,
            "asset": "Set-Cookie" in asset.headers,
        }

    assert renewed == {"page": True, "refreshed part": False, "asset": False}
