"""Do what is due to an order: secure it, move it, or end it."""

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
"""The run of the clock that finds the next order due also ends the order before it."""


@dataclass(frozen=True)
class WatchOrder:
    """Do what is due to an order: secure it, move it, or end it.

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
        if known.is_cancelled_by(self.clock()):
            return change_order(self.orders, order, self._cancelled)
        if self._is_to_be_secured(known):
            return self._secure(known)
        return change_order(self.orders, order, self._next_step)

    def _cancelled(self, order: Order) -> Order:
        """Carry out a cancellation that nobody has undone."""
        now = self.clock()
        if order.cancelling is None or not order.is_cancelled_by(now):
            return order
        return order.cancel(order.cancelling.reason, now)

    def _is_to_be_secured(self, order: Order) -> bool:
        return (
            order.state is State.RESERVED
            and not order.access.admitted_at
            and self._is_due(order)
            and self.clock() < order.missed_at
        )

    def _secure(self, order: Order) -> Order:
        """Have the barrier raised, wait for the order before this one, or move to another space."""
        lock = self.locks.find(order.claim.thing)
        if order.access.asked_at:
            has_vehicle = lock is not None and lock.has_vehicle
            reason = Reason.VEHICLE_PRESENT if has_vehicle else Reason.LOCK_SILENT
            return self.move_order(order, reason)
        if lock is None or not lock.is_usable:
            return self.move_order(order, Reason.LOCK_UNUSABLE)
        now = self.clock()
        free_from = self._free_from(order, lock, now)
        if free_from is not None:
            return change_as_judged(self.orders, order, order.postpone(free_from, now))
        if lock.has_vehicle:
            return self.move_order(order, Reason.VEHICLE_PRESENT)
        found_taken_until = self.orders.found_taken_until(order.claim.space)
        if found_taken_until and found_taken_until > now:
            # Another space is better; if none is free, the obstacle may be gone by now.
            return self.move_order(order, Reason.VEHICLE_PRESENT, or_else=order.secure(now))
        return change_as_judged(self.orders, order, order.secure(now))

    def _free_from(self, order: Order, lock: Lock, now: datetime) -> datetime | None:
        """Until when another order has the space, by right, or for the moment it takes to end it.

        Only before our own window: a driver who is still on the space then overstays.
        """
        holds = lock.report.order if lock.report else None
        if holds is None or holds == order.id or now >= order.claim.window.start + CONFIRM_WITHIN:
            return None
        holder = self.orders.find(holds)
        if not isinstance(holder, Order) or not holder.is_live or holder.claim.thing != lock.thing:
            return None
        if holder.claim.window.end > order.claim.window.start:
            # The holder comes after this order.
            return None
        if holder.claim.window.end > now:
            return holder.claim.window.end
        if lock.has_vehicle or not self(holder.id).is_live:
            # The holder's end was due as well: back to back, it must not cost this order a minute.
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
