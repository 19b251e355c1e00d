"""A POST sent again under its Idempotency-Key is done once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from oncall.domain.directory import Role
from oncall.operations import idempotency
from tests.oncall.doors.company import Caller, Company

DOWN = {"service": "cloud", "title": "down"}


def test_repeat_gets_the_first_answer_again(admin: Caller) -> None:
    first = admin.post("/incidents", DOWN, key="k1")
    admin.post("/incidents/1/acknowledge")

    again = admin.post("/incidents", DOWN, key="k1")

    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert len(admin.incidents()) == 1


def test_another_request_under_the_same_key_is_refused(admin: Caller) -> None:
    admin.post("/incidents", DOWN, key="k1")

    answers = [
        admin.post("/incidents", {**DOWN, "title": "up"}, key="k1"),
        admin.post("/incidents/1/resolve", key="k1"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json["errors"][0]["field"] == "Idempotency-Key"
    assert [incident["state"] for incident in admin.incidents()] == ["triggered"]


def test_keys_of_two_askers_are_two(company: Company, admin: Caller) -> None:
    admin.post("/incidents", DOWN, key="k1")

    other = company.caller(Role.RESPONDER).post("/incidents", DOWN, key="k1")

    assert (other.status_code, other.json["number"]) == (201, 2)


def test_failure_is_not_kept(admin: Caller) -> None:
    wrong = {"service": "nowhere", "title": "down"}

    assert admin.post("/incidents", wrong, key="k1").status_code == 422
    assert admin.post("/incidents", DOWN, key="k1").status_code == 201


def test_answer_is_forgotten_after_a_day(company: Company, admin: Caller) -> None:
    admin.post("/incidents", {**DOWN, "dedup_key": "db"}, key="k1")
    company.clock.advance(timedelta(days=1, seconds=1))

    again = admin.post("/incidents", {**DOWN, "dedup_key": "db"}, key="k1")

    assert (again.status_code, again.json["joined"]) == (200, True)


def test_repeat_after_a_crash_before_the_record_opens_no_second_incident(
    company: Company, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CrashError(BaseException):
        """The process is gone."""

    def crash(*_: object) -> None:
        raise CrashError

    with monkeypatch.context() as crashing:
        crashing.setattr(idempotency, "finish", crash)
        crashing.setattr(idempotency, "abandon", crash)
        with pytest.raises(CrashError):
            admin.post("/incidents", DOWN, key="k1")
    at_once = admin.post("/incidents", DOWN, key="k1")
    company.clock.advance(timedelta(minutes=2))

    again = admin.post("/incidents", DOWN, key="k1")

    assert (at_once.status_code, at_once.headers["Retry-After"]) == (503, "5")
    assert (again.status_code, again.json["number"]) == (200, 1)
    assert len(admin.incidents()) == 1


def test_kept_answers_hold_no_readable_secret(company: Company, admin: Caller) -> None:
    made = admin.post("/tokens", {"name": "bridge"}, key="k1").json
    again = admin.post("/tokens", {"name": "bridge"}, key="k1").json

    with company.context.database.read() as session:
        kept = session.execute(text("select answer from idempotency_keys")).scalar_one()
    assert again == made
    assert made["token"] not in kept


@pytest.mark.parametrize("key", ["x" * 256, "ä"])
def test_unusable_key_is_named(key: str, caller: Caller) -> None:
    answer = caller.post("/incidents", DOWN, key=key)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"
    assert caller.incidents() == []


def test_answers_older_than_a_day_are_erased_by_later_requests_under_other_keys(small: Company) -> None:
    idempotency.begin(small.context, "token:desk", "1f", "a request")
    small.clock.advance(timedelta(days=1, seconds=1))

    idempotency.begin(small.context, "token:desk", "0f", "another")

    with small.context.database.read() as session:
        assert session.execute(text("select key from idempotency_keys")).scalars().all() == ["0f"]
