"""Atomic changes of orders and locks, tried again after a conflict."""

from __future__ import annotations

from collections.abc import Callable

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockChanged, NoSuchOrder, OrderChanged, SpaceTaken
from baylock.domain.locks.lock import Lock
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import ThingName
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders

MAX_CHANGES = 6
"""The conflicts after which a change gives up, and the caller should try again later."""


def change_order(orders: Orders, order: OrderId, change: Callable[[Order], Order]) -> Order:
    """Read, change and write an order; returns the order as it is then.

    `change` returns the same order where it has nothing to do, and may be called several times.
    Raises NoSuchOrder, Busy, and what `change` raises.
    """
    for _ in range(MAX_CHANGES):
        known = orders.find(order)
        if not isinstance(known, Order):
            raise NoSuchOrder
        changed = change(known)
        if changed is known:
            return known
        try:
            orders.change(known, changed)
        except (OrderChanged, SpaceTaken):
            continue
        return changed
    raise Busy


def change_as_judged(orders: Orders, judged: Order, changed: Order) -> Order:
    """Write a change that depends on more than the order, and so can't be tried again.

    Where the order has changed since the decision, it is left alone, and returned as it is.
    Raises NoSuchOrder, SpaceTaken, Busy.
    """
    try:
        orders.change(judged, changed)
    except OrderChanged:
        known = orders.find(judged.id)
        if not isinstance(known, Order):
            raise NoSuchOrder from None
        return known
    return changed


def change_lock(locks: Locks, thing: ThingName, change: Callable[[Lock], Lock]) -> Lock | None:
    """Read, change and write a lock; None where it is unknown. Raises Busy."""
    for _ in range(MAX_CHANGES):
        known = locks.find(thing)
        if known is None:
            return None
        changed = change(known)
        if changed is known:
            return known
        try:
            locks.save(known, changed)
        except LockChanged:
            continue
        return changed
    raise Busy
