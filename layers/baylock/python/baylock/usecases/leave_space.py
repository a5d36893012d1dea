"""The driver has left, or says so."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.booking import OrderId
from baylock.domain.order import Order, State
from baylock.ports import Clock, Orders
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class LeaveSpace:
    """End the stay; the rest of the window is free for others. TooLate before the driver was in."""

    orders: Orders
    clock: Clock

    def __call__(self, order: OrderId) -> Order:
        def completed(known: Order) -> Order:
            return known if known.state is State.COMPLETED else known.complete(self.clock())

        return change_order(self.orders, order, completed)
