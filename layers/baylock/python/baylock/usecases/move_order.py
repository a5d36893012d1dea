"""Keep the promise elsewhere: another space for an order whose own can't be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from baylock.domain.booking import OrderId
from baylock.domain.errors import Busy, NoSuchOrder, OrderChanged, SpaceTaken
from baylock.domain.order import Order, State, Why
from baylock.domain.search import Search
from baylock.ports import Clock, Orders, Venues

MOST_RACES = 12


@dataclass(frozen=True)
class MoveOrder:
    """Move an order to the nearest other free space, or fail it where none is left."""

    venues: Venues
    orders: Orders
    clock: Clock
    random: Random = field(default_factory=Random)

    def __call__(self, order: OrderId, why: Why) -> Order:
        space = None
        for lost in range(MOST_RACES):
            known = self.orders.find(order)
            if not isinstance(known, Order):
                raise NoSuchOrder
            space = space or known.claim.space
            if known.claim.space != space or known.state not in {State.RESERVED, State.HELD}:
                return known
            moved = self._moved(known, why, lost)
            try:
                self.orders.change(known, moved)
            except (OrderChanged, SpaceTaken):
                continue
            return moved
        raise Busy

    def _moved(self, order: Order, why: Why, lost: int) -> Order:
        now = self.clock()
        mall = self.venues.mall(order.booking.merchant.mall)
        merchant = self.venues.merchant(order.booking.merchant)
        search = Search.of(mall, merchant, order.booking, now)
        survey = self.orders.survey(order.id, mall.ref, search.spans)
        claim = search.nearest(
            survey.occupancy,
            attempt=order.attempt + 1,
            lost=lost,
            random=self.random,
            avoid={order.claim.space},
        )
        return order.fail(why, now) if claim is None else order.move(claim, why, now)
