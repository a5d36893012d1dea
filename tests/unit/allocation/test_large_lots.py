"""Lots that are too large to be read as a whole are searched by their hint, which may be wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.large_mall import SPACES, large_mall, large_merchants
from tests.fakes.mall import CINEMA, HARBOUR, NOODLES, NOON, P1
from tests.fakes.world import World

from baylock.domain.allocation.hint import PARTS
from baylock.domain.allocation.occupancy import is_free
from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.errors import NoSpace
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import MallRef, Needs

ZONES = 40


def a_world() -> World:
    """With a large lot in place of the small ones; locks play no part."""
    world = World()
    world.mall, world.merchants = large_mall(), large_merchants()
    world.venues.save(replace(world.mall, version="2"), world.merchants)
    world.mall = world.venues.mall(HARBOUR)
    return world


def fill(world: World, taken: Iterable[int]) -> None:
    """Somebody has these spaces all day long."""
    days = {span.day for span in asked(world).claim.spans}
    for day in days:
        for number in taken:
            world.orders.occupy(HARBOUR, P1, day, world.mall.lots[0].spaces[number])


def asked(world: World) -> Order:
    """Where a booking would be if the lot were empty."""
    return a_world().book("asked")


def refresh_hint(world: World) -> None:
    """The hint is as new as can be."""
    for day in {span.day for span in asked(world).claim.spans}:
        world.refresh_hint.hints.rebuild(HARBOUR, P1, day)


def nearest(world: World, order: Order) -> int:
    """The shortest walk to a free space, in decimetres, by looking at each of them."""
    merchant = world.venues.merchant(order.booking.merchant)
    walks = {order.claim.walk_dm}
    for number, space in enumerate(world.mall.lots[0].spaces):
        days = (
            (world.orders.day_of(HARBOUR, P1, span.day, space), span) for span in order.claim.spans
        )
        if not space.features and all(is_free(day, span.first, span.end) for day, span in days):
            walks.add(merchant.walks[P1][number])
    return min(walks)


TAKEN = st.builds(
    lambda share, seed: {n for n in range(SPACES) if Random(f"{seed}/{n}").random() < share},
    st.sampled_from([0.0, 0.5, 0.9, 0.99]),
    st.integers(0, 10),
)
WHO = st.sampled_from([NOODLES, CINEMA])


@given(TAKEN, WHO)
@settings(max_examples=15)
def test_nearest_space_is_found_without_reading_every_zone(taken: set[int], who: object) -> None:
    world = a_world()
    fill(world, taken)
    refresh_hint(world)
    world.orders.looked_at = 0
    order = world.book("TBL-1", merchant=who)
    assert order.claim.walk_dm == nearest(world, order)
    assert world.orders.looked_at <= 12


@given(TAKEN, WHO, st.integers(0, 1000).map(Random))
@settings(max_examples=15)
def test_hint_that_is_wrong_costs_distance_at_most(
    taken: set[int], who: object, random: Random
) -> None:
    world = a_world()
    fill(world, taken)
    for span in asked(world).claim.spans:
        for part in PARTS:
            world.orders.hints[HARBOUR, P1, span.day, part] = {
                f"z{n}": random.randbytes(32) for n in range(ZONES) if random.random() < 0.7
            }
    orders = [world.book(f"TBL-{number}", merchant=who) for number in range(4)]
    assert len({order.claim.space for order in orders}) == 4
    numbers = {int(order.claim.space.space[2:]) for order in orders}
    assert not numbers & taken


def test_lot_without_a_hint_is_searched_zone_by_zone() -> None:
    world = a_world()
    fill(world, range(200))
    order = world.book()
    assert order.claim.walk_dm == nearest(world, order)


def test_full_lot_is_read_as_a_whole_before_it_counts_as_full() -> None:
    world = a_world()
    fill(world, set(range(SPACES)) - {777})
    for part in PARTS:
        day = asked(world).claim.spans[0].day
        world.orders.hints[HARBOUR, P1, day, part] = {f"z{n}": bytes(32) for n in range(ZONES)}
    assert world.book("TBL-1").claim.space.space == "A-0777"
    with pytest.raises(NoSpace) as full:
        world.book("TBL-2")
    after = NOON + timedelta(hours=4, minutes=30)
    assert full.value.next_free == tuple(after + timedelta(minutes=15 * n) for n in range(3))


def test_scarce_spaces_do_not_make_a_zone_look_free() -> None:
    world = a_world()
    ordinary = [n for n in range(600) if n // 30 not in {3, 17}]
    fill(world, ordinary)
    refresh_hint(world)
    world.orders.looked_at = 0
    order = world.book("TBL-1")
    assert order.claim.walk_dm == nearest(world, order)
    assert world.orders.looked_at <= 6, "the chargers are free, and for others"
    ev = world.book("TBL-2", needs=Needs.parse(["ev"]))
    assert ev.claim.zone == "z3"


def test_why_a_space_was_chosen() -> None:
    world = a_world()
    world.orders.out[HARBOUR, P1] = {"A-0000", "A-0001"}
    fill(world, range(2, 90))
    refresh_hint(world)
    claim = world.book().claim
    choice = claim.choice
    assert choice is not None
    assert (choice.out, choice.suitable, choice.lost) == (2, SPACES, 0)
    assert choice.taken == choice.rank - 3
    walks = world.venues.merchant(NOODLES).walks[P1]
    chargers = [walks[n] for n in range(SPACES) if n // 30 in {3, 17}]
    assert choice.kept == sum(walk < claim.walk_dm for walk in chargers) > 0


def test_changed_booking_keeps_its_space_and_a_moved_one_does_not() -> None:
    world = a_world()
    fill(world, range(100))
    refresh_hint(world)
    order = world.book()
    longer = world.book(duration=timedelta(hours=3))
    assert longer.claim.space == order.claim.space
    assert longer.claim.window.end > order.claim.window.end
    moved = world.move(longer, Reason.LOCK_SILENT)
    assert moved.claim.space != order.claim.space
    assert moved.claim.walk_dm == nearest(world, moved)
    assert world.promised() <= world.kept()
    extended = world.extend(moved.id, timedelta(minutes=30), "text-1")
    assert extended.claim.space == moved.claim.space


def test_space_that_was_taken_before_the_fall_is_adopted() -> None:
    world = a_world()
    booking = world.leave_behind()
    order = world.place(booking).record
    assert isinstance(order, Order)
    assert order.attempt == 0
    assert world.kept() == world.promised()


def test_window_across_four_in_the_morning() -> None:
    world = a_world()
    late = {"service_time": NOON + timedelta(hours=15, minutes=30)}
    first = world.book("TBL-1", **late)
    assert len(first.claim.spans) == 2
    world.refresh_hint.of_changes(world.orders.changes)
    world.orders.looked_at = 0
    second = world.book("TBL-2", **late)
    assert second.claim.space != first.claim.space
    assert world.orders.looked_at <= 6
    assert world.kept() == world.promised()


def test_hint_follows_what_is_taken_and_given_back() -> None:
    world = a_world()
    order = world.book()
    assert world.refresh_hint.of_changes(world.orders.changes) > 0
    said = {key: dict(zones) for key, zones in world.orders.hints.items()}
    world.cancel(NOODLES, "TBL-1")
    world.refresh_hint.of_changes(world.orders.changes[-1:])
    assert world.orders.hints != said
    refresh_hint(world)
    day = order.claim.spans[0].day
    assert all(
        hint == b"\xff" * 32
        for part in PARTS
        for hint in world.orders.hints[HARBOUR, P1, day, part].values()
    )


def test_small_lots_have_no_hint(world: World) -> None:
    world.book()
    assert world.refresh_hint.of_changes(world.orders.changes) == 0
    assert not world.orders.hints


def test_sweeper_tells_the_hint() -> None:
    world = a_world()
    world.leave_behind()
    refresh_hint(world)
    said = {key: dict(zones) for key, zones in world.orders.hints.items()}
    world.at(NOON + timedelta(seconds=61))
    assert world.sweep() == 1
    assert {key: dict(zones) for key, zones in world.orders.hints.items()} != said


def test_booking_of_a_mall_that_is_gone_is_no_matter_to_the_hint(world: World) -> None:
    order = world.book()
    elsewhere = Booking(
        replace(NOODLES, mall=MallRef("gone")),
        Reference("x"),
        order.booking.service_time,
        phone="+1",
    )
    assert world.refresh_hint.of_changes([(None, replace(order, booking=elsewhere))]) == 0
