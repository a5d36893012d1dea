"""Keep the promise elsewhere: another space for an order whose own can't be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from baylock.domain.allocation.claim import next_attempt
from baylock.domain.errors import Busy, InvalidBooking, SpaceTaken
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.allocation.find_space import SpaceFinder, View
from baylock.usecases.change import change_as_judged

MAX_RACES = 12


@dataclass(frozen=True)
class MoveOrder:
    """Move an order to the nearest other free space.

    Where none is left the order fails, or becomes `or_else` where the caller has something better.
    A request of the driver's does not make it fail: it stays where it is and asks for help. The
    order as it is handed in is the reason to move it: where it has changed since, it is left alone.
    Raises Busy.
    """

    find_space: SpaceFinder
    orders: Orders
    clock: Clock

    def __call__(
        self, order: Order, reason: Reason, request: str | None = None, or_else: Order | None = None
    ) -> Order:
        """The order as it is then; `request` is the driver's, if they ask for the move."""
        for lost in range(MAX_RACES):
            try:
                moved = self._moved(order, reason, lost, request)
                if or_else and not moved.is_live:
                    moved = or_else
                return change_as_judged(self.orders, order, moved)
            except SpaceTaken:
                continue
        raise Busy

    def _moved(self, order: Order, reason: Reason, lost: int, request: str | None) -> Order:
        now = self.clock()
        others = self._others(order, now)
        claim = others.nearest(next_attempt(order.attempt), lost) if others else None
        if others is None or claim is None:
            return self._nowhere(order, reason, request)
        return order.move(claim, reason, now, others.secure_at(claim), request)

    def _others(self, order: Order, now: datetime) -> View | None:
        """The other spaces; None where the order can't have any.

        Its window is over, or it is longer than a space is kept for by now.
        """
        if now >= order.claim.window.end:
            return None
        # Not back to where it could not stay either.
        avoid = order.notes.tried | {order.claim.place}
        try:
            view = self.find_space(
                order.booking,
                now,
                order=order.id,
                extra=order.extra,
                avoid=avoid,
                is_promised=True,
            )
        except InvalidBooking:
            return None
        return view.further().without(order.claim, order.id)

    def _nowhere(self, order: Order, reason: Reason, request: str | None) -> Order:
        if request:
            return order.ask_for_help(reason, self.clock(), request)
        return order.fail(reason, self.clock())
