"""Keep the promise elsewhere: another space for an order whose own can't be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from baylock.domain.errors import Busy, InvalidBooking, SpaceTaken
from baylock.domain.order import Order, Why, next_attempt
from baylock.domain.search import Search
from baylock.ports import Clock, Orders, Venues
from baylock.usecases.change import change_as_judged
from baylock.usecases.look_further import LookFurther, secure_at, survey_for

MOST_RACES = 12


@dataclass(frozen=True)
class MoveOrder:
    """Move an order to the nearest other free space, or fail it where none is left.

    What was true of the order as it is handed in is the reason to move it: where it has changed
    since, it is left alone. Raises Busy.
    """

    venues: Venues
    orders: Orders
    clock: Clock
    random: Random = field(default_factory=Random)

    def __call__(self, order: Order, why: Why) -> Order:
        """The order as it is then."""
        for lost in range(MOST_RACES):
            try:
                return change_as_judged(self.orders, order, self._moved(order, why, lost))
            except SpaceTaken:
                continue
        raise Busy

    def _moved(self, order: Order, why: Why, lost: int) -> Order:
        now = self.clock()
        mall = self.venues.mall(order.booking.merchant.mall)
        merchant = self.venues.merchant(order.booking.merchant)
        # Not back to where it could not stay either.
        avoid = order.tried | {order.claim.place}
        try:
            search = Search.of(mall, merchant, order.booking, now, order.extra, avoid)
        except InvalidBooking:
            # Its time is over, or nobody keeps a space for so long any more.
            return order.fail(why, now)
        survey = survey_for(self.orders, search, order.id)
        around = LookFurther(self.orders, search, survey)(survey.occupancy)
        others = around.without(order.claim.entries(order.id))
        claim = search.nearest(
            others, attempt=next_attempt(order.attempt), lost=lost, random=self.random
        )
        if claim is None:
            return order.fail(why, now)
        return order.move(claim, why, now, secure_at(self.orders, search, claim, others))
