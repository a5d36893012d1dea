"""Cancel a booking, or give its space back because the driver does not need it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from baylock.domain.booking.booking import OnlyIf, OrderId
from baylock.domain.errors import Busy, NoSuchBooking, OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Fenced, Known, called_off
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.change import change_order
from baylock.usecases.orders.find_booking import FindBooking


@dataclass(frozen=True)
class CancelBooking:
    """Give back the space of a booking; a repeat has the same result.

    Raises NoSuchBooking, TooLate (the driver is in), OtherVersion, Busy.
    """

    find_booking: FindBooking
    orders: Orders
    clock: Clock

    def __call__(
        self,
        merchant: MerchantId,
        reference: str,
        said_at: datetime | None = None,
        only_if: OnlyIf | None = None,
    ) -> Known:
        """The booking as it is then: not cancelled if the merchant sent something newer.

        Where it has not arrived yet, its cancellation is kept with the time at which it was sent:
        texts may overtake each other. Raises OtherVersion where it is live in another version than
        the caller expects.
        """
        found = self.find_booking.place(merchant, reference)
        known = found.record
        if known is None or isinstance(known, Fenced):
            if reference and said_at:
                off = called_off(found.id, merchant, reference, known, said_at, self.clock())
                self._call_off(off, known)
            raise NoSuchBooking
        if not isinstance(known, Order):
            return known

        def cancelled(order: Order) -> Order:
            if not order.is_live or order.booking.is_newer_than(said_at):
                return order
            if only_if:
                only_if.check(order.version)
            booking = replace(order.booking, said_at=said_at)
            return order.cancel(Reason.MERCHANT, self.clock(), booking)

        return change_order(self.orders, known.id, cancelled)

    def _call_off(self, off: Fenced, known: Fenced | None) -> None:
        try:
            self.orders.add(off, replacing=known)
        except OrderChanged:
            raise Busy from None

    def give_up(self, order: OrderId, request: str) -> Order:
        """Cancel the order because the driver does not need the space, by this request."""

        def cancelled(known: Order) -> Order:
            if known.is_live:
                return known.cancel(Reason.DRIVER, self.clock(), request=request)
            return known

        return change_order(self.orders, order, cancelled)
