"""Whether texts reach the driver of an order, and the driver's own word on that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import NoSuchOrder
from baylock.domain.orders.order import Order
from baylock.domain.orders.reach import Unreachable
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog
from baylock.usecases.change import change_order

ORDERS_LOOKED_AT = 8


@dataclass(frozen=True)
class ReachDriver:
    """Keep on an order whether its driver is reached; those who should know learn from that.

    Raises Busy.
    """

    message_log: MessageLog
    orders: Orders
    clock: Clock

    def found(self, order: OrderId, phone: str, trouble: Unreachable | None) -> None:
        """This is what came of a text to this number about this order."""

        def noted(known: Order) -> Order:
            if known.booking.phone != phone:
                return known
            return known.reaches_driver(self.clock(), trouble)

        with suppress(NoSuchOrder):
            change_order(self.orders, order, noted)

    def failed(self, phone: str, reason: Unreachable) -> int:
        """The carrier says so of a text that it had taken; how many live orders that concerns."""
        told = self.message_log.orders_texted_to(phone)
        return sum(
            map(bool, (self._note(order, phone, reason) for order in told[:ORDERS_LOOKED_AT]))
        )

    def wants_texts(self, phone: str, wanted: bool, told: Sequence[OrderId]) -> None:
        """STOP or START, from a number that was told of these orders: they live on.

        Texts stop before all else.
        """
        self.message_log.set_opted_out(phone, not wanted)
        for order in told[:ORDERS_LOOKED_AT]:
            self._note(order, phone, None if wanted else Unreachable.OPTED_OUT)

    def _note(self, order: OrderId, phone: str, trouble: Unreachable | None) -> bool:
        """On a live order of this number; who wants texts again need not get them yet."""

        def noted(known: Order) -> Order:
            concerns = known.is_live and known.booking.phone == phone
            if not concerns or (not trouble and known.unreachable is not Unreachable.OPTED_OUT):
                return known
            return known.reaches_driver(self.clock(), trouble)

        with suppress(NoSuchOrder):
            return change_order(self.orders, order, noted).unreachable is trouble
        return False
