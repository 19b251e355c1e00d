"""Every page says that nothing is sent, and an administrator has the button (docs/semantics.md 6.10)."""

from __future__ import annotations

from collections.abc import Callable

from oncall.operations.context import Context
from oncall.operations.hold import mark_restored, sending_held
from tests.oncall.doors.web.people import Person


def test_page_says_that_nothing_is_sent_and_lets_an_administrator_change_that(
    context: Context, person: Callable[[str], Person]
) -> None:
    mark_restored(context, "ana")
    ana, bo = person("ana"), person("bo")

    assert "Nothing is sent" in bo.get("/schedules").text
    assert "Let sending go on" not in bo.get("/schedules").text
    assert ana.post("/sending/release", page="/").status_code == 303
    assert "Sending goes on." in ana.get("/").text
    assert sending_held(context) is None
