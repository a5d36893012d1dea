"""Admit a driver who has arrived at the space."""

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

    From an hour before its window the driver is admitted if no other order has the space until
    then; otherwise TooEarly has the time from which it is theirs. Raises TooLate once the order has
    ended, NoSuchOrder, Busy; CodeLocked as in `Order.check_code_of`, where the driver has given the
    code of the order `by_code`.
    """

    venues: Venues
    orders: Orders
    clock: Clock

    def __call__(self, order: OrderId, by_code: Order | None = None) -> Order:
        def admitted(known: Order) -> Order:
            if by_code:
                known.check_code_of(by_code)
            return self._admit(known)

        return change_order(self.orders, order, admitted)

    def _admit(self, order: Order) -> Order:
        now = self.clock()
        start = order.claim.window.start
        is_early = order.is_live and not order.access.admitted_at and now < start
        if is_early and not (order.is_near(now) and self._is_free(order, now)):
            raise TooEarly(start)
        return order.admit(now)

    def _is_free(self, order: Order, now: datetime) -> bool:
        """Whether the space is free until this order's window starts."""
        mall = self.venues.mall(order.booking.merchant.mall)
        claim = order.claim
        before = spans(Window(slot_floor(now), claim.window.start), mall.zone)
        keys = {ZoneDay(claim.space.lot, span.day, claim.zone): span for span in before}
        zones = self.orders.read_zones(mall.ref, keys.keys())
        return all(
            is_free(zones[key].get(claim.position, b""), span.first, span.end)
            for key, span in keys.items()
        )
