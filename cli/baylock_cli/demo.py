"""The main job, played on real parts and told as it happens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from rich.console import Console
from rich.text import Text

from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import ThingName
from baylock.usecases.change import change_order
from baylock_cli.api import MerchantApi
from baylock_cli.clock import run_clock
from baylock_cli.errors import CommandError
from baylock_cli.furnish import Furnished
from baylock_cli.links import glance
from baylock_cli.phones import inbox, send_text
from baylock_cli.site import Site, now
from local_cloud import Merchant

STEP_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1

_T = TypeVar("_T")
_CODE = re.compile(r"(?<!\d)(\d{4})(?!\d)")


@dataclass
class Story:
    """A booking's way from its first word to its end; `began` is when that word was said."""

    console: Console
    title: str
    began: float = field(default_factory=time.monotonic)
    steps: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.console.print()
        self.console.print(Text(self.title, style="bold"))

    def tell(self, who: str, what: str, step: str | None = None) -> None:
        """One line of the timeline; a named step's time is kept for the summary."""
        at = time.monotonic() - self.began
        if step:
            self.steps[step] = at
        line = Text.assemble((f"{at:8.2f} s  ", "dim"), (f"{who:<10}", "cyan"), what)
        self.console.print(line, soft_wrap=True)


class Phone:
    """A phone of the story: what came to it before the story is not part of it."""

    def __init__(self, site: Site, number: str) -> None:
        self.site, self.number = site, number
        self._read = len(inbox(site, number))

    def unread(self, at_least: int = 1) -> list[str]:
        """What came since it was last read; nothing before so many are there."""
        texts = inbox(self.site, self.number)[self._read :]
        if len(texts) < at_least:
            return []
        self._read += len(texts)
        return texts


