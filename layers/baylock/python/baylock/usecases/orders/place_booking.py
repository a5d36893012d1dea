"""Place a booking: make its order, change it, or find that nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from baylock.domain.allocation.claim import Claim, next_attempt
from baylock.domain.booking.booking import Booking, OnlyIf
from baylock.domain.booking.window import check_service_time
from baylock.domain.errors import (
    Busy,
    OrderChanged,
    PhoneRefused,
    QuotaUsed,
    SpaceTaken,
    TooLate,
)
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Fenced, Known, Record, attempt_after, reserve
from baylock.domain.orders.repeat import (
    check_precondition,
    is_same,
    is_settled,
    said_after,
)
from baylock.domain.orders.state import Reason, State
from baylock.domain.sandbox.sandbox import outcome_of
from baylock.domain.venue.mall import Mall
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.texts.reading.texted_phone import refusal_of
from baylock.usecases.allocation.check_quotas import CheckQuotas
from baylock.usecases.allocation.find_space import SpaceFinder, View
from baylock.usecases.change import MAX_CHANGES
from baylock.usecases.orders.find_booking import FindBooking, Found

MAX_RACES = 24
"""Lost races after which a search gives up: far beyond what 64 racers for few spaces need."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The record of a placed booking; `created` where its reference was not known before."""

    record: Known
    created: bool


