"""Let a driver choose the end of their stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from baylock.domain.orders.order import Order
from baylock.ports.clock import Clock
from baylock.usecases.driver.extend_stay import ExtendStay


@dataclass(frozen=True)
class StayUntil:
    """Keep the same space until `end`, once per request; the same end twice changes nothing.

    Raises what ExtendStay does.
    """

    extend_stay: ExtendStay
    clock: Clock

    def __call__(self, order: Order, end: datetime, request: str) -> Order:
        if end <= order.claim.window.end:
            return order
        extra = end - max(order.claim.window.end, self.clock())
        return self.extend_stay(order.id, extra, request)
