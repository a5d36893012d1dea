"""Keep whether texts reach the driver of an order, and whether the driver wants them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import NoSuchOrder, Unreachable
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog
from baylock.usecases.change import change_order

MAX_ORDERS_READ = 8


@dataclass(frozen=True)
class ReachDriver:
    """Note on an order whether texts reach its driver; its effects inform the merchant.

    Raises Busy.
    """

    message_log: MessageLog
    orders: Orders
    clock: Clock

    def found(self, order: OrderId, phone: str, unreachable: Unreachable | None) -> None:
        """Note the result of a text to this number about this order."""

        def noted(known: Order) -> Order:
            if known.booking.phone != phone:
                return known
            return known.reaches_driver(self.clock(), unreachable)

        with suppress(NoSuchOrder):
            change_order(self.orders, order, noted)

    def merchant_unheard(self, order: OrderId) -> None:
        """Undo the merchant's cancellation by a text that it does not hear of, if it still can be.

        Such a text could be anybody's.
        """

        def kept(known: Order) -> Order:
            is_merchants = known.is_being_cancelled_for(Reason.MERCHANT)
            return known.keep(self.clock()) if is_merchants else known

        with suppress(NoSuchOrder):
            change_order(self.orders, order, kept)

    def failed(self, phone: str, reason: Unreachable) -> int:
        """Note that the carrier could not deliver a text; how many live orders that concerns."""
        orders = self.message_log.orders_texted_to(phone)[:MAX_ORDERS_READ]
        return sum(map(bool, [self._note(order, phone, reason) for order in orders]))

    def wants_texts(self, phone: str, wanted: bool, orders: Sequence[OrderId]) -> None:
        """Follow a STOP or START from a number that had texts about these orders.

        The orders live on. The opt-out is stored before all else.
        """
        self.message_log.set_opted_out(phone, not wanted)
        for order in orders[:MAX_ORDERS_READ]:
            self._note(order, phone, None if wanted else Unreachable.OPTED_OUT)

    def _note(self, order: OrderId, phone: str, unreachable: Unreachable | None) -> bool:
        """Note it on a live order of this number; a START ends an opt-out, but no other reason."""

        def noted(known: Order) -> Order:
            if not known.is_live or known.booking.phone != phone:
                return known
            if not unreachable and known.notes.unreachable is not Unreachable.OPTED_OUT:
                return known
            return known.reaches_driver(self.clock(), unreachable)

        with suppress(NoSuchOrder):
            return change_order(self.orders, order, noted).notes.unreachable is unreachable
        return False
