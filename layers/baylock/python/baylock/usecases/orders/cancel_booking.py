"""Cancel a booking, or give its space back because the driver does not need it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from baylock.domain.booking.booking import OnlyIf, OrderId
from baylock.domain.errors import Busy, NoSuchBooking, OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Fenced, Known, called_off
from baylock.domain.orders.repeat import said_after
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
        *,
        later: bool = False,
    ) -> Known:
        """The booking as it is then: not cancelled if the merchant sent something newer.

        Where it has not arrived yet, its cancellation is kept with the time at which it was sent:
        texts may overtake each other. Raises OtherVersion where it is live in another version than
        the caller expects. `later` leaves ten minutes to undo it (`Order.cancel_later`).
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
            now = self.clock()
            booking = said_after(order, replace(order.booking, said_at=said_at), now)
            if later:
                return order.cancel_later(Reason.MERCHANT, now, booking)
            return order.cancel(Reason.MERCHANT, now, booking)

        return change_order(self.orders, known.id, cancelled)

    def _call_off(self, off: Fenced, known: Fenced | None) -> None:
        try:
            self.orders.add(off, replacing=known)
        except OrderChanged:
            raise Busy from None

    def keep(self, merchant: MerchantId, reference: str, said_at: datetime) -> Known:
        """Undo a cancellation for the merchant, whoever it came from; the booking as it is then.

        Raises NoSuchBooking, Busy.
        """
        known = self.find_booking(merchant, reference)
        if known is None:
            raise NoSuchBooking

        def kept(order: Order) -> Order:
            if not order.is_live or order.booking.is_newer_than(said_at):
                return order
            return order.keep(self.clock(), replace(order.booking, said_at=said_at))

        return change_order(self.orders, known.id, kept) if isinstance(known, Order) else known

    def give_up(
        self, order: OrderId, request: str, *, later: bool = False, by_code: Order | None = None
    ) -> Order:
        """Cancel the order because the driver does not need the space, by this request.

        `later` leaves ten minutes to undo it. `by_code` as in AdmitDriver.
        """

        def cancelled(known: Order) -> Order:
            if not known.is_live or known.notes.last_request == request:
                return known
            if by_code:
                known.check_code_of(by_code)
            cancel = known.cancel_later if later else known.cancel
            return cancel(Reason.DRIVER, self.clock(), request=request)

        return change_order(self.orders, order, cancelled)

    def keep_for_driver(self, order: OrderId, request: str) -> Order:
        """Undo the driver's own cancellation, by this request; the merchant's stays."""

        def kept(known: Order) -> Order:
            if not known.is_live or not known.is_being_cancelled_for(Reason.DRIVER):
                return known
            return known.keep(self.clock(), request=request)

        return change_order(self.orders, order, kept)
