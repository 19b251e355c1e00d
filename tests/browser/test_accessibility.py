"""Every page against the rules of axe, light and dark, on a phone and on a desk."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from oncall.domain.commands import AwaitCustomer, Confirm, EscalateForCustomer
from oncall.domain.incident import Incident
from oncall.operations import act
from oncall.providers.sandbox.messages import SandboxMessage, append
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.rota import asked_on_schedule
from tests.oncall.doors.web.people import opened

pytestmark = pytest.mark.browser

POLICIES = ("/policies", "/policies/standard")
SCHEDULES = ("/schedules", "/schedules/engineers?show=month", "/schedules/engineers/edit")
LOOKS: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (("light", PHONE), ("dark", PHONE), ("light", DESK))
REHEARSALS = (
    "/what-if",
    "/what-if?service=desk&severity=sev4&at=next+25+December+at+03:00&zone=service",
    "/what-if?service=desk&at=tomorow",
)


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, however it is looked at; one line each."""
    return [line for scheme, viewport in LOOKS for line in _violations(page, scheme, viewport)]


def _violations(page: Page, scheme: Literal["light", "dark"], viewport: ViewportSize) -> list[str]:
    # Without motion, no colour is looked at on its way to another.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(viewport)
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {scheme} {viewport}: {rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.fixture
def incidents(site: Site) -> list[Incident]:
    """Incidents of every kind, and a message in the sandbox."""
    triggered = opened(
        site.context, body="It is down.", fields={"host": "db-1"}, links=({"href": "https://a.example"},)
    )
    taken, over = opened(site.context, "Queue long"), opened(site.context, "Disk full", sensitive=True)
    act.acknowledge(site.context, taken.id, "bo", "page")
    act.resolve(site.context, over.id, "bo", "page")
    others = [
        opened(site.context, "Nobody can log in", service="desk", severity="sev1"),
        opened(site.context, "Disk failed", service="desk", severity="sev4"),
        opened(site.context, "How do I reset it?", service="desk", ticket_type="question"),
    ]
    for command in (EscalateForCustomer("bo"), Confirm("bo", "parties_agree"), AwaitCustomer("bo", "Which one?")):
        act.act(site.context, others[0].id, command)
    message = SandboxMessage(
        at="2026-11-22T02:13:00Z", incident=1, user="bo", method="sms", address="+15005550006", text="#1", attempt=1
    )
    append(site.sandbox, message)
    asked_on_schedule(site.context)
    return [triggered, taken, over, *others]


def test_incidents_for_those_logged_in(incidents: list[Incident], visit: Callable[..., Page]) -> None:
    page = visit("ana")
    assert violations(page) + unfolded(page, "/", *(f"/incidents/{each.number}" for each in incidents)) == []


@pytest.mark.usefixtures("incidents")
def test_other_pages_for_those_logged_in(visit: Callable[..., Page]) -> None:
    assert unfolded(visit("ana"), "/sandbox", "/incidents/99", *POLICIES, *SCHEDULES, *REHEARSALS) == []


def unfolded(page: Page, *paths: str) -> list[str]:
    """What axe finds wrong with pages on which everything is unfolded."""
    found = []
    for path in paths:
        page.goto(path)
        page.get_by_label("Your account").click()
        for folded in page.locator("main summary").all():
            folded.click()
        found += violations(page)
    return found


def test_pages_for_strangers(visit: Callable[..., Page]) -> None:
    page = visit()
    found = []

    for path in ("/login", "/login/link/token"):
        page.goto(path)
        found += violations(page)
    page.goto("/login")
    page.get_by_label("User or e-mail").fill("bo")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    assert found + violations(page) == []
