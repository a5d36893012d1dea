"""Let a driver stay longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.occupancy import Occupancy
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import MAX_WINDOW, SLOT, slot_ceil
from baylock.domain.errors import NotThatLong, TooLate
from baylock.domain.orders.order import Order
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class ExtendStay:
    """Keep the same space for longer, all of it or nothing; once per request.

    Raises NotThatLong (with the longest end that is free), TooLate, NoSuchOrder, Busy.
    """

    venues: Venues
    orders: Orders
    clock: Clock

    def __call__(self, order: OrderId, extra: timedelta, request: str) -> Order:
        def extended(known: Order) -> Order:
            if known.notes.last_request == request:
                return known
            if not known.is_live:
                raise TooLate
            return known.extend(self._longer(known, extra), request, self.clock())

        return change_order(self.orders, order, extended)

    def _longer(self, order: Order, extra: timedelta) -> Claim:
        window, mall = order.claim.window, self.venues.mall(order.booking.merchant.mall)
        # An overstaying driver asks for more time from now on, not from the end of the window.
        asked = slot_ceil(max(window.end, self.clock()) + extra)
        end = min(asked, window.start + MAX_WINDOW)
        claim = order.claim.until(end, mall.zone)
        zones = {key for key, _, _ in claim.entries(order.id)}
        around = Occupancy(self.orders.read_zones(mall.ref, zones))
        others = around.without(order.claim.entries(order.id))
        if end == asked and others.has_room(claim.entries(order.id)):
            return claim

        def free_until(longest: datetime) -> bool:
            return others.has_room(order.claim.until(longest, mall.zone).entries(order.id))

        longest = window.end
        while longest + SLOT <= end and free_until(longest + SLOT):
            longest += SLOT
        raise NotThatLong(longest)
