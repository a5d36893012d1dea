"""Reports, connections and desired states of locks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import HARBOUR, NOODLES, P1, thing
from tests.fakes.world import World

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockHeld
from baylock.domain.locks.lock import BarrierReport, Desired, LockReport, Session
from baylock.domain.orders.access import Access
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import Barrier, LotSettings, ThingName

RAISED, LOWERED = BarrierReport.RAISED, BarrierReport.LOWERED
SPACE = "B2-017"


def secured(world: World) -> Order:
    order = world.book()
    world.at(order.schedule.secure_at)
    secured = world.watch(order.id)
    world.settle()
    return secured


# ── reports ──────────────────────────────────────────────────────────────────────────────────────


def test_newest_report_is_kept(world: World) -> None:
    world.lock_says(SPACE, RAISED, vehicle=False, battery=60, version=50)
    world.lock_says(SPACE, LOWERED, vehicle=True, battery=61, version=49)
    lock = world.locks.find(thing(SPACE))
    assert lock is not None
    assert lock.report is not None
    assert (lock.report.version, lock.report.barrier, lock.report.battery) == (50, RAISED, 60)


def test_raised_for_this_order_holds_it(world: World) -> None:
    order = secured(world)
    held = world.lock_says(SPACE, RAISED, order=order)
    assert held == world.order(order)
    assert held.state is State.HELD


def test_raised_for_another_or_no_order_holds_none(world: World) -> None:
    order = secured(world)
    assert world.lock_says(SPACE, RAISED) is None
    assert world.lock_says(SPACE, RAISED, order=OrderId("ord_aaaaaaaaaaaa")) is None
    assert world.order(order) == order


def test_fault_22_another_lock_speaks_of_this_order(world: World) -> None:
    order = secured(world)
    world.lock_says("B2-018", RAISED, order=order)
    assert world.order(order) == order


@pytest.mark.parametrize("barrier", [LOWERED, BarrierReport.MOVING, BarrierReport.BLOCKED])
def test_anything_but_raised_does_not_hold(world: World, barrier: BarrierReport) -> None:
    order = secured(world)
    world.lock_says(SPACE, barrier, order=order)
    assert world.order(order) == order


def test_raised_without_having_been_asked_does_not_hold(world: World) -> None:
    order = world.book()
    world.lock_says(SPACE, RAISED, order=order)
    assert world.order(order).state is State.RESERVED


def test_repeated_report_changes_nothing(world: World) -> None:
    order = world.arrived()
    version = world.shadows.read(thing(SPACE)).version
    world.lock_says(SPACE, LOWERED, order=order, vehicle=True, version=version)
    assert world.order(order) == order


def test_late_report_changes_neither_lock_nor_order(world: World) -> None:
    """A queue may bring the older of two reports last."""
    order = world.arrived()
    world.lock_says(SPACE, LOWERED, order=order, vehicle=False, version=90)
    left = world.order(order)
    assert left.access.vehicle_since is None
    world.lock_says(SPACE, LOWERED, order=order, vehicle=True, version=89)
    assert world.order(order) == left


def test_report_that_was_kept_before_a_fall_still_reaches_the_order(world: World) -> None:
    order = secured(world)

    def fall() -> None:
        raise Busy

    world.orders.before["change"] = fall
    with pytest.raises(Busy):
        world.lock_says(SPACE, RAISED, order=order, version=70)
    held = world.lock_says(SPACE, RAISED, order=order, version=70)
    assert held is not None
    assert held.state is State.HELD


def test_vehicle_comes_and_goes_during_the_stay(world: World) -> None:
    order = world.arrived()
    assert order.access.vehicle_since == world.clock.now
    world.lock_says(SPACE, LOWERED, order=order, vehicle=False)
    assert world.order(order).access.vehicle_since is None


def test_report_of_a_lock_that_was_never_provisioned_is_dropped(world: World) -> None:
    report = LockReport(
        ThingName("harbour-P9-X"), 1, RAISED, None, False, 80, None, 0, world.clock.now
    )
    assert world.record_report(report) is None
    assert world.locks.find(report.thing) is None


def test_two_reports_at_once_leave_the_newer(world: World) -> None:
    world.locks.before_save = lambda: world.lock_says(SPACE, RAISED, version=41)
    world.lock_says(SPACE, LOWERED, version=40)
    lock = world.locks.find(thing(SPACE))
    assert lock is not None
    assert lock.report is not None
    assert lock.report.version == 41


@pytest.mark.parametrize("comes", [True, False])
def test_newer_report_that_overtakes_ours_on_its_way_to_the_order_has_the_last_word(
    world: World, comes: bool
) -> None:
    order = world.held()
    world.admit(order.id)
    down = BarrierReport.LOWERED
    world.orders.before["find"] = lambda: world.lock_says(
        SPACE, down, order=order, vehicle=comes, version=92
    )
    world.lock_says(SPACE, down, order=order, vehicle=not comes, version=91)
    after = world.order(order)
    assert after.state is State.ARRIVED
    assert bool(after.access.vehicle_since) is comes
    assert (after.access.left_at is None) is comes


def test_lock_of_a_raised_lot_that_a_vehicle_has_left_is_looked_at(world: World) -> None:
    """An idle barrier that could not rise under a vehicle rises once it has gone."""
    world = World(settings=LotSettings(idle_barrier=Barrier.RAISED))
    order = world.arrived()
    world.leave(order.id)
    world.settle()
    assert world.desired(SPACE) == ("lowered", order.id), "the vehicle is still there"
    world.lock_says(SPACE, LOWERED, order=order, vehicle=False)
    for lock in world.effect_queues.locks:
        world.adjust(lock)
    assert world.desired(SPACE) == ("raised", None)


# ── presence ─────────────────────────────────────────────────────────────────────────────────────


def test_lock_that_comes_back_is_looked_at(world: World) -> None:
    world.lock_goes(SPACE, offline=True)
    assert world.effect_queues.locks == []
    assert world.orders.out[HARBOUR, P1] == {SPACE}
    world.lock_goes(SPACE, offline=False)
    assert world.effect_queues.locks == [thing(SPACE)]
    assert world.orders.out[HARBOUR, P1] == set()


def test_end_of_an_old_session_changes_nothing(world: World) -> None:
    now = world.clock.now
    world.record_presence(thing(SPACE), Session(8, now))
    world.record_presence(thing(SPACE), Session(7, now + timedelta(seconds=3), ended=True))
    lock = world.locks.find(thing(SPACE))
    assert lock is not None
    assert lock.online


def test_presence_of_an_unknown_lock_is_dropped(world: World) -> None:
    world.record_presence(ThingName("harbour-P9-X"), Session(1, world.clock.now))
    assert world.effect_queues.locks == []


def test_look_that_could_not_be_queued_is_queued_when_the_event_comes_again(world: World) -> None:
    session = Session(9, world.clock.now)
    world.effect_queues.failures = 1
    with pytest.raises(Busy):
        world.record_presence(thing(SPACE), session)
    world.record_presence(thing(SPACE), session)
    assert world.effect_queues.locks == [thing(SPACE)]


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


def test_asked_once_however_often_it_is_looked_at(world: World) -> None:
    order = secured(world)
    assert world.adjust(thing(SPACE), order.id) is None
    assert world.adjust(thing(SPACE)) is None
    assert len(world.shadows.asked) == 1


def test_lock_of_no_order_that_was_never_asked_is_left_alone(world: World) -> None:
    assert world.adjust(thing(SPACE)) is None
    assert world.adjust(ThingName("harbour-P9-X")) is None


def test_fault_18_shadow_that_changes_under_our_hands_is_read_again(world: World) -> None:
    order = secured(world)
    world.cancel(NOODLES, "TBL-1")
    world.shadows.before_ask = lambda: world.shadows.report(thing(SPACE), LOWERED)
    assert world.adjust(thing(SPACE), order.id) is not None
    assert world.desired(SPACE) == ("lowered", None)


def test_first_write_of_all_is_looked_at_again(world: World) -> None:
    """No version guards it: another may write between our look and our write, and be lost."""
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    world.shadows._shadows.clear()
    world.shadows.before_ask = lambda: world.cancel(NOODLES, "TBL-1")
    world.adjust(thing(SPACE), order.id)
    assert [asked.barrier for _, asked in world.shadows.asked] == ["raised", "lowered"]
    assert world.desired(SPACE) == ("lowered", None)


def test_vehicle_seen_at_the_last_moment_is_not_raised_under(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    world.shadows.before_ask = lambda: world.shadows.report(thing(SPACE), LOWERED, vehicle=True)
    assert world.adjust(thing(SPACE), order.id) is None
    assert world.desired(SPACE) is None


def test_shadow_that_never_stops_changing(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)

    def report_for_ever() -> None:
        world.shadows.report(thing(SPACE), LOWERED)
        world.shadows.before_ask = report_for_ever

    world.shadows.before_ask = report_for_ever
    with pytest.raises(Busy):
        world.adjust(thing(SPACE), order.id)


def test_next_order_waits_for_the_one_that_stands_there(world: World) -> None:
    first = world.arrived("TBL-1")
    after = world.book("TBL-2", service_time=first.claim.window.end + timedelta(minutes=15))
    asked = replace(world.order(after), access=Access(asked_at=world.clock.now))
    world.orders.change(after, replace(asked, version=after.version + 1))
    with pytest.raises(LockHeld):  # brought again until the first has left
        world.adjust(thing(SPACE), after.id)
    assert world.desired(SPACE) == ("lowered", first.id)
    world.lock_says(SPACE, LOWERED, order=first, vehicle=False)
    world.leave(first.id)
    assert world.adjust(thing(SPACE), after.id) is not None
    assert world.desired(SPACE) == ("raised", after.id)


def test_fault_16_lock_that_comes_back_with_an_expired_wish_is_asked_anew(world: World) -> None:
    order = secured(world)
    shadow = world.shadows.read(thing(SPACE))
    expired = Desired(Barrier.RAISED, order.id, world.clock.now - timedelta(minutes=1))
    world.shadows.ask(thing(SPACE), expired, shadow.version)
    asked = world.adjust(thing(SPACE))
    assert asked is not None
    assert asked.valid_until == order.claim.window.end


def test_moved_order_frees_its_old_lock_and_raises_its_new_one(world: World) -> None:
    order = world.held()
    assert world.desired(SPACE) == ("raised", order.id)
    world.move(order, Reason.LOCK_UNUSABLE)
    world.settle()
    assert world.desired(SPACE) == ("lowered", None)
    assert world.desired("B2-018") == ("raised", order.id)
