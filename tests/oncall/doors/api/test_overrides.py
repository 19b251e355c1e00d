"""Overrides by hand over the API: who may, and what is refused."""

from typing import Any

import pytest

from oncall.domain.directory import Role
from oncall.store.messages import MessageRow
from tests.oncall.doors.company import Caller, Company

PATH = "/schedules/engineers/overrides"
MONDAY_EVENING = {"start": "2026-11-23T18:00", "end": "2026-11-23T22:00"}
"""Bo's week, in Denver."""


def made(caller: Caller, *users: str, replaces: str | None = None, **more: Any) -> int:
    sent = {**MONDAY_EVENING, "users": [*users], **({"replaces": replaces} if replaces else {}), **more}
    return caller.post(PATH, sent).status_code


def listed(caller: Caller) -> list[int]:
    return [override["id"] for override in caller.get(PATH).json["overrides"]]


def told(company: Company) -> dict[str | None, str | None]:
    with company.context.database.read() as session:
        return {row.user_id: row.text for row in session.query(MessageRow)}


def test_override_is_made_listed_and_taken_back(admin: Caller) -> None:
    answer = admin.post(PATH, {**MONDAY_EVENING, "users": ["ana"], "replaces": "bo", "note": "theatre"})
    assert answer.status_code == 201
    preview = answer.json.pop("preview")["schedules"]["engineers"]
    span = {"start": "2026-11-24T01:00:00Z", "end": "2026-11-24T05:00:00Z"}
    assert (preview["gained"], preview["lost"]) == ([{"user": "ana", **span}], [{"user": "bo", **span}])
    assert admin.get(PATH).json == {"overrides": [answer.json], "next_cursor": None}
    assert answer.json == {
        "id": 1,
        "schedule": "engineers",
        **MONDAY_EVENING,
        "start_at": span["start"],
        "end_at": span["end"],
        "users": ["ana"],
        "replaces": "bo",
        "note": "theatre",
        "swap": None,
        "made_at": "2026-11-22T02:13:00Z",
        "made_by": "token:system-admin",
    }
    on_call = "/on-call?schedule=engineers&at=2026-11-24T02:00:00Z"
    assert admin.get(on_call).json["schedules"] == {"engineers": ["ana"]}
    assert admin.delete(f"{PATH}/1").status_code == 204
    assert admin.get(on_call).json["schedules"] == {"engineers": ["bo"]}
    assert listed(admin) == []
    assert admin.delete(f"{PATH}/1").status_code == 204


def test_instants_are_taken_as_well_as_wall_times(caller: Caller) -> None:
    sent = {"start": "2026-11-24T01:00:00Z", "end": "2026-11-23T22:00:00-07:00", "users": ["ana"]}
    answer = caller.post(PATH, sent).json
    assert (answer["start"], answer["end"]) == tuple(MONDAY_EVENING.values())


def test_everybody_concerned_is_told_but_the_one_who_made_it(small: Company) -> None:
    bo = small.caller(user="bo")
    assert made(bo, "ana", replaces="bo") == 201
    assert {user: (text or "").splitlines()[1] for user, text in told(small).items()} == {
        "ana": "+ on call for engineers, Tue 2026-11-24 01:00 to 05:00"
    }
    assert bo.delete(f"{PATH}/1").status_code == 204
    assert set(told(small)) == {"ana"}
    assert made(small.caller(Role.MANAGER), "ana", replaces="bo") == 201
    assert set(told(small)) == {"ana", "bo"}


def test_responder_makes_what_concerns_themselves_alone(small: Company) -> None:
    bo, manager = small.caller(user="bo"), small.caller(Role.MANAGER)
    assert made(bo, "bo") == 201
    assert made(bo, "ana", replaces="bo") == 201
    assert made(bo, "ana") == made(bo, "vic", replaces="ana") == made(bo, "ana", "bo") == 403
    assert made(manager, "ana") == 201
    assert made(small.caller(Role.RESPONDER), "bo") == made(small.caller(user="vic"), "vic") == 403
    assert [bo.delete(f"{PATH}/{id_}").status_code for id_ in (1, 3)] == [204, 403]
    assert listed(small.caller(Role.VIEWER)) == [2, 3]
    assert manager.delete(f"{PATH}/2").status_code == 204


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"users": ["bob"]}, "users[0]"),
        ({"replaces": "anna"}, "replaces"),
        ({"end": "2026-11-23T18:00"}, "end"),
        ({"start": "2026-11-20T18:00", "end": "2026-11-21T18:00"}, "end"),
        ({"end": "2126-11-23T22:00"}, "end"),
        ({"start": "soon"}, "start"),
        ({"start": 7}, "start"),
        ({"note": "x" * 501}, "note"),
        ({"user": "ana"}, "user"),
    ],
)
def test_wrong_override_is_refused_with_its_field(change: dict[str, Any], field: str, caller: Caller) -> None:
    answer = caller.post(PATH, {**MONDAY_EVENING, "users": ["ana"], **change})
    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])
    assert listed(caller) == []


def test_override_for_nobody_is_refused_in_plain_words(caller: Caller) -> None:
    answer = caller.post(PATH, {**MONDAY_EVENING, "users": []})
    assert (answer.status_code, answer.json["errors"]) == (
        422,
        [{"field": "users", "message": "must name at least one"}],
    )
    assert listed(caller) == []


def test_what_is_not_there_is_not_found(caller: Caller) -> None:
    assert caller.get("/schedules/nobody/overrides").status_code == 404
    assert caller.post("/schedules/nobody/overrides", {**MONDAY_EVENING, "users": ["ana"]}).status_code == 404
    assert made(caller, "ana") == 201
    for path in (f"{PATH}/9", f"{PATH}/x", "/schedules/managers/overrides/1"):
        assert caller.delete(path).status_code == 404
