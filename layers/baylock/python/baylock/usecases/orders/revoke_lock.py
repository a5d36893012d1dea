"""Take a lock out of service whose identity may be in somebody else's hands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.errors import NoSuchOrder
from baylock.domain.locks.lock import Lock
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import LIVE, Reason, State
from baylock.domain.venue.mall import ThingName
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.change import change_lock, change_order
from baylock.usecases.orders.move_order import MoveOrder
from baylock.usecases.reports.read_orders import ReadOrders


@dataclass(frozen=True)
class Emptied:
    """What became of the orders of a lock: how many moved, failed, and stay where they are."""

    moved: int = 0
    failed: int = 0
    stay: int = 0


@dataclass(frozen=True)
class RevokeLock:
    """From now on nothing that is said in the lock's name counts, and its space takes no orders.

    `move_orders` then has its orders moved. An order that begins later and finds no other space
    stays, and is moved or fails when it is due; a driver who is in stays until the window ends.
    Both may be repeated. They raise Busy.
    """

    venues: Venues
    locks: Locks
    orders: Orders
    move_order: MoveOrder
    clock: Clock

    def __call__(self, thing: ThingName) -> Lock | None:
        """The lock as it is then; None where it is unknown."""
        now = self.clock()
        return change_lock(self.locks, thing, lambda lock: lock.revoke(now))

    def move_orders(self, lock: Lock) -> Emptied:
        """Move the orders of a revoked lock."""
        moved = failed = stay = 0
        for order in list(self._orders_at(lock)):
            after = self._move(order)
            if not after.is_live:
                failed += 1
            elif after.claim.thing == lock.thing:
                stay += 1
            else:
                moved += 1
        return Emptied(moved, failed, stay)

    def _orders_at(self, lock: Lock) -> Iterator[Order]:
        read = ReadOrders(self.venues, self.orders)
        mall, begins = lock.space.mall, self.clock() - MAX_WINDOW
        for merchant in read.merchants(mall):
            live = read.of_merchant(merchant, starts_from=begins, states=LIVE)
            yield from (order for order in live if order.claim.thing == lock.thing)

    def _move(self, order: Order) -> Order:
        now = self.clock()
        if order.may_move and not order.access.admitted_at:
            is_later = order.state is State.RESERVED and order.schedule.secure_at > now
            return self.move_order(order, Reason.LOCK_UNUSABLE, or_else=order if is_later else None)
        try:
            return change_order(self.orders, order.id, lambda known: known.lose_sight(now))
        except NoSuchOrder:
            return order
