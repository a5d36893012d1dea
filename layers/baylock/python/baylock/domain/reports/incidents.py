"""Incidents that need a person at the mall, worked out from orders and locks as they are now.

Nothing of them is stored: an incident that is resolved is no longer found.
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
"""A lock that is out of contact for less may be back before anybody could get there."""

LOW_BATTERY = 2 * MIN_BATTERY
"""In percent: above the charge at which the lock takes no more orders."""


class IncidentType(StrEnum):
    """The types of incidents, the most urgent first."""

    DRIVER_WAITS = "driver_waits"
    """A driver asked for help and has no other space."""
    TAMPERED = "tampered"
    VEHICLE = "vehicle"
    """A vehicle without an order, where a barrier should be up."""
    OVERSTAY = "overstay"
    JAMMED = "jammed"
    FAULT = "fault"
    """Another fault of the lock: `detail` names it."""
    LOOK = "look"
    """A driver could not use this space and was given another."""
    NO_CONTACT = "no_contact"
    NEVER_HEARD = "never_heard"
    """The first lock of a lot that has never reported: `detail` says how many there are."""
    BATTERY = "battery"
    IDENTITY = "identity"
    """The lock's identity was revoked, or expires soon: `detail` says which."""


URGENCY = {type_: rank for rank, type_ in enumerate(IncidentType)}


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident at a space. `since` is None where that is not known.

    `order` is the order of the driver who waits, overstays, or wanted the space. `plate` is that of
    the driver who waits or overstays, and never of one who has another space. `detail` depends on
    the type: a fault, a charge, a reason.
    """

    type: IncidentType
    space: SpaceId
    level: str
    thing: ThingName
    since: datetime | None
    order: OrderId | None = None
    plate: str | None = None
    detail: str = ""


def incidents_of(
    mall: Mall, locks: Collection[Lock], orders: Collection[Order], now: datetime
) -> Sequence[Incident]:
    """Return the incidents of a mall: the most urgent first, of equal urgency the newest.

    `orders` are all that may be live or were so today; `locks` all that are registered. Those of a
    lot that have never reported are one incident.
    """
    incidents = [
        *_of_orders(orders, locks, now),
        *_of_locks(mall, locks, orders, now),
        *_never_heard(mall, locks, now),
    ]
    return sorted(incidents, key=lambda found: (URGENCY[found.type], _age(found, now), found.thing))


def _age(incident: Incident, now: datetime) -> timedelta:
    return now - incident.since if incident.since else timedelta.max


def _of_orders(
    orders: Collection[Order], locks: Collection[Lock], now: datetime
) -> Iterator[Incident]:
    things = {lock.space: lock.thing for lock in locks}
    for order in orders:
        if order.open_problem:
            yield _problem(order, order.open_problem, IncidentType.DRIVER_WAITS, order.claim.thing)
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
        for problem in order.notes.reported_problems:
            thing = things.get(problem.space)
            is_left = problem.what in REPORTED_BY_DRIVER and problem.space != order.claim.space
            if thing and is_left:
                yield _problem(order, problem, IncidentType.LOOK, thing)


def _problem(
    order: Order, problem: ReportedProblem, type_: IncidentType, thing: ThingName
) -> Incident:
    reason = "taken" if problem.what is Reason.SPACE_TAKEN else "blocked"
    # A driver who has another space took their vehicle there: theirs is not the one to look for.
    plate = order.booking.plate if type_ is IncidentType.DRIVER_WAITS else None
    return Incident(type_, problem.space, problem.level, thing, problem.at, order.id, plate, reason)


def _overstays(order: Order, now: datetime) -> bool:
    is_parked = order.state is State.ARRIVED and order.access.vehicle_since is not None
    return is_parked and now >= order.claim.window.end


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
    """Return the orders that have a space or had to leave it for a vehicle, by space."""
    wanting: defaultdict[SpaceId, list[Order]] = defaultdict(list)
    for order in orders:
        left = (
            problem.space
            for problem in order.notes.reported_problems
            if problem.what is Reason.VEHICLE_PRESENT
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
            yield about(IncidentType.VEHICLE, since=lock.report.heard_at, order=order.id)
            return
    for order in orders:
        if since := _left_for_vehicle(order, lock.space, now):
            yield about(IncidentType.VEHICLE, since=since, order=order.id)
            return
    if settings.idle_barrier is Barrier.RAISED:
        yield about(IncidentType.VEHICLE, since=lock.report.heard_at)


def _left_for_vehicle(order: Order, space: SpaceId, now: datetime) -> datetime | None:
    """Return when a current order had to leave this space for a vehicle; None if it did not."""
    if now >= order.claim.window.end:
        return None
    return next(
        (
            problem.at
            for problem in order.notes.reported_problems
            if problem.what is Reason.VEHICLE_PRESENT and problem.space == space
        ),
        None,
    )


def _of_lock(lock: Lock, now: datetime, about: Callable[..., Incident]) -> Iterator[Incident]:
    report = lock.report
    if lock.identity.is_revoked:
        yield about(IncidentType.IDENTITY, since=lock.identity.revoked_at, detail="was revoked")
        return
    if lock.identity.ends_at and lock.identity.ends_soon(now):
        detail = f"ends {lock.identity.ends_at:%Y-%m-%d}"
        yield about(IncidentType.IDENTITY, since=None, detail=detail)
    if report and report.fault:
        since = lock.alarm.at if lock.alarm and lock.alarms else report.heard_at
        match report.fault:
            case Fault.TAMPERED:
                yield about(IncidentType.TAMPERED, since=since)
            case Fault.JAMMED:
                yield about(IncidentType.JAMMED, since=since)
            case Fault.OBSTRUCTED | Fault.SENSOR:
                yield about(IncidentType.FAULT, since=since, detail=report.fault.value)
            case _:
                assert_never(report.fault)
    if not lock.was_heard:
        return
    if not lock.online and (lock.session is None or now - lock.session.at >= LONG_OUT):
        yield about(IncidentType.NO_CONTACT, since=lock.session.at if lock.session else None)
    elif report and report.battery < LOW_BATTERY:
        yield about(IncidentType.BATTERY, since=report.heard_at, detail=f"{report.battery} %")


def _never_heard(mall: Mall, locks: Collection[Lock], now: datetime) -> Iterator[Incident]:
    for lot in mall.lots:
        silent = {
            lock.space.space: lock
            for lock in locks
            if lock.space.lot == lot.ref and not lock.was_heard and not _has_just_come(lock, now)
        }
        spaces = [space for space in lot.spaces if space.ref in silent]
        if spaces:
            first, lock = spaces[0], silent[spaces[0].ref]
            yield Incident(
                IncidentType.NEVER_HEARD,
                lock.space,
                first.level,
                lock.thing,
                lock.session.at if lock.session else None,
                detail=f"{len(spaces)} lock{'' if len(spaces) == 1 else 's'}",
            )


def _has_just_come(lock: Lock, now: datetime) -> bool:
    return lock.online and lock.session is not None and now - lock.session.at < LONG_OUT
