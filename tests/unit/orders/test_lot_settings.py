"""An order's whole life under each pair of a lot's settings for its locks.

In process: the deployed functions run the very same use cases, and the example mall's lots have
one pair of settings.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes.world import World

from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import Barrier, LockWhen, LotSettings

SPACE = "B2-017"


@pytest.mark.parametrize("idle", Barrier)
@pytest.mark.parametrize("lock_when", LockWhen)
def test_whole_life(lock_when: LockWhen, idle: Barrier) -> None:
    world = World(settings=LotSettings(lock_when=lock_when, idle_barrier=idle))
    resting = BarrierReport(idle.value)
    world.lock_says(SPACE, resting)
    order = world.book(service_time=world.clock.now + timedelta(hours=3))
    world.settle()
    if lock_when is LockWhen.AT_BOOKING:
        assert order.claim.window.start <= world.clock.now
    else:
        assert world.desired(SPACE) is None, "nobody has asked for anything yet"
        world.at(order.schedule.secure_at)
        world.clock_runs()
        world.settle()
    assert world.desired(SPACE) == (Barrier.RAISED, order.id)
    held = world.lock_says(SPACE, BarrierReport.RAISED, order=order)
    assert held is not None
    assert held.state is State.HELD
    world.at(order.booking.service_time)
    world.admit(order.id)
    world.settle()
    assert world.desired(SPACE) == (Barrier.LOWERED, order.id)
    world.lock_says(SPACE, BarrierReport.LOWERED, order=order)
    world.lock_says(SPACE, BarrierReport.LOWERED, order=order, vehicle=True)
    world.leave(order.id)
    world.settle()
    if idle is Barrier.RAISED:
        assert world.desired(SPACE) != (Barrier.RAISED, None), "not under the vehicle"
        world.lock_says(SPACE, BarrierReport.LOWERED, order=order)
        for thing in world.effect_queues.locks:
            world.adjust(thing)
    assert world.desired(SPACE) == (idle, None)
    assert world.order(order).state is State.COMPLETED
    assert world.kept() == set()


@pytest.mark.parametrize("idle", Barrier)
def test_no_show_leaves_the_barrier_where_the_lot_keeps_it(idle: Barrier) -> None:
    world = World(settings=LotSettings(idle_barrier=idle))
    order = world.held()
    world.at(order.schedule.no_show_at)
    world.clock_runs()
    world.settle()
    assert world.desired(SPACE) == (idle, None)
