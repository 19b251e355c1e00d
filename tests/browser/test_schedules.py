"""What people do on the page of a schedule, with a phone in the hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.rota import asked_on_schedule

pytestmark = pytest.mark.browser

PAGE = "/schedules/engineers"
# The texts of a picture that are wider than the block in which they stand.
TOO_WIDE = """
() => [...document.querySelectorAll(".timeline svg")].filter((block) => {
  const text = block.querySelector("text");
  return text && text.getBBox().x + text.getBBox().width > block.width.baseVal.value;
}).map((block) => block.textContent)
"""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_override_with_one_thumb(visit: Callable[..., Page], *, scripts: bool) -> None:
    page = visit("bo", java_script_enabled=scripts, has_touch=True)
    page.goto("/")
    page.get_by_role("link", name="engineers").tap()
    page.get_by_text("Put somebody on call for a while").tap()
    page.get_by_label("From").fill("2026-11-27T09:00")
    page.get_by_label("To", exact=True).fill("2026-11-27T17:00")
    page.get_by_label("In whose place").select_option("ana")
    page.get_by_role("button", name="See what it changes").tap()
    expect(page.get_by_text("Ana Ruiz is not on call any more:")).to_be_visible()
    expect(page.get_by_role("button", name="Make it so")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Make it so").tap()

    expect(page.get_by_text("It is made.")).to_be_visible()
    page.get_by_role("button", name="Take back").tap()
    expect(page.get_by_text("It is taken back.")).to_be_visible()


def test_swap_is_asked_and_accepted_with_one_thumb(visit: Callable[..., Page]) -> None:
    ana, bo = visit("ana", has_touch=True), visit("bo", has_touch=True)
    ana.goto(PAGE)
    ana.get_by_text("Ask for cover, or for a swap").tap()
    ana.get_by_label("Who is to take it").select_option("bo")
    ana.get_by_role("button", name="Ask", exact=True).tap()
    expect(ana.get_by_text("Nothing changes until somebody accepts.")).to_be_visible()

    bo.goto(PAGE)
    bo.get_by_role("button", name="Accept").tap()
    expect(bo.get_by_text("You have taken it.")).to_be_visible()


def test_pages_of_schedules_fit_a_phone_and_no_name_leaves_its_block(site: Site, visit: Callable[..., Page]) -> None:
    asked_on_schedule(site.context)
    page = visit("mia", viewport=PHONE)
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        for path in ("/schedules", PAGE, f"{PAGE}?show=month", f"{PAGE}?show=quarter", f"{PAGE}/edit"):
            page.goto(path)
            for folded in page.locator("main summary").all():
                folded.click()
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            assert page.evaluate(TOO_WIDE) == []
    page.goto(PAGE)
    expect(page.get_by_role("img", name="Timeline of engineers")).to_have_count(1)
