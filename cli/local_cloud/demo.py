"""The demo: the main job, played on real parts and printed as a timeline."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any, TypeVar
from urllib.request import urlopen

from rich.console import Console
from rich.text import Text

from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import ThingName
from baylock.usecases.change import change_order
from deployment import Deployment, now
from deployment.api import MerchantApi
from deployment.clock import run_clock
from deployment.phones import inbox, send_text
from local_cloud.errors import LocalCloudError
from local_cloud.seed import Seeded
from local_cloud.stack import Merchant

STEP_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1

_T = TypeVar("_T")
_SECONDS = 20.0
_HEADLINE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_CODE = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def code_in(text: str) -> str:
    """Return the arrival code in a driver's text."""
    return str(_CODE.findall(text)[-1])


class DemoFailed(LocalCloudError):
    """A step of the demo did not happen; the text says which."""


@dataclass
class Story:
    """The timeline of a booking; `began` is the time of its first step, in monotonic seconds."""

    console: Console
    title: str
    began: float = field(default_factory=time.monotonic)
    steps: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.console.print()
        self.console.print(Text(self.title, style="bold"))

    def add(self, who: str, what: str, step: str | None = None) -> None:
        """Print a line; keep the time of a named step for the summary."""
        at = time.monotonic() - self.began
        if step:
            self.steps[step] = at
        line = Text.assemble((f"{at:8.2f} s  ", "dim"), (f"{who:<10}", "cyan"), what)
        self.console.print(line, soft_wrap=True)


class Phone:
    """A phone of the story; texts from before the story are left out."""

    def __init__(self, deployment: Deployment, number: str) -> None:
        self.deployment, self.number = deployment, number
        self._read = len(inbox(deployment, number))

    def unread(self, at_least: int = 1) -> list[str]:
        """Return the texts since the last call; none where there are fewer than `at_least`."""
        texts = inbox(self.deployment, self.number)[self._read :]
        if len(texts) < at_least:
            return []
        self._read += len(texts)
        return texts


