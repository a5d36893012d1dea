"""Drivers who are at their space and can't use it, and drivers who come before their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, MALL_PHONE, NOODLES
from tests.fakes.world import Fell, World

from baylock.domain.access.key_ring import Purpose
from baylock.domain.booking.window import Window
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import NoSpace, TooEarly
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import MAX_EARLY_ARRIVAL, MAX_MOVES_WHEN_ASKED, Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import LockWhen, LotSettings

OTHER_DRIVER = "+14255550155"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at_the_space(world: World) -> Order:
    """An order whose barrier is up and whose window has begun."""
    order = world.held()
    world.at(order.claim.window.start)
    world.settle()
    return order


def taken(world: World) -> str:
    """The text of the driver of TBL-1, with their code: no lock of these tests sees a vehicle."""
    order = world.order(order_id(NOODLES, "TBL-1"))
    return f"HELP taken {arrival_code(order, world.ring(Purpose.CODES))}"


# ── moved, or seen to ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("HELP taken", Reason.SPACE_TAKEN),
        ("HELP blocked", Reason.SPACE_BLOCKED),
        ("帮助 被占", Reason.SPACE_TAKEN),
        ("帮助 挡住", Reason.SPACE_BLOCKED),
    ],
)
def test_driver_who_cannot_park_gets_the_next_space_in_one_text(
    world: World, body: str, reason: Reason
) -> None:
    order = at_the_space(world)
    before = len(world.phones.texts_to(DRIVER))
    assert world.text(DRIVER, f"{body} {world.code(order)}") == "answered: driver_moved"
    moved = world.order(order)
    assert (moved.claim.space.space, moved.reason, moved.state) == (
        "B2-018",
        reason,
        State.RESERVED,
    )
    (text,) = world.phones.texts_to(DRIVER)[before:]
    assert "B2-018" in text
    assert world.code(order) in text
    assert world.desired("B2-018") == ("raised", order.id)
    assert world.desired("B2-017") == ("lowered", None)
    assert world.kept() == world.promised()


def test_driver_who_has_sent_their_code_and_waits_is_moved_too(world: World) -> None:
    order = at_the_space(world)
    world.text(DRIVER, f"HERE {world.code(order)}")
    assert world.text(DRIVER, "HELP blocked") == "answered: driver_moved"
    moved = world.order(order)
    assert (moved.claim.space.space, moved.access.admitted_at) == ("B2-018", None)


def test_mall_gets_a_text_about_the_space(world: World) -> None:
    at_the_space(world)
    world.text(DRIVER, taken(world))
    (text,) = world.phones.texts_to(MALL_PHONE)
    assert "B2-017" in text
    assert "Waiting since" not in text, "the driver has another space"


@pytest.mark.parametrize(("starts_in", "space"), [(0, "R1"), (60, "R1"), (120, "B2-017")])
def test_next_driver_is_not_sent_to_the_same_space_unless_much_later(
    world: World, starts_in: float, space: str
) -> None:
    at_the_space(world)
    world.text(DRIVER, taken(world))
    service = world.clock() + minutes(starts_in + 15)
    took = world.book("TBL-2", service_time=service, phone=OTHER_DRIVER)
    assert took.claim.space.space == space


def test_nobody_is_sent_there_even_if_there_is_no_other() -> None:
    world = World(spaces=["B2-017", "B2-018"])
    at_the_space(world)
    world.text(DRIVER, taken(world))
    with pytest.raises(NoSpace):
        world.book("TBL-2", service_time=world.clock() + minutes(15), phone=OTHER_DRIVER)


@pytest.mark.parametrize(
    ("spaces", "place"), [(["B2-017", "B2-018"], "B2-018"), (["B2-017"], "B2-017")]
)
def test_order_whose_turn_is_next_gets_another_space_too_if_there_is_one(
    spaces: list[str], place: str
) -> None:
    world = World(spaces=spaces)
    order = at_the_space(world)
    ends = order.claim.window.end
    following = world.book("TBL-2", service_time=ends + minutes(15), phone=OTHER_DRIVER)
    assert following.claim.space.space == "B2-017"
    world.at(ends - minutes(40))
    world.text(DRIVER, taken(world))
    world.at(following.schedule.secure_at)
    after = world.watch(following.id)
    assert (after.claim.space.space, after.is_live) == (place, True)
    assert after.reason is (Reason.VEHICLE_PRESENT if place != "B2-017" else None)
    assert after.access.asked_at or place != "B2-017"


def test_booking_that_is_changed_to_now_does_not_stay_there(world: World) -> None:
    at_the_space(world)
    far = world.clock() + timedelta(hours=6)
    assert world.book("TBL-2", service_time=far, phone=OTHER_DRIVER).claim.space.space == "B2-017"
    world.text(DRIVER, taken(world))
    soon = world.clock() + minutes(15)
    changed = world.book("TBL-2", service_time=soon, phone=OTHER_DRIVER)
    assert changed.claim.space.space == "R1"


def test_times_at_which_there_is_a_space_again_are_ones_that_can_be_had() -> None:
    world = World(spaces=["B2-017"])
    order = at_the_space(world)
    world.text(DRIVER, taken(world))
    world.cancel(order.booking.merchant, order.booking.reference)
    with pytest.raises(NoSpace) as refused:
        world.book("TBL-2", service_time=world.clock() + minutes(15), phone=OTHER_DRIVER)
    at = refused.value.next_free[0]
    assert at > world.clock() + minutes(60)
    assert world.book("TBL-2", service_time=at, phone=OTHER_DRIVER).is_live


@pytest.mark.parametrize("when_locked", list(LockWhen))
def test_times_at_which_a_vehicle_may_have_left_are_ones_that_can_be_had(
    when_locked: LockWhen,
) -> None:
    world = World(spaces=["B2-017"], settings=LotSettings(lock_when=when_locked))
    world.lock_says("B2-017", BarrierReport.LOWERED, vehicle=True)
    with pytest.raises(NoSpace) as refused:
        world.book(service_time=world.clock() + minutes(15))
    for at in refused.value.next_free[:1]:
        assert world.book(service_time=at).is_live
    assert bool(refused.value.next_free) is (when_locked is LockWhen.BEFORE_START)


def test_word_of_another_space_counts_for_nothing(world: World) -> None:
    order = at_the_space(world)
    after = world.ask_for_help(order.id, Reason.SPACE_TAKEN, "P1/B2-018", "in-1")
    assert after == world.order(order) == order
    assert world.orders.found_taken_until(order.claim.space) is None


def test_long_before_the_window_no_driver_is_at_the_space(world: World) -> None:
    order = world.book()
    with pytest.raises(TooEarly) as refused:
        world.ask_for_help(order.id, Reason.SPACE_TAKEN, order.claim.place, "in-1")
    assert refused.value.opens_at == order.claim.window.start
    assert world.orders.found_taken_until(order.claim.space) is None


def test_space_is_given_again_once_the_vehicle_has_left(world: World) -> None:
    order = at_the_space(world)
    world.text(DRIVER, taken(world))
    world.lock_says("B2-017", BarrierReport.LOWERED, vehicle=True)
    world.lock_says("B2-017", BarrierReport.LOWERED, vehicle=False)
    took = world.book("TBL-2", service_time=order.booking.service_time, phone=OTHER_DRIVER)
    assert took.claim.space.space == "B2-017"


def test_no_other_space_and_the_mall_learns_that_the_driver_waits() -> None:
    world = World(spaces=["B2-017"])
    order = at_the_space(world)
    assert world.text(DRIVER, taken(world)) == "answered: driver_no_other"
    asked = world.order(order)
    assert (asked.state, asked.claim) == (State.HELD, order.claim), "it may yet be mended"
    (text,) = world.phones.texts_to(MALL_PHONE)
    assert "Waiting since 13:45" in text
    assert MALL_PHONE in world.last_text_to(DRIVER)
    assert asked.open_problem
    world.clock.forward(minutes=1)
    world.admit(order.id)
    arrived = world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert arrived is not None
    assert arrived.open_problem is None, "the driver is in after all"


def test_driver_who_is_in_stays_and_the_mall_gets_a_text(world: World) -> None:
    order = world.arrived()
    world.settle()
    assert world.text(DRIVER, f"HELP blocked {world.code(order)}") == "answered: driver_staff_told"
    assert world.order(order).claim == order.claim
    assert "B2-017" in world.last_text_to(MALL_PHONE)


def test_same_message_helps_once_and_has_the_same_answer(world: World) -> None:
    order = at_the_space(world)
    world.text(DRIVER, taken(world), id_="help-1")
    moved = world.order(order)
    world.message_log._answers.clear()
    assert world.text(DRIVER, taken(world), id_="help-1") == "answered: driver_moved"
    assert world.order(order) == moved


def test_fall_after_the_move_does_not_move_again(world: World) -> None:
    order = at_the_space(world)

    def fall(*_: object) -> None:
        raise Fell

    record, world.message_log.record_reply = world.message_log.record_reply, fall  # type: ignore[method-assign,assignment]
    with pytest.raises(Fell):
        world.text(DRIVER, taken(world), id_="help-1")
    world.message_log.record_reply = record  # type: ignore[method-assign]
    assert world.text(DRIVER, taken(world), id_="help-1") == "answered: driver_moved"
    assert world.order(order).promise.moves == 1


def test_a_drivers_word_moves_an_order_a_few_times_and_no_more(world: World) -> None:
    order = at_the_space(world)
    for _ in range(MAX_MOVES_WHEN_ASKED):
        assert world.text(DRIVER, taken(world)) == "answered: driver_moved"
    assert world.text(DRIVER, taken(world)) == "answered: driver_staff_told"
    assert world.order(order).promise.moves == MAX_MOVES_WHEN_ASKED


def test_window_that_is_over_gets_no_other_space_though_the_clock_is_late(world: World) -> None:
    order = at_the_space(world)
    world.at(order.claim.window.end)
    after = world.ask_for_help(order.id, Reason.SPACE_TAKEN, order.claim.place, "late")
    assert (after.claim, after.promise.moves) == (order.claim, order.promise.moves)
    assert after.notes.reported_problems[-1].what is Reason.SPACE_TAKEN


def test_far_from_the_window_the_driver_gets_place_and_time_again(world: World) -> None:
    order = world.book()
    world.settle()
    world.at(order.claim.window.start - MAX_EARLY_ARRIVAL - minutes(1))
    assert world.text(DRIVER, "HELP taken") == "answered: driver_where"
    assert world.order(order) == order


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("HELP", "driver_help"),
        ("帮助", "driver_help"),
        ("?", "driver_help"),
        ("help me", "driver_unreadable"),
    ],
)
def test_help_alone_lists_the_commands(world: World, body: str, answer: str) -> None:
    order = at_the_space(world)
    assert world.text(DRIVER, body) == f"answered: {answer}"
    assert world.order(order) == order


def test_the_order_changes_while_another_space_is_looked_for(world: World) -> None:
    order = at_the_space(world)
    world.orders.before["change"] = lambda: world.extend(order.id, minutes(30), "in-other")
    assert world.text(DRIVER, taken(world)) == "answered: driver_moved"
    moved = world.order(order)
    assert moved.extra == minutes(30)
    assert moved.claim.space.space == "B2-018"
    assert world.kept() == world.promised()


# ── a vehicle that was there first ───────────────────────────────────────────────────────────────


def test_vehicle_on_the_space_at_arrival_is_the_drivers_until_they_report_another(
    world: World,
) -> None:
    """The barrier was never up: a sensor can't tell the driver's car from another."""
    order = world.book()
    world.settle()
    world.at(order.schedule.secure_at)
    world.text(DRIVER, f"HERE {world.code(order)}")
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=True)
    assert world.order(order).state is State.ARRIVED
    assert world.text(DRIVER, taken(world)) == "answered: driver_moved"
    moved = world.order(order)
    assert (moved.state, moved.claim.space.space) == (State.RESERVED, "B2-018")
    assert (moved.access.vehicle_since, moved.access.arrived_at) == (None, None)
    assert world.kept() == world.promised()


# ── before the window ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("early", [minutes(1), minutes(20), MAX_EARLY_ARRIVAL])
def test_early_driver_comes_in_where_the_space_is_free_until_their_time(
    world: World, early: timedelta
) -> None:
    order = world.book()
    world.at(order.claim.window.start - early)
    world.admit(order.id)
    world.settle()
    arrived = world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert arrived is not None
    assert arrived.state is State.ARRIVED


def test_early_driver_gets_the_time_where_another_order_has_the_space_until_then() -> None:
    world = World(spaces=["B2-017"])
    order = world.book(service_time=world.clock.now + timedelta(hours=3))
    start = order.claim.window.start
    before = world.book(
        "TBL-0", service_time=start - minutes(75), duration=minutes(60), phone=OTHER_DRIVER
    )
    assert before.claim.window == Window(start - minutes(90), start)
    world.at(start - minutes(30))
    with pytest.raises(TooEarly) as early:
        world.admit(order.id)
    assert early.value.opens_at == start
    assert world.order(order) == replace(order)


def test_a_move_by_the_page_is_texted(world: World) -> None:
    order = at_the_space(world)
    world.ask_for_help(order.id, Reason.SPACE_TAKEN, order.claim.place, "page taken 3")
    world.settle()
    assert world.last_text_to(DRIVER).startswith("New space: ")
