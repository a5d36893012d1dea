"""Texts to the staff of the mall, and to a driver whose booking has another phone now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import DRIVER, MALL_PHONE, thing
from tests.fakes.world import World

from baylock.domain.errors import Busy
from baylock.domain.locks.lock import SAME_ALARM_WITHIN, BarrierReport, Fault
from baylock.domain.orders.order import CONFIRM_WITHIN
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import Mall

OTHER_DRIVER = "+14255550155"


def with_mall(world: World, **changes: object) -> None:
    mall: Mall = replace(world.mall, version="2", **changes)  # type: ignore[arg-type]
    world.venues.save(mall, world.merchants)


# ── of orders ────────────────────────────────────────────────────────────────────────────────────


def test_overstay_is_told_once_with_the_plate(world: World) -> None:
    order = world.arrived(plate="7ABC123")
    world.at(order.claim.window.end)
    world.clock_runs()
    world.settle()
    (text,) = world.phones.texts_to(MALL_PHONE)
    assert "P1 level B2 space B2-017" in text
    assert "7ABC123" in text
    world.clock.forward(minutes=15)
    world.clock_runs()
    world.settle()
    assert len(world.phones.texts_to(MALL_PHONE)) == 1


def test_fault_20_vehicle_where_a_barrier_should_rise_is_told_with_its_own_place(
    world: World,
) -> None:
    order = world.book()
    world.lock_says("B2-017", vehicle=True)
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.settle()
    assert world.order(order).claim.space.space == "B2-018"
    (text,) = world.phones.texts_to(MALL_PHONE)
    assert "B2-017" in text, "where the vehicle is, not where the driver goes now"


def test_fault_20_vehicle_that_comes_while_the_barrier_is_awaited(world: World) -> None:
    """The lock refused to rise: the vehicle keeps the space, not a silent lock."""
    order = world.book()
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.lock_says("B2-017", vehicle=True)
    world.clock.forward(seconds=CONFIRM_WITHIN.total_seconds())
    world.clock_runs()
    world.settle()
    assert world.order(order).reason is Reason.VEHICLE_PRESENT
    assert "B2-017" in world.last_text_to(MALL_PHONE)


def test_two_vehicles_on_two_spaces_are_two_texts_however_late_they_leave(world: World) -> None:
    order = world.book()
    world.lock_says("B2-017", vehicle=True)
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.lock_says("B2-018", vehicle=True)
    world.clock.forward(seconds=CONFIRM_WITHIN.total_seconds())
    world.clock_runs()
    world.settle()
    texts = world.phones.texts_to(MALL_PHONE)
    assert [text for text in texts if "B2-017" in text] != [
        text for text in texts if "B2-018" in text
    ]
    assert len(texts) == 2


def test_a_move_because_of_the_lock_itself_is_not_texted_to_the_mall(world: World) -> None:
    order = world.book()
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.settle()
    assert world.order(order).reason is Reason.LOCK_UNUSABLE
    assert world.phones.texts_to(MALL_PHONE) == []


def test_failed_for_a_vehicle_is_told_too() -> None:
    world = World(spaces=["B2-017"])
    order = world.book()
    world.lock_says("B2-017", vehicle=True)
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.settle()
    assert world.order(order).state is State.FAILED
    assert "B2-017" in world.last_text_to(MALL_PHONE)


def test_a_mall_without_a_phone_gets_no_text_and_drivers_theirs(world: World) -> None:
    with_mall(world, phone=None)
    order = world.arrived()
    world.at(order.claim.window.end)
    world.clock_runs()
    world.lock_says("B2-019", fault=Fault.JAMMED)
    world.settle()
    assert "your time ended" in world.last_text_to(DRIVER)
    assert {phone for phone, _ in world.phones.sent} == {DRIVER}


def test_in_the_malls_language(world: World) -> None:
    with_mall(world, locale="zh-CN")
    order = world.arrived()
    world.at(order.claim.window.end)
    world.clock_runs()
    world.settle()
    assert "仍未离开" in world.last_text_to(MALL_PHONE)


# ── of locks ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "says"), [(Fault.JAMMED, "jammed"), (Fault.TAMPERED, "tampering")]
)
def test_alarm_of_a_lock_is_told_once_however_often_it_is_reported(
    world: World, fault: Fault, says: str
) -> None:
    for _ in range(3):
        world.lock_says("B2-019", BarrierReport.BLOCKED, fault=fault)
        world.settle()
        world.clock.forward(minutes=5)
    (text,) = world.phones.texts_to(MALL_PHONE)
    assert "B2-019" in text
    assert says in text


@pytest.mark.parametrize("fault", [Fault.OBSTRUCTED, Fault.SENSOR, None])
def test_other_faults_are_not_texted(world: World, fault: Fault | None) -> None:
    world.lock_says("B2-019", fault=fault)
    world.settle()
    assert world.phones.texts_to(MALL_PHONE) == []


def test_fault_that_comes_and_goes_is_one_occasion_and_later_another(world: World) -> None:
    for forward in (minutes_of(1), minutes_of(1), SAME_ALARM_WITHIN):
        world.lock_says("B2-019", fault=Fault.TAMPERED)
        world.settle()
        world.lock_says("B2-019")
        world.settle()
        world.at(world.clock.now + forward)
    assert len(world.phones.texts_to(MALL_PHONE)) == 1
    world.lock_says("B2-019", fault=Fault.TAMPERED)
    world.settle()
    assert len(world.phones.texts_to(MALL_PHONE)) == 2


def test_alarm_whose_message_was_lost_is_told_with_the_next_report(world: World) -> None:
    world.effect_queues.failures = 1
    with pytest.raises(Busy):
        world.lock_says("B2-019", fault=Fault.JAMMED)
    world.lock_says("B2-019", fault=Fault.JAMMED)
    world.settle()
    assert len(world.phones.texts_to(MALL_PHONE)) == 1


def test_alarm_that_is_over_before_it_could_be_told_is_not(world: World) -> None:
    world.lock_says("B2-019", fault=Fault.JAMMED)
    world.lock_says("B2-019")
    world.settle()
    assert world.phones.texts_to(MALL_PHONE) == []
    assert world.send.alarm(thing("B2-020"), 1) == "no longer true"


# ── a booking that is another driver's now ───────────────────────────────────────────────────────


def test_driver_whom_the_booking_no_longer_names_is_told_once(world: World) -> None:
    order = world.held()
    world.settle()
    world.place(replace(order.booking, phone=OTHER_DRIVER))
    world.place(replace(order.booking, phone=OTHER_DRIVER))
    world.settle()
    (_, text) = world.phones.texts_to(DRIVER)
    assert "no longer kept for you" in text
    assert "B2-017" in text
    (text,) = world.phones.texts_to(OTHER_DRIVER)
    theirs = world.code(world.order(order))
    assert theirs in text
    for code in (world.code(order), theirs):
        assert world.text(DRIVER, code) == "answered: driver_nothing"
    assert world.order(order).access.admitted_at is None


def test_phone_changed_and_changed_back_tells_each_what_is_true(world: World) -> None:
    order = world.book()
    world.settle()
    world.place(replace(order.booking, phone=OTHER_DRIVER))
    world.place(replace(order.booking, phone=DRIVER))
    world.settle()
    assert "no longer kept" in world.last_text_to(OTHER_DRIVER)
    texts = [text for text in world.phones.texts_to(DRIVER) if "no longer kept" in text]
    assert len(texts) == 1
    assert world.code(order) in world.last_text_to(DRIVER)


def test_cancelled_for_another_phone_is_told_to_the_driver_who_had_it(world: World) -> None:
    order = world.book()
    world.settle()
    world.place(replace(order.booking, phone=OTHER_DRIVER, parking_needed=False))
    world.settle()
    assert world.last_text_to(DRIVER).startswith("Cancelled")
    assert world.phones.texts_to(OTHER_DRIVER) == []


def test_the_number_of_a_former_driver_is_in_no_repr(world: World) -> None:
    order = world.book()
    world.place(replace(order.booking, phone=OTHER_DRIVER))
    assert DRIVER not in repr(world.order(order))


def minutes_of(count: float) -> timedelta:
    return timedelta(minutes=count)
