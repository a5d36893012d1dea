"""The desired state of a lock, worked out from the present requests of orders."""

from __future__ import annotations

from datetime import datetime, timedelta

from baylock.domain.locks.lock import (
    IDLE_VALID_FOR,
    BarrierReport,
    Desired,
    LockRequest,
    Shadow,
)
from baylock.domain.venue.mall import Barrier, ThingName

STAY_VALID_FOR = timedelta(hours=12)
"""How long past its window a driver may still get in or out."""

MIN_VALID_FOR = timedelta(minutes=1)
"""A desired state that had run out when the lock sees it would be refused."""


def desired_now(
    thing: ThingName,
    shadow: Shadow,
    order: LockRequest | None,
    holder: LockRequest | None,
    idle: Barrier,
    now: datetime,
) -> Desired | None:
    """The desired state to write now; None where the shadow has it already, or must not have it.

    `order` is the request of the order whose change led here, `holder` that of the order which the
    shadow names. A lock serves one order at a time: the holder keeps it for as long as it asks for
    it.
    """
    wanted = _wanted(thing, holder, now) or _wanted(thing, order, now) or _idle(shadow, idle, now)
    if wanted is None or _is_asked_already(shadow.desired, wanted, now):
        return None
    if wanted.barrier is Barrier.RAISED and shadow.vehicle:
        return None
    return wanted


def concerns(thing: ThingName, request: LockRequest | None) -> bool:
    """Whether a request is for this lock."""
    return request is not None and request.thing == thing


def _wanted(thing: ThingName, request: LockRequest | None, now: datetime) -> Desired | None:
    if request is None or not concerns(thing, request):
        return None
    # A retry must change `valid_until`: an identical desired state produces no delta.
    valid_until = request.until + request.retry
    if request.barrier is Barrier.LOWERED:
        valid_until += STAY_VALID_FOR
    # The clock may run late while the order still needs its barrier.
    valid_until = max(valid_until, now + MIN_VALID_FOR)
    # Truncate to seconds, as in the shadow, so that an unchanged desired state compares equal.
    return Desired(request.barrier, request.order, valid_until.replace(microsecond=0))


def _idle(shadow: Shadow, idle: Barrier, now: datetime) -> Desired | None:
    is_free = shadow.desired is None or shadow.desired.order is None
    if is_free and (shadow.barrier is None or _is_in_place(shadow, idle)):
        return None
    return Desired(idle, None, now + IDLE_VALID_FOR)


def _is_in_place(shadow: Shadow, barrier: Barrier) -> bool:
    return shadow.barrier == BarrierReport(barrier.value)


def _is_asked_already(asked: Desired | None, wanted: Desired, now: datetime) -> bool:
    if asked is None or asked.valid_until <= now:
        return False
    if wanted.order is None:
        return (asked.barrier, asked.order) == (wanted.barrier, None)
    return asked == wanted
