"""An alarm about the pager is shown and taken like any other incident."""

from collections.abc import Callable

from oncall.operations.alarms import raise_alarm
from oncall.operations.context import Context
from tests.oncall.doors.web.people import Person
from tests.oncall.doors.web.test_home import shown


def test_alarm_is_listed_and_taken_on_its_page(person: Callable[[str], Person], context: Context) -> None:
    raise_alarm(context, "overdue_timer", "A timer is overdue by 90s", "Workers are missing.")
    admin = person("ana")
    assert "A timer is overdue by 90s oncall" in shown(admin.get("/").text)
    page = shown(admin.get("/incidents/1").text)
    assert "Triggered Sev 1 #1 A timer is overdue by 90s oncall · high urgency" in page
    assert "Paged Mia Tanaka" in page
    assert admin.post("/incidents/1/acknowledge").location == "/incidents/1"
    assert "You have it" in shown(admin.get("/incidents/1").text)
