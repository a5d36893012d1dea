"""The driver's page in a real browser, through the deployed stack."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from tests.e2e.browser import accessible, launched, narrow
from tests.e2e.conftest import World, eventually, tomorrow

from baylock.domain.orders.order import Order
from local_cloud import Merchant
from local_cloud.home import PROJECT

pytestmark = pytest.mark.e2e

SCREENSHOTS = PROJECT / ".baylock/screenshots"
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


@dataclass
class Phone:
    """A driver's browser; records its requests and its error messages."""

    browser: Browser
    asked: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, link: str, *, wide: int = 390, script: bool = True, **how: Any) -> Page:
        context = self.browser.new_context(
            viewport={"width": wide, "height": 800},
            java_script_enabled=script,
            service_workers="block",
            **how,
        )
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("request", self._asks)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(link)
        return page

    def _asks(self, request: Request) -> None:
        # Playwright sets an attribute on its callback, which a list's method does not allow.
        self.asked.append(request)

    def check(self, link: str) -> None:
        """Assert that no other origin was requested, and that nothing went wrong."""
        origin = urlsplit(link)[:2]
        others = [one.url for one in self.asked if urlsplit(one.url)[:2] != origin]
        assert [url for url in others if not url.startswith("data:")] == []
        # The headers as sent: before that, Playwright reports an empty referrer with each fetch.
        assert not [one.url for one in self.asked if one.all_headers().get("referer")]
        assert self.complaints == []


@pytest.fixture
def phone(browser: Browser) -> Phone:
    return Phone(browser)


@dataclass(frozen=True)
class Driver:
    """A driver who has been sent a link."""

    world: World
    merchant: Merchant
    reference: str
    number: str
    link: str

    @property
    def state(self) -> str:
        return self.order.state.value

    @property
    def order(self) -> Order:
        order = self.world.order(self.merchant, self.reference)
        assert order is not None
        return order

    @property
    def barrier(self) -> str:
        status = self.world.seeded.control.status(self.order.claim.thing)
        return str(status["barrier"])


def driver(
    world: World, reference: str, *, locale: str = "en", held: bool = True, **booking: Any
) -> Driver:
    merchant, number = world.merchant(), world.phone()
    answer = world.book(
        merchant, reference, number, customer={"phone": number, "locale": locale}, **booking
    )
    assert answer.status == 201, answer.body
    if held:
        world.held(merchant, reference)
    link = eventually(lambda: links(world.inbox(number)), "the link")[0]
    return Driver(world, merchant, reference, number, link)


def links(texts: list[str]) -> list[str]:
    return [link for text in texts for link in re.findall(r"https?://\S+", text)]


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


# ── actions ──────────────────────────────────────────────────────────────────────────────────────


