"""The booking is off."""

import pytest
from tests.fakes.mall import CINEMA, NOODLES, NOODLES_PHONE
from tests.fakes.world import World

from baylock.domain.errors import NoSuchBooking, TooLate
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.orders.state import Reason, State


def test_cancelled_booking_gives_its_space_back(world: World) -> None:
    world.book()
    cancelled = world.cancel(NOODLES, "TBL-1")
    assert isinstance(cancelled, Order)
    assert (cancelled.state, cancelled.reason, cancelled.due_at) == (
        State.CANCELLED,
        Reason.MERCHANT,
        None,
    )
    assert world.kept() == set()


def test_cancelled_twice_is_cancelled_once(world: World) -> None:
    world.book()
    first = world.cancel(NOODLES, "TBL-1")
    assert world.cancel(NOODLES, "TBL-1") == first


def test_booking_that_needed_no_parking_stays_as_it_is(world: World) -> None:
    world.place(world.booking(parking_needed=False))
    assert isinstance(world.cancel(NOODLES, "TBL-1"), Declined)


def test_fault_03_cancel_of_a_booking_that_has_not_come_is_told_so(world: World) -> None:
    with pytest.raises(NoSuchBooking):
        world.cancel(NOODLES, "TBL-1")


def test_fault_29_another_merchants_booking_is_none(world: World) -> None:
    order = world.book()
    with pytest.raises(NoSuchBooking):
        world.cancel(CINEMA, "TBL-1")
    assert world.order(order) == order


def test_too_late_once_the_driver_is_in(world: World) -> None:
    order = world.arrived()
    with pytest.raises(TooLate):
        world.cancel(NOODLES, "TBL-1")
    assert world.order(order) == order


def test_ended_order_stays_as_it_ended(world: World) -> None:
    order = world.arrived()
    completed = world.leave(order.id)
    assert world.cancel(NOODLES, "TBL-1") == completed


def test_driver_gets_a_text_unless_they_cancelled_themselves(world: World) -> None:
    theirs = world.book("TBL-1", phone="+14255550111")
    world.book("TBL-2", phone="+14255550112")
    world.settle()
    world.text("+14255550111", f"DROP {world.code(theirs)}")
    world.cancel(NOODLES, "TBL-2")
    world.settle()
    assert world.order(theirs).reason is Reason.DRIVER
    assert world.last_text_to("+14255550112").startswith("Cancelled")
    assert not any(text.startswith("Cancelled") for text in world.phones.texts_to("+14255550111"))
    assert world.phones.texts_to(NOODLES_PHONE) == []


def test_raised_barrier_goes_back_to_idle(world: World) -> None:
    order = world.held()
    assert world.desired("B2-017") == ("raised", order.id)
    world.cancel(NOODLES, "TBL-1")
    world.settle()
    assert world.desired("B2-017") == ("lowered", None)
