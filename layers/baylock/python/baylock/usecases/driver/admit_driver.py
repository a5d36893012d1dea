"""The driver is here and asks to come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from baylock.domain.allocation.occupancy import ZoneDay, is_free
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Window, slot_floor, spans
from baylock.domain.errors import TooEarly
from baylock.domain.orders.order import Order
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class AdmitDriver:
    """Have the barrier of an order lowered.

    From an hour before its window he is let in if nobody else has the space until then; else, and
    sooner, TooEarly says from when it is his. Raises TooLate once the order has ended, NoSuchOrder,
    Busy.
    """

    venues: Venues
    orders: Orders
    clock: Clock

    def __call__(self, order: OrderId) -> Order:
        return change_order(self.orders, order, self._admit)

    def _admit(self, order: Order) -> Order:
        now = self.clock()
        start = order.claim.window.start
        is_early = order.is_live and not order.access.admitted_at and now < start
        if is_early and not (order.is_near(now) and self._is_free(order, now)):
            raise TooEarly(start)
        return order.admit(now)

    def _is_free(self, order: Order, now: datetime) -> bool:
        """Whether nobody has booked the space for the time until this order's."""
        mall = self.venues.mall(order.booking.merchant.mall)
        claim = order.claim
        before = spans(Window(slot_floor(now), claim.window.start), mall.zone)
        keys = {ZoneDay(claim.space.lot, span.day, claim.zone): span for span in before}
        there = self.orders.read_zones(mall.ref, keys.keys())
        return all(
            is_free(there[key].get(claim.position, b""), span.first, span.end)
            for key, span in keys.items()
        )
