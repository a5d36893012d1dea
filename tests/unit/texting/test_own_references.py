"""References that follow from a phone number tell nobody the number."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import timedelta

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE, NOON
from tests.fakes.world import World

from baylock.domain.access.key_ring import Purpose, ring_of
from baylock.domain.booking.booking import Reference
from baylock.domain.orders.order import Order
from baylock.domain.texting.own_reference import own_references

pytestmark = pytest.mark.threat(8)

TEXT = f"PARK 18:30 {DRIVER} 90m"


@pytest.fixture
def world() -> World:
    return World()


def the_order(world: World) -> Order:
    (order,) = (one for one in world.orders.records() if isinstance(one, Order))
    return order


def from_before(order: Order) -> Reference:
    """What anybody can compute who guesses the number."""
    named = f"{order.booking.phone} {order.booking.service_time.isoformat()}"
    digest = hashlib.sha256(named.encode()).digest()
    return Reference("T-" + b32encode(digest).decode()[:8])


def test_number_is_not_found_by_trying(world: World) -> None:
    world.text(NOODLES_PHONE, TEXT)
    order = the_order(world)
    assert order.booking.reference.startswith("T-")
    assert order.booking.reference != from_before(order)


def test_repeat_and_cancellation_find_the_order(world: World) -> None:
    world.text(NOODLES_PHONE, TEXT)
    first = the_order(world)
    world.text(NOODLES_PHONE, TEXT)
    assert the_order(world) == first
    world.text(NOODLES_PHONE, f"NOPARK 18:30 {DRIVER}")
    assert the_order(world).cancelling


@pytest.mark.parametrize("text", [TEXT, f"NOPARK 18:30 {DRIVER}", f"{TEXT} 7ABC123"])
def test_order_from_before_there_was_a_key_is_found(world: World, text: str) -> None:
    world.text(NOODLES_PHONE, TEXT)
    order = the_order(world)
    old = from_before(order)
    fresh = World()
    before = fresh.book(old, service_time=order.booking.service_time, phone=DRIVER)
    fresh.text(NOODLES_PHONE, text)
    after = the_order(fresh)
    assert after.id == before.id == order_id(NOODLES, old)
    assert bool(after.cancelling) == text.startswith("NOPARK")


def test_order_from_before_the_key_was_replaced_is_found(world: World) -> None:
    world.text(NOODLES_PHONE, TEXT)
    order = the_order(world)
    ring = world.key_rings.ring(Purpose.PRIVACY)
    world.key_rings.save(Purpose.PRIVACY, ring.rotate(b"a later key", NOON - timedelta(days=1)))
    world.text(NOODLES_PHONE, f"NOPARK 18:30 {DRIVER}")
    assert the_order(world).id == order.id
    assert the_order(world).cancelling


def test_every_key_has_a_reference_of_its_own() -> None:
    ring = ring_of(b"one").rotate(b"two", NOON)
    found = own_references(DRIVER, NOON, ring)
    assert len(set(found)) == 3
    assert found[0] == own_references(DRIVER, NOON, ring_of(b"two"))[0]
    assert found[1] == own_references(DRIVER, NOON, ring_of(b"one"))[0]
