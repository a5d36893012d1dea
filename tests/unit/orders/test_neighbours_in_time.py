"""Orders that follow each other on a space, and orders that must look for another one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.fakes.mall import DRIVER, NOON, thing
from tests.fakes.world import World

from baylock.domain.errors import TooEarly, TooLate
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import LotSettings

ONE_SPACE = ["B2-017"]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def after(order: Order) -> dict[str, object]:
    """A booking whose window begins where this order's ends."""
    return {"service_time": order.claim.window.end + minutes(15), "phone": "+14255550177"}


def test_next_order_is_not_secured_while_the_one_before_is_there_by_right() -> None:
    world = World(spaces=ONE_SPACE)
    first = world.book("TBL-1")
    second = world.book("TBL-2", **after(first))
    assert second.schedule.secure_at == first.claim.window.end
    world.arrived("TBL-1")
    world.at(second.claim.window.start - minutes(15))
    world.clock_runs()
    assert world.order(second).state is State.RESERVED
    assert world.order(second).access.asked_at is None


def test_next_order_gets_the_space_in_the_minute_in_which_the_one_before_ends() -> None:
    """Whichever of the two the clock looks at first."""
    for second_first in (True, False):
        world = World(spaces=ONE_SPACE)
        first = world.arrived("TBL-1")
        second = world.book("TBL-2", **after(first))
        world.lock_says("B2-017", BarrierReport.LOWERED, order=first, vehicle=False)
        world.at(first.claim.window.end)
        for order in (second, first) if second_first else (first, second):
            world.watch(order.id)
        world.settle()
        world.clock.forward(seconds=60)
        world.clock_runs()
        world.settle()
        assert world.order(first).state is State.COMPLETED
        assert world.desired("B2-017") == ("raised", second.id)
        world.lock_says("B2-017", BarrierReport.RAISED, order=second)
        assert world.order(second).state is State.HELD


def test_order_booked_into_the_gap_before_is_waited_for_too() -> None:
    world = World(spaces=ONE_SPACE)
    late = world.book("TBL-2", service_time=NOON + minutes(300))
    early = world.arrived("TBL-1", service_time=NOON + minutes(150))
    assert early.claim.window.end == late.claim.window.start
    world.at(late.schedule.secure_at)
    world.clock_runs()
    waiting = world.order(late)
    assert (waiting.state, waiting.access.asked_at) == (State.RESERVED, None)
    assert waiting.due_at == early.claim.window.end


def test_vehicle_that_overstays_sends_the_next_order_elsewhere(world: World) -> None:
    first = world.arrived("TBL-1")
    second = world.book("TBL-2", **after(first))
    world.at(first.claim.window.end)
    world.clock_runs()
    assert world.order(first).access.overstay_since
    assert world.order(second).claim.space.space != first.claim.space.space


def test_order_is_not_moved_back_to_where_it_could_not_stay(world: World) -> None:
    """Vehicles of walk-ins on the two nearest spaces, seen only when it is time."""
    order = world.book()
    world.at(order.schedule.secure_at)
    for space in ("B2-017", "B2-018"):
        world.lock_says(space, vehicle=True)
    world.clock_runs()
    third = world.order(order).claim.space.space
    assert third not in {"B2-017", "B2-018"}
    world.settle()
    assert len(world.phones.texts_to(DRIVER)) == 2, (
        "a text about the first space, and about the last"
    )


