"""A record of another booking under an id that a booking could have: nobody sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import key_of, order_id
from tests.fakes.mall import CINEMA, NOODLES, NOODLES_PHONE, NOON
from tests.fakes.world import World

from baylock.domain.access.key_ring import COUNTS_AFTER, Purpose, ring_of
from baylock.domain.booking.booking import Channel, OnlyIf, OrderId, Reference
from baylock.domain.booking.order_ids import PROBES, UNKEYED, order_ids
from baylock.domain.connect.connection import (
    Appointment,
    Connection,
    ConnectionId,
    Questions,
    System,
)
from baylock.domain.errors import BaylockError, Busy, NoSuchBooking
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Fenced, Record
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef

pytestmark = pytest.mark.threat(1)

MINE = "TBL-1"
MY_ID = order_id(NOODLES, MINE)
ELSEWHERE = MerchantId(MallRef("elsewhere"), MerchantRef("noodles"))
SECRET = "+14255550177"


def live(owner: MerchantId, reference: str) -> Record:
    order = World().book(plate="TELL-NOBODY", phone=SECRET, service_time=NOON + timedelta(hours=5))
    booking = replace(order.booking, merchant=owner, reference=Reference(reference))
    return replace(order, id=MY_ID, booking=booking)


def declined(owner: MerchantId, reference: str) -> Record:
    order = live(owner, reference)
    assert isinstance(order, Order)
    return Declined(MY_ID, replace(order.booking, parking_needed=False), 1, NOON)


def called_off(owner: MerchantId, reference: str) -> Record:
    return Fenced(MY_ID, 1, 3, NOON, NOON + timedelta(days=9), owner, reference)


OWNERS = {
    "another merchant's": (CINEMA, "X-9"),
    "another merchant's of the same reference": (CINEMA, MINE),
    "another reference of the merchant's": (NOODLES, "TBL-2"),
    "another mall's merchant of the same ref": (ELSEWHERE, MINE),
}
KINDS: dict[str, Callable[[MerchantId, str], Record]] = {
    "live": live,
    "declined": declined,
    "called off": called_off,
}


@pytest.fixture(params=[(owner, kind) for owner in OWNERS for kind in KINDS], ids=" ".join)
def planted(request: pytest.FixtureRequest) -> Record:
    owner, kind = request.param
    return KINDS[kind](*OWNERS[owner])


def worlds(planted: Record) -> tuple[World, World]:
    """A world with the record, and one without it."""
    found = World(), World()
    found[0].orders.add(planted, replacing=None)
    found[0].orders.changes.clear()
    for world in found:
        world.connections.save(CONNECTION)
    return found


CONNECTION = Connection(
    ConnectionId("con_a"), System.CALCOM, NOODLES, "https://x.example", Questions("parking"), NOON
)


def connect(world: World, *, off: bool) -> object:
    said = Appointment(
        id=MINE, said_at=world.clock.now, service_time=NOON + timedelta(hours=2), off=off
    )
    return world.connect(CONNECTION, said)


ACTS: dict[str, Callable[[World], object]] = {
    "read": lambda world: world.find_booking(NOODLES, MINE),
    "read the order": lambda world: world.find_booking.of_id(NOODLES, order_id(NOODLES, "none")),
    "cancel": lambda world: world.cancel(NOODLES, MINE),
    "cancel by text": lambda world: said(world, f"NOPARK ref:{MINE}"),
    "move by text": lambda world: said(world, f"PARK ref:{MINE} 19:15"),
    "book by text": lambda world: said(world, f"PARK 18:30 +14255550123 ref:{MINE}"),
    "decline": lambda world: world.place(world.booking(parking_needed=False, phone=None)),
    "book": lambda world: world.place(world.booking()),
    "book if it is not there": lambda world: world.place(world.booking(), OnlyIf(absent=True)),
    "change version 1": lambda world: world.place(world.booking(), OnlyIf(frozenset({1}))),
    "book an older state": lambda world: world.place(
        world.booking(channel=Channel.TEXT, said_at=NOON)
    ),
    "cancel by a booking system": lambda world: connect(world, off=True),
    "unclear from a booking system": lambda world: connect(world, off=False),
}


def said(world: World, text: str) -> object:
    outcome = world.text(NOODLES_PHONE, text)
    return outcome, world.phones.texts_to(NOODLES_PHONE)


def result(act: Callable[[World], object], world: World) -> str:
    """What came of it, in words, with the id that it has in an empty world."""
    try:
        came = repr(act(world))
    except BaylockError as error:
        came = repr(error)
    return came.replace(next_id(), MY_ID)


def next_id() -> OrderId:
    return list(order_ids(key_of(Purpose.ORDER_IDS), NOODLES, MINE))[1]


@pytest.mark.parametrize("act", ACTS)
def test_answer_is_that_of_a_booking_that_does_not_exist(act: str, planted: Record) -> None:
    with_it, without = worlds(planted)
    answer = result(ACTS[act], with_it)
    assert answer == result(ACTS[act], without)
    assert SECRET not in answer
    assert "TELL-NOBODY" not in answer
    assert with_it.orders.record(MY_ID) == planted, "nothing became of it"


def test_foreign_order_is_not_found_by_its_id_either(planted: Record) -> None:
    with_it, _ = worlds(planted)
    theirs = with_it.find_booking.of_id(NOODLES, MY_ID)
    assert theirs is None or theirs.booking.merchant == NOODLES


def test_booking_takes_the_next_id_and_keeps_it(planted: Record) -> None:
    world, _ = worlds(planted)
    order = world.book()
    assert order.id == next_id()
    assert world.find_booking(NOODLES, MINE) == order
    later = world.book(service_time=order.booking.service_time + timedelta(hours=1))
    assert (later.id, later.version) == (order.id, 2)
    assert world.kept() >= set(later.claim.entries(later.id))
    cancelled = world.cancel(NOODLES, MINE)
    assert (cancelled.id, cancelled.version) == (order.id, 3)
    assert world.orders.record(MY_ID) == planted


def test_record_that_is_planted_while_a_booking_is_made_changes_nothing(planted: Record) -> None:
    world = World()
    world.orders.before["add"] = lambda: world.orders.add(planted, replacing=None)
    order = world.book()
    assert order.id == next_id()
    assert {entry for _, _, entry in world.kept()} == {
        entry for _, _, entry in order.claim.entries(order.id)
    }


def test_where_every_id_is_taken_a_booking_waits_and_reveals_nothing() -> None:
    world = World()
    for id_ in order_ids(key_of(Purpose.ORDER_IDS), NOODLES, MINE):
        order = live(CINEMA, "X-9")
        assert isinstance(order, Order)
        world.orders.add(replace(order, id=id_), replacing=None)
    with pytest.raises(Busy):
        world.book()
    with pytest.raises(Busy):
        world.find_booking(NOODLES, MINE)
    assert len(world.orders.records()) == PROBES


# ── versions of the key ──────────────────────────────────────────────────────────────────────────


def test_order_from_before_a_rotation_is_found_changed_and_cancelled_by_its_reference() -> None:
    world = World()
    first = world.book()
    rotated = world.key_rings.ring(Purpose.ORDER_IDS).rotate(b"new", world.clock.now)
    world.key_rings.save(Purpose.ORDER_IDS, rotated)
    world.clock.now += COUNTS_AFTER
    assert world.find_booking(NOODLES, MINE) == first
    moved = world.book(service_time=first.booking.service_time + timedelta(hours=1))
    assert (moved.id, moved.version) == (first.id, 2)
    new = world.book("TBL-2")
    assert new.id == next(order_ids(b"new", NOODLES, "TBL-2"))
    assert world.cancel(NOODLES, MINE).id == first.id
    assert world.kept() == world.promised()
    dropped = world.key_rings.ring(Purpose.ORDER_IDS).drop(1)
    world.key_rings.save(Purpose.ORDER_IDS, dropped)
    with pytest.raises(NoSuchBooking):
        world.cancel(NOODLES, MINE)


@pytest.mark.parametrize("adopted", [True, False])
def test_order_from_before_the_upgrade_is_found(adopted: bool) -> None:
    """Without `baylock keys adopt` for a day."""
    world = World()
    ring = ring_of(key_of(Purpose.ORDER_IDS), NOON - timedelta(hours=1))
    world.key_rings.save(Purpose.ORDER_IDS, ring_of(UNKEYED))
    old = world.book()
    world.key_rings.save(Purpose.ORDER_IDS, ring.adopt(UNKEYED) if adopted else ring)
    assert world.find_booking(NOODLES, MINE) == old
    assert world.book(plate="7ABC123").id == old.id
    assert world.book("TBL-2").id == order_id(NOODLES, "TBL-2")
    world.clock.now += timedelta(days=2)
    assert (world.find_booking(NOODLES, MINE) is not None) == adopted


def test_cancellation_from_before_a_rotation_that_overtook_its_booking_still_counts() -> None:
    world = World()
    with pytest.raises(NoSuchBooking):
        world.cancel(NOODLES, MINE, NOON + timedelta(minutes=1))
    rotated = world.key_rings.ring(Purpose.ORDER_IDS).rotate(b"new", world.clock.now)
    world.key_rings.save(Purpose.ORDER_IDS, rotated)
    world.clock.now += COUNTS_AFTER
    late = world.place(world.booking(said_at=NOON)).record
    assert isinstance(late, Declined)


def test_new_booking_reads_its_record_once_with_the_occupancy_and_no_more() -> None:
    """What more is read where there are several versions: docs/operations.md."""
    world = World()

    def read() -> None:
        raise AssertionError("another read")

    world.orders.before |= {"find": read, "record": read}
    world.book()
    assert world.orders.before.keys() == {"find", "record"}
