"""A driver's view of an order: its status, and what the driver can do now."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import assert_never

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason, State


class StayStatus(StrEnum):
    """The status of an order for its driver."""

    EARLY = "early"
    """The barrier is not up, and it is too soon for it."""
    PREPARING = "preparing"
    """The lock has been asked to raise the barrier, or should have been."""
    READY = "ready"
    """The barrier is up and waits for the driver."""
    LOWERING = "lowering"
    """The driver has asked to come in; the lock has not reported the barrier down yet."""
    IN = "in"
    """The barrier is down for the driver."""
    OVERSTAYED = "overstayed"
    ENDED = "ended"


class Act(StrEnum):
    """Something that a driver can do."""

    OPEN = "open"
    MORE = "more"
    DROP = "drop"
    KEEP = "keep"
    """Undo a text that gave the space back."""
    LEAVE = "leave"
    TAKEN = "taken"
    """Report another vehicle on the space."""
    BLOCKED = "blocked"
    """Report that the space can't be reached."""


class Ending(StrEnum):
    """How an order ended, as its driver should know it."""

    COMPLETED = "completed"
    CANCELLED_BY_DRIVER = "cancelled_by_driver"
    CANCELLED_BY_MERCHANT = "cancelled_by_merchant"
    """By the merchant, or by the guest in the merchant's booking system."""
    NO_SHOW = "no_show"
    NO_OTHER_FOR_FAULT = "no_other_for_fault"
    """The lock can't be used, and no other space was free."""
    NO_OTHER_FOR_VEHICLE = "no_other_for_vehicle"
    """Another vehicle is on the space, and no other was free."""
    NO_OTHER_FOR_OBSTACLE = "no_other_for_obstacle"
    """The space can't be reached, and no other was free."""


_FAILED_BECAUSE = {
    Reason.VEHICLE_PRESENT: Ending.NO_OTHER_FOR_VEHICLE,
    Reason.SPACE_TAKEN: Ending.NO_OTHER_FOR_VEHICLE,
    Reason.SPACE_BLOCKED: Ending.NO_OTHER_FOR_OBSTACLE,
}


def ending(order: Order) -> Ending:
    """How an order ended; ValueError for one that has not."""
    match order.state:
        case State.COMPLETED:
            return Ending.COMPLETED
        case State.CANCELLED if order.reason is Reason.DRIVER:
            return Ending.CANCELLED_BY_DRIVER
        case State.CANCELLED:
            return Ending.CANCELLED_BY_MERCHANT
        case State.NO_SHOW:
            return Ending.NO_SHOW
        case State.FAILED:
            because = order.reason and _FAILED_BECAUSE.get(order.reason)
            return because or Ending.NO_OTHER_FOR_FAULT
        case State.RESERVED | State.HELD | State.ARRIVED:
            raise ValueError("the order has not ended")
        case _:
            assert_never(order.state)


def stay_status(order: Order, now: datetime) -> StayStatus:
    """The status of the order now."""
    if not order.is_live:
        return StayStatus.ENDED
    if order.state is State.ARRIVED:
        over = order.access.overstay_since or now >= order.claim.window.end
        return StayStatus.OVERSTAYED if over else StayStatus.IN
    if order.access.admitted_at:
        return StayStatus.LOWERING
    if order.state is State.HELD:
        return StayStatus.READY
    is_asked = order.access.asked_at is not None or now >= order.schedule.secure_at
    return StayStatus.PREPARING if is_asked else StayStatus.EARLY


def acts(order: Order, now: datetime) -> frozenset[Act]:
    """The actions to offer; each may still be refused, as others share the space."""
    if not order.is_live:
        return frozenset()
    if order.access.admitted_at:
        return frozenset({Act.MORE, Act.LEAVE, Act.TAKEN, Act.BLOCKED})
    found = {Act.MORE, Act.DROP}
    if order.is_being_cancelled_for(Reason.DRIVER):
        found |= {Act.KEEP}
    if order.schedule.secure_at <= now < order.claim.window.end:
        found |= {Act.OPEN, Act.TAKEN, Act.BLOCKED}
    return frozenset(found)
