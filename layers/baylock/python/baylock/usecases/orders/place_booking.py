"""This is my booking now: make its order, change it, or find that nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from baylock.domain.allocation.claim import Claim, next_attempt
from baylock.domain.allocation.occupancy import Occupancy
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, Channel, OnlyIf
from baylock.domain.booking.window import check_service_time
from baylock.domain.errors import Busy, OrderChanged, OtherBooking, SpaceTaken, TooLate
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Fenced, Known, Record, attempt_after, reserve
from baylock.domain.orders.snapshot import Snapshot
from baylock.domain.orders.state import Reason, State
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.allocation.find_space import LookFurther, look_at, secure_at, snapshot_for
from baylock.usecases.change import MAX_CHANGES

MAX_RACES = 24
"""Lost races after which a search gives up: far beyond what 64 racers for few spaces need."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a booking; `created` where its reference was not known before."""

    record: Known
    created: bool


@dataclass(frozen=True)
class PlaceBooking:
    """Take the nearest free space for a booking, once; or bring its order in line with it.

    A new order takes three round trips when nobody else is in the way: look, take the space, write
    the order. Where we fall between the last two, a repeat adopts the space that was taken.

    `only_if` is what the caller wants to find. What has been done already is done all the same, as
    the caller may be repeating what changed it.

    Raises InvalidBooking (PastTime, TooFarAhead, TooLong, OtherBooking), NoSpace, TooLate,
    OtherVersion, Busy, NoSuchMall, NotAMerchant.
    """

    venues: Venues
    orders: Orders
    clock: Clock
    random: Random = field(default_factory=Random)

    def __call__(self, booking: Booking, only_if: OnlyIf | None = None) -> Placed:
        for tried in range(MAX_CHANGES):
            try:
                if booking.parking_needed:
                    return self._place(booking, only_if, closely=tried > 0)
                return self._decline(booking, only_if)
            except (OrderChanged, SpaceTaken):
                continue
        raise Busy

    def _place(self, booking: Booking, only_if: OnlyIf | None, *, closely: bool) -> Placed:
        """Look once, and `closely` where the first look has misled us before."""
        now = self.clock()
        mall = self.venues.mall(booking.merchant.mall)
        merchant = self.venues.merchant(booking.merchant)
        search = Search.of(mall, merchant, booking, now)
        snapshot = snapshot_for(self.orders, search, booking.order_id)
        if closely or only_if or snapshot.record is not None:
            # A new booking finds none, and what it writes goes only where there is none.
            snapshot = replace(snapshot, record=self.orders.record(booking.order_id))
        known = snapshot.record
        _check(only_if, known, done=isinstance(known, Known) and _is_settled(known, booking))
        if isinstance(known, Fenced) and _is_called_off(known, booking):
            return self._declined(booking, known, now)
        if isinstance(known, Order | Declined):
            _check_same_reference(known, booking)
            if known.booking.is_newer_than(booking.said_at) or _is_settled(known, booking):
                return Placed(known, created=False)
            if isinstance(known, Order) and known.state is State.COMPLETED:
                raise TooLate
        if isinstance(known, Order) and known.is_live:
            if known.extra and known.asks_as_long(booking):
                search = Search.of(mall, merchant, booking, now, known.extra)
                snapshot = snapshot_for(self.orders, search, known.id)
            return Placed(self._revise(known, search, snapshot, now), created=False)
        check_service_time(booking.service_time, now)
        order = self._reserve(search, snapshot, now)
        return Placed(order, created=not isinstance(known, Order | Declined))

    def _reserve(self, search: Search, snapshot: Snapshot, now: datetime) -> Order:
        known = snapshot.record
        claim, occupancy = self._take(search, snapshot)
        early = secure_at(self.orders, search, claim, occupancy)
        order = reserve(search.booking, claim, search.settings(claim), now, known, early)
        try:
            self.orders.add(order, replacing=known)
        except OrderChanged:
            self._withdraw(order)
            raise
        return order

    def _take(self, search: Search, snapshot: Snapshot) -> tuple[Claim, Occupancy]:
        """The claim that is ours now, and what stands around it."""
        order, attempt = search.booking.order_id, attempt_after(snapshot.record)
        look_further, occupancy = LookFurther(self.orders, search, snapshot), snapshot.occupancy
        for lost in range(MAX_RACES):
            occupancy = look_further(occupancy)
            if adopted := search.adoptable(occupancy, attempt):
                return adopted, occupancy
            claim = search.nearest(occupancy, attempt=attempt, lost=lost, random=self.random)
            if claim is None:
                break
            there_now = self.orders.claim(order, claim, occupancy, search.now)
            if there_now is None:
                return claim, occupancy
            occupancy = there_now
        else:
            raise Busy
        if self.orders.record(order) != snapshot.record:
            raise OrderChanged
        raise search.full(occupancy)

    def _withdraw(self, order: Order) -> None:
        """Give back what we took, unless the one who was quicker has adopted it."""
        winner = self.orders.find(order.id)
        if not (isinstance(winner, Order) and winner.kept_claim == order.claim):
            self.orders.release(order.id, order.claim)

    def _revise(self, order: Order, search: Search, snapshot: Snapshot, now: datetime) -> Order:
        booking = search.booking
        if booking.service_time != order.booking.service_time:
            check_service_time(booking.service_time, now)
        mine = order.claim.entries(order.id)
        here = look_at(self.orders, search, snapshot.occupancy, search.zone_days(order.claim))
        others = here.without(mine)
        claim = search.keeping(order, others)
        if claim is None:
            if order.access.admitted_at:
                raise TooLate
            around = LookFurther(self.orders, search, snapshot)(here)
            others = around.without(mine)
            claim = search.nearest(
                others, attempt=next_attempt(order.attempt), lost=0, random=self.random
            )
        if claim is None:
            raise search.full(others)
        early = secure_at(self.orders, search, claim, others)
        revised = order.revise(booking, claim, search.settings(claim), now, early)
        self.orders.change(order, revised)
        return revised

    def _declined(self, booking: Booking, known: Fenced, now: datetime) -> Placed:
        """What comes after its own cancellation needs no parking."""
        off = replace(booking, parking_needed=False, said_at=known.called_off_at)
        declined = Declined(off, known.version + 1, now, attempt_after(known))
        self.orders.add(declined, replacing=known)
        return Placed(declined, created=True)

    def _decline(self, booking: Booking, only_if: OnlyIf | None) -> Placed:
        now = self.clock()
        known = self.orders.record(booking.order_id)
        _check(only_if, known, done=isinstance(known, Known) and _says_the_same(known, booking))
        if not isinstance(known, Order | Declined):
            version = known.version + 1 if known else 1
            declined = Declined(booking, version, now, attempt_after(known))
            self.orders.add(declined, replacing=known)
            return Placed(declined, created=True)
        _check_same_reference(known, booking)
        if known.booking.is_newer_than(booking.said_at):
            return Placed(known, created=False)
        if isinstance(known, Order):
            # Who need not come by car may be left out, but is told that no space is kept.
            booking = replace(booking, phone=booking.phone or known.booking.phone)
        if _says_the_same(known, booking):
            return Placed(known, created=False)
        if isinstance(known, Order) and known.is_live:
            cancelled = known.cancel(Reason.MERCHANT, now, booking)
            self.orders.change(known, cancelled)
            return Placed(cancelled, created=False)
        again = known.describe(booking, now)
        self.orders.add(again, replacing=known)
        return Placed(again, created=False)


