"""What a lock should be asked for, worked out from the orders as they are now."""

from __future__ import annotations

from datetime import datetime, timedelta

from baylock.domain.locks.lock import IDLE_VALID_FOR, BarrierReport, Desired, Shadow
from baylock.domain.orders.order import Known, Order
from baylock.domain.venue.mall import Barrier, ThingName

STAY_VALID_FOR = timedelta(hours=12)
"""How long past its window a driver's wish to get in or out may still be obeyed."""


def desired_now(
    thing: ThingName,
    shadow: Shadow,
    order: Known | None,
    holder: Known | None,
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


def wants(thing: ThingName, record: Known | None) -> bool:
    """Whether an order has a say in where this lock's barrier is."""
    return isinstance(record, Order) and record.claim.thing == thing and record.barrier is not None


def _wanted(thing: ThingName, record: Known | None, now: datetime) -> Desired | None:
    if not isinstance(record, Order) or not wants(thing, record) or record.barrier is None:
        return None
    # Each time that the lock is asked again its wish is a new one, or it would not be heard.
    if record.barrier is Barrier.RAISED:
        until = record.claim.window.end + timedelta(seconds=record.put_down)
    else:
        again = (record.asked_at or record.changed_at) - (record.admitted_at or record.changed_at)
        until = record.claim.window.end + STAY_VALID_FOR + again
    # A clock that runs late may still find it wanted; a wish that has run out would be refused.
    until = max(until, now + timedelta(minutes=1))
    # To the second, as a shadow says it.
    return Desired(record.barrier, record.id, until.replace(microsecond=0))


def _idle(shadow: Shadow, idle: Barrier, now: datetime) -> Desired | None:
    nobodys = shadow.desired is None or shadow.desired.order is None
    if nobodys and (shadow.barrier is None or _in_place(shadow, idle)):
        return None
    return Desired(idle, None, now + IDLE_VALID_FOR)


def _in_place(shadow: Shadow, barrier: Barrier) -> bool:
    return shadow.barrier == BarrierReport(barrier.value)


def _asked_already(asked: Desired | None, wanted: Desired, now: datetime) -> bool:
    if asked is None or asked.valid_until <= now:
        return False
    if wanted.order is None:
        return (asked.barrier, asked.order) == (wanted.barrier, None)
    return asked == wanted