def test_driver_lowers_the_barrier_and_leaves(world: World, phone: Phone) -> None:
    who = driver(world, "PAGE-1")
    page = phone.open(who.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your space is waiting for you")
    expect(page.get_by_text("Barrier: up")).to_be_visible()
    expect(page.locator("dd").first).to_have_text(who.order.claim.space.space)
    expect(page.locator("#left")).to_contain_text(re.compile("(starts|ends) in \\d+:\\d\\d:\\d\\d"))
    expect(page.get_by_role("img").first).to_be_visible()
    shot(page, "ready")
    page.get_by_role("button", name="Lower the barrier").click()
    assert page.url == who.link + "?said=open"
    eventually(lambda: who.barrier == "lowered", "the barrier to go down")
    # The page refreshes itself.
    expect(page.get_by_role("heading", level=1)).to_have_text("The space is yours")
    expect(page.get_by_text("Barrier: down", exact=True)).to_be_visible()
    expect(page.locator("#live")).to_contain_text("The space is yours")
    shot(page, "in")
    page.get_by_role("link", name="I have left").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Have you left space")
    assert who.state == "arrived"
    page.get_by_role("button", name="Yes, I have left").click()
    expect(page.get_by_text("Thank you, and drive safely")).to_be_visible()
    assert who.state == "completed"
    # A browser logs a response of 410 like a missing picture.
    phone.complaints = [message for message in phone.complaints if "410" not in message]
    phone.check(who.link)


def test_page_works_without_script_in_chinese_in_the_dark_at_320_px(
    world: World, phone: Phone
) -> None:
    who = driver(world, "PAGE-2", locale="zh-CN")
    page = phone.open(who.link, wide=320, script=False, color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("车位已备好")
    shot(page, "ready-zh-dark-320")
    end = who.order.claim.window.end
    page.get_by_role("radio").nth(0).check()
    page.get_by_role("button", name="延长").click()
    expect(page.get_by_role("status").first).to_contain_text("车位可用到")
    assert (who.order.claim.window.end - end).total_seconds() == 15 * 60
    page.get_by_role("button", name="降下车位锁").click()
    eventually(lambda: who.state == "arrived", "the driver to be in")
    page.goto(who.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("车位归您使用")
    page.get_by_role("link", name="我已离开").click()
    page.get_by_role("button", name="是的，已离开").click()
    expect(page.get_by_text("谢谢，一路平安")).to_be_visible()
    assert who.state == "completed"


def test_driver_gives_the_space_back_after_a_question(world: World, phone: Phone) -> None:
    who = driver(world, "PAGE-3", held=False, service_time=tomorrow(5).isoformat())
    page = phone.open(who.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your space is reserved")
    expect(page.get_by_role("button", name="Lower the barrier")).to_have_count(0)
    page.get_by_role("link", name="I don't need the space").click()
    shot(page, "give-back")
    page.get_by_role("link", name="No, go back").click()
    assert page.url == who.link
    assert who.order.is_live
    page.get_by_role("link", name="I don't need the space").click()
    page.get_by_role("button", name="Yes, give it back").click()
    expect(page.get_by_text("The space is no longer kept for you.")).to_be_visible()
    assert who.state == "cancelled"
    for detail in (who.order.claim.space.space, who.merchant.name):
        assert detail not in page.content()


def test_extension_beyond_the_next_order_is_refused_with_the_longest_possible(
    kiosk: World, phone: Phone
) -> None:
    first = driver(kiosk, "PAGE-4", held=False, service_time=tomorrow(18).isoformat())
    end = first.order.claim.window.end
    # Its window starts 15 minutes before its service, and 15 minutes after the first window ends.
    later = end + timedelta(minutes=30)
    second = kiosk.book(first.merchant, "PAGE-4B", kiosk.phone(), service_time=later.isoformat())
    assert second.status == 201
    page = phone.open(first.link)
    page.get_by_role("radio").nth(2).check()
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.get_by_role("status").first).to_contain_text("at the latest")
    assert first.order.claim.window.end == end
    page.get_by_role("radio").nth(0).check()
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.get_by_role("status").first).to_contain_text("is yours until")
    assert (first.order.claim.window.end - end).total_seconds() == 15 * 60


def test_driver_with_a_taken_space_gets_another(world: World, phone: Phone) -> None:
    who = driver(world, "PAGE-5")
    before = who.order.claim.space
    page = phone.open(who.link)
    page.get_by_text("Someone is in my space").click()
    page.locator("details[open]").get_by_role("link", name="Help me").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Is another car in space")
    page.get_by_role("button", name="Yes, help me").click()
    expect(page.get_by_role("status").first).to_contain_text("another space for you")
    assert who.order.claim.space != before
    expect(page.locator("dd").first).to_have_text(who.order.claim.space.space)


# ── robots and wrong links ───────────────────────────────────────────────────────────────────────


def fetched(url: str, method: str = "GET") -> tuple[int, bytes]:
    request = urllib.request.Request(url, method=method)  # noqa: S310 (the local cloud's own http)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_fault_33_preview_robot_sees_the_page_and_moves_nothing(world: World) -> None:
    who = driver(world, "PAGE-6")
    before = who.order
    status, body = fetched(who.link)
    assert status == 200
    found = re.findall(r'(?:href|action)="([^"]+)"', body.decode())
    urls = {urljoin(who.link, address.replace("&amp;", "&")) for address in found}
    for url in {*urls, who.link + "/state", who.link + "?do=open", who.link + "?act=open"}:
        if url.startswith("http"):
            assert fetched(url)[0] == 200
            fetched(url, "HEAD")
    world.settle()
    assert who.order == before
    assert who.barrier == "raised"


def test_fault_34_link_still_opens_after_wrong_codes(world: World, phone: Phone) -> None:
    who = driver(world, "PAGE-7")
    wrong = "1111" if "0000" in world.inbox(who.number)[0] else "0000"
    for tried in range(1, 6):
        world.text(who.number, f"HERE {wrong}")
        eventually(lambda tried=tried: len(world.told(who.number)) == 1 + tried, "an answer")  # type: ignore[misc]
    sent = eventually(lambda: links(world.inbox(who.number))[1:], "the link again")
    assert set(sent) == {who.link}
    page = phone.open(who.link)
    page.get_by_role("button", name="Lower the barrier").click()
    eventually(lambda: who.barrier == "lowered", "the barrier to go down")


def test_every_wrong_link_gets_the_same_page(world: World) -> None:
    who = driver(world, "PAGE-8", held=False, service_time=tomorrow(7).isoformat())
    base = who.link.rsplit("/", 1)[0]
    wrong = [fetched(f"{base}/{token}") for token in ("a" * 23, "b" * 23, "short", "9" * 23)]
    assert {status for status, _ in wrong} == {404}
    assert len({body for _, body in wrong}) == 1
    world.book(who.merchant, "PAGE-8", world.phone(), service_time=tomorrow(7).isoformat())
    assert fetched(who.link) == wrong[0], "the order has another driver"


# ── appearance ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_page_is_accessible_small_and_fits_the_screen(
    world: World, browser: Browser, locale: str
) -> None:
    """WCAG 2.2 AA by axe, in both languages and colour schemes; at 320 px; with letters of
    double size."""
    who = driver(world, f"AXE-{locale}", locale=locale)
    for scheme in ("light", "dark"):
        for query in ("", "?do=drop", "?do=taken", "?said=more"):
            accessible(browser, who.link + query, color_scheme=scheme, **narrow())
    accessible(browser, who.link[:-1], **narrow())
    _, body = fetched(who.link)
    assert len(body) < 60_000
    context = browser.new_context(bypass_csp=True, **narrow(390))
    page = context.new_page()
    page.goto(who.link)
    page.add_style_tag(content="html{font-size:200%}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button").first).to_be_visible()
    shot(page, f"large-letters-{locale}")
    context.close()
    world.api(who.merchant).call("DELETE", f"/v1/bookings/{who.reference}")
    accessible(browser, who.link, **narrow())


