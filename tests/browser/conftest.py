"""A real Chromium in front of the real application, on a phone and on a desk."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from tests.clock import FrozenClock
from tests.oncall.doors.web.people import PUBLIC_URL, company, settings_in
from tests.passwords import cheap_passwords
from tests.programs import CHROMIUM, require_program
from tests.vendors.serving import serve
from tests.warm import warm_pages

__all__ = ["cheap_passwords"]

warm_pages()

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=900)


@dataclass(frozen=True)
class Site:
    """The application on a port of its own."""

    address: str
    context: Context
    sandbox: Path
    stop: Callable[[], None]

    def link(self, user: str) -> str:
        """A link that logs somebody in."""
        return create_login_link(self.context, user).replace(PUBLIC_URL, self.address)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Lend one browser to all these tests; Playwright holds the thread's event loop as long as it runs."""
    program = require_program(*CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, with the document applied."""
    with company(settings_in(tmp_path, sqlite_url), FrozenClock()) as app:
        yield app


@pytest.fixture
def site(app: Flask, tmp_path: Path) -> Iterator[Site]:
    """Serve the application on a port of its own."""
    with ExitStack() as serving:
        address = serving.enter_context(serve(app))
        yield Site(address, app.extensions["oncall"], tmp_path / "sandbox.jsonl", serving.close)


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a browser of its own, logged in as `user` where one is named; keywords as for a browser's context."""
    contexts: list[BrowserContext] = []

    def visiting(user: str | None = None, **how: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": PHONE, "base_url": site.address, **how}))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        if user:
            page.goto(site.link(user))
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url("**/password")
        return page

    yield visiting
    for context in contexts:
        context.close()
