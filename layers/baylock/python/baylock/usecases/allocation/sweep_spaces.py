"""Give back the spaces that were taken for orders that were never written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from baylock.domain.allocation.occupancy import entries
from baylock.domain.allocation.pending import PendingClaim, PendingZone
from baylock.domain.booking.booking import order_id_of
from baylock.domain.errors import Busy, OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record, attempt_after, fenced
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.allocation.refresh_hint import RefreshHint
from baylock.usecases.change import MAX_CHANGES

MAX_PENDING = timedelta(minutes=1)
"""Longer than any function may run, so that whoever took a space is hardly still about it."""


@dataclass(frozen=True)
class SweepSpaces:
    """See that what was taken a while ago has its order, and give back what has none.

    Somebody may still be about to write that order after all. So it is fenced first: they will find
    that they were too slow, and begin anew. Only then is the space given back.
    """

    orders: Orders
    refresh_hint: RefreshHint
    clock: Clock

    def __call__(self) -> int:
        """All there is to sweep; how many entries were removed. Raises Busy."""
        return sum(self.sweep(zone) for zone in self.due())

    def due(self) -> Iterator[PendingZone]:
        """Where something was taken a while ago that nobody has looked at since."""
        return self.orders.pending(self.clock() - MAX_PENDING)

    def sweep(self, zone: PendingZone) -> int:
        """How many entries were removed. Raises Busy."""
        leftovers = [taken for taken in zone.claims if self._is_left_over(zone, taken)]
        self.orders.resolve(zone, leftovers)
        self.refresh_hint.of_entries(zone.mall, [(zone.key, taken.entry) for taken in leftovers])
        return len(leftovers)

    def _is_left_over(self, zone: PendingZone, taken: PendingClaim) -> bool:
        """Whether an entry is there that no order has, or will ever have."""
        if taken.entry not in entries(zone.positions.get(taken.position, b"")):
            return False
        order = order_id_of(taken.entry.tag)
        for _ in range(MAX_CHANGES):
            record = self.orders.record(order)
            if _has(record, zone, taken):
                return False
            if taken.entry.attempt != attempt_after(record):
                # Whoever took it had seen an older record than this, and can't replace this one.
                return True
            if isinstance(record, Order) and record.is_live:
                return True
            try:
                self.orders.add(fenced(order, record, self.clock()), replacing=record)
            except OrderChanged:
                continue
            return True
        raise Busy


def _has(record: Record | None, zone: PendingZone, taken: PendingClaim) -> bool:
    if not isinstance(record, Order) or record.kept_claim is None:
        return False
    return (zone.key, taken.position, taken.entry) in record.kept_claim.entries(record.id)
