"""The driver is here and asks to come in."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.booking import OrderId
from baylock.domain.errors import TooEarly
from baylock.domain.order import Order
from baylock.ports import Clock, Orders
from baylock.usecases.change import change_order


@dataclass(frozen=True)
class AdmitDriver:
    """Have the barrier of an order lowered.

    Before its window the space may still be another's: TooEarly says from when it is this
    driver's. Raises TooLate once the order has ended, NoSuchOrder, Busy.
    """

    orders: Orders
    clock: Clock

    def __call__(self, order: OrderId) -> Order:
        return change_order(self.orders, order, self._admit)

    def _admit(self, order: Order) -> Order:
        now = self.clock()
        if order.is_live and now < min(order.secure_at, order.claim.window.start):
            raise TooEarly(order.claim.window.start)
        return order.admit(now)
