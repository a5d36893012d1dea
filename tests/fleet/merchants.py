"""Bookings from the merchants' side: made, repeated, changed and cancelled, and their outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.keys import order_id
from tests.fleet.plan import Stay
from tests.fleet.promises import Promise

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, NoSpace, NoSuchBooking, PastTime, TooLate
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State

if TYPE_CHECKING:
    from tests.fleet.site import Site


@dataclass
class Guest:
    """The people of a booking: their actions, and what was granted.

    `placed` is whether the booking got a space, `cancelled` whether it was cancelled in time,
    `admitted` whether its driver was admitted.
    """

    stay: Stay
    site: Site
    placed: bool = False
    cancelled: bool = False
    admitted: bool = False
    left_at: float = 0.0
    said_done: bool = False
    shift_s: float = 0.0
    booked_at: float = 0.0
    more: timedelta = timedelta(minutes=30)

    @property
    def id(self) -> OrderId:
        return order_id(self.stay.merchant, self.stay.reference)

    @property
    def promise(self) -> Promise:
        return self.site.promises.promise(self.id)

    @property
    def phone(self) -> str:
        return self.stay.phone

    @property
    def service(self) -> float:
        """The service time as last changed, in epoch seconds."""
        return self.stay.service + self.shift_s

    def usual_duration(self, order: Order) -> timedelta:
        """The merchant's usual duration, for a booking without a duration."""
        merchant = self.site.cloud.venues.merchant(order.booking.merchant)
        lot = self.site.cloud.mall.lot(order.claim.space.lot)
        assert lot is not None
        return merchant.overrides.of(lot.settings).duration

    # ── the merchant's actions ───────────────────────────────────────────────────────────────────

    def books(self) -> None:
        """Make the booking; the same booking may be sent once more later."""
        site, stay = self.site, self.stay
        said_at = site.timeline.clock()
        try:
            order = site.cloud.place(stay.booking(said_at)).record
        except NoSpace:
            site.count("no space")
            return
        except PastTime:
            site.count("too late to book")
            return
        assert isinstance(order, Order)
        site.count("booked")
        self.placed, self.booked_at = True, site.now
        if stay.repeated_after_s is not None:
            again = replace(order.booking)
            site.timeline.later(stay.repeated_after_s, lambda: self._repeats(order, again))
        if stay.shifted:
            site.timeline.at(stay.shifted[0], self._shifts)
        if stay.cancelled:
            site.timeline.at(stay.cancelled[0], self._cancels)
        self.comes()

    def _repeats(self, first: Order, booking: object) -> None:
        assert isinstance(booking, type(first.booking))
        order = self.site.cloud.order(self.id)
        if order is None or order.state is State.FAILED or self.cancelled or self.shift_s:
            return
        self.site.count("repeated")
        changes = self.site.changes
        placed = self.site.cloud.place(booking)
        if placed.created or self.site.changes != changes:
            raise self.site.trace.violation("a repeated booking changed something", self.id)

    def _shifts(self) -> None:
        assert self.stay.shifted
        order = self.site.cloud.order(self.id)
        if order is None or not order.is_live or order.access.admitted_at:
            return
        by_s = self.stay.shifted[1]
        try:
            self.site.cloud.place(self.stay.booking(self.site.timeline.clock(), by_s))
        except (NoSpace, PastTime, TooLate) as refused:
            self.site.count(f"not changed: {type(refused).__name__}")
            return
        self.shift_s = by_s
        self.booked_at = self.site.now
        self.site.count("changed")
        self.comes()

    def _cancels(self) -> None:
        assert self.stay.cancelled
        ways: dict[str, Callable[[], object]] = {
            "merchant": lambda: self.site.cloud.cancel(
                self.stay.merchant, self.stay.reference, self.site.timeline.clock()
            ),
            "driver": lambda: self.site.cloud.cancel.give_up(self.id, f"drop-{self.id}"),
            "declined": lambda: self.site.cloud.place(
                replace(self.stay.booking(self.site.timeline.clock()), parking_needed=False)
            ),
        }
        before = self.site.cloud.order(self.id)
        try:
            ways[self.stay.cancelled[1]]()
        except (TooLate, NoSuchBooking, Busy):
            self.site.count("cancelled too late")
            return
        if before and before.is_live:
            self.cancelled = True
            self.site.count("cancelled")

    def comes(self) -> None:
        """Let the driver set out and the promise fall due, at the times that are agreed now."""
        self.site.expects(self)
