"""In lots too large to be read as a whole: look where a better space may be, until none can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.occupancy import Occupancy, ZoneDay
from baylock.domain.allocation.ranking import RankedZone
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.snapshot import Snapshot
from baylock.ports.orders import Orders

FIRST_LOOK = 3
"""Zones read at once. Each further look is for twice as many, should the hint be of no use."""


def snapshot_for(orders: Orders, search: Search, order: OrderId) -> Snapshot:
    """The first look: the order, small lots as a whole, of large ones the hint."""
    return orders.snapshot(order, search.mall.ref, search.spans, search.hinted)


def look_at(
    orders: Orders, search: Search, occupancy: Occupancy, zones: Iterable[ZoneDay]
) -> Occupancy:
    """With these zones as well, where they have not been read yet."""
    unread = {key for key in zones if not occupancy.knows(key)}
    return occupancy.with_zones(orders.read_zones(search.mall.ref, unread)) if unread else occupancy


def secure_at(orders: Orders, search: Search, claim: Claim, occupancy: Occupancy) -> datetime:
    """As `Search.secure_at`, having looked at the day before where it matters."""
    before = search.day_before(claim)
    if before:
        occupancy = occupancy.with_zones(orders.read_zones(search.mall.ref, before))
    return search.secure_at(claim, occupancy)


@dataclass(frozen=True)
class LookFurther:
    """From what a survey has seen to all that must be known to choose the nearest space.

    That no space is free is believed only when every zone has been read.
    """

    orders: Orders
    search: Search
    snapshot: Snapshot

    @cached_property
    def _hopes(self) -> Sequence[tuple[int, RankedZone]]:
        return self.search.hopes(self.snapshot.occupancy, self.snapshot.hint)

    def __call__(self, occupancy: Occupancy) -> Occupancy:
        """The occupancy with what else is worth reading; all of it where that is nothing."""
        if not occupancy.partial:
            return occupancy
        most = FIRST_LOOK
        while more := self._worth_reading(occupancy, most):
            occupancy = look_at(self.orders, self.search, occupancy, more)
            most *= 2
        if self.search.best_known(occupancy) < len(self.search.ranked):
            return occupancy
        search = self.search
        whole = self.orders.snapshot(search.booking.order_id, search.mall.ref, search.spans)
        return whole.occupancy

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