@dataclass(frozen=True)
class Demo:
    """The demo on a seeded local cloud; raises DemoFailed with the step that did not happen."""

    seeded: Seeded
    console: Console

    def __call__(self) -> None:
        began = time.monotonic()
        eat, cut, see = self._merchants()
        by_text = self._by_text(eat)
        by_api = self._by_api(cut)
        self._without_parking(see)
        guest = Phone(self.seeded.deployment, "+14255550124")
        moved = self._lock_drops_out(eat, guest)
        self._nobody_comes(eat, moved, guest)
        self.console.print()
        for story, order in (by_text, by_api):
            took = ", ".join(f"{step} {at:.2f} s" for step, at in story.steps.items())
            place = f"{order.claim.space.lot} {order.claim.space.space}"
            self.console.print(
                f"[green]✓[/] {place}, {order.claim.walk_m:g} m on foot: {took}", soft_wrap=True
            )
        self.console.print(
            f"[green]✓[/] 2 spaces reserved, held, used and free again; "
            f"1 booking without parking; 1 order moved before its driver came; "
            f"1 no-show; {time.monotonic() - began:.1f} s",
            soft_wrap=True,
        )

    def _merchants(self) -> tuple[Merchant, Merchant, Merchant]:
        first, second, third, *_ = self.seeded.stack.merchants
        return first, second, third

    # ── the three bookings ───────────────────────────────────────────────────────────────────

    def _by_text(self, merchant: Merchant) -> tuple[Story, Order]:
        driver, desk = (
            Phone(self.seeded.deployment, n) for n in ("+8613800138000", merchant.phone)
        )
        service = _soon().astimezone(self.seeded.mall.zone)
        story = Story(self.console, f"1  {merchant.name} books by text message")
        text = f"PARK {service:%Y-%m-%d %H:%M} {driver.number} 90m 粤B12345 ref:TBL-20461"
        send_text(self.seeded.deployment, merchant.phone, text)
        story.add("merchant", f"texts: {text}")
        order = self._held(story, merchant, "TBL-20461")
        answer = self._await("the answer to the merchant", desk.unread)
        story.add("merchant", f"reads: {answer[-1]}")
        self._come_and_go(story, order, driver, zh=True)
        return story, order

    def _by_api(self, merchant: Merchant) -> tuple[Story, Order]:
        driver = Phone(self.seeded.deployment, "+14255550177")
        story = Story(self.console, f"2  {merchant.name} books through the API")
        body = {
            "service_time": _soon().isoformat(),
            "duration_minutes": 45,
            "customer": {"phone": driver.number, "name": "Ms Li", "locale": "en"},
            "parking": {"needed": True, "plate": "7ABC123", "needs": ["ev"]},
        }
        answer = self._api(merchant).put_booking("CUT-311", body)
        if answer.status != 201:  # noqa: PLR2004 (HTTP's Created)
            raise DemoFailed(f"PUT /v1/bookings/CUT-311 answered {answer.status}: {answer.body}")
        story.add("merchant", "PUT /v1/bookings/CUT-311 for an electric car: 201")
        order = self._held(story, merchant, "CUT-311")
        self._come_and_go(story, order, driver, zh=False)
        return story, order

    def _without_parking(self, merchant: Merchant) -> None:
        story = Story(self.console, f"3  {merchant.name} has a customer who comes by metro")
        body = {"service_time": _soon().isoformat(), "parking": {"needed": False}}
        answer = self._api(merchant).put_booking("EYE-7", body)
        if answer.body.get("order") is not None:
            raise DemoFailed(f"an order was made for EYE-7: {answer.body}")
        story.add("merchant", f"PUT /v1/bookings/EYE-7, parking not needed: {answer.status}")
        story.add("baylock", "no order, no space, no text")

    # ── what goes wrong ──────────────────────────────────────────────────────────────────────

    def _lock_drops_out(self, merchant: Merchant, driver: Phone) -> Order:
        story = Story(self.console, f"4  a lock drops out before {merchant.name}'s guest comes")
        order = self._booked(story, merchant, "TBL-20500", driver.number)
        thing = order.claim.thing
        self._reads(story, driver)
        self.seeded.control.fault(thing, "network")
        self._await("the lock to be missed", lambda: not self._is_online(thing))
        story.add("lock", f"{thing}: out of contact")
        self._advance(order, secure_at=now())
        story.add("clock", "is advanced to the time at which the barrier goes up, and runs")
        moved = self._order(order.id)
        if moved.claim.thing == thing:
            raise DemoFailed(f"{order.id} was not moved from {thing}")
        story.add(
            "baylock",
            f"order {order.id} moved to {moved.claim.space.lot} {moved.claim.space.space}, "
            f"{moved.claim.walk_m:g} m on foot: {moved.reason} at {order.claim.space.space}",
            "moved",
        )
        self._reads(story, driver)
        self._advance(moved, secure_at=now())
        story.add(
            "clock", "is advanced to the time at which the barrier of this space goes up, and runs"
        )
        self._await("the order to be held", lambda: self._order(order.id).state is State.HELD)
        story.add("lock", f"{moved.claim.thing}: barrier is up", "held")
        return self._order(order.id)

    def _nobody_comes(self, merchant: Merchant, order: Order, driver: Phone) -> None:
        control, thing, place = self.seeded.control, order.claim.thing, order.claim.space
        story = Story(self.console, "5  and then the guest does not come")
        self._advance(order, no_show_at=now())
        story.add("clock", "is advanced past the no-show deadline, and runs")
        state = self._order(order.id).state
        if state is not State.NO_SHOW:
            raise DemoFailed(f"{order.id} is {state}, though its driver did not come")
        story.add("baylock", f"order {order.id} is {state}")
        self._reads(story, driver)
        self._await("the barrier to go down", lambda: control.status(thing)["barrier"] == "lowered")
        story.add("lock", f"{thing}: barrier is down, the space is free", "free again")
        after = self._booked(story, merchant, "TBL-20501", "+14255550125")
        if after.claim.space != place:
            raise DemoFailed(f"{after.id} got {after.claim.space.space}, not {place.space}")

    def _reads(self, story: Story, driver: Phone) -> None:
        """Print the texts since the last call, without links."""

        def texts() -> list[str]:
            return [text for text in driver.unread() if "://" not in text]

        for text in self._await("the driver's text", texts):
            story.add("driver", f"reads: {text}")

    def _booked(self, story: Story, merchant: Merchant, reference: str, driver: str) -> Order:
        """Book for a time at which nothing happens by itself while the demo runs."""
        service = (now() + timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
        body = {
            "service_time": service.isoformat(),
            "duration_minutes": 60,
            "customer": {"phone": driver, "locale": "en"},
            "parking": {"needed": True},
        }
        answer = self._api(merchant).put_booking(reference, body)
        if answer.status != 201:  # noqa: PLR2004 (HTTP's Created)
            raise DemoFailed(
                f"PUT /v1/bookings/{reference} answered {answer.status}: {answer.body}"
            )
        order = self._order(OrderId(answer.body["order"]["id"]))
        space = order.claim.space
        story.add(
            "merchant",
            f"PUT /v1/bookings/{reference}: 201, {space.lot} {space.space}, {self._window(order)}",
        )
        return order

    def _advance(self, order: Order, **moments: datetime) -> None:
        """Make due now what is due later, as nobody waits for hours in a demo."""

        def due_now(known: Order) -> Order:
            schedule = replace(known.schedule, **moments)
            return replace(known, version=known.version + 1, schedule=schedule)

        change_order(self.seeded.deployment.orders, order.id, due_now)
        run_clock(self.seeded.deployment)

    def _is_online(self, thing: ThingName) -> bool:
        lock = self.seeded.deployment.locks.find(thing)
        return lock is not None and lock.online

    # ── steps of several stories ─────────────────────────────────────────────────────────────

    def _held(self, story: Story, merchant: Merchant, reference: str) -> Order:
        api, control = self._api(merchant), self.seeded.control

        def placed() -> Mapping[str, Any] | None:
            answer = api.booking(reference)
            return answer.body["order"] if answer.status == 200 else None  # noqa: PLR2004

        written = self._await(f"the order of {reference}", placed)
        order = self._order(OrderId(written["id"]))
        claim = order.claim
        story.add(
            "baylock",
            f"order {order.id} reserved: {claim.space.lot} {claim.space.space}, "
            f"{claim.walk_m:g} m on foot, {self._window(order)}",
            "reserved",
        )
        self._await("the barrier", lambda: control.status(claim.thing)["barrier"] == "raised")
        story.add("lock", f"{claim.thing}: barrier is up", "barrier up")
        self._await("the order to be held", lambda: placed()["state"] == "held")  # type: ignore[index]
        story.add("baylock", f"order {order.id} is held: the lock has reported it", "held")
        return order

    def _come_and_go(self, story: Story, order: Order, driver: Phone, *, zh: bool) -> None:
        deployment, control = self.seeded.deployment, self.seeded.control
        thing = order.claim.thing
        texts = self._await("the driver's texts", lambda: driver.unread(at_least=2))
        story.add("driver", f"reads: {texts[0]}", "driver texted")
        story.add("driver", f"reads: {texts[1]}")
        headline, size = glance(texts[1].rpartition(" ")[2])
        story.add("page", f"“{headline}”, with the plan and the way, {size / 1000:.0f} kB")
        code = code_in(texts[0])
        send_text(deployment, driver.number, f"到了 {code}" if zh else f"HERE {code}")
        asked = time.monotonic()
        story.add("driver", f"is at the space and texts: {'到了' if zh else 'HERE'} {code}")
        self._await("the barrier to go down", lambda: control.status(thing)["barrier"] == "lowered")
        down = time.monotonic() - asked
        story.add("lock", f"{thing}: barrier is down, {down:.2f} s after the text", "barrier down")
        welcome = self._await("the answer to the driver", driver.unread)
        story.add("driver", f"reads: {welcome[-1]}")
        control.vehicle(thing, True)
        self._await("the vehicle to be seen", lambda: self._order(order.id).access.vehicle_since)
        story.add("lock", f"{thing}: vehicle on the space")
        state = self._order(order.id).state.value
        story.add("baylock", f"order {order.id} is {state}", "arrived")
        control.vehicle(thing, False)
        send_text(deployment, driver.number, "走了" if zh else "DONE")
        story.add("driver", f"drives away and texts: {'走了' if zh else 'DONE'}")
        self._await("the end", lambda: self._order(order.id).state.value == "completed")
        story.add("baylock", f"order {order.id} is completed, the space is free", "completed")

    def _order(self, order: OrderId) -> Order:
        record = self.seeded.deployment.orders.find(order)
        if not isinstance(record, Order):
            raise DemoFailed(f"{order} does not exist")
        return record

    def _window(self, order: Order) -> str:
        window, zone = order.claim.window, self.seeded.mall.zone
        return f"{window.start.astimezone(zone):%H:%M} to {window.end.astimezone(zone):%H:%M}"

    def _api(self, merchant: Merchant) -> MerchantApi:
        return MerchantApi(self.seeded.stack.api, merchant.key)

    def _await(self, what: str, look: Callable[[], _T | None]) -> _T:
        """Poll until `look` returns something, and return that."""
        deadline = time.monotonic() + STEP_SECONDS
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise DemoFailed(
                    f"{what} did not come within {STEP_SECONDS:g} s; the functions' logs are in "
                    ".baylock/demo/logs/"
                )
            time.sleep(LOOK_EVERY_SECONDS)
        return seen


def _soon() -> datetime:
    """A service time so near that its barrier goes up at once, by the lot's settings."""
    return (now() + timedelta(minutes=20)).replace(second=0, microsecond=0)


def glance(link: str) -> tuple[str, int]:
    """Return the headline of a driver's page, and its length in bytes."""
    with urlopen(link, timeout=_SECONDS) as response:  # noqa: S310 (Baylock's own text has it)
        page: bytes = response.read()
    headline = _HEADLINE.search(page.decode())
    return unescape(headline[1]) if headline else "", len(page)
