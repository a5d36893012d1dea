"""What leads to a driver goes some time after the order's end, and does not come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE
from tests.fakes.world import World

from baylock.adapters.dynamodb.order_item import item_of
from baylock.domain.errors import Busy, OrderChanged, TooLate
from baylock.domain.orders.effects import effects
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Fenced, fenced
from baylock.domain.orders.state import State
from baylock.domain.reports.ledger import judge
from baylock.domain.venue.mall import MallRef

pytestmark = pytest.mark.threat(8)

PLATE = "7ABC123"
OTHER = "+14255550177"
DAYS = timedelta(days=30)
A_MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def world() -> World:
    return World()


def ended(world: World) -> Order:
    """A stay that has ended, with a driver before the last one."""
    world.book(phone=OTHER, plate=PLATE, locale="zh-CN")
    order = world.arrived(plate=PLATE, locale="zh-CN")
    world.leave(order.id, "a text")
    return world.order(order.id)


def due(world: World) -> list[str]:
    return list(world.forget.due())


def is_clean(world: World, order: str) -> bool:
    written = str(item_of(world.orders._records[order]))  # type: ignore[index]
    return not any(planted in written for planted in (DRIVER, OTHER, PLATE, "zh-CN", "a text"))


def test_phone_plate_language_and_former_phones_go_after_thirty_days(world: World) -> None:
    order = ended(world)
    assert order.notes.previous_drivers
    assert order.promise.ended_at is not None
    world.at(order.promise.ended_at + DAYS - A_MOMENT)
    assert due(world) == []
    world.at(order.promise.ended_at + DAYS)
    assert due(world) == [order.id]
    assert world.forget(order.id)
    assert is_clean(world, order.id)
    assert due(world) == []
    assert not world.forget(order.id)


def test_reports_lose_nothing(world: World) -> None:
    order = ended(world)
    world.at(world.clock.now + DAYS)
    before = judge(order, world.clock.now)
    world.forget(order.id)
    forgotten = world.order(order.id)
    after = judge(forgotten, world.clock.now)
    assert after == before
    assert forgotten.promise == order.promise
    assert forgotten.access == order.access
    assert forgotten.claim == order.claim
    assert forgotten.booking.reference == order.booking.reference


def test_nothing_is_sent_because_of_it(world: World) -> None:
    order = ended(world)
    world.at(world.clock.now + DAYS)
    world.forget(order.id)
    old, new = world.orders.changes[-1]
    assert effects(old, new) == ()


@pytest.mark.parametrize("days", [1, 7, 90])
def test_time_is_the_malls(world: World, days: int) -> None:
    world.venues.save(
        replace(world.mall, version="v2", keep_for=timedelta(days=days)), world.merchants
    )
    order = ended(world)
    assert order.forget_at == world.clock.now + timedelta(days=days)
    world.at(order.forget_at)
    assert due(world) == [order.id]


def test_longer_time_that_the_mall_has_since_then_is_waited_for(world: World) -> None:
    order = ended(world)
    world.venues.save(replace(world.mall, version="v2", keep_for=2 * DAYS), world.merchants)
    world.at(world.clock.now + DAYS)
    assert due(world) == [order.id]
    assert not world.forget(order.id)
    assert due(world) == []
    assert world.order(order.id).booking.phone == DRIVER
    world.at(world.clock.now + DAYS)
    assert due(world) == [order.id]
    assert world.forget(order.id)


def test_mall_that_is_gone_keeps_nobody(world: World) -> None:
    order = ended(world)
    del world.venues._malls[order.booking.merchant.mall]
    world.at(world.clock.now + DAYS)
    assert world.forget(order.id)


def test_live_order_is_never_forgotten(world: World) -> None:
    order = world.book()
    assert order.forget_at is None
    assert not world.forget(order.id, at_once=True)
    with pytest.raises(TooLate):
        order.forget(world.clock.now)
    assert world.order(order.id) == order


def test_declined_booking_loses_what_it_has_too(world: World) -> None:
    booking = replace(world.booking(plate=PLATE), parking_needed=False)
    declined = world.place(booking).record
    assert isinstance(declined, Declined)
    world.at(world.clock.now + DAYS)
    assert due(world) == [declined.id]
    assert world.forget(declined.id)
    assert is_clean(world, declined.id)
    assert world.place(booking).record.version == declined.version + 1, "a repeat changes nothing"


def test_fence_has_nothing_to_forget(world: World) -> None:
    assert isinstance(fenced(world.book().id, None, world.clock.now), Fenced)
    assert DRIVER not in str(item_of(fenced(world.book().id, None, world.clock.now)))


def test_repeat_of_a_forgotten_booking_changes_nothing(world: World) -> None:
    order = ended(world)
    booking = order.booking
    world.at(world.clock.now + DAYS)
    world.forget(order.id)
    forgotten = world.order(order.id)
    assert world.place(booking).record == forgotten
    assert is_clean(world, order.id)


def test_late_message_does_not_bring_the_driver_back(world: World) -> None:
    order = ended(world)
    world.at(world.clock.now + DAYS)
    world.forget(order.id)
    late = replace(order.booking, parking_needed=False, plate="OTHER")
    described = world.place(late).record
    assert (described.booking.phone, described.booking.plate) == (None, None)
    world.cancel(NOODLES, order.booking.reference, world.clock.now)
    world.reach_driver.found(order.id, DRIVER, None)
    assert is_clean(world, order.id)


def test_restored_order_is_forgotten_again(world: World) -> None:
    """As from a backup: what is in it is due at once."""
    order = ended(world)
    world.at(world.clock.now + DAYS)
    world.forget(order.id)
    world.orders._records[order.id] = order
    assert due(world) == [order.id]
    world.forget(order.id)
    assert is_clean(world, order.id)


def test_cancelled_booking_may_be_placed_again_after_it_was_forgotten(world: World) -> None:
    booking = world.booking()
    order = world.book(service_time=booking.service_time + timedelta(days=40))
    world.cancel(NOODLES, order.booking.reference)
    world.at(world.clock.now + DAYS)
    world.forget(order.id)
    again = world.place(order.booking).record
    assert isinstance(again, Order)
    assert (again.state, again.booking.phone) == (State.RESERVED, DRIVER)
    assert not again.booking.forgotten


def test_text_about_a_forgotten_booking_is_asked_for_the_number(world: World) -> None:
    order = world.book(service_time=world.booking().service_time + timedelta(days=40))
    world.cancel(NOODLES, order.booking.reference)
    world.at(world.clock.now + DAYS)
    world.forget(order.id)
    reply = world.text(NOODLES_PHONE, f"PARK ref:{order.booking.reference} tomorrow 19:15")
    assert reply is not None
    assert "phone" in reply
    found = world.orders.find(order_id(NOODLES, order.booking.reference))
    assert isinstance(found, Order)
    assert not found.is_live


def test_writer_at_the_same_time_is_not_lost(world: World) -> None:
    order = ended(world)
    world.at(world.clock.now + DAYS)
    world.orders.before["add"] = lambda: world.orders.add(
        replace(order, version=order.version + 1), replacing=order
    )
    assert world.forget(order.id)
    assert world.order(order.id).version == order.version + 2


def test_ended_again_and_again_it_is_busy(world: World) -> None:
    order = ended(world)
    world.at(world.clock.now + DAYS)

    def changed() -> None:
        world.orders.before["add"] = changed
        raise OrderChanged

    world.orders.before["add"] = changed
    with pytest.raises(Busy):
        world.forget(order.id)


def test_sandboxes_keep_as_long_as_their_mall(world: World) -> None:
    from baylock.domain.sandbox.mall import sandbox_mall

    week = replace(world.mall, keep_for=timedelta(days=7))
    made = sandbox_mall(MallRef("sandbox-x"), week, world.merchants[0], "v1")
    assert made.keep_for == timedelta(days=7)
