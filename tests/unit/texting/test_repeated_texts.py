"""Texts that come again, late, or while their sender wanted none."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE, NOON
from tests.fakes.world import OWN_NUMBER, World

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.texting.inbound_text import InboundText


def forget_answer(world: World, message: str) -> None:
    """As if the function had crashed after the change, before the reply was recorded."""
    world.message_log._answers.pop(message)


def test_fault_1_one_wrong_code_brought_many_times_is_one_try(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    wrong = "0000" if world.code(order) != "0000" else "1111"
    for _ in range(6):
        world.text(DRIVER, f"HERE {wrong}", id_="in-9")
        forget_answer(world, "in-9")
    assert world.order(order).notes.wrong_codes == 1


def test_fault_5_the_same_answer_after_a_fall(world: World) -> None:
    dropped = world.book("TBL-1")
    world.settle()
    drop = f"DROP {world.code(dropped)}"
    assert world.text(DRIVER, drop, id_="in-1") == "answered: driver_dropped"
    forget_answer(world, "in-1")
    assert world.text(DRIVER, drop, id_="in-1") == "answered: driver_dropped"
    assert world.order(dropped).state is State.CANCELLED

    done = f"DONE {world.code(world.arrived('TBL-2'))}"
    assert world.text(DRIVER, done, id_="in-2") == "answered: driver_done"
    forget_answer(world, "in-2")
    assert world.text(DRIVER, done, id_="in-2") == "answered: driver_done"


def test_driver_who_wanted_no_texts_knows_the_order_once_they_are_welcome(world: World) -> None:
    world.book("TBL-0")
    world.settle()
    world.text(DRIVER, "STOP")
    world.book("TBL-1", service_time=NOON + timedelta(hours=1))
    world.settle()
    before = len(world.phones.texts_to(DRIVER))
    assert world.text(DRIVER, "START") == "answered: driver_where"
    assert world.text(DRIVER, "WHERE") == "answered: driver_where"
    assert len(world.phones.texts_to(DRIVER)) == before + 2


def test_start_is_heard_from_whoever_had_said_stop(world: World) -> None:
    """Also when the log of the number's texts has expired since."""
    world.message_log.set_opted_out(DRIVER, True)
    assert world.text(DRIVER, "START") == "done, no answer"
    assert not world.message_log.opted_out(DRIVER)
    assert world.text("+14255550188", "START") == "ignored: unknown sender"


def test_older_text_that_is_brought_late_changes_nothing(world: World) -> None:
    old = InboundText("late-1", NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:Q", NOON, OWN_NUMBER)
    world.answer(old)
    world.clock.forward(minutes=5)
    world.text(NOODLES_PHONE, "PARK ref:Q 19:15")
    moved = world.order(order_id(NOODLES, "Q"))
    assert moved.version == 2
    forget_answer(world, "late-1")
    world.answer(old)
    assert world.order(order_id(NOODLES, "Q")) == moved


def test_fault_3_booking_that_its_cancellation_overtook_stays_cancelled(world: World) -> None:
    park = InboundText("late-1", NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:Q", NOON, OWN_NUMBER)
    world.answer(park)
    world.clock.forward(minutes=1)
    world.text(NOODLES_PHONE, "NOPARK ref:Q")
    forget_answer(world, "late-1")
    world.answer(park)
    assert world.order(order_id(NOODLES, "Q")).cancelling
    world.clock.forward(minutes=10)
    world.clock_runs()
    assert world.order(order_id(NOODLES, "Q")).state is State.CANCELLED
    assert world.kept() == set()


def test_older_cancellation_that_is_brought_late_cancels_nothing(world: World) -> None:
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:Q")
    said_before = NOON
    world.clock.forward(minutes=5)
    world.text(NOODLES_PHONE, "PARK ref:Q 19:15")
    world.answer(InboundText("late-9", NOODLES_PHONE, "NOPARK ref:Q", said_before, OWN_NUMBER))
    assert world.order(order_id(NOODLES, "Q")).state is State.RESERVED


def test_time_that_clocks_skip_is_asked_back_on_a_move_too(world: World) -> None:
    """In Los Angeles 02:30 does not exist on 14 March 2027."""
    world.at(NOON.replace(year=2027, month=3, day=1))
    world.text(NOODLES_PHONE, f"PARK 2027-03-14 12:00 {DRIVER} ref:Q")
    before = world.order(order_id(NOODLES, "Q"))
    assert world.text(NOODLES_PHONE, "PARK ref:Q 02:30") == "answered: merchant_no_such_time"
    assert world.order(before) == before


def test_merchant_is_told_when_a_text_is_given_up(world: World) -> None:
    text = InboundText("in-1", NOODLES_PHONE, f"PARK 18:30 {DRIVER}", NOON, OWN_NUMBER)
    world.answer.give_up(text)
    world.settle()
    assert "again" in world.last_text_to(NOODLES_PHONE)
    world.answer.give_up(InboundText("in-2", "+14255550188", "PARK", NOON, OWN_NUMBER))
    assert world.effect_queues.answers == []


def test_old_drivers_code_opens_nothing_once_another_drives(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.place(world.booking(service_time=order.booking.service_time, phone="+14255550177"))
    code = world.code(order)
    assert world.text(DRIVER, f"HERE {code}") == "answered: driver_nothing"
    after = world.order(order)
    assert isinstance(after, Order)
    assert after.access.admitted_at is None


def test_fault_3_booking_that_comes_after_its_own_cancellation_takes_no_space(
    world: World,
) -> None:
    """The cancellation came first, though the booking was sent first."""
    park = InboundText("late-2", NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:Q", NOON, OWN_NUMBER)
    world.clock.forward(minutes=1)
    assert world.text(NOODLES_PHONE, "NOPARK ref:Q") == "answered: merchant_unknown_reference"
    assert world.answer(park) == "answered: merchant_declined"
    assert world.kept() == set()
    assert world.message_log.orders_texted_to(DRIVER) == []
    forget_answer(world, "late-2")
    assert world.answer(park) == "answered: merchant_declined"
    world.clock.forward(minutes=1)
    assert world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:Q") == "answered: merchant_booked"
    assert world.kept() == world.promised() != set()


def test_cancellation_of_what_never_was_does_not_keep_a_later_booking_out(world: World) -> None:
    world.text(NOODLES_PHONE, "NOPARK ref:Q")
    world.text(NOODLES_PHONE, "NOPARK ref:Q")
    world.clock.forward(minutes=1)
    assert world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:Q") == "answered: merchant_booked"
