"""What a new version of a mall would take from its live orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.fakes.mall import NOODLES
from tests.fakes.world import World

from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Feature, Mall, Needs, Space
from baylock.usecases.reports.read_orders import ReadOrders
from baylock.usecases.venue.left_behind import LeftBehind


def left(world: World, after: Mall) -> Mapping[str, int]:
    refs = [one.ref for one in world.merchants]
    read_orders = ReadOrders(world.venues, world.orders)
    return LeftBehind(read_orders)(world.mall, refs, after, refs)


def with_space(mall: Mall, order: Order, space: Space | None) -> Mall:
    """Return the mall with another space in place of the order's, or without it."""
    lots = [
        replace(
            lot,
            spaces=tuple(
                other
                for one in lot.spaces
                for other in [space if one.ref == order.claim.space.space else one]
                if other is not None
            ),
        )
        for lot in mall.lots
    ]
    return replace(mall, lots=tuple(lots))


def space_of(mall: Mall, order: Order) -> Space:
    lot = mall.lot(order.claim.space.lot)
    space = lot.space(order.claim.space.space) if lot else None
    assert space is not None
    return space


def test_the_same_mall_leaves_nothing_behind() -> None:
    world = World()
    world.book("TBL-1")
    assert left(world, replace(world.mall, version="2")) == {}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_another_time_zone_leaves_every_live_order_behind(zone: str) -> None:
    world = World()
    for number in range(3):
        world.book(f"TBL-{number}")
    world.cancel(NOODLES, "TBL-0")
    after = replace(world.mall, timezone=zone)
    assert left(world, after) == {f"time zone {world.mall.timezone}": 2}


def test_another_time_zone_without_live_orders_is_no_matter() -> None:
    world = World()
    assert left(world, replace(world.mall, timezone="Asia/Kolkata")) == {}


@pytest.mark.parametrize(
    ("need", "change"),
    [
        ("ev", {"features": frozenset[Feature]()}),
        ("height:2.1", {"max_height_m": 1.9}),
    ],
)
def test_a_space_that_no_longer_serves_an_order_is_left_behind(
    need: str, change: Mapping[str, object]
) -> None:
    world = World()
    order = world.book("TBL-1", needs=Needs.parse([need]))
    space = space_of(world.mall, order)
    worse = with_space(world.mall, order, replace(space, **change))  # type: ignore[arg-type]
    assert left(world, worse) == {f"space {space.ref} of lot {order.claim.space.lot} for {need}": 1}


def test_a_space_that_offers_less_than_before_still_serves_other_orders() -> None:
    world = World()
    order = world.book("TBL-1")
    lower = replace(space_of(world.mall, order), max_height_m=1.9)
    assert left(world, with_space(world.mall, order, lower)) == {}


def test_a_space_that_is_gone_is_left_behind() -> None:
    world = World()
    order = world.book("TBL-1")
    claim = order.claim.space
    gone = with_space(world.mall, order, None)
    assert left(world, gone) == {f"space {claim.space} of lot {claim.lot}": 1}
