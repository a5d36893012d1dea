"""Spaces that were taken for orders which were never written are given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import HARBOUR, NOODLES, P1
from tests.fakes.world import Fell, World

from baylock.domain.errors import NoSuchBooking
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Fenced
from baylock.domain.orders.state import Reason, State
from baylock.usecases.allocation.sweep_spaces import PENDING_FOR

LATER = PENDING_FOR + timedelta(seconds=1)
ID = order_id(NOODLES, "TBL-1")


def _fall() -> None:
    raise Fell


def test_space_without_an_order_is_given_back_after_a_minute(world: World) -> None:
    world.leave_behind()
    assert len(world.kept()) == 1
    assert world.sweep() == 0, "somebody may be about to write the order"
    world.at(world.clock.now + LATER)
    assert world.sweep() == 1
    assert world.kept() == set()


def test_spaces_of_written_orders_stay(world: World) -> None:
    for number in range(4):
        world.book(f"TBL-{number}")
    world.at(world.clock.now + LATER)
    assert world.sweep() == 0
    assert len(world.kept()) == 4
    assert list(world.sweep.due()) == [], "and are not looked at again"


def test_fence_is_no_booking_to_anybody(world: World) -> None:
    booking = world.leave_behind()
    world.at(world.clock.now + LATER)
    world.sweep()
    assert isinstance(world.orders.record(ID), Fenced)
    assert world.orders.find(ID) is None
    with pytest.raises(NoSuchBooking):
        world.cancel(NOODLES, "TBL-1")
    placed = world.place(booking)
    assert placed.created, "as nothing was known of it"
    assert world.kept() == world.promised() != set()


def test_booking_without_parking_takes_the_place_of_a_fence(world: World) -> None:
    booking = world.leave_behind()
    world.at(world.clock.now + LATER)
    world.sweep()
    placed = world.place(replace(booking, parking_needed=False))
    assert placed.created
    assert isinstance(placed.record, Declined)
    assert world.book().state is State.RESERVED


def test_slow_writer_begins_anew(world: World) -> None:
    """It takes its space, stands still for longer than a minute, and goes on."""

    def stand_still() -> None:
        world.at(world.clock.now + LATER)
        assert world.sweep() == 1

    world.orders.before["add"] = stand_still
    order = world.book()
    assert world.kept() == world.promised() != set()
    assert order.attempt == 1


def test_slow_writer_of_a_new_life_begins_anew(world: World) -> None:
    world.book()
    cancelled = world.cancel(NOODLES, "TBL-1")

    def stand_still() -> None:
        world.at(world.clock.now + LATER)
        assert world.sweep() == 1

    world.orders.before["add"] = stand_still
    order = world.book()
    assert order.version == cancelled.version + 2, "the fence is a version too"
    assert world.kept() == world.promised() != set()


def test_order_that_was_cancelled_stays_cancelled_behind_its_fence(world: World) -> None:
    world.book()
    world.cancel(NOODLES, "TBL-1")
    world.leave_behind()
    world.at(world.clock.now + LATER)
    assert world.sweep() == 1
    order = world.order(ID)
    assert order.state is State.CANCELLED
    world.settle()
    assert world.kept() == set()


def test_left_over_entry_of_a_live_order_goes_and_its_own_stays(world: World) -> None:
    """A twin took a second space, and fell before it could give it back."""
    booking = world.booking()

    def twin() -> None:
        world.orders.out[HARBOUR, P1] = {"B2-017"}
        world.place(booking)
        world.orders.out[HARBOUR, P1] = set()

    world.orders.before["claim"] = twin
    world.orders.before["release"] = _fall
    with pytest.raises(Fell):
        world.place(booking)
    assert len(world.kept()) == 2
    world.at(world.clock.now + LATER)
    world.sweep()
    assert world.kept() == world.promised() != set()


def test_order_is_adopted_while_the_sweeper_looks(world: World) -> None:
    booking = world.leave_behind()
    world.at(world.clock.now + LATER)
    world.orders.before["add"] = lambda: world.place(booking)
    assert world.sweep() == 0
    assert isinstance(world.orders.find(ID), Order)
    assert world.kept() == world.promised() != set()


def test_order_that_has_moved_on_since(world: World) -> None:
    """Its mark names the space that it had first."""
    order = world.book()
    world.move(order, reason=Reason.LOCK_SILENT)
    world.at(world.clock.now + LATER)
    assert world.sweep() == 0
    assert world.kept() == world.promised() != set()


def test_sweeper_that_falls_goes_on_next_time(world: World) -> None:
    world.leave_behind()
    world.at(world.clock.now + LATER)
    world.orders.before["resolve"] = _fall
    with pytest.raises(Fell):
        world.sweep()
    assert world.sweep() == 1
    assert world.kept() == set()


def test_two_sweepers_at_once(world: World) -> None:
    world.leave_behind()
    world.at(world.clock.now + LATER)
    world.orders.before["resolve"] = world.sweep
    world.sweep()
    assert world.kept() == set()
    assert world.book().state is State.RESERVED