@dataclass(frozen=True)
class Demo:
    """Plays on a furnished local cloud; CommandError says which step did not come."""

    furnished: Furnished
    console: Console

    def __call__(self) -> None:
        began = time.monotonic()
        eat, cut, see = self._merchants()
        by_text = self._by_text(eat)
        by_api = self._by_api(cut)
        self._without_parking(see)
        guest = Phone(self.furnished.site, "+14255550124")
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
            f"1 driver who never came; {time.monotonic() - began:.1f} s",
            soft_wrap=True,
        )

    def _merchants(self) -> tuple[Merchant, Merchant, Merchant]:
        first, second, third, *_ = self.furnished.stack.merchants
        return first, second, third

    # ── the three bookings ───────────────────────────────────────────────────────────────────

    def _by_text(self, merchant: Merchant) -> tuple[Story, Order]:
        driver, desk = (Phone(self.furnished.site, n) for n in ("+8613800138000", merchant.phone))
        service = _soon().astimezone(self.furnished.mall.zone)
        story = Story(self.console, f"1  {merchant.name} books by text message")
        text = f"PARK {service:%Y-%m-%d %H:%M} {driver.number} 90m 粤B12345 ref:TBL-20461"
        send_text(self.furnished.site, merchant.phone, text)
        story.tell("merchant", f"texts: {text}")
        order = self._held(story, merchant, "TBL-20461")
        answer = self._await("the answer to the merchant", desk.unread)
        story.tell("merchant", f"reads: {answer[-1]}")
        self._come_and_go(story, order, driver, zh=True)
        return story, order

    def _by_api(self, merchant: Merchant) -> tuple[Story, Order]:
        driver = Phone(self.furnished.site, "+14255550177")
        story = Story(self.console, f"2  {merchant.name} books through the API")
        body = {
            "service_time": _soon().isoformat(),
            "duration_minutes": 45,
            "customer": {"phone": driver.number, "name": "Ms Li", "locale": "en"},
            "parking": {"needed": True, "plate": "7ABC123", "needs": ["ev"]},
        }
        answer = self._api(merchant).put_booking("CUT-311", body)
        if answer.status != 201:  # noqa: PLR2004 (HTTP's Created)
            raise CommandError(f"PUT /v1/bookings/CUT-311 answered {answer.status}: {answer.body}")
        story.tell("merchant", "PUT /v1/bookings/CUT-311 for an electric car: 201")
        order = self._held(story, merchant, "CUT-311")
        self._come_and_go(story, order, driver, zh=False)
        return story, order

    def _without_parking(self, merchant: Merchant) -> None:
        story = Story(self.console, f"3  {merchant.name} has a customer who comes by metro")
        body = {"service_time": _soon().isoformat(), "parking": {"needed": False}}
        answer = self._api(merchant).put_booking("EYE-7", body)
        if answer.body.get("order") is not None:
            raise CommandError(f"an order was made for EYE-7: {answer.body}")
        story.tell("merchant", f"PUT /v1/bookings/EYE-7, parking not needed: {answer.status}")
        story.tell("baylock", "no order, no space, no text")

    # ── what goes wrong ──────────────────────────────────────────────────────────────────────

    def _lock_drops_out(self, merchant: Merchant, driver: Phone) -> Order:
        story = Story(self.console, f"4  a lock drops out before {merchant.name}'s guest comes")
        order = self._booked(story, merchant, "TBL-20500", driver.number)
        thing = order.claim.thing
        self._reads(story, driver)
        self.furnished.control.fault(thing, "network")
        self._await("the lock to be missed", lambda: not self._is_online(thing))
        story.tell("lock", f"{thing}: out of contact")
        self._put_forward(order, secure_at=now())
        story.tell("clock", "is put forward to when the barrier should go up, and runs")
        moved = self._order(order.id)
        if moved.claim.thing == thing:
            raise CommandError(f"{order.id} was not moved from {thing}")
        story.tell(
            "baylock",
            f"order {order.id} moved to {moved.claim.space.lot} {moved.claim.space.space}, "
            f"{moved.claim.walk_m:g} m on foot: {moved.reason} at {order.claim.space.space}",
            "moved",
        )
        self._reads(story, driver)
        self._put_forward(moved, secure_at=now())
        story.tell("clock", "is put forward to when the barrier of this one should go up")
        self._await("the order to be held", lambda: self._order(order.id).state is State.HELD)
        story.tell("lock", f"{moved.claim.thing}: barrier is up", "held")
        return self._order(order.id)

    def _nobody_comes(self, merchant: Merchant, order: Order, driver: Phone) -> None:
        control, thing, place = self.furnished.control, order.claim.thing, order.claim.space
        story = Story(self.console, "5  and then the guest does not come")
        self._put_forward(order, no_show_at=now())
        story.tell("clock", "is put forward to when nobody waits for him any more, and runs")
        state = self._order(order.id).state
        if state is not State.NO_SHOW:
            raise CommandError(f"{order.id} is {state}, though its driver did not come")
        story.tell("baylock", f"order {order.id} is {state}")
        self._reads(story, driver)
        self._await("the barrier to go down", lambda: control.status(thing)["barrier"] == "lowered")
        story.tell("lock", f"{thing}: barrier is down, the space is free", "free again")
        after = self._booked(story, merchant, "TBL-20501", "+14255550125")
        if after.claim.space != place:
            raise CommandError(f"{after.id} got {after.claim.space.space}, not {place.space}")

    def _reads(self, story: Story, driver: Phone) -> None:
        """What came since, but for links."""

        def said() -> list[str]:
            return [text for text in driver.unread() if "://" not in text]

        for text in self._await("the driver's text", said):
            story.tell("driver", f"reads: {text}")

    def _booked(self, story: Story, merchant: Merchant, reference: str, driver: str) -> Order:
        """For an hour at which nothing happens by itself while the demo runs."""
        service = (now() + timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
        body = {
            "service_time": service.isoformat(),
            "duration_minutes": 60,
            "customer": {"phone": driver, "locale": "en"},
            "parking": {"needed": True},
        }
        answer = self._api(merchant).put_booking(reference, body)
        if answer.status != 201:  # noqa: PLR2004 (HTTP's Created)
            raise CommandError(
                f"PUT /v1/bookings/{reference} answered {answer.status}: {answer.body}"
            )
        order = self._order(OrderId(answer.body["order"]["id"]))
        space = order.claim.space
        story.tell(
            "merchant",
            f"PUT /v1/bookings/{reference}: 201, {space.lot} {space.space}, {self._window(order)}",
        )
        return order

    def _put_forward(self, order: Order, **moments: datetime) -> None:
        """Nobody waits for hours in a demo: what comes later is made due now."""

        def due_now(known: Order) -> Order:
            schedule = replace(known.schedule, **moments)
            return replace(known, version=known.version + 1, schedule=schedule)

        change_order(self.furnished.site.orders, order.id, due_now)
        run_clock(self.furnished.site)

    def _is_online(self, thing: ThingName) -> bool:
        lock = self.furnished.site.locks.find(thing)
        return lock is not None and lock.online

    # ── what they have in common ─────────────────────────────────────────────────────────────

    def _held(self, story: Story, merchant: Merchant, reference: str) -> Order:
        api, control = self._api(merchant), self.furnished.control

        def placed() -> Mapping[str, Any] | None:
            answer = api.booking(reference)
            return answer.body["order"] if answer.status == 200 else None  # noqa: PLR2004

        written = self._await(f"the order of {reference}", placed)
        order = self._order(OrderId(written["id"]))
        claim = order.claim
        story.tell(
            "baylock",
            f"order {order.id} reserved: {claim.space.lot} {claim.space.space}, "
            f"{claim.walk_m:g} m on foot, {self._window(order)}",
            "reserved",
        )
        self._await("the barrier", lambda: control.status(claim.thing)["barrier"] == "raised")
        story.tell("lock", f"{claim.thing}: barrier is up", "barrier up")
        self._await("the order to be held", lambda: placed()["state"] == "held")  # type: ignore[index]
        story.tell("baylock", f"order {order.id} is held: the lock has said so", "held")
        return order

    def _come_and_go(self, story: Story, order: Order, driver: Phone, *, zh: bool) -> None:
        site, control, thing = self.furnished.site, self.furnished.control, order.claim.thing
        told = self._await("the driver's texts", lambda: driver.unread(at_least=2))
        story.tell("driver", f"reads: {told[0]}", "driver told")
        story.tell("driver", f"reads: {told[1]}")
        headline, size = glance(told[1].rpartition(" ")[2])
        story.tell("page", f"“{headline}”, with the plan and the way, {size / 1000:.0f} kB")
        code = _CODE.findall(told[0])[-1]
        send_text(site, driver.number, f"到了 {code}" if zh else f"HERE {code}")
        asked = time.monotonic()
        story.tell("driver", f"is at the space and texts: {'到了' if zh else 'HERE'} {code}")
        self._await("the barrier to go down", lambda: control.status(thing)["barrier"] == "lowered")
        down = time.monotonic() - asked
        story.tell("lock", f"{thing}: barrier is down, {down:.2f} s after the text", "barrier down")
        welcome = self._await("the answer to the driver", driver.unread)
        story.tell("driver", f"reads: {welcome[-1]}")
        control.vehicle(thing, True)
        self._await("the vehicle to be seen", lambda: self._order(order.id).access.vehicle_since)
        story.tell("lock", f"{thing}: vehicle on the space")
        state = self._order(order.id).state.value
        story.tell("baylock", f"order {order.id} is {state}", "arrived")
        control.vehicle(thing, False)
        send_text(site, driver.number, "走了" if zh else "DONE")
        story.tell("driver", f"drives away and texts: {'走了' if zh else 'DONE'}")
        self._await("the end", lambda: self._order(order.id).state.value == "completed")
        story.tell("baylock", f"order {order.id} is completed, the space is free", "completed")

    def _order(self, order: OrderId) -> Order:
        record = self.furnished.site.orders.find(order)
        if not isinstance(record, Order):
            raise CommandError(f"{order} is not there")
        return record

    def _window(self, order: Order) -> str:
        window, zone = order.claim.window, self.furnished.mall.zone
        return f"{window.start.astimezone(zone):%H:%M} to {window.end.astimezone(zone):%H:%M}"

    def _api(self, merchant: Merchant) -> MerchantApi:
        return MerchantApi(self.furnished.stack.api, merchant.key)

    def _await(self, what: str, look: Callable[[], _T | None]) -> _T:
        """Look until there is something to see."""
        deadline = time.monotonic() + STEP_SECONDS
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{what} did not come within {STEP_SECONDS:g} s. What the functions said is in "
                    f"{self.furnished.stack.endpoint}'s logs; see .baylock/demo/logs/."
                )
            time.sleep(LOOK_EVERY_SECONDS)
        return seen


def _soon() -> datetime:
    """A service time near enough for its barrier to go up at once, by the lot's own settings."""
    return (now() + timedelta(minutes=20)).replace(second=0, microsecond=0)
