"""That nothing is sent is seen from outside, and an administrator lets it go on (docs/semantics.md 6.10)."""

from __future__ import annotations

from oncall.domain.directory import Role
from tests.oncall.doors.company import Company


def test_api_holds_sending_and_lets_it_go_on(small: Company) -> None:
    admin, anybody = small.caller(Role.ADMIN), small.app.test_client()
    assert admin.get("/sending").json == {"held_since": None, "held_by": None}

    held = admin.post("/sending/hold", {}).json
    assert admin.get("/sending").json == held
    assert "nothing is sent since" in anybody.get("/readyz").text
    assert anybody.get("/status").get_json()["sending_held"] is not None

    released = admin.post("/sending/release", {}).json
    assert released == {"held_since": held["held_since"], "open_incidents": 0, "told": 0}
    assert anybody.get("/readyz").text == "ready\n"
    assert admin.post("/sending/release", {}).status_code == 409