def test_page_works_behind_a_custom_domain(world: World, phone: Phone) -> None:
    """A custom domain has no stage in its path; the browser is routed to a fictitious one."""
    who = driver(world, "PAGE-9")
    token = who.link.rsplit("/", 1)[1]
    base = who.link.rsplit("/d/", 1)[0]

    def forward(route: Route) -> None:
        url = route.request.url.replace("https://park.example", base)
        route.fulfill(response=route.fetch(url=url, max_redirects=0))

    context = phone.browser.new_context(**narrow(390))
    page = context.new_page()
    page.route("https://park.example/**", forward)
    page.goto(f"https://park.example/d/{token}")
    page.get_by_role("link", name="I don't need the space").click()
    assert page.url == f"https://park.example/d/{token}?do=drop"
    page.get_by_role("link", name="No, go back").click()
    assert page.url == f"https://park.example/d/{token}"
    page.get_by_role("radio").nth(0).check()
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.get_by_role("status").first).to_contain_text("is yours until")


def test_fault_35_link_and_page_contain_no_phone_number(world: World) -> None:
    who = driver(world, "PAGE-10", locale="en")
    _, body = fetched(who.link)
    assert who.number[1:] not in body.decode()
    assert who.number[-4:] not in re.sub(
        r"<(style|script|svg).*?</\1>", "", body.decode(), flags=re.DOTALL
    )
    assert not re.search(r"\d", urlsplit(who.link).path.rsplit("/", 1)[1])
