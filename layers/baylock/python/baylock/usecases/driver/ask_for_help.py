"""Help a driver who is at the space and can't use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, NoSuchOrder, TooEarly, TooLate
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.change import MAX_CHANGES, change_as_judged
from baylock.usecases.orders.move_order import MoveOrder

FOUND_TAKEN_FOR = timedelta(hours=1)
"""The time that the mall has to look at the space. Orders that begin later may have it."""


@dataclass(frozen=True)
class AskForHelp:
    """Move the order where that helps, else note the problem for the mall; once per request.

    An order that has already left the space in question stays where it is. Raises TooEarly long
    before the window, TooLate once the order has ended, NoSuchOrder, Busy.
    """

    orders: Orders
    move_order: MoveOrder
    clock: Clock

    def __call__(
        self,
        order: OrderId,
        reason: Reason,
        place: str,
        request: str,
        by_code: Order | None = None,
    ) -> Order:
        """The order as it is then: on another space, or with this problem noted.

        `place` is the space (`Claim.place`) at which the driver is, by their report. `by_code` as
        in AdmitDriver.
        """
        for _ in range(MAX_CHANGES):
            known = self.orders.find(order)
            if not isinstance(known, Order):
                raise NoSuchOrder
            if known.notes.last_request == request:
                return known
            if by_code:
                known.check_code_of(by_code)
            if not known.is_live:
                raise TooLate
            if not known.is_near(self.clock()):
                raise TooEarly(known.claim.window.start)
            if known.claim.place != place:
                return known
            if (done := self._help(known, reason, request)).notes.last_request == request:
                return done
        raise Busy

    def _help(self, order: Order, reason: Reason, request: str) -> Order:
        # Do not send the next driver to this space as well.
        self.orders.note_found_taken(order.claim.space, self.clock() + FOUND_TAKEN_FOR)
        if order.may_move_when_asked:
            return self.move_order(order, reason, request)
        noted = order.ask_for_help(reason, self.clock(), request)
        return change_as_judged(self.orders, order, noted)
