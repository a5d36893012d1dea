"""See to it that a lock is asked for what it should be asked for now."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockChanged, LockHeld
from baylock.domain.locks.lock import Desired
from baylock.domain.locks.reconcile import desired_now, wants
from baylock.domain.venue.mall import Barrier, ThingName
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks, Shadows
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.change import MAX_CHANGES


@dataclass(frozen=True)
class ReconcileLock:
    """Read the orders and the shadow, and write what should be true; nothing where it is asked.

    Level-triggered: it does not matter which change brought us here, how late, or how often.
    Raises Busy where the shadow keeps changing, and LockHeld where the order wants a lock that
    another order still holds: it is to be looked at again then.
    """

    venues: Venues
    orders: Orders
    locks: Locks
    shadows: Shadows
    clock: Clock

    def __call__(self, thing: ThingName, order: OrderId | None = None) -> Desired | None:
        """What was asked for, if anything; `order` is the one whose change brought us here."""
        idle = self._idle(thing)
        asked: Desired | None = None
        for _ in range(MAX_CHANGES):
            shadow = self.shadows.read(thing)
            holds = shadow.desired.order if shadow.desired else None
            mine = self.orders.find(order) if order else None
            holder = self.orders.find(holds) if holds else None
            if order != holds and wants(thing, mine) and wants(thing, holder):
                raise LockHeld
            desired = desired_now(
                thing, shadow, order=mine, holder=holder, idle=idle, now=self.clock()
            )
            if desired is None:
                return asked
            try:
                self.shadows.ask(thing, desired, shadow.version)
            except LockChanged:
                continue
            asked = desired
            if shadow.version:
                return asked
            # The first write of all has no version to guard it: see what has come of it.
        raise Busy

    def _idle(self, thing: ThingName) -> Barrier:
        lock = self.locks.find(thing)
        lot = self.venues.mall(lock.space.mall).lot(lock.space.lot) if lock else None
        return lot.settings.idle_barrier if lot else Barrier.LOWERED
