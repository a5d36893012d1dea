"""The clock and orders that are due."""

from datetime import timedelta

import pytest
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE, thing
from tests.fakes.world import World

from baylock.domain.booking.booking import Channel
from baylock.domain.locks.lock import BarrierReport, Fault
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import Reason, State


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_order_that_is_not_due_is_left_alone(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at - timedelta(seconds=1))
    assert world.watch(order.id) == order
    assert list(world.orders.due(world.clock.now)) == []


def test_space_is_secured_when_the_lead_begins(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    secured = world.watch(order.id)
    assert (secured.state, secured.access.asked_at) == (State.RESERVED, order.schedule.secure_at)
    world.settle()
    assert world.desired("B2-017") == ("raised", order.id)
    assert world.watch(order.id) == secured, "and once"


def test_held_only_after_the_report_of_the_lock(world: World) -> None:
    order = world.held()
    assert order.state is State.HELD
    assert order.due_at == order.schedule.no_show_at


def test_fault_15_lock_out_of_contact_moves_the_order(world: World) -> None:
    order = world.book()
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    moved = world.watch(order.id)
    assert (moved.claim.space.space, moved.reason) == ("B2-018", Reason.LOCK_UNUSABLE)
    assert moved.access.asked_at == order.schedule.secure_at, "and is secured there at once"
    world.settle()
    assert world.desired("B2-018") == ("raised", order.id)
    text = world.last_text_to(DRIVER)
    assert text.startswith("New space: ")
    assert "B2-018" in text
    assert world.kept() == world.promised()


@pytest.mark.parametrize("said", [{"fault": Fault.JAMMED}, {"battery": 3}])
def test_fault_19_faulty_lock_moves_the_order(world: World, said: dict[str, object]) -> None:
    order = world.book()
    world.lock_says("B2-017", **said)  # type: ignore[arg-type]
    world.at(order.schedule.secure_at)
    assert world.watch(order.id).reason is Reason.LOCK_UNUSABLE


def test_fault_20_vehicle_on_the_space_moves_the_order(world: World) -> None:
    order = world.book()
    world.lock_says("B2-017", vehicle=True)
    world.at(order.schedule.secure_at)
    moved = world.watch(order.id)
    assert (moved.claim.space.space, moved.reason) == ("B2-018", Reason.VEHICLE_PRESENT)


def test_silent_lock_moves_the_order_after_90_seconds(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    world.clock.forward(seconds=89)
    assert world.watch(order.id).claim.space.space == "B2-017"
    world.clock.forward(seconds=1)
    moved = world.watch(order.id)
    assert (moved.claim.space.space, moved.reason) == ("B2-018", Reason.LOCK_SILENT)
    assert moved.due_at == world.clock.now + CONFIRM_WITHIN, "this one has its own 90 seconds"


def test_silent_locks_do_not_toss_an_order_back_and_forth(world: World) -> None:
    """Each move texts the driver; a space that has just been given up is not the next choice."""
    order = world.book()
    world.at(order.schedule.secure_at)
    seen = []
    for _ in range(4):
        world.clock_runs()
        seen.append(world.order(order).claim.space.space)
        world.clock.forward(seconds=90)
    assert len(set(seen)) == 4


def test_no_show_also_where_no_lock_ever_answered(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    while world.clock.now < order.schedule.no_show_at + minutes(5):
        world.clock_runs()
        world.clock.forward(seconds=90)
    assert world.order(order).state in {State.NO_SHOW, State.FAILED}
    assert world.kept() == set()


def test_failed_where_no_other_space_is_left() -> None:
    world = World(spaces=["B2-017"])
    order = world.book(channel=Channel.TEXT)
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    failed = world.watch(order.id)
    assert (failed.state, failed.reason, failed.due_at) == (
        State.FAILED,
        Reason.LOCK_UNUSABLE,
        None,
    )
    assert world.kept() == set()
    world.settle()
    assert world.last_text_to(DRIVER).startswith("Sorry")
    assert world.last_text_to(NOODLES_PHONE).startswith("Due to a fault there is no space")


def test_move_loses_the_race_for_the_next_space_and_takes_another(world: World) -> None:
    order = world.book("TBL-1")
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    window = order.booking.service_time
    world.orders.before["change"] = lambda: world.book("TBL-2", service_time=window)
    moved = world.watch(order.id)
    assert world.book("TBL-2", service_time=window).claim.space.space == "B2-018"
    assert moved.claim.space.space not in {"B2-017", "B2-018"}
    assert world.kept() == world.promised()


def test_fault_12_clock_runs_twice_at_once_and_moves_once(world: World) -> None:
    """The second one looked at the order before the first had moved it."""
    order = world.book()
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    for moment in ("snapshot", "change"):
        world.orders.before[moment] = lambda: world.watch(order.id)
        assert world.watch(order.id).claim.space.space == "B2-018"
    assert world.order(order).version == 2
    assert world.kept() == world.promised()


def test_lock_answers_while_the_order_is_being_moved(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    world.clock.forward(seconds=90)
    world.orders.before["snapshot"] = lambda: world.lock_says(
        "B2-017", BarrierReport.RAISED, order=order
    )
    watched = world.watch(order.id)
    assert (watched.state, watched.claim.space.space) == (State.HELD, "B2-017")


def test_driver_comes_in_while_the_order_is_being_moved(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    world.clock.forward(seconds=90)
    world.orders.before["snapshot"] = lambda: world.admit(order.id)
    watched = world.watch(order.id)
    assert watched.access.admitted_at
    assert watched.claim == order.claim, "the driver stands before this very space"


def test_no_show_frees_the_rest_of_the_window(world: World) -> None:
    order = world.held(channel=Channel.TEXT)
    world.at(order.schedule.no_show_at)
    missed = world.watch(order.id)
    assert (missed.state, missed.due_at) == (State.NO_SHOW, None)
    assert world.kept() == set()
    world.settle()
    assert world.desired("B2-017") == ("lowered", None)
    assert "no longer kept" in world.last_text_to(DRIVER)
    assert "did not come" in world.last_text_to(NOODLES_PHONE)


def test_driver_waiting_before_a_silent_lock_is_not_forgotten(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.admit(order.id)
    world.clock.forward(seconds=90)
    again = world.watch(order.id)
    assert again.access.asked_at == world.clock.now
    assert again.due_at == world.clock.now + CONFIRM_WITHIN
    assert again.claim == order.claim


def test_driver_waiting_is_no_no_show(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.admit(order.id)
    world.at(order.schedule.no_show_at)
    assert world.watch(order.id).state is State.HELD


def test_completed_at_the_end_without_a_vehicle(world: World) -> None:
    order = world.arrived()
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=False)
    world.at(order.claim.window.end)
    assert world.watch(order.id).state is State.COMPLETED
    assert world.kept() == set()


def test_overstay_is_texted_once_and_checked_again(world: World) -> None:
    order = world.arrived()
    world.at(order.claim.window.end)
    overstayed = world.watch(order.id)
    assert (overstayed.state, overstayed.access.overstay_since) == (State.ARRIVED, world.clock.now)
    world.settle()
    assert "your time ended" in world.last_text_to(DRIVER)
    texts = len(world.phones.sent)
    world.clock.forward(minutes=15)
    later = world.watch(order.id)
    assert later.access.overstay_since == order.claim.window.end
    world.settle()
    assert len(world.phones.sent) == texts
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=False)
    world.clock.forward(minutes=15)
    assert world.watch(order.id).state is State.COMPLETED


def test_overstay_is_over_at_the_next_run_after_the_vehicle_has_left(world: World) -> None:
    order = world.arrived()
    world.at(order.claim.window.end)
    world.clock_runs()
    assert world.order(order).access.overstay_since
    world.at(order.claim.window.end + minutes(2))
    world.lock_says(order.claim.space.space, BarrierReport.LOWERED, order=order)
    world.clock_runs()
    assert world.order(order).state is State.COMPLETED


def test_order_that_needs_the_overstayed_space_next_is_moved(world: World) -> None:
    first = world.arrived("TBL-1")
    after = world.book("TBL-2", service_time=first.claim.window.end + minutes(15))
    assert after.claim.space == first.claim.space
    world.at(first.claim.window.end + minutes(1))
    world.clock_runs()
    assert world.order(after).claim.space.space == "B2-018"
    assert world.order(first).access.overstay_since


@pytest.mark.parametrize("state", ["cancelled", "completed", "no_show"])
def test_ended_order_is_left_alone(world: World, state: str) -> None:
    order: Order = world.arrived() if state == "completed" else world.held()
    if state == "completed":
        order = world.leave(order.id)
    elif state == "cancelled":
        world.cancel(NOODLES, "TBL-1")
    else:
        world.at(order.schedule.no_show_at)
        world.watch(order.id)
    ended = world.order(order)
    world.clock.forward(days=1)
    assert world.watch(order.id) == ended


def test_fault_12_clock_did_not_run_for_an_hour(world: World) -> None:
    """All that is due happens, one step each run, and nothing is done twice."""
    booked, arrived = world.book("TBL-2"), world.arrived("TBL-1")
    world.lock_says(arrived.claim.space.space, order=arrived)
    world.at(arrived.claim.window.end + minutes(60))
    for _ in range(3):
        world.clock_runs()
        world.settle()
    assert world.order(arrived).state is State.COMPLETED
    assert world.order(booked).state is State.NO_SHOW
    assert world.kept() == world.promised()


def test_admitted_driver_whose_lock_never_answers_is_not_watched_for_ever(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.admit(order.id)
    world.at(order.claim.window.end + timedelta(hours=12))
    for _ in range(3):
        world.clock_runs()
        world.clock.forward(seconds=90)
    assert not world.order(order).is_live
    assert world.kept() == set()


def test_lock_that_was_never_provisioned_moves_the_order(world: World) -> None:
    order = world.book()
    world.locks._locks.pop(thing("B2-017"))
    world.at(order.schedule.secure_at)
    assert world.watch(order.id).reason is Reason.LOCK_UNUSABLE
