"""A lock that was stolen: its orders move at once, and nothing is asked of it any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes.mall import thing
from tests.fakes.world import World

from baylock.domain.locks.lock import BarrierReport, Session
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.reports.incidents import IncidentType, incidents_of
from baylock.domain.venue.mall import ThingName
from baylock.usecases.orders.revoke_lock import Emptied, RevokeLock

pytestmark = pytest.mark.threat(5)

SPACE = "B2-017"
STOLEN = thing(SPACE)


def revoke(world: World) -> Emptied:
    revoke_lock = RevokeLock(world.venues, world.locks, world.orders, world.move, world.clock)
    lock = revoke_lock(STOLEN)
    assert lock is not None
    emptied = revoke_lock.move_orders(lock)
    world.settle()
    return emptied


def test_order_whose_barrier_is_up_moves_to_another_space(world: World) -> None:
    order = world.held()
    assert order.claim.thing == STOLEN
    assert revoke(world) == Emptied(moved=1)
    after = world.order(order)
    assert (after.is_live, after.claim.thing != STOLEN) == (True, True)
    assert after.reason is Reason.LOCK_UNUSABLE
    assert world.desired(after.claim.space.space) == ("raised", order.id)


def test_order_of_another_day_moves_too(world: World) -> None:
    order = world.book(service_time=world.clock.now + timedelta(days=20))
    assert order.claim.thing == STOLEN
    assert revoke(world) == Emptied(moved=1)
    assert world.order(order).claim.thing != STOLEN


def test_later_order_without_another_space_stays_until_it_is_due() -> None:
    world = World(spaces=[SPACE])
    order = world.book(service_time=world.clock.now + timedelta(days=20))
    assert revoke(world) == Emptied(stay=1)
    assert world.order(order).is_live
    world.at(order.schedule.secure_at)
    assert world.watch(order.id).state is State.FAILED


def test_order_that_is_due_and_has_no_other_space_fails_and_is_told_at_once() -> None:
    world = World(spaces=[SPACE])
    order = world.held()
    assert revoke(world) == Emptied(failed=1)
    assert world.order(order).state is State.FAILED


def test_driver_who_is_in_stays_until_the_window_ends(world: World) -> None:
    order = world.arrived()
    assert revoke(world) == Emptied(stay=1)
    assert world.order(order).state is State.ARRIVED
    world.at(order.claim.window.end)
    assert world.watch(order.id).state is State.COMPLETED, "nobody says that the car is there"


def test_revoking_again_changes_nothing(world: World) -> None:
    order = world.held()
    revoke(world)
    moved = world.order(order)
    assert revoke(world) == Emptied()
    assert world.order(order) == moved


def test_nothing_that_the_stolen_lock_says_counts(world: World) -> None:
    order: Order = world.held()
    revoke(world)
    lock = world.locks.find(STOLEN)
    assert lock is not None
    world.record_presence(STOLEN, Session(9, world.clock.now + timedelta(hours=1)))
    world.lock_says(SPACE, BarrierReport.LOWERED, order=order, vehicle=True, version=900)
    assert world.locks.find(STOLEN) == lock
    assert not lock.is_usable


def test_nothing_is_asked_of_a_revoked_lock_or_a_thing_of_no_venue(world: World) -> None:
    order = world.held()
    revoke(world)
    asked = list(world.shadows.asked)
    for other in (STOLEN, ThingName("printer")):
        world.shadows.report(other, BarrierReport.RAISED)
        assert world.adjust(other, order.id) is None
    assert world.shadows.asked == asked


def test_revoked_lock_and_one_whose_certificate_ends_soon_are_incidents(world: World) -> None:
    revoke(world)
    other = world.locks.find(thing("B2-018"))
    assert other is not None
    world.locks.save(other, other.renew(world.clock.now + timedelta(days=29)))
    far = world.locks.find(thing("B2-019"))
    assert far is not None
    world.locks.save(far, far.renew(world.clock.now + timedelta(days=31)))
    mall = world.venues.mall(other.space.mall)
    locks = [one for lot in mall.lots for one in world.locks.of_lot(mall.ref, lot.ref)]
    found = incidents_of(mall, locks, [], world.clock.now)
    details = {one.space.space: one.detail for one in found if one.type is IncidentType.IDENTITY}
    assert details == {SPACE: "was revoked", "B2-018": "ends 2026-12-30"}
