"""What somebody at the mall should go and see, worked out from what orders and locks say now.

Nothing of it is stored: what is put right is gone from the list by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import assert_never

from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.lock import MIN_BATTERY, Fault, Lock
from baylock.domain.orders.notes import ReportedProblem
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import REPORTED_BY_DRIVER, Reason, State
from baylock.domain.venue.mall import Barrier, LotSettings, Mall, SpaceId, ThingName

LONG_OUT = timedelta(minutes=15)
"""A lock that is out of contact for less than this may be back before anybody is there."""

LOW_BATTERY = 2 * MIN_BATTERY
"""In percent: somebody should come before the lock takes no more orders."""


class IncidentType(StrEnum):
    """What is the matter, the most urgent first."""

    DRIVER_WAITS = "driver_waits"
    """A driver has asked for help and has no other space."""
    TAMPERED = "tampered"
    VEHICLE = "vehicle"
    """A vehicle that no order brought, where a barrier should be up."""
    OVERSTAY = "overstay"
    JAMMED = "jammed"
    FAULT = "fault"
    """The lock has another fault: the detail says which."""
    LOOK = "look"
    """A driver could not use a space and was given another."""
    NO_CONTACT = "no_contact"
    BATTERY = "battery"


URGENCY = {matter: rank for rank, matter in enumerate(IncidentType)}


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing to see to. `since` is None where that is not known.

    `order` is the one that it is about: who waits, overstays, or wanted the space. `plate` is of
    its vehicle. `detail` depends on the matter: a fault, a charge, a reason.
    """

    matter: IncidentType
    space: SpaceId
    level: str
    thing: ThingName
    since: datetime | None
    order: OrderId | None = None
    plate: str | None = None
    detail: str = ""


def attention(
    mall: Mall, locks: Collection[Lock], orders: Collection[Order], now: datetime
) -> Sequence[Incident]:
    """The cases of a mall, the most urgent first, and of equally urgent ones the newest.

    `orders` are those that may be live or have been today; `locks` all that are provisioned.
    """
    found = [*_of_orders(orders, locks, now), *_of_locks(mall, locks, orders, now)]
    return sorted(found, key=lambda case: (URGENCY[case.matter], _age(case, now), case.thing))


def _age(case: Incident, now: datetime) -> timedelta:
    return now - case.since if case.since else timedelta.max


def _of_orders(
    orders: Collection[Order], locks: Collection[Lock], now: datetime
) -> Iterator[Incident]:
    things = {lock.space: lock.thing for lock in locks}
    for order in orders:
        if order.open_problem:
            yield _case(order, order.open_problem, IncidentType.DRIVER_WAITS, order.claim.thing)
        if _overstays(order, now):
            claim = order.claim
            yield Incident(
                IncidentType.OVERSTAY,
                claim.space,
                claim.level,
                claim.thing,
                claim.window.end,
                order.id,
                order.booking.plate,
            )
        if now >= order.claim.window.end:
            continue
        for trouble in order.notes.reported_problems:
            thing = things.get(trouble.space)
            is_left = trouble.what in REPORTED_BY_DRIVER and trouble.space != order.claim.space
            if thing and is_left:
                yield _case(order, trouble, IncidentType.LOOK, thing)


def _case(
    order: Order, trouble: ReportedProblem, matter: IncidentType, thing: ThingName
) -> Incident:
    reason = "taken" if trouble.what is Reason.SPACE_TAKEN else "blocked"
    plate = order.booking.plate
    return Incident(
        matter, trouble.space, trouble.level, thing, trouble.at, order.id, plate, reason
    )


def _overstays(order: Order, now: datetime) -> bool:
    is_there = order.state is State.ARRIVED and order.access.vehicle_since is not None
    return is_there and now >= order.claim.window.end


def _of_locks(
    mall: Mall, locks: Collection[Lock], orders: Collection[Order], now: datetime
) -> Iterator[Incident]:
    wanted = _wanting(orders)
    for lock in locks:
        lot = mall.lot(lock.space.lot)
        space = lot.space(lock.space.space) if lot else None
        if lot is None or space is None:
            continue  # no longer on the plan
        about = partial(Incident, space=lock.space, level=space.level, thing=lock.thing)
        yield from _vehicle_of_nobody(lock, lot.settings, wanted.get(lock.space, ()), now, about)
        yield from _of_lock(lock, now, about)


def _wanting(orders: Collection[Order]) -> Mapping[SpaceId, Sequence[Order]]:
    """By space, the orders that have it, or had to leave it for a vehicle."""
    wanting: defaultdict[SpaceId, list[Order]] = defaultdict(list)
    for order in orders:
        left = (
            one.space for one in order.notes.reported_problems if one.what is Reason.VEHICLE_PRESENT
        )
        for space in dict.fromkeys((order.claim.space, *left)):
            wanting[space].append(order)
    return wanting


def _vehicle_of_nobody(
    lock: Lock,
    settings: LotSettings,
    orders: Sequence[Order],
    now: datetime,
    about: Callable[..., Incident],
) -> Iterator[Incident]:
    if not lock.has_vehicle or lock.report is None:
        return
    here = [order for order in orders if order.claim.space == lock.space]
    if any(order.is_live and order.access.admitted_at for order in here):
        return
    for order in here:
        if order.barrier is Barrier.RAISED:
            yield about(IncidentType.VEHICLE, since=lock.report.at, order=order.id)
            return
    for order in orders:
        if since := _left_for_vehicle(order, lock.space, now):
            yield about(IncidentType.VEHICLE, since=since, order=order.id)
            return
    if settings.idle_barrier is Barrier.RAISED:
        yield about(IncidentType.VEHICLE, since=lock.report.at)


def _left_for_vehicle(order: Order, space: SpaceId, now: datetime) -> datetime | None:
    """When an order whose time is not over had to leave this space for a vehicle, if it did."""
    if now >= order.claim.window.end:
        return None
    left = (one for one in order.notes.reported_problems if one.what is Reason.VEHICLE_PRESENT)
    return next((one.at for one in left if one.space == space), None)


def _of_lock(lock: Lock, now: datetime, about: Callable[..., Incident]) -> Iterator[Incident]:
    said = lock.report
    if said and said.fault:
        since = lock.alarm.at if lock.alarm and lock.alarms else said.at
        match said.fault:
            case Fault.TAMPERED:
                yield about(IncidentType.TAMPERED, since=since)
            case Fault.JAMMED:
                yield about(IncidentType.JAMMED, since=since)
            case Fault.OBSTRUCTED | Fault.SENSOR:
                yield about(IncidentType.FAULT, since=since, detail=said.fault.value)
            case _:
                assert_never(said.fault)
    if not lock.online and (lock.session is None or now - lock.session.at >= LONG_OUT):
        yield about(IncidentType.NO_CONTACT, since=lock.session.at if lock.session else None)
    elif said and said.battery < LOW_BATTERY:
        yield about(IncidentType.BATTERY, since=said.at, detail=f"{said.battery} %")
