"""The incidents of a mall that need a person (docs/operations.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.orders.order import Order
from baylock.domain.reports.incidents import Incident, incidents_of
from baylock.domain.venue.mall import Mall
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.progress import Progress
from baylock.usecases.reports.read_orders import ReadOrders

_NEAR = MAX_WINDOW + timedelta(minutes=15)


@dataclass(frozen=True)
class MallIncidents:
    """The incidents of a mall as of `read_at`, the most urgent first."""

    mall: Mall
    incidents: Sequence[Incident]
    read_at: datetime


@dataclass(frozen=True)
class ListIncidents:
    """Work out incidents from locks, the orders they name, and orders of the days around now.

    No window is longer than a day, so only an overstaying vehicle's order is older; its lock names
    the order.
    """

    venues: Venues
    orders: Orders
    locks: Locks
    clock: Clock

    def __call__(self, mall: Mall, progress: Progress) -> MallIncidents:
        """Return the incidents of a mall. `progress` counts merchants."""
        now = self.clock()
        locks = [lock for lot in mall.lots for lock in self.locks.of_lot(mall.ref, lot.ref)]
        read_orders = ReadOrders(self.venues, self.orders)
        near = read_orders.of_mall(mall, now - _NEAR, now + _NEAR, progress)
        found = {order.id: order for order in near}
        named = {lock.report.order for lock in locks if lock.report and lock.report.order}
        for order_id in named - found.keys():
            order = self.orders.find(order_id)
            if isinstance(order, Order):
                found[order.id] = order
        return MallIncidents(mall, incidents_of(mall, locks, list(found.values()), now), now)
