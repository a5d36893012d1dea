"""Ask a lock for what it should be asked for now."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockChanged, LockHeld
from baylock.domain.locks.lock import Desired, Lock, LockRequest
from baylock.domain.locks.reconcile import concerns, desired_now
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Barrier, ThingName
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks, Shadows
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.change import MAX_CHANGES


@dataclass(frozen=True)
class ReconcileLock:
    """Read the orders and the shadow, and write the desired state that follows from them.

    Level-triggered: it does not matter which change led here, how late, or how often. Raises Busy
    where the shadow keeps changing, and LockHeld where the order asks for a lock that another order
    still holds: reconcile it again later. A thing that is no lock of a venue, or one whose identity
    was revoked, is left alone.
    """

    venues: Venues
    orders: Orders
    locks: Locks
    shadows: Shadows
    clock: Clock

    def __call__(self, thing: ThingName, order: OrderId | None = None) -> Desired | None:
        """The desired state that was written, if any; a change of `order` led here."""
        lock = self.locks.find(thing)
        if lock is None or lock.identity.is_revoked:
            return None
        idle = self._idle(lock)
        written: Desired | None = None
        for _ in range(MAX_CHANGES):
            shadow = self.shadows.read(thing)
            holds = shadow.desired.order if shadow.desired else None
            request, holder = self._request_of(order), self._request_of(holds)
            if order != holds and concerns(thing, request) and concerns(thing, holder):
                raise LockHeld
            desired = desired_now(thing, shadow, request, holder, idle, self.clock())
            if desired is None:
                return written
            try:
                self.shadows.ask(thing, desired, shadow.version)
            except LockChanged:
                continue
            written = desired
            if shadow.version:
                return written
            # The very first write has no version to guard it: read again what became of it.
        raise Busy

    def _request_of(self, order: OrderId | None) -> LockRequest | None:
        known = self.orders.find(order) if order else None
        return known.lock_request if isinstance(known, Order) else None

    def _idle(self, lock: Lock) -> Barrier:
        lot = self.venues.mall(lock.space.mall).lot(lock.space.lot)
        return lot.settings.idle_barrier if lot else Barrier.LOWERED
