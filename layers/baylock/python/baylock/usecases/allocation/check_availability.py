"""Show what is free for a service, before anybody books it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from baylock.domain.allocation.ranking import Candidate
from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.booking.window import ServiceTime, check_service_time
from baylock.domain.errors import NoSpace
from baylock.domain.venue.mall import MerchantId, Needs
from baylock.ports.clock import Clock
from baylock.usecases.allocation.find_space import SpaceFinder

_NO_REFERENCE = Reference("-")


@dataclass(frozen=True, slots=True)
class Availability:
    """How many spaces are free, and the space that a booking made now would get.

    `exact` is False where some were counted by a large lot's hint. Where nothing is free, `full`
    has what could be done instead.
    """

    free: int
    exact: bool
    nearest: Candidate | None
    full: NoSpace | None


@dataclass(frozen=True)
class CheckAvailability:
    """Search as a booking would, and take nothing.

    It reads what a booking that finds a space reads: lots of up to 1,024 spaces as a whole, of
    larger ones their hint and the few zones in which a nearer space may be. Only where none is free
    is all of a large lot read. docs/api.md has the cost.

    Raises InvalidBooking (PastTime, TooFarAhead, TooLong), Busy, NoSuchMall, NotAMerchant.
    """

    find_space: SpaceFinder
    clock: Clock

    def __call__(
        self,
        merchant: MerchantId,
        service_time: datetime,
        duration: timedelta | None,
        needs: Needs,
    ) -> Availability:
        now = self.clock()
        time = ServiceTime.of(service_time, duration)
        check_service_time(time.start, now)
        question = Booking(
            merchant,
            _NO_REFERENCE,
            time.start,
            time.duration,
            parking_needed=False,
            needs=needs,
            within_second=time.within_second,
        )
        view = self.find_space(question, now, order=None).further()
        nearest = view.best()
        if nearest is None:
            return Availability(0, True, None, view.full())
        free, exact = view.count()
        return Availability(free, exact, nearest, None)
