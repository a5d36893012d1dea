"""Give back spaces whose order was never written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from baylock.domain.allocation.occupancy import entries
from baylock.domain.allocation.pending import PendingClaim, PendingZone
from baylock.domain.booking.order_ids import order_id_of
from baylock.domain.errors import Busy, OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record, attempt_after, fenced
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.allocation.refresh_hint import RefreshHint
from baylock.usecases.change import MAX_CHANGES

PENDING_FOR = timedelta(minutes=1)
"""Longer than any function may run, so that the writer of the order has almost surely ended."""


@dataclass(frozen=True)
class SweepSpaces:
    """Check that claims of a while ago have their order, and give back those that have none.

    A slow writer may still be about to write that order. So it is fenced first, which makes the
    writer begin anew; only then is the space given back.
    """

    orders: Orders
    refresh_hint: RefreshHint
    clock: Clock

    def __call__(self) -> int:
        """Sweep every due zone; how many entries were removed. Raises Busy."""
        return sum(self.sweep(zone) for zone in self.due())

    def due(self) -> Iterator[PendingZone]:
        """The zones with claims of a while ago that have not been resolved."""
        return self.orders.pending(self.clock() - PENDING_FOR)

    def sweep(self, zone: PendingZone) -> int:
        """Sweep a zone; how many entries were removed. Raises Busy."""
        leftovers = [claim for claim in zone.claims if self._is_left_over(zone, claim)]
        self.orders.resolve(zone, leftovers)
        self.refresh_hint.of_entries(zone.mall, [(zone.key, claim.entry) for claim in leftovers])
        return len(leftovers)

    def _is_left_over(self, zone: PendingZone, claim: PendingClaim) -> bool:
        """Whether the zone has this entry, and no order has it or will ever have it."""
        if claim.entry not in entries(zone.positions.get(claim.position, b"")):
            return False
        order = order_id_of(claim.entry.tag)
        for _ in range(MAX_CHANGES):
            record = self.orders.record(order)
            if _has(record, zone, claim):
                return False
            if claim.entry.attempt != attempt_after(record):
                # Its writer had read an older record than this, and can't replace this one.
                return True
            if isinstance(record, Order) and record.is_live:
                return True
            try:
                self.orders.add(fenced(order, record, self.clock()), replacing=record)
            except OrderChanged:
                continue
            return True
        raise Busy


def _has(record: Record | None, zone: PendingZone, claim: PendingClaim) -> bool:
    if not isinstance(record, Order) or record.kept_claim is None:
        return False
    return (zone.key, claim.position, claim.entry) in record.kept_claim.entries(record.id)
