"""Schedules edited over the API, from the version that was read (docs/semantics.md 7.3)."""

from typing import Any

import pytest

from oncall.domain.directory import Role
from oncall.operations.apply import apply_document
from tests.oncall.doors.company import Caller, Company, Said

ANA_ON_CALL = "2026-11-22T02:13:00Z"


@pytest.fixture
def manager(small: Company) -> Caller:
    """A manager's program."""
    return small.caller(Role.MANAGER)


def read(caller: Caller) -> dict[str, Any]:
    answer = caller.get("/schedules/engineers")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def sent(caller: Caller, schedule: dict[str, Any], version: int, *, dry_run: bool = False, **more: Any) -> Said:
    query = "?dry_run=true" if dry_run else ""
    return caller.put(f"/schedules/engineers{query}", {"version": version, "schedule": schedule, **more})


def with_users(schedule: dict[str, Any], *users: str, **more: str) -> dict[str, Any]:
    (layer,) = schedule["layers"]
    return {**schedule, "layers": [{**layer, "users": [*users], **more}]}


def on_call(caller: Caller) -> list[str]:
    found: list[str] = caller.get("/on-call?schedule=engineers").json["schedules"]["engineers"]
    return found


def faults(answer: Said) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {fault["field"]: fault["message"] for fault in answer.json["errors"]}


def test_schedule_is_shown_as_it_is_written_with_its_version(manager: Caller) -> None:
    assert read(manager) == {
        "id": "engineers",
        "version": 1,
        "holds_from": ANA_ON_CALL,
        "author": "test",
        "schedule": {
            "time_zone": "America/Denver",
            "layers": [{"name": "all", "start": "2026-01-05T09:00", "turn": "1 week", "users": ["bo", "ana"]}],
        },
    }
    assert manager.get("/schedules/enginers").status_code == 404


def test_edit_is_previewed_saved_and_told(admin: Caller) -> None:
    schedule = with_users(read(admin)["schedule"], "vic", "ana")
    dry = sent(admin, schedule, 1, dry_run=True).json
    assert (dry["saved"], dry["version"], dry["changed"]) == (False, 1, ["layers[0].users[0]: bo -> vic"])
    assert {shift["user"] for shift in dry["preview"]["schedules"]["engineers"]["gained"]} == {"vic"}
    assert read(admin)["version"] == 1
    saved = sent(admin, schedule, 1).json
    assert (saved["saved"], saved["version"], saved["schedule"]) == (True, 2, dry["schedule"])
    assert (read(admin)["version"], read(admin)["author"]) == (2, "token:system-admin")
    again = sent(admin, saved["schedule"], 2).json
    assert (again["version"], again["changed"]) == (2, [])


def test_edit_of_an_older_version_is_refused_with_what_changed(manager: Caller) -> None:
    schedule = read(manager)["schedule"]
    sent(manager, with_users(schedule, "vic", "ana"), 1)
    answer = sent(manager, with_users(schedule, "ana"), 1)
    assert answer.status_code == 409
    assert "is at version 2, by token:system-manager; since version 1 changed:" in answer.json["detail"]
    assert "layers[0].users[0]: bo -> vic" in answer.json["detail"]
    assert "read it" in sent(manager, schedule, 7).json["detail"]
    assert read(manager)["version"] == 2


def test_override_by_hand_is_no_other_version(manager: Caller) -> None:
    made = {"start": "2026-12-01T09:00", "end": "2026-12-02T09:00", "users": ["bo"]}
    assert manager.post("/schedules/engineers/overrides", made).status_code == 201
    assert read(manager)["version"] == 1


def test_whoever_is_on_call_stays_unless_asked_otherwise(manager: Caller) -> None:
    schedule = read(manager)["schedule"]
    assert on_call(manager) == ["ana"]
    kept = sent(manager, with_users(schedule, "vic", "bo", "ana"), 1).json
    assert on_call(manager) == ["ana"]
    assert kept["schedule"]["layers"][0]["start"] != "2026-01-05T09:00"
    meant = sent(manager, with_users(schedule, "ana", "vic"), 2, keep_on_call=False).json
    assert meant["schedule"]["layers"][0]["start"] == "2026-01-05T09:00"
    assert on_call(manager) == ["vic"]


def test_new_schedule_is_made_from_version_0(manager: Caller) -> None:
    body = {"version": 0, "schedule": {"time_zone": "UTC"}}
    assert manager.put("/schedules/desk", {**body, "version": 3}).status_code == 409
    assert manager.put("/schedules/desk", body).json["version"] == 2
    assert manager.get("/schedules/desk").json["schedule"] == {"time_zone": "UTC"}
    assert list(faults(manager.put("/schedules/De sk", body))) == ["id"]


def test_document_applied_meanwhile_counts_as_a_version(small: Company, manager: Caller) -> None:
    schedule = read(manager)["schedule"]
    text = "version: 1\nschedules: {engineers: {time_zone: UTC}}\n"
    apply_document(small.context, text, author="ana", prune=False, dry_run=False)
    assert "by ana; since version 1 changed:" in sent(manager, schedule, 1).json["detail"]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"users": ["bob", "ana"]}, "schedule.layers[0].users[0]", "unknown user 'bob'"),
        ({"turn": "0 weeks"}, "schedule.layers[0].turn", ""),
        ({"turns": "1 week"}, "schedule.layers[0].turns", "did you mean 'turn'"),
        ({"end": "2026-01-01T00:00"}, "schedule.layers[0].end", "is not after the start"),
        ({"when": {"calendar": "hq", "is": "open"}}, "schedule.layers[0].when.calendar", "unknown calendar 'hq'"),
    ],
)
def test_wrong_schedule_is_refused_with_its_field(
    change: dict[str, Any], field: str, message: str, manager: Caller
) -> None:
    schedule = read(manager)["schedule"]
    (layer,) = schedule["layers"]
    found = faults(sent(manager, {**schedule, "layers": [{**layer, **change}]}, 1))
    assert list(found) == [field]
    assert message in found[field]
    assert read(manager)["version"] == 1


def test_only_managers_edit_schedules(small: Company, manager: Caller) -> None:
    schedule = read(manager)["schedule"]
    for user in ("vic", "bo"):
        caller = small.caller(Role.ADMIN, user=user)
        assert sent(caller, schedule, 1).status_code == 403
        assert read(caller)["version"] == 1
