"""What is free for a service, before anybody books it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from baylock.domain.allocation.ranking import Candidate
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.booking.window import check_service_time
from baylock.domain.errors import NoSpace
from baylock.domain.venue.mall import MerchantId, Needs
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.allocation.find_space import LookFurther

_NOBODY = Reference("-")


@dataclass(frozen=True, slots=True)
class Availability:
    """How many spaces are free, and the one that a booking made now would get.

    `exact` is False where some were counted by a large lot's hint. Where nothing is free, `full`
    says what could be done instead.
    """

    free: int
    exact: bool
    nearest: Candidate | None
    full: NoSpace | None


@dataclass(frozen=True)
class CheckAvailability:
    """Look as a booking would, and take nothing.

    It reads what a booking that finds a space reads: lots of up to 1,024 spaces as a whole, of
    larger ones their hint and the few zones in which a nearer space may be. Only where none is free
    is all of a large lot read. docs/api.md has the cost.

    Raises InvalidBooking (PastTime, TooFarAhead, TooLong), Busy, NoSuchMall, NotAMerchant.
    """

    venues: Venues
    orders: Orders
    clock: Clock

    def __call__(
        self,
        merchant: MerchantId,
        service_time: datetime,
        duration: timedelta | None,
        needs: Needs,
    ) -> Availability:
        now = self.clock()
        check_service_time(service_time, now)
        mall, shop = self.venues.mall(merchant.mall), self.venues.merchant(merchant)
        question = Booking(
            merchant, _NOBODY, service_time, duration, parking_needed=False, needs=needs
        )
        search = Search.of(mall, shop, question, now)
        snapshot = self.orders.snapshot(None, mall.ref, search.spans, search.hinted)
        occupancy = LookFurther(self.orders, search, snapshot)(snapshot.occupancy)
        rank = search.best_known(occupancy)
        if rank == len(search.ranked):
            return Availability(0, True, None, search.full(occupancy))
        free, exact = search.count(occupancy, snapshot.hint)
        return Availability(free, exact, search.ranked[rank], None)
