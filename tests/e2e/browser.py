"""A real browser, and what every page must keep to in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium or Chrome; skips the test where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(
            "no browser: install Chromium (Debian and Ubuntu: apt-get install chromium) or Chrome"
        )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        running.close()


def accessible(browser: Browser, link: str, **how: Any) -> None:
    """Assert accessibility by axe, which must bypass the page's policy, and no horizontal
    scrolling."""
    context = browser.new_context(bypass_csp=True, **how)
    page = context.new_page()
    page.goto(link)
    for closed in page.locator("summary").all():
        closed.click()
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    viewport = page.viewport_size
    assert viewport is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()


def narrow(wide: int = 320) -> dict[str, Any]:
    return {"viewport": {"width": wide, "height": 640}}
