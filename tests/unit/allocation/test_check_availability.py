"""Availability is what a booking would find; nothing is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes.large_mall import SPACES
from tests.fakes.mall import HARBOUR, NOODLES, P1, P2
from tests.fakes.world import World
from tests.unit.allocation.test_large_lots import a_world, fill, refresh_hint

from baylock.domain.errors import NotAMerchant, PastTime, TooFarAhead
from baylock.domain.venue.mall import NO_NEEDS, MerchantId, MerchantRef, Needs
from baylock.usecases.allocation.check_availability import Availability

EV = Needs.parse(["ev"])


def check(
    world: World,
    needs: Needs = NO_NEEDS,
    at: timedelta = timedelta(hours=2),
    who: MerchantId = NOODLES,
) -> Availability:
    return world.check(who, world.clock.now + at, None, needs)


def test_every_space_that_would_do_is_counted(world: World) -> None:
    found = check(world)
    assert (found.free, found.exact, found.full) == (5, True, None)
    assert found.nearest is not None
    assert (found.nearest.lot, found.nearest.space.ref) == (P1, "B2-017")
    assert check(world, EV).free == 1


def test_taken_spaces_are_not_counted_and_nearest_is_the_space_of_a_booking(world: World) -> None:
    for number in range(4):
        found = check(world)
        order = world.book(f"TBL-{number}")
        assert found.nearest is not None
        assert found.nearest.space.ref == order.claim.space.space
        assert check(world).free == found.free - 1


def test_looking_takes_and_writes_nothing(world: World) -> None:
    before = world.orders.records()
    check(world)
    assert world.orders.records() == before
    assert world.orders.changes == []


def test_full_has_the_next_free_times_and_the_other_lots(world: World) -> None:
    order = world.book(needs=EV)
    found = check(world, EV)
    assert (found.free, found.exact, found.nearest) == (0, True, None)
    assert found.full is not None
    assert found.full.next_free[0] == order.booking.service_time + timedelta(hours=2, minutes=30)
    assert [(lot.lot, lot.free_without_needs) for lot in found.full.lots] == [(P1, 3), (P2, 1)]


def test_space_whose_lock_is_out_is_not_counted(world: World) -> None:
    world.orders.out[HARBOUR, P1].add("B2-017")
    assert check(world).free == 4


def test_times_that_no_booking_may_have(world: World) -> None:
    with pytest.raises(PastTime):
        check(world, at=timedelta(minutes=-2))
    with pytest.raises(TooFarAhead):
        check(world, at=timedelta(days=91))


def test_merchant_of_no_mall(world: World) -> None:
    with pytest.raises(NotAMerchant):
        check(world, who=MerchantId(HARBOUR, MerchantRef("gone")))


# ── large lots ───────────────────────────────────────────────────────────────────────────────────


def test_large_lot_is_counted_by_its_hint_without_reading_its_zones() -> None:
    world = a_world()
    taken = set(range(0, SPACES, 2))
    fill(world, taken)
    refresh_hint(world)
    world.orders.looked_at = 0
    found = check(world)
    assert (found.free, found.exact) == (SPACES - len(taken), False)
    assert world.orders.looked_at <= 3
    assert found.nearest is not None
    assert found.nearest.space.ref == world.book().claim.space.space


def test_empty_hint_counts_too_many_but_is_never_full() -> None:
    """Zones that were looked at for the nearest space are counted as they are."""
    world = a_world()
    fill(world, range(1, SPACES))
    found = check(world)
    assert found.free >= 1
    assert found.nearest is not None
    assert found.nearest.space.ref == "A-0000"


def test_large_lot_is_full_only_when_every_zone_was_read() -> None:
    world = a_world()
    fill(world, range(SPACES))
    found = check(world)
    assert (found.free, found.exact, found.nearest) == (0, True, None)


def test_outdated_full_hint_is_not_believed() -> None:
    world = a_world()
    fill(world, range(SPACES))
    refresh_hint(world)
    empty = a_world()
    empty.orders.hints = world.orders.hints
    assert check(empty).free > 0
