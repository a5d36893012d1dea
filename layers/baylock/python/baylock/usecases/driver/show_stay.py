"""Show a driver their order, and where its barrier is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from baylock.domain.driver.stay import Act, StayStatus, acts, stay_status
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, Merchant
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.ports.venue import Venues


@dataclass(frozen=True, slots=True)
class Glance:
    """The state of an order now; `barrier` is None where it is unknown, or not for them yet."""

    order: Order
    now: datetime
    status: StayStatus
    acts: frozenset[Act]
    barrier: BarrierReport | None

    @property
    def stamp(self) -> str:
        """A text that changes when the page has something else to show."""
        barrier = self.barrier or "-"
        acts = "".join(sorted(act[0] for act in self.acts))
        return f"{self.order.version}.{self.status}.{barrier}.{acts}"


@dataclass(frozen=True, slots=True)
class Stay(Glance):
    """The same, with the mall and the merchant."""

    mall: Mall
    merchant: Merchant


@dataclass(frozen=True)
class ShowStay:
    """Read an order's view. Raises Busy; NoSuchMall, NotAMerchant where an import removed them."""

    venues: Venues
    locks: Locks
    clock: Clock

    def glance(self, order: Order) -> Glance:
        """The part that changes from moment to moment."""
        now = self.clock()
        return Glance(order, now, stay_status(order, now), acts(order, now), self._barrier(order))

    def __call__(self, order: Order) -> Stay:
        """The whole view."""
        at = self.glance(order)
        return Stay(
            order,
            at.now,
            at.status,
            at.acts,
            at.barrier,
            self.venues.mall(order.booking.merchant.mall),
            self.venues.merchant_then(order.booking.merchant),
        )

    def _barrier(self, order: Order) -> BarrierReport | None:
        """The barrier by the lock's report, once the lock was asked to move for this order."""
        if order.barrier is None:
            return None
        lock = self.locks.find(order.claim.thing)
        if lock is None or lock.report is None or not lock.online:
            return None
        return BarrierReport.BLOCKED if lock.report.fault else lock.report.barrier
