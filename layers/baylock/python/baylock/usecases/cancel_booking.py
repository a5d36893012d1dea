"""The booking is off, or its driver does not come by car after all."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.booking import MerchantId, OrderId, order_id
from baylock.domain.errors import NoSuchBooking
from baylock.domain.order import Order, Record, Why
from baylock.ports import Clock, Orders
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class CancelBooking:
    """Give back the space of a booking; the same answer when it is said again.

    Raises NoSuchBooking, TooLate (the driver is in), Busy.
    """

    orders: Orders
    clock: Clock

    def __call__(self, merchant: MerchantId, reference: str) -> Record:
        known = self.orders.find(order_id(merchant, reference))
        if known is None or known.booking.reference != reference:
            raise NoSuchBooking
        if not isinstance(known, Order):
            return known
        return self.give_up(known.id, Why.MERCHANT)

    def give_up(self, order: OrderId, why: Why) -> Order:
        """The same for an order that is known to be there; `why` says on whose word."""

        def cancelled(known: Order) -> Order:
            return known.cancel(why, self.clock()) if known.is_live else known

        return change_order(self.orders, order, cancelled)
