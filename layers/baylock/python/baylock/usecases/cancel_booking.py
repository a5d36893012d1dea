"""The booking is off, or its driver does not come by car after all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from baylock.domain.booking import MerchantId, OnlyIf, OrderId, order_id
from baylock.domain.errors import NoSuchBooking
from baylock.domain.order import Known, Order, Why
from baylock.ports import Clock, Orders
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class CancelBooking:
    """Give back the space of a booking; the same answer when it is said again.

    Raises NoSuchBooking, TooLate (the driver is in), OtherVersion, Busy.
    """

    orders: Orders
    clock: Clock

    def __call__(
        self,
        merchant: MerchantId,
        reference: str,
        said_at: datetime | None = None,
        only_if: OnlyIf | None = None,
    ) -> Known:
        """The booking as it is then: not cancelled if something newer was said of it.

        Raises OtherVersion where it is still on, but not what the caller wants to find.
        """
        known = self.orders.find(order_id(merchant, reference))
        if known is None or known.booking.reference != reference:
            raise NoSuchBooking
        if not isinstance(known, Order):
            return known

        def cancelled(order: Order) -> Order:
            if not order.is_live or order.booking.is_newer_than(said_at):
                return order
            if only_if:
                only_if.check(order.version)
            booking = replace(order.booking, said_at=said_at)
            return order.cancel(Why.MERCHANT, self.clock(), booking)

        return change_order(self.orders, known.id, cancelled)

    def give_up(self, order: OrderId, request: str) -> Order:
        """The driver does not need the space, said in this request."""

        def cancelled(known: Order) -> Order:
            if known.is_live:
                return known.cancel(Why.DRIVER, self.clock(), request=request)
            return known

        return change_order(self.orders, order, cancelled)
