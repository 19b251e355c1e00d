"""An incident explained over the API."""

from datetime import timedelta

from oncall.domain.directory import Role
from tests.oncall.doors.company import Company


def test_explanation_covers_the_incident_without_holes(company: Company) -> None:
    caller = company.caller(Role.RESPONDER, user="bo")
    number = caller.open(severity="sev1")["number"]
    company.clock.advance(timedelta(minutes=2))
    caller.post(f"/incidents/{number}/acknowledge", {})
    company.clock.advance(timedelta(hours=3))
    caller.post(f"/incidents/{number}/resolve", {})
    company.clock.advance(timedelta(hours=1))

    told = caller.get(f"/incidents/{number}/explain").json

    assert (told["number"], told["since"], told["until"]) == (1, "2026-11-22T02:13:00Z", "2026-11-22T05:15:00Z")
    assert [(phase["since"], phase["until"], phase["state"]) for phase in told["phases"]] == [
        ("2026-11-22T02:13:00Z", "2026-11-22T02:15:00Z", "triggered"),
        ("2026-11-22T02:15:00Z", "2026-11-22T05:15:00Z", "acknowledged"),
    ]


def test_explanation_goes_until_now_while_it_is_open(company: Company) -> None:
    caller = company.caller()
    caller.open()
    company.clock.advance(timedelta(minutes=1))

    assert caller.get("/incidents/1/explain").json["until"] == "2026-11-22T02:14:00Z"


def test_explanation_of_what_is_not_there_is_not_found(company: Company) -> None:
    assert company.caller().get("/incidents/9/explain").status_code == 404


def test_explanation_of_a_sensitive_incident_says_nothing_of_its_contents(company: Company) -> None:
    caller = company.caller()
    caller.open(title="passport numbers leaked", body="canary", sensitive=True)

    told = caller.get("/incidents/1/explain").text

    assert "passport" not in told
    assert "canary" not in told
