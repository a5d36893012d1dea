"""Find the nearest free space for a booking, reading no more of the lots than it takes.

Lots that are too large to be read as a whole are read where a better space may be, until none can
be (docs/allocation.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Self

from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.hint import Hint
from baylock.domain.allocation.occupancy import Occupancy, ZoneDay
from baylock.domain.allocation.ranking import Candidate, RankedZone
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, OrderId
from baylock.domain.booking.window import Span
from baylock.domain.errors import NoSpace
from baylock.domain.orders.record import Record
from baylock.domain.orders.snapshot import Snapshot
from baylock.domain.venue.mall import LotRef, LotSettings
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues

FIRST_ZONES = 3
"""Zones in the first further read. Each later read is of twice as many, should hints be wrong."""


@dataclass(frozen=True)
class SpaceFinder:
    """Takes the first look at the lots of a booking's mall, and at its record.

    Raises InvalidBooking (PastTime, TooFarAhead, TooLong), NoSuchMall, NotAMerchant, Busy.
    """

    venues: Venues
    orders: Orders
    random: Random = field(default_factory=Random)

    def __call__(
        self,
        booking: Booking,
        now: datetime,
        *,
        order: OrderId | None,
        extra: timedelta = timedelta(),
        avoid: frozenset[str] = frozenset(),
        is_promised: bool = False,
        counting_phone: bool = False,
    ) -> View:
        """One round trip: small lots as a whole, the hint of large ones, and the order if asked.

        `extra` and `avoid` as in `Search.of`. With `is_promised` the booking has a space already,
        and its merchant may have moved out since. With `counting_phone` the live orders of the
        booking's phone are read too, where the mall has a quota of them.
        """
        find = self.venues.merchant_then if is_promised else self.venues.merchant
        self.venues.mall(booking.merchant.mall)
        merchant = find(booking.merchant)
        # From memory, unless the merchant was read again because it is newer than the mall was.
        mall = self.venues.mall(booking.merchant.mall)
        search = Search.of(mall, merchant, booking, now, extra, avoid)
        counts = counting_phone and mall.quotas.orders_per_phone is not None
        phone = booking.phone if counts else None
        return View.first(self.orders, search, order, self.random, phone)


@dataclass(frozen=True)
class View:
    """The lots as known in a search for a space; reading more gives another view.

    Methods that read may raise Busy.
    """

    search: Search
    record: Record | None
    occupancy: Occupancy
    _reader: _Reader
    _random: Random

    @classmethod
    def first(
        cls,
        orders: Orders,
        search: Search,
        order: OrderId | None,
        random: Random,
        phone: str | None = None,
    ) -> Self:
        """The view after one round trip, with the record of an order if one is asked for."""
        snapshot = orders.snapshot(order, search.mall.ref, search.spans, search.hinted, phone)
        reader = _Reader(orders, search, order, snapshot)
        return cls(search, snapshot.record, snapshot.occupancy, reader, random)

    @property
    def of_phone(self) -> frozenset[OrderId]:
        """The live orders of the booking's phone, where they were asked for."""
        return self._reader.first.of_phone

    @property
    def hint(self) -> Hint:
        """The hint of the large lots."""
        return self._reader.first.hint

    @property
    def order(self) -> OrderId:
        """The order that the search is for; ValueError where it is for none."""
        if self._reader.order is None:
            raise ValueError("a search for no order")
        return self._reader.order

    def about(self, order: OrderId, record: Record | None) -> Self:
        """The same view with the record as it was read later, maybe under another id."""
        reader = self._reader
        if order != reader.order:
            reader = replace(reader, order=order)
        return replace(self, record=record, _reader=reader)

    # ── reading more ─────────────────────────────────────────────────────────────────────────

    def for_longer(self, extra: timedelta) -> Self:
        """A first look for the same booking with the time that its driver was granted beyond it."""
        asked, reader = self.search, self._reader
        search = Search.of(asked.mall, asked.merchant, asked.booking, asked.now, extra)
        return self.first(reader.orders, search, reader.order, self._random)

    def with_space_of(self, claim: Claim) -> Self:
        """With the zone of a claim's space, on the days on which the booking needs it."""
        zones = self.search.zone_days(claim)
        return self.seeing(self._reader.with_zones(self.occupancy, zones))

    def further(self) -> Self:
        """With all that must be known to choose the nearest space.

        That no space is free is believed only when every zone has been read.
        """
        return self.seeing(self._reader.further(self.occupancy))

    def seeing(self, occupancy: Occupancy) -> Self:
        """The same search, with the occupancy as it was read later."""
        return replace(self, occupancy=occupancy)

    def without(self, claim: Claim, order: OrderId) -> Self:
        """As if this order did not have this claim."""
        return self.seeing(self.occupancy.without(claim.entries(order)))

    def without_lot(self, lot: LotRef) -> Self:
        """As if the mall did not have this lot."""

        def not_partly(occupancy: Occupancy) -> Occupancy:
            return replace(occupancy, partial=occupancy.partial - {lot})

        search, first = self.search.without_lot(lot), self._reader.first
        first = replace(first, occupancy=not_partly(first.occupancy))
        reader = replace(self._reader, search=search, first=first)
        occupancy = not_partly(self.occupancy)
        return replace(self, search=search, occupancy=occupancy, _reader=reader)

    # ── choosing ─────────────────────────────────────────────────────────────────────────────

    def adoptable(self, attempt: int) -> Claim | None:
        """See `Search.adoptable`; for a view with an order."""
        return self.search.adoptable(self.occupancy, self.order, attempt)

    def keeping(self, claim: Claim, order: OrderId, *, is_in: bool) -> Claim | None:
        """See `Search.keeping`; for a view without the order's own claim."""
        return self.search.keeping(claim, order, self.occupancy, is_in=is_in)

    def nearest(self, attempt: int, lost: int = 0) -> Claim | None:
        """See `Search.nearest`."""
        return self.search.nearest(self.occupancy, attempt=attempt, lost=lost, random=self._random)

    def secure_at(self, claim: Claim) -> datetime:
        """See `Search.secure_at`; reads the day before where it matters."""
        before = self.search.day_before(claim)
        occupancy = self._reader.with_newest(self.occupancy, before) if before else self.occupancy
        return self.search.secure_at(claim, occupancy)

    def settings(self, claim: Claim) -> LotSettings:
        """See `Search.settings`."""
        return self.search.settings(claim)

    def best(self) -> Candidate | None:
        """The nearest space that is known to be free."""
        rank = self.search.best_known(self.occupancy)
        return self.search.ranked[rank] if rank < len(self.search.ranked) else None

    def count(self) -> tuple[int, bool]:
        """See `Search.count`."""
        return self.search.count(self.occupancy, self._reader.first.hint)

    def full(self, kept: Claim | None = None) -> NoSpace:
        """See `Search.full`; reads a further day of lots that have few later times.

        `kept` is the order's own claim, in whose place the booking would come.
        """
        full = self.search.full(self.occupancy)
        more = self.search.worth_reading_for(full)
        if not more:
            return full
        occupancy = self._reader.with_days(self.occupancy, more)
        if kept:
            occupancy = occupancy.without(kept.entries(self.order))
        return self.search.full_with(full, more, occupancy)


