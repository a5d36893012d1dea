"""A driver's view of an order: how it stands, and what can be done about it now."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State


class StayStatus(StrEnum):
    """How an order stands for its driver."""

    EARLY = "early"
    """Not yet: the barrier is not up, and it is too soon for it."""
    PREPARING = "preparing"
    """The barrier has been asked for, or should have been."""
    READY = "ready"
    """The barrier is up and waits for the driver."""
    LOWERING = "lowering"
    """The driver has asked to come in; the lock has not said yet that the barrier is down."""
    IN = "in"
    """The barrier is down for the driver."""
    OVERSTAYED = "overstayed"
    ENDED = "ended"


class Act(StrEnum):
    """What a driver can do."""

    OPEN = "open"
    MORE = "more"
    DROP = "drop"
    LEAVE = "leave"
    TAKEN = "taken"
    """Another vehicle stands on the space."""
    BLOCKED = "blocked"
    """There is no way onto it."""


def stay_status(order: Order, now: datetime) -> StayStatus:
    """How the order stands now."""
    if not order.is_live:
        return StayStatus.ENDED
    if order.state is State.ARRIVED:
        over = order.access.overstay_since or now >= order.claim.window.end
        return StayStatus.OVERSTAYED if over else StayStatus.IN
    if order.access.admitted_at:
        return StayStatus.LOWERING
    if order.state is State.HELD:
        return StayStatus.READY
    return (
        StayStatus.PREPARING
        if order.access.asked_at or now >= order.schedule.secure_at
        else StayStatus.EARLY
    )


def acts(order: Order, now: datetime) -> frozenset[Act]:
    """What is worth offering; each may still be refused, as others share the space."""
    if not order.is_live:
        return frozenset()
    if order.access.admitted_at:
        return frozenset({Act.MORE, Act.LEAVE, Act.TAKEN, Act.BLOCKED})
    found = {Act.MORE, Act.DROP}
    if order.schedule.secure_at <= now < order.claim.window.end:
        found |= {Act.OPEN, Act.TAKEN, Act.BLOCKED}
    return frozenset(found)
