"""The moment has come at which something must happen to an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import NoSuchOrder
from baylock.domain.locks.lock import Lock
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import Reason, State
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.usecases.change import change_as_judged, change_order
from baylock.usecases.orders.move_order import MoveOrder

ENDS_WITHIN = timedelta(seconds=30)
"""An order that is over is ended by the same run of the clock that finds the next one due."""


@dataclass(frozen=True)
class WatchOrder:
    """Do to a due order what is due: secure it, move it, or end it.

    An order that is not due (any more) is left alone, so the clock may run twice, late, or at the
    same time as anything else.
    """

    orders: Orders
    locks: Locks
    move_order: MoveOrder
    clock: Clock

    def __call__(self, order: OrderId) -> Order:
        known = self.orders.find(order)
        if not isinstance(known, Order):
            raise NoSuchOrder
        if self._is_to_be_secured(known):
            return self._secure(known)
        return change_order(self.orders, order, self._next_step)

    def _is_to_be_secured(self, order: Order) -> bool:
        return (
            order.state is State.RESERVED
            and not order.access.admitted_at
            and self._is_due(order)
            and self.clock() < order.missed_at
        )

    def _secure(self, order: Order) -> Order:
        """Have the barrier raised, wait for whoever is there by right, or go elsewhere."""
        lock = self.locks.find(order.claim.thing)
        if order.access.asked_at:
            under = lock is not None and lock.has_vehicle
            return self.move_order(order, Reason.VEHICLE_PRESENT if under else Reason.LOCK_SILENT)
        if lock is None or not lock.is_usable:
            return self.move_order(order, Reason.LOCK_UNUSABLE)
        now = self.clock()
        theirs_until = self._theirs_until(order, lock, now)
        if theirs_until is not None:
            return change_as_judged(self.orders, order, order.postpone(theirs_until, now))
        if lock.has_vehicle:
            return self.move_order(order, Reason.VEHICLE_PRESENT)
        found_taken_until = self.orders.found_taken_until(order.claim.space)
        if found_taken_until and found_taken_until > now:
            # Better another space; but if there is none, what a driver saw may be gone by now.
            return self.move_order(order, Reason.VEHICLE_PRESENT, or_else=order.secure(now))
        return change_as_judged(self.orders, order, order.secure(now))

    def _theirs_until(self, order: Order, lock: Lock, now: datetime) -> datetime | None:
        """Until when another order has the space, by right, or for the moment it takes to end it.

        Only before our own window: who is still there then overstays.
        """
        holds = lock.report.order if lock.report else None
        if holds is None or holds == order.id or now >= order.claim.window.start + CONFIRM_WITHIN:
            return None
        holder = self.orders.find(holds)
        if not isinstance(holder, Order) or not holder.is_live or holder.claim.thing != lock.thing:
            return None
        if holder.claim.window.end > order.claim.window.start:
            # Theirs comes after ours.
            return None
        if holder.claim.window.end > now:
            return holder.claim.window.end
        if lock.has_vehicle or not self(holder.id).is_live:
            # Its end was due as well: back to back, the one before must not cost us a minute.
            return None
        return now + ENDS_WITHIN

    def _is_due(self, order: Order) -> bool:
        return order.due_at is not None and order.due_at <= self.clock()

    def _next_step(self, order: Order) -> Order:
        now = self.clock()
        if not self._is_due(order):
            return order
        match order.state:
            case State.RESERVED | State.HELD if order.access.admitted_at:
                over = now >= order.claim.window.end
                return order.complete(now) if over else order.ask_again(now)
            case State.RESERVED | State.HELD if now >= order.missed_at:
                return order.mark_no_show(now)
            case State.RESERVED | State.HELD:
                return order
            case State.ARRIVED:
                return order.overstay(now) if order.access.vehicle_since else order.complete(now)
            case State.COMPLETED | State.CANCELLED | State.NO_SHOW | State.FAILED:
                return order
            case _:
                assert_never(order.state)
