"""End the stay of a driver who has left."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class LeaveSpace:
    """End the stay; the rest of the window is free for others. TooLate before the driver is in."""

    orders: Orders
    clock: Clock

    def __call__(
        self, order: OrderId, request: str | None = None, by_code: Order | None = None
    ) -> Order:
        """The order as it is then; `request` is the driver's, if it came from one.

        `by_code` as in AdmitDriver.
        """

        def completed(known: Order) -> Order:
            if known.state is State.COMPLETED:
                return known
            if by_code:
                known.check_code_of(by_code)
            return known.complete(self.clock(), request)

        return change_order(self.orders, order, completed)

    def once_gone(self, order: OrderId, request: str) -> Order:
        """End the stay as the lock shows it, by a text without proof: see `Order.leave`.

        Raises NotSeen where no vehicle has been seen yet.
        """

        def left(known: Order) -> Order:
            if known.state is State.COMPLETED:
                return known
            return known.leave(self.clock(), request)

        return change_order(self.orders, order, left)