@dataclass(frozen=True)
class PlaceBooking:
    """Take the nearest free space for a booking, once; or bring its order in line with it.

    A new order takes three round trips when no other booking conflicts: read, take the space, write
    the order. If we crash between the last two, a repeat adopts the space that was taken.

    `only_if` is the caller's precondition. It counts as met if the booking has been placed already,
    as the caller may be repeating the call that did it.

    Raises InvalidBooking (PastTime, TooFarAhead, TooLong), NoSpace (NoLockHeard, QuotaUsed),
    TooLate, OtherVersion, NotSeen (another phone by an unsigned text: `Order.check_handed_on`),
    Busy, NoSuchMall, NotAMerchant. No way to a new driver's phone leads past
    here, so here it is refused where no texts are sent to it (PhoneRefused, an InvalidBooking).
    """

    find_space: SpaceFinder
    find_booking: FindBooking
    orders: Orders
    clock: Clock

    @property
    def _quotas(self) -> CheckQuotas:
        return CheckQuotas(self.orders)

    def __call__(self, booking: Booking, only_if: OnlyIf | None = None) -> Placed:
        place = self._place if booking.parking_needed else self._decline
        for tried in range(MAX_CHANGES):
            try:
                return place(booking, only_if, tried)
            except (OrderChanged, SpaceTaken):
                continue
        raise Busy

    # ── a booking that needs parking ─────────────────────────────────────────────────────────

    def _place(self, booking: Booking, only_if: OnlyIf | None, tried: int) -> Placed:
        now = self.clock()
        view = self._look(booking, now, surely=bool(tried or only_if))
        known = view.record
        check_precondition(only_if, known, done=is_settled(known, booking))
        if isinstance(known, Known) and (
            known.booking.is_newer_than(booking.said_at) or is_settled(known, booking)
        ):
            return Placed(known, created=False)
        _check_phone(booking, known, view.search.mall)
        record = self._with_parking(view, now)
        return Placed(record, created=not isinstance(known, Known))

    def _look(self, booking: Booking, now: datetime, *, surely: bool) -> View:
        """The view of the lots with the booking's record, as it is now wherever that matters.

        The record in a snapshot may be a moment old. That is enough for a new booking: its order is
        written only where no record exists. All others need the newest, and it is known only then
        that it is this booking's.
        """
        merchant, reference = booking.merchant, booking.reference
        first = self.find_booking.first_id(merchant, reference)
        if first is None:
            found = self.find_booking.place(merchant, reference)
            return self.find_space(booking, now, order=found.id, counting_phone=True).about(
                found.id, found.record
            )
        view = self.find_space(booking, now, order=first, counting_phone=True)
        if view.record is None and not surely:
            return view
        found = self.find_booking.place(merchant, reference)
        return view.about(found.id, found.record)

    def _with_parking(self, view: View, now: datetime) -> Known:
        """Write what the booking asks for, given the record that is known."""
        booking, known = view.search.booking, view.record
        if isinstance(known, Fenced) and known.calls_off(booking):
            off = replace(booking, parking_needed=False, said_at=known.called_off_at)
            return self._without_parking(off, Found(view.order, known), now)
        if isinstance(known, Order) and known.state is State.COMPLETED:
            raise TooLate
        if isinstance(known, Order) and known.is_live:
            return self._revise(known, view, now)
        check_service_time(booking.service_time, now)
        self._quotas.phone(view)
        return self._reserve(view, now)

    def _reserve(self, view: View, now: datetime) -> Order:
        """Take a space, then write the order that has it."""
        claim, view = self._claim(view)
        booking, secure_at = view.search.booking, view.secure_at(claim)
        booking = said_after(view.record, booking, now)
        order = reserve(
            view.order,
            booking,
            claim,
            view.settings(claim),
            now,
            view.record,
            secure_at,
            view.search.mall.keep_for,
        )
        try:
            self.orders.add(order, replacing=view.record)
        except OrderChanged:
            self._release(order)
            raise
        return order

    def _claim(self, view: View) -> tuple[Claim, View]:
        """The claim that is ours now, and the view in which it was made."""
        order, attempt = view.order, attempt_after(view.record)
        used: QuotaUsed | None = None
        for lost in range(MAX_RACES):
            view = view.further()
            if adopted := view.adoptable(attempt):
                return adopted, view
            claim = view.nearest(attempt, lost)
            if claim is None:
                self._give_up(view, used)
            if used := self._quotas.lot(view, claim):
                # Perhaps another lot still has one for this merchant.
                view = view.without_lot(claim.space.lot)
                continue
            seen = self.orders.claim(order, claim, view.occupancy, view.search.now)
            if seen is None:
                return claim, view
            view = view.seeing(seen)
        raise Busy

    def _give_up(self, view: View, used: QuotaUsed | None) -> NoReturn:
        """Raise QuotaUsed or NoSpace, unless the record has changed since: then decide again."""
        booking = view.search.booking
        found = self.find_booking.place(booking.merchant, booking.reference)
        if (found.id, found.record) != (view.order, view.record):
            raise OrderChanged
        raise used or view.full()

    def _release(self, order: Order) -> None:
        """Give back the space of an order that could not be written.

        Unless the writer that was quicker has adopted it.
        """
        winner = self.find_booking(order.booking.merchant, order.booking.reference)
        if not (isinstance(winner, Order) and winner.kept_claim == order.claim):
            self.orders.release(order.id, order.claim)

    def _revise(self, order: Order, view: View, now: datetime) -> Order:
        booking = view.search.booking
        order.check_handed_on(booking, now)
        if booking.phone != order.booking.phone:
            self._quotas.phone(view)
        if order.extra and order.asks_as_long(booking):
            view = view.for_longer(order.extra)
        if booking.service_time != order.booking.service_time:
            check_service_time(booking.service_time, now)
        claim, others = self._serving_claim(order, view)
        if (claim.space, claim.window) != (order.claim.space, order.claim.window) and (
            used := self._quotas.lot(others, claim)
        ):
            raise used
        settings, secure_at = others.settings(claim), others.secure_at(claim)
        booking = said_after(order, booking, now)
        revised = order.revise(booking, claim, settings, now, secure_at)
        self.orders.change(order, revised)
        return revised

    def _serving_claim(self, order: Order, view: View) -> tuple[Claim, View]:
        """A claim on the order's own space where that serves the booking, else on the nearest.

        With the view in which it was chosen, which does not have the order's own claim.
        """
        is_in = order.access.admitted_at is not None
        here = view.with_space_of(order.claim)
        others = here.without(order.claim, order.id)
        claim = others.keeping(order.claim, order.id, is_in=is_in)
        if claim is None and is_in:
            raise TooLate
        if claim is None:
            others = here.further().without(order.claim, order.id)
            claim = others.nearest(next_attempt(order.attempt))
        if claim is None:
            raise others.full(order.claim)
        return claim, others

    # ── a booking that needs no parking ──────────────────────────────────────────────────────

    def _decline(self, booking: Booking, only_if: OnlyIf | None, _tried: int) -> Placed:
        now = self.clock()
        found = self.find_booking.place(booking.merchant, booking.reference)
        known = found.record
        check_precondition(only_if, known, done=is_same(known, booking))
        if isinstance(known, Known):
            if isinstance(known, Order):
                # The merchant may leave out the phone, but the driver gets a text about it.
                booking = replace(booking, phone=booking.phone or known.booking.phone)
            if known.booking.is_newer_than(booking.said_at) or is_same(known, booking):
                return Placed(known, created=False)
        record = self._without_parking(booking, found, now)
        return Placed(record, created=not isinstance(known, Known))

    def _without_parking(self, booking: Booking, found: Found, now: datetime) -> Known:
        """Cancel the live order, or keep that the booking has none."""
        known = found.record
        booking = said_after(known, booking, now)
        if isinstance(known, Order) and known.is_live:
            cancelled = known.cancel(Reason.MERCHANT, now, booking)
            self.orders.change(known, cancelled)
            return cancelled
        if isinstance(known, Known):
            record: Known = known.describe(booking, now)
        else:
            version = known.version + 1 if known else 1
            keep_for = self.find_space.venues.mall(booking.merchant.mall).keep_for
            record = Declined(found.id, booking, version, now, attempt_after(known), keep_for)
        self.orders.add(record, replacing=known)
        return record


def _check_phone(booking: Booking, known: Record | None, mall: Mall) -> None:
    """Raise PhoneRefused where no texts are sent to the driver's phone.

    A live order keeps the phone that it has. A sandbox's phones that force an outcome are nobody's.
    """
    if isinstance(known, Order) and known.is_live and known.booking.phone == booking.phone:
        return
    if booking.phone is None or outcome_of(booking):
        return
    if refusal := refusal_of(booking.phone, mall.texted_countries):
        raise PhoneRefused(refusal, mall.texted_countries)
