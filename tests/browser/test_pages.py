"""What people do on the pages, with a phone in the hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from oncall.domain.commands import AddNote
from oncall.domain.incident import State
from oncall.operations import act
from oncall.store import incidents
from tests.browser.conftest import Site
from tests.oncall.doors.web.people import opened

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
SMALLEST_TARGET = 44


def test_first_login_by_link_and_the_next_by_password(site: Site, visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto(site.link("bo"))
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()

    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/incidents/1")
    page.get_by_label("User or e-mail").fill("bo")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{site.address}/incidents/1")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_acknowledge_with_one_thumb(site: Site, visit: Callable[..., Page], *, scripts: bool) -> None:
    incident = opened(site.context)
    page = visit("bo", java_script_enabled=scripts, has_touch=True)
    page.goto("/")
    page.get_by_role("link", name="Database down").tap()
    button = page.get_by_role("button", name="Acknowledge")
    expect(button).to_be_in_viewport()
    button.tap()

    expect(page.get_by_text("You have it.")).to_be_visible()
    expect(button).to_have_count(0)
    with site.context.database.read() as session:
        found = incidents.get(session, site.context.cipher, incident.id)
    assert (found.state, found.acknowledged_by) == (State.ACKNOWLEDGED, "bo")


def test_buttons_stay_in_reach_below_a_long_page(site: Site, visit: Callable[..., Page]) -> None:
    incident = opened(site.context, "A long story " * 20, body="line\n" * 200)
    page = visit("bo")
    page.goto(f"/incidents/{incident.number}")
    button = page.get_by_role("button", name="Acknowledge")

    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= SMALLEST_TARGET
    assert box["width"] >= 300
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_triage_as_another_severity_with_one_thumb(site: Site, visit: Callable[..., Page], *, scripts: bool) -> None:
    incident = opened(site.context, service="desk", severity="sev1")
    page = visit("mia", java_script_enabled=scripts, has_touch=True)
    page.goto(f"/incidents/{incident.number}")
    expect(page.get_by_role("button", name="Triage as Sev 1")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Sev 4").tap()

    expect(page.get_by_text("It is triaged.")).to_be_visible()
    expect(page.get_by_text("Deferred until").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_update_and_snooze_on_demand(site: Site, visit: Callable[..., Page], *, scripts: bool) -> None:
    incident = opened(site.context, service="desk", severity="sev2")
    page = visit("bo", java_script_enabled=scripts, has_touch=True)
    page.goto(f"/incidents/{incident.number}")
    page.get_by_text("More to do").tap()
    page.get_by_text("Give an update").tap()
    page.get_by_label("How does it stand?").fill("Half of it is up.")
    page.get_by_label("The next update comes by").fill("in 2 hours")
    page.get_by_role("button", name="Give the update").tap()
    expect(page.get_by_text("Half of it is up.")).to_be_visible()

    page.get_by_text("More to do").tap()
    page.get_by_text("Snooze", exact=True).tap()
    page.get_by_label("Or for").fill("90m")
    page.get_by_label("Or for").press("Enter")
    expect(page.get_by_text("Snoozed until")).to_be_visible()


def test_what_is_being_written_stays_while_the_page_follows_others(site: Site, visit: Callable[..., Page]) -> None:
    incident = opened(site.context, service="desk", severity="sev2")
    page = visit("bo")
    page.goto(f"/incidents/{incident.number}")
    page.get_by_text("More to do").click()
    page.get_by_text("Give an update").click()
    text = page.get_by_label("How does it stand?")
    text.fill("Half of it")
    page.get_by_role("heading", name="What happened").click()
    act.acknowledge(site.context, incident.id, "ana", "sms")

    expect(page.get_by_text("Ana Ruiz has it")).to_be_visible(timeout=15_000)
    expect(text).to_have_value("Half of it")
    expect(text).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_if_is_answered_by_an_address_that_can_be_sent_on(visit: Callable[..., Page], *, scripts: bool) -> None:
    page = visit("vic", java_script_enabled=scripts, has_touch=True)
    page.goto("/")
    page.get_by_role("link", name="What if").tap()
    page.get_by_label("Service", exact=True).select_option("desk")
    page.get_by_label("Severity").select_option(label="Sev 4: Failure of a redundant part")
    page.get_by_label("When").fill("next 25 December at 03:00")
    page.get_by_label("the service's").check()
    page.get_by_role("button", name="See who would be paged").tap()
    expect(page.get_by_text("would be paged first")).to_be_visible()

    address = page.url
    page.goto("/")
    page.goto(address)
    expect(page.get_by_text("Fri 25 Dec, 08:00").first).to_be_visible()
    expect(page.get_by_label("When")).to_have_value("next 25 December at 03:00")


def test_no_page_scrolls_sideways_on_a_phone(site: Site, visit: Callable[..., Page]) -> None:
    incident = opened(site.context, "A" * 200, service="desk", severity="sev1")
    act.act(site.context, incident.id, AddNote("bo", "https://example.com/" + "a" * 300))
    page = visit("mia")
    rehearsal = "/what-if?service=desk&severity=sev4&at=next+25+December+at+03:00"

    for path in ("/", f"/incidents/{incident.number}", "/policies", "/policies/standard", rehearsal):
        page.goto(path)
        for folded in page.locator("main summary").all():
            folded.click()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_page_follows_what_others_do(site: Site, visit: Callable[..., Page]) -> None:
    incident = opened(site.context)
    page = visit("bo")
    page.goto(f"/incidents/{incident.number}")
    expect(page.get_by_text("Nobody has taken it yet.")).to_be_visible()

    act.acknowledge(site.context, incident.id, "ana", "sms")

    expect(page.get_by_text("Ana Ruiz has it")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_page_says_when_it_is_cut_off(site: Site, visit: Callable[..., Page]) -> None:
    page = visit("bo")
    page.goto("/")
    site.stop()

    expect(page.get_by_text("No connection since")).to_be_visible(timeout=15_000)


def test_page_asks_to_log_in_again_when_the_login_is_over(visit: Callable[..., Page]) -> None:
    page = visit("bo")
    page.goto("/")
    page.context.clear_cookies()

    page.wait_for_url("**/login", timeout=15_000)
