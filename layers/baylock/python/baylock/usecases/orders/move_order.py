"""Keep the promise elsewhere: another space for an order whose own can't be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from baylock.domain.allocation.claim import next_attempt
from baylock.domain.allocation.search import Search
from baylock.domain.errors import Busy, InvalidBooking, SpaceTaken
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.allocation.find_space import LookFurther, secure_at, snapshot_for
from baylock.usecases.change import change_as_judged

MAX_RACES = 12


@dataclass(frozen=True)
class MoveOrder:
    """Move an order to the nearest other free space.

    Where none is left it fails; or becomes what the caller would else have done with it; or, if it
    was a text of the driver that asked for it, stays where it is and asks for help. What was true
    of the order as it is handed in is the reason to move it: where it has changed since, it is left
    alone. Raises Busy.
    """

    venues: Venues
    orders: Orders
    clock: Clock
    random: Random = field(default_factory=Random)

    def __call__(
        self, order: Order, reason: Reason, request: str | None = None, or_else: Order | None = None
    ) -> Order:
        """The order as it is then; `request` is the driver's text, if one asks for it."""
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
        if now >= order.claim.window.end:
            return self._nowhere(order, reason, request)
        mall = self.venues.mall(order.booking.merchant.mall)
        merchant = self.venues.merchant(order.booking.merchant)
        # Not back to where it could not stay either.
        avoid = order.notes.tried | {order.claim.place}
        try:
            search = Search.of(mall, merchant, order.booking, now, order.extra, avoid)
        except InvalidBooking:
            # Nobody keeps a space for so long any more.
            return self._nowhere(order, reason, request)
        snapshot = snapshot_for(self.orders, search, order.id)
        around = LookFurther(self.orders, search, snapshot)(snapshot.occupancy)
        others = around.without(order.claim.entries(order.id))
        claim = search.nearest(
            others, attempt=next_attempt(order.attempt), lost=lost, random=self.random
        )
        if claim is None:
            return self._nowhere(order, reason, request)
        secured = secure_at(self.orders, search, claim, others)
        return order.move(claim, reason, now, secured, request)

    def _nowhere(self, order: Order, reason: Reason, request: str | None) -> Order:
        if request:
            return order.ask_for_help(reason, self.clock(), request)
        return order.fail(reason, self.clock())
