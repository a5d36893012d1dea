"""Quotas of a mall: live orders of a phone, and a merchant's share of a lot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.large_mall import large_mall, large_merchants
from tests.fakes.mall import HARBOUR, NOODLES
from tests.fakes.world import World

from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.errors import NoSpace, Quota, QuotaUsed
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.domain.venue.quotas import Quotas, spaces_of_share

pytestmark = pytest.mark.threat(9)

CINEMA = MerchantId(HARBOUR, MerchantRef("cinema"))


def with_quotas(world: World, quotas: Quotas) -> World:
    world.venues.save(replace(world.mall, version="2", quotas=quotas), world.merchants)
    return world


def refused(world: World, reference: str, **changes: object) -> QuotaUsed:
    with pytest.raises(QuotaUsed) as error:
        world.book(reference, **changes)
    return error.value


def test_a_phone_has_so_many_live_orders_over_all_merchants(world: World) -> None:
    with_quotas(world, Quotas(orders_per_phone=3))
    first = world.book("A")
    world.book("B", merchant=CINEMA)
    world.book("C", service_time=world.clock.now + timedelta(days=60))
    used = refused(world, "D")
    assert (used.quota, used.most) == (Quota.ORDERS_PER_PHONE, 3)
    assert world.kept() == world.promised()
    assert world.book("A") == first, "the same booking again is no new one"
    assert world.book("E", phone="+14255550144").is_live
    world.cancel(NOODLES, "A")
    assert world.book("D").is_live


def test_a_booking_is_not_turned_over_to_a_phone_that_has_enough(world: World) -> None:
    with_quotas(world, Quotas(orders_per_phone=1))
    world.book("A")
    other = world.book("B", phone="+14255550144")
    assert refused(world, "B").quota is Quota.ORDERS_PER_PHONE
    assert world.order(other) == other
    moved = world.book("A", service_time=world.clock.now + timedelta(hours=5))
    assert moved.is_live, "its own order does not count"


def test_index_that_is_behind_refuses_nobody(world: World) -> None:
    """What the index lists is read again before a booking is refused for it."""
    with_quotas(world, Quotas(orders_per_phone=1))
    order = world.book("A")
    snapshot = world.orders.snapshot

    def late(*args: object, **kwargs: object) -> object:
        return replace(snapshot(*args, **kwargs), of_phone=frozenset({order.id}))  # type: ignore[arg-type]

    world.cancel(NOODLES, "A")
    world.orders.snapshot = late  # type: ignore[method-assign,assignment]
    assert world.book("B").is_live


def test_a_merchant_has_its_share_of_each_lot_and_others_have_the_rest(world: World) -> None:
    """Four spaces in the garage, one on the roof."""
    with_quotas(world, Quotas(lot_share=75, orders_per_phone=None))
    lots = [world.book(f"N{number}").claim.space.lot for number in range(4)]
    assert sorted(lots) == ["P1", "P1", "P1", "P2"]
    used = refused(world, "N4")
    assert used.quota is Quota.LOT_SHARE
    assert world.kept() == world.promised()
    theirs = world.book("C", merchant=CINEMA)
    assert theirs.claim.space.lot == "P1"
    later = world.clock.now + timedelta(hours=8)
    assert world.book("N4", service_time=later).is_live, "at another time"
    world.cancel(CINEMA, "C")
    assert refused(world, "N4").quota is Quota.LOT_SHARE, "nor moved there"


def test_moving_bookings_together_does_not_get_around_the_share(world: World) -> None:
    with_quotas(world, Quotas(lot_share=50, orders_per_phone=None))
    orders = [
        world.book(f"N{number}", service_time=world.clock.now + timedelta(hours=3 + 5 * number))
        for number in range(4)
    ]
    at = orders[0].booking.service_time
    moved = 0
    for number in range(1, 4):
        try:
            world.book(f"N{number}", service_time=at)
        except QuotaUsed:
            continue
        moved += 1
    assert 1 + moved <= 3, "two in the garage, one on the roof"


def test_a_lone_merchant_gets_nearly_everything_by_default() -> None:
    usual = Quotas()
    assert [spaces_of_share(usual.lot_share, spaces) for spaces in (1, 4, 9, 10, 500)] == [
        *(1, 4, 9),
        *(9, 450),
    ]


def test_orders_that_have_a_space_keep_it_under_a_new_quota(world: World) -> None:
    orders = [world.book(f"N{number}") for number in range(4)]
    with_quotas(world, Quotas(orders_per_phone=1, lot_share=25))
    for order in orders:
        assert world.book(order.booking.reference) == order
        assert world.watch(order.id).is_live


def test_share_of_a_lot_that_is_not_read_as_a_whole() -> None:
    world = World()
    world.mall, world.merchants = large_mall(), large_merchants()
    lot = world.mall.lots[0]
    with_quotas(world, Quotas(lot_share=1, orders_per_phone=None))
    who = MerchantId(world.mall.ref, world.merchants[0].ref)
    most = spaces_of_share(1, len(lot.spaces))

    def book(number: int) -> Order:
        order = world.book(f"L{number}", merchant=who)
        world.refresh_hint.of_changes([(None, order)])
        return order

    for number in range(most):
        book(number)
    with pytest.raises(NoSpace) as error:
        book(most)
    assert isinstance(error.value, QuotaUsed)


def test_windows_that_overlap_start_no_longer_before_than_a_window_lasts() -> None:
    assert timedelta(hours=24) == MAX_WINDOW