@dataclass(frozen=True)
class _Reader:
    """The reads of a search that follow its first snapshot."""

    orders: Orders
    search: Search
    order: OrderId | None
    first: Snapshot

    def with_newest(self, occupancy: Occupancy, zones: Collection[ZoneDay]) -> Occupancy:
        """With these zones as they are now."""
        return occupancy.with_zones(self.orders.read_zones(self.search.mall.ref, zones))

    def with_zones(self, occupancy: Occupancy, zones: Iterable[ZoneDay]) -> Occupancy:
        """With these zones as well, where they have not been read yet."""
        unread = {key for key in zones if not occupancy.knows(key)}
        return self.with_newest(occupancy, unread) if unread else occupancy

    def with_days(self, occupancy: Occupancy, days: Mapping[LotRef, Sequence[Span]]) -> Occupancy:
        """With further days of some lots as a whole."""
        more = self.orders.snapshot(None, self.search.mall.ref, days).occupancy
        return Occupancy(
            zones={**occupancy.zones, **more.zones},
            out={**occupancy.out, **more.out},
            vehicles={**occupancy.vehicles, **more.vehicles},
            found_taken={**occupancy.found_taken, **more.found_taken},
            unheard={**occupancy.unheard, **more.unheard},
        )

    def further(self, occupancy: Occupancy) -> Occupancy:
        """With what else is worth reading; all of it where no space is known to be free then."""
        if not occupancy.partial:
            return occupancy
        most = FIRST_ZONES
        while more := self._worth_reading(occupancy, most):
            occupancy = self.with_zones(occupancy, more)
            most *= 2
        if self.search.best_known(occupancy) < len(self.search.ranked):
            return occupancy
        whole = self.orders.snapshot(self.order, self.search.mall.ref, self.search.spans)
        return whole.occupancy

    @cached_property
    def _hopes(self) -> Sequence[tuple[int, RankedZone]]:
        return self.search.hopes(self.first.occupancy, self.first.hint)

    def _worth_reading(self, occupancy: Occupancy, most: int) -> Sequence[ZoneDay]:
        """Of at most so many zones that may have a better space than the best that is known."""
        best = self.search.best_known(occupancy)
        found: list[Sequence[ZoneDay]] = []
        for rank, zone in self._hopes:
            if rank >= best or len(found) >= most:
                break
            if unread := self.search.unread(zone, occupancy):
                found.append(unread)
        return [key for keys in found for key in keys]