def _check_same_reference(known: Known, booking: Booking) -> None:
    theirs = known.booking
    if (theirs.merchant, theirs.reference) != (booking.merchant, booking.reference):
        raise OtherBooking("reference", "can't be told apart from another one; change it a little")


def _check(only_if: OnlyIf | None, known: Record | None, *, done: bool) -> None:
    """Raise OtherVersion unless the caller finds what it wants, or all is `done` already."""
    if only_if and (only_if.absent or not done):
        only_if.check(known.version if isinstance(known, Order | Declined) else None)


def _is_called_off(known: Fenced, booking: Booking) -> bool:
    off, said = known.called_off_at, booking.said_at
    return off is not None and said is not None and said < off


def _says_the_same(known: Known, booking: Booking) -> bool:
    def said(one: Booking) -> Booking:
        return replace(one, channel=Channel.API, said_at=None)

    return said(known.booking) == said(booking)


def _is_settled(known: Known, booking: Booking) -> bool:
    """Whether a booking that is sent again needs nothing done.

    One that the merchant had cancelled, or that failed, is placed again; one that the driver gave
    back, missed or completed is not.
    """
    if not _says_the_same(known, booking):
        return False
    if isinstance(known, Declined):
        return True
    gave_up = known.state is State.CANCELLED and known.reason is Reason.MERCHANT
    return not gave_up and known.state is not State.FAILED
