"""The reference in a real browser, through the deployed stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.e2e.browser import accessible, launched
from tests.e2e.conftest import World

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [390, 1280])
@pytest.mark.parametrize("page", ["docs", "problems/no-space"])
def test_pages_are_accessible_and_as_wide_as_the_screen(
    world: World, browser: Browser, page: str, wide: int, scheme: str
) -> None:
    viewport = {"width": wide, "height": 800}
    accessible(
        browser, f"{world.seeded.stack.api}/v1/{page}", viewport=viewport, color_scheme=scheme
    )


def test_no_part_of_the_reference_scrolls_sideways(world: World, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{world.seeded.stack.api}/v1/docs")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    wider = "[...document.querySelectorAll('body *')].filter(one => {wide}).map(one => one.tagName)"
    assert page.evaluate(wider.format(wide="one.getBoundingClientRect().right > innerWidth")) == []
    scrolls = "one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX != 'visible'"
    assert page.evaluate(wider.format(wide=scrolls)) == []
    page.close()


def test_reference_names_the_address_that_answers(world: World, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{world.seeded.stack.api}/v1/docs")
    assert page.locator("header code", has_text="://").inner_text() == world.seeded.stack.api
    page.close()
