"""Every page against the rules of axe, light and dark, on a phone and on a desk."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from oncall.domain.commands import AwaitCustomer, Confirm, EscalateForCustomer
from oncall.operations import act
from oncall.providers.sandbox.messages import SandboxMessage, append
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.rota import asked_on_schedule
from tests.oncall.doors.web.people import opened

pytestmark = pytest.mark.browser

POLICIES = ("/policies", "/policies/standard")
SCHEDULES = ("/schedules", "/schedules/engineers?show=month", "/schedules/engineers/edit")
REHEARSALS = (
    "/what-if",
    "/what-if?service=desk&severity=sev4&at=next+25+December+at+03:00&zone=service",
    "/what-if?service=desk&at=tomorow",
)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [("light", PHONE), ("dark", PHONE), ("light", DESK)],
    ids=["light phone", "dark phone", "light desk"],
)
def test_pages_for_those_logged_in(scheme: str, viewport: ViewportSize, site: Site, visit: Callable[..., Page]) -> None:
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
    page = visit("ana", color_scheme=scheme, viewport=viewport)
    found = violations(page)

    shown = [f"/incidents/{each.number}" for each in (triggered, taken, over, *others)]
    for path in ("/", *shown, "/sandbox", "/incidents/99", *POLICIES, *SCHEDULES, *REHEARSALS):
        page.goto(path)
        page.get_by_label("Your account").click()
        for folded in page.locator("main summary").all():
            folded.click()
        found += violations(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_strangers(scheme: str, visit: Callable[..., Page]) -> None:
    page = visit(color_scheme=scheme)
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
