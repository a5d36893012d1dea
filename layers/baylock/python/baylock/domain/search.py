"""The search for a space: what a booking asks of the lots, and which free space answers it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Self

from baylock.domain.booking import Booking, order_tag
from baylock.domain.errors import TooLong
from baylock.domain.occupancy import Occupancy, ZoneDay, choose, entries, free_candidates
from baylock.domain.order import Claim, Order
from baylock.domain.venue import (
    Candidate,
    LockWhen,
    LotRef,
    Mall,
    Merchant,
    SpaceId,
    Terms,
    candidates,
)
from baylock.domain.window import (
    SLOT,
    Span,
    Window,
    day_start,
    parking_window,
    slot_floor,
    spans,
)

NEXT_TIMES = 3


@dataclass(frozen=True, slots=True)
class LotWindow:
    """When a booking needs a space of one lot, by that lot's terms for the merchant."""

    window: Window
    spans: tuple[Span, ...]
    terms: Terms


@dataclass(frozen=True)
class Search:
    """A booking's question to the lots of its mall."""

    mall: Mall
    booking: Booking
    ranked: tuple[Candidate, ...]
    windows: Mapping[LotRef, LotWindow]
    now: datetime

    @classmethod
    def of(
        cls,
        mall: Mall,
        merchant: Merchant,
        booking: Booking,
        now: datetime,
        extra: timedelta = timedelta(),
    ) -> Self:
        """`extra` is what the driver was granted beyond the booking.

        TooLong where the window would be, in every lot.
        """
        windows = _lot_windows(mall, merchant, booking, now, extra)
        ranked = candidates(mall, merchant, booking.needs)
        reachable = tuple(one for one in ranked if one.lot in windows)
        return cls(mall, booking, reachable, windows, now)

    @cached_property
    def spans(self) -> Mapping[LotRef, Sequence[Span]]:
        """The days and slots to read and to fill, by lot."""
        return {lot: asked.spans for lot, asked in self.windows.items()}

    def terms(self, claim: Claim) -> Terms:
        """The terms under which a claim was made."""
        return self.windows[claim.space.lot].terms

    def nearest(
        self,
        occupancy: Occupancy,
        *,
        attempt: int,
        lost: int,
        random: Random,
        avoid: Collection[str] = (),
    ) -> Claim | None:
        """A claim on the nearest free space; after `lost` lost races on one of the nearest.

        `avoid` names places (`Claim.place`). Where the barrier would go up at once, a space with a
        vehicle on it will not do.
        """
        free = (
            candidate
            for candidate in free_candidates(self.ranked, occupancy, self.spans)
            if self._stands_empty(candidate, occupancy)
        )
        claims = (self._claim(candidate, attempt) for candidate in free)
        return choose((claim for claim in claims if claim.place not in avoid), lost, random)

    def secure_at(self, claim: Claim, occupancy: Occupancy) -> datetime:
        """When the barrier should go up: `lead` before the start.

        Later where another order has the space until then; its driver is there by right.
        """
        asked = self.windows[claim.space.lot]
        early = asked.window.start - asked.terms.lead
        for span in spans(Window(slot_floor(early), asked.window.start), self.mall.zone):
            key = ZoneDay(claim.space.lot, span.day, claim.zone)
            for entry in entries(occupancy.day(key, claim.position)):
                if entry.first < span.end and entry.end > span.first:
                    early = max(early, day_start(span.day, self.mall.zone) + entry.end * SLOT)
        return early

    def _stands_empty(self, candidate: Candidate, occupancy: Occupancy) -> bool:
        if candidate.space.ref not in occupancy.vehicles.get(candidate.lot, ()):
            return True
        return self.secure_at(self._claim(candidate, 0), occupancy) > self.now

    def adoptable(self, occupancy: Occupancy, attempt: int) -> Claim | None:
        """A claim of this very order that stands in the occupancy: its writer fell before the end.

        Only one that serves the booking as it is now will do.
        """
        tag = order_tag(self.booking.order_id)
        if not any(
            tag in day for positions in occupancy.zones.values() for day in positions.values()
        ):
            return None
        for candidate in self.ranked:
            claim = self._claim(candidate, attempt)
            if occupancy.holds(claim.entries(self.booking.order_id)):
                return claim
        return None

    def keeping(self, order: Order, others: Occupancy) -> Claim | None:
        """A claim on the space that an order has already, where that still serves the booking.

        `others` is the occupancy without the order's own entries.
        """
        for candidate in self.ranked:
            if self._id(candidate) == order.claim.space:
                claim = self._claim(candidate, order.attempt + 1)
                if self.terms(claim).lock_when is LockWhen.AT_BOOKING:
                    # It has been kept since it was booked.
                    claim = order.claim.until(claim.window.end, self.mall.zone)
                if claim.window == order.claim.window:
                    return order.claim
                # Not `has_free`: the lock of a space that is held already is the order's concern.
                return claim if others.has_room(claim.entries(order.id)) else None
        return None

    def next_free(self, occupancy: Occupancy) -> tuple[datetime, ...]:
        """The next service times with a free space, as far as the days that were read go."""
        found: list[datetime] = []
        read = {(lot, span.day) for lot, asked in self.spans.items() for span in asked}
        shift = SLOT
        while len(found) < NEXT_TIMES and (later := self._spans_later(shift, read)):
            if any(free_candidates(self.ranked, occupancy, later)):
                found.append(self.booking.service_time + shift)
            shift += SLOT
        return tuple(found)

    def _spans_later(
        self, shift: timedelta, read: Collection[tuple[LotRef, date]]
    ) -> Mapping[LotRef, Sequence[Span]]:
        moved = {
            lot: spans(Window(asked.window.start + shift, asked.window.end + shift), self.mall.zone)
            for lot, asked in self.windows.items()
        }
        return {
            lot: asked
            for lot, asked in moved.items()
            if all((lot, span.day) in read for span in asked)
        }

    def _id(self, candidate: Candidate) -> SpaceId:
        return SpaceId(self.mall.ref, candidate.lot, candidate.space.ref)

    def _claim(self, candidate: Candidate, attempt: int) -> Claim:
        asked = self.windows[candidate.lot]
        return Claim(
            space=self._id(candidate),
            level=candidate.space.level,
            thing=candidate.space.thing,
            zone=candidate.space.zone,
            position=candidate.space.position,
            window=asked.window,
            spans=asked.spans,
            walk_dm=candidate.walk_dm,
            attempt=attempt % 256,
        )


def _lot_windows(
    mall: Mall, merchant: Merchant, booking: Booking, now: datetime, extra: timedelta
) -> Mapping[LotRef, LotWindow]:
    windows = {}
    too_long: TooLong | None = None
    for lot in mall.lots:
        terms = merchant.overrides.of(lot.terms)
        try:
            window = parking_window(
                booking.service_time, (booking.duration or terms.duration) + extra, terms, now
            )
        except TooLong as error:
            too_long = error
        else:
            windows[lot.ref] = LotWindow(window, spans(window, mall.zone), terms)
    if too_long and not windows:
        raise too_long
    return windows
