"""What a lock should be asked for, worked out from the orders as they are now."""

from __future__ import annotations

from datetime import datetime, timedelta

from baylock.domain.lock import IDLE_VALID_FOR, BarrierReport, Desired, Shadow
from baylock.domain.order import Order, Record
from baylock.domain.venue import Barrier, ThingName

STAY_VALID_FOR = timedelta(hours=12)
"""How long past its window a driver's wish to get in or out may still be obeyed."""


def desired_now(
    thing: ThingName,
    shadow: Shadow,
    order: Record | None,
    holder: Record | None,
    idle: Barrier,
    now: datetime,
) -> Desired | None:
    """What to write into the shadow now; None where it says so already, or must not.

    `order` is the order whose change brought us here, `holder` the one that the shadow names. A
    lock serves one order at a time: the holder keeps it for as long as it wants it.
    """
    wanted = _wanted(thing, holder, now) or _wanted(thing, order, now) or _idle(shadow, idle, now)
    if wanted is None or _asked_already(shadow.desired, wanted, now):
        return None
    if wanted.barrier is Barrier.RAISED and shadow.vehicle:
        return None
    return wanted


def _wanted(thing: ThingName, record: Record | None, now: datetime) -> Desired | None:
    if not isinstance(record, Order) or record.claim.thing != thing or record.barrier is None:
        return None
    stays = timedelta() if record.barrier is Barrier.RAISED else STAY_VALID_FOR
    valid_until = max(record.claim.window.end + stays, now + timedelta(minutes=1))
    return Desired(record.barrier, record.id, valid_until)


def _idle(shadow: Shadow, idle: Barrier, now: datetime) -> Desired | None:
    if shadow.desired is None or (shadow.desired.order is None and _in_place(shadow, idle)):
        return None
    return Desired(idle, None, now + IDLE_VALID_FOR)


def _in_place(shadow: Shadow, barrier: Barrier) -> bool:
    return shadow.barrier == BarrierReport(barrier.value)


def _asked_already(asked: Desired | None, wanted: Desired, now: datetime) -> bool:
    return (
        asked is not None
        and (asked.barrier, asked.order) == (wanted.barrier, wanted.order)
        and asked.valid_until > now
    )
