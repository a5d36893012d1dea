"""Coming in, staying longer, leaving."""

from datetime import timedelta

import pytest
from tests.fakes.mall import NOODLES
from tests.fakes.world import World

from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.errors import NoSuchOrder, NotThatLong, TooEarly, TooLate
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import MAX_EARLY_ARRIVAL, Order
from baylock.domain.orders.state import Reason, State


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# ── in ───────────────────────────────────────────────────────────────────────────────────────────


def test_driver_lowers_the_barrier(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    admitted = world.admit(order.id)
    world.settle()
    assert admitted.state is State.HELD, "until the report of the lock"
    assert world.desired("B2-017") == ("lowered", order.id)
    arrived = world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert arrived is not None
    assert arrived.state is State.ARRIVED


def test_admitted_twice_is_admitted_once(world: World) -> None:
    order = world.held()
    first = world.admit(order.id)
    world.clock.forward(seconds=5)
    assert world.admit(order.id) == first


def test_too_early_has_the_start(world: World) -> None:
    order = world.book()
    world.at(order.claim.window.start - MAX_EARLY_ARRIVAL - minutes(1))
    with pytest.raises(TooEarly) as early:
        world.admit(order.id)
    assert early.value.opens_at == order.claim.window.start
    assert world.order(order) == order


def test_a_driver_who_comes_while_the_space_is_being_secured_is_let_in(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    assert world.admit(order.id).access.admitted_at == order.schedule.secure_at


@pytest.mark.parametrize("end", ["cancelled", "no_show"])
def test_too_late_once_the_order_has_ended(world: World, end: str) -> None:
    order = world.held()
    if end == "cancelled":
        world.cancel(NOODLES, "TBL-1")
    else:
        world.at(order.schedule.no_show_at)
        world.watch(order.id)
    with pytest.raises(TooLate):
        world.admit(order.id)


def test_fault_13_no_show_races_the_driver(world: World) -> None:
    """Both orders of events: the first write wins, and the other sees it."""
    order = world.held()
    world.at(order.schedule.no_show_at)
    world.orders.before["change"] = lambda: world.admit(order.id)
    watched = world.watch(order.id)
    assert (watched.state, watched.access.admitted_at) == (State.HELD, order.schedule.no_show_at)

    other = World()
    order = other.held()
    other.at(order.schedule.no_show_at)
    other.orders.before["change"] = lambda: other.watch(order.id)
    with pytest.raises(TooLate):
        other.admit(order.id)
    assert other.order(order).state is State.NO_SHOW
    assert other.kept() == set()


def test_no_such_order(world: World) -> None:
    for use_case in (world.admit, world.leave, world.watch):
        with pytest.raises(NoSuchOrder):
            use_case(OrderId("ord_aaaaaaaaaaaa"))


# ── longer ───────────────────────────────────────────────────────────────────────────────────────


def test_stays_longer(world: World) -> None:
    order = world.arrived()
    longer = world.extend(order.id, minutes(30), "in-1")
    assert longer.claim.window.end == order.claim.window.end + minutes(30)
    assert longer.due_at == longer.claim.window.end
    assert world.kept() == world.promised()


def test_same_request_is_granted_once(world: World) -> None:
    order = world.arrived()
    first = world.extend(order.id, minutes(30), "in-1")
    assert world.extend(order.id, minutes(30), "in-1") == first
    assert world.extend(order.id, minutes(30), "in-2").claim.window.end == (
        first.claim.window.end + minutes(30)
    )


def test_rounded_up_to_the_quarter_of_an_hour(world: World) -> None:
    order = world.arrived()
    assert world.extend(order.id, minutes(20), "in-1").claim.window.end == (
        order.claim.window.end + minutes(30)
    )


def test_fault_14_extension_meets_the_next_order(world: World) -> None:
    order = world.book("TBL-1")
    nexts = order.claim.window.end + minutes(30)
    world.book("TBL-2", service_time=nexts + minutes(15))
    with pytest.raises(NotThatLong) as refused:
        world.extend(order.id, minutes(60), "in-1")
    assert refused.value.longest == nexts
    assert world.order(order) == order, "nothing changed"
    assert world.extend(order.id, minutes(30), "in-2").claim.window.end == nexts


def test_next_order_right_behind_leaves_nothing_to_extend(world: World) -> None:
    order = world.book("TBL-1")
    world.book("TBL-2", service_time=order.claim.window.end + minutes(15))
    with pytest.raises(NotThatLong) as refused:
        world.extend(order.id, minutes(15), "in-1")
    assert refused.value.longest == order.claim.window.end


def test_never_longer_than_a_day_in_all_and_then_not_a_part_of_it(world: World) -> None:
    order = world.book(duration=MAX_WINDOW - minutes(45))
    assert order.claim.window.end - order.claim.window.start == MAX_WINDOW - minutes(15)
    with pytest.raises(NotThatLong) as refused:
        world.extend(order.id, minutes(30), "in-1")
    assert refused.value.longest == order.claim.window.start + MAX_WINDOW
    assert world.extend(order.id, minutes(15), "in-2").claim.window.end == refused.value.longest


def test_across_the_start_of_the_day(world: World) -> None:
    order = world.book(service_time=world.clock.now + timedelta(hours=13, minutes=45))
    assert len(order.claim.spans) == 1
    longer = world.extend(order.id, minutes(60), "in-1")
    assert len(longer.claim.spans) == 2
    assert world.kept() == world.promised()


def test_somebody_books_what_was_free_a_moment_ago(world: World) -> None:
    order = world.book("TBL-1")
    after = order.claim.window.end + minutes(15)
    world.orders.before["change"] = lambda: world.book("TBL-2", service_time=after)
    with pytest.raises(NotThatLong):
        world.extend(order.id, minutes(30), "in-1")
    assert world.kept() == world.promised()


def test_too_late_to_extend_what_has_ended(world: World) -> None:
    order = world.arrived()
    world.leave(order.id)
    with pytest.raises(TooLate):
        world.extend(order.id, minutes(30), "in-1")


# ── out ──────────────────────────────────────────────────────────────────────────────────────────


def test_leaving_frees_the_rest_of_the_window(world: World) -> None:
    order = world.arrived()
    assert world.leave(order.id).state is State.COMPLETED
    assert world.kept() == set()
    assert world.leave(order.id).version == world.order(order).version, "once"


def test_nobody_leaves_before_coming_in(world: World) -> None:
    order = world.held()
    with pytest.raises(TooLate):
        world.leave(order.id)


def test_driver_gives_the_space_back(world: World) -> None:
    order: Order = world.book()
    assert world.cancel.give_up(order.id, "a text").reason is Reason.DRIVER
    assert world.kept() == set()