def test_silent_locks_are_each_tried_once(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    tried = []
    while world.order(order).is_live:
        world.watch(order.id)
        tried.append(world.order(order).claim.space.space)
        world.clock.forward(seconds=CONFIRM_WITHIN.total_seconds())
    assert world.order(order).state is State.FAILED
    spaces = [space for space, before in zip(tried, ["", *tried], strict=False) if space != before]
    assert len(spaces) == len(set(spaces))


def test_lock_that_does_not_let_its_driver_in_is_asked_anew(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.admit(order.id)
    world.settle()
    asked = len(world.shadows.asked)
    world.clock.forward(seconds=90)
    world.clock_runs()
    world.settle()
    assert len(world.shadows.asked) == asked + 1
    assert world.shadows.asked[-1][0] == thing("B2-017")


def test_stay_that_the_lock_never_confirmed_ends_with_its_window(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.admit(order.id)
    world.at(order.claim.window.end)
    world.clock_runs()
    assert world.order(order).state is State.COMPLETED


def test_extension_survives_what_the_merchant_changes_elsewhere(world: World) -> None:
    order = world.arrived()
    longer = world.extend(order.id, minutes(60), "in-7")
    changed = world.place(world.booking(plate="7ABC123", service_time=NOON + minutes(120))).record
    assert isinstance(changed, Order)
    assert changed.booking.plate == "7ABC123"
    assert changed.claim.window == longer.claim.window
    assert world.kept() == world.promised()


def test_extension_reaches_the_lock(world: World) -> None:
    """One that restarts after the booking's own end must not refuse to stand."""
    order = world.held()
    world.settle()
    longer = world.extend(order.id, minutes(120), "in-7")
    world.settle()
    desired = world.shadows.read(thing("B2-017")).desired
    assert desired is not None
    assert desired.valid_until >= longer.claim.window.end


def test_space_with_a_vehicle_is_not_taken_where_the_barrier_goes_up_at_booking() -> None:
    from baylock.domain.venue.mall import LockWhen

    world = World(settings=LotSettings(lock_when=LockWhen.AT_BOOKING))
    world.lock_says("B2-017", vehicle=True)
    order = world.book()
    assert order.claim.space.space != "B2-017"
    assert order.access.asked_at == NOON


def test_early_driver_waits_for_the_order_in_the_gap_before() -> None:
    world = World(spaces=ONE_SPACE)
    late = world.book("TBL-2", service_time=NOON + minutes(300))
    world.arrived("TBL-1", service_time=NOON + minutes(150))
    world.at(late.schedule.secure_at + minutes(1))
    with pytest.raises(TooEarly) as refused:
        world.admit(late.id)
    assert refused.value.opens_at == late.claim.window.start


def test_driver_whose_window_is_over_is_too_late_for_the_next_ones_sake() -> None:
    world = World(spaces=ONE_SPACE)
    world.book("TBL-2", service_time=NOON + minutes(150))
    first = world.book("TBL-1", service_time=NOON)
    world.at(NOON + minutes(180))
    with pytest.raises(TooLate):
        world.admit(first.id)


def test_no_show_gives_way_when_its_window_is_over() -> None:
    """Its grace would last longer than a short booking's window."""
    world = World(spaces=ONE_SPACE)
    short = {"service_time": NOON + minutes(134), "duration": minutes(1)}
    first = world.held("TBL-1", **short)
    assert first.schedule.no_show_at > first.claim.window.end
    assert first.due_at == first.claim.window.end
    second = world.book("TBL-2", **after(first))
    world.at(first.claim.window.end)
    world.clock_runs()
    assert world.order(first).state is State.NO_SHOW
    assert world.order(second).is_live


def test_nobody_waits_for_a_holder_whose_turn_comes_later() -> None:
    """The first was moved to a later time, and its lock has not reported yet."""
    world = World(spaces=ONE_SPACE)
    world.held("TBL-1", service_time=NOON + minutes(120))
    world.book("TBL-1", service_time=NOON + minutes(285))
    second = world.book("TBL-2", service_time=NOON + minutes(135), duration=minutes(60))
    world.at(second.schedule.secure_at)
    world.clock_runs()
    assert world.order(second).schedule.secure_at <= second.claim.window.start


def test_neighbour_before_four_in_the_morning_is_seen() -> None:
    world = World(spaces=ONE_SPACE)
    four = datetime(2026, 12, 2, 12, tzinfo=UTC)
    first = world.book("TBL-1", service_time=four - minutes(135))
    assert first.claim.window.end == four
    second = world.book("TBL-2", **after(first))
    assert second.schedule.secure_at == four


def test_back_to_back_the_one_before_is_ended_and_the_next_one_secured_in_one_run() -> None:
    """Whichever of the two the clock comes to first."""
    world = World(spaces=ONE_SPACE)
    first = world.arrived("TBL-1")
    second = world.book("TBL-2", **after(first))
    assert second.schedule.secure_at == first.claim.window.end
    world.lock_says("B2-017", BarrierReport.LOWERED, order=first)
    world.at(first.claim.window.end)
    secured = world.watch(second.id)
    assert world.order(first).state is State.COMPLETED
    assert secured.access.asked_at == world.clock.now
