"""The times that a full mall offers: each is accepted at once, and none that is sooner is left out.

"Sooner" is a quarter of an hour after the time that was asked for, and not past.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.fakes.mall import HARBOUR, NOODLES, P1, small_mall
from tests.fakes.world import World

from baylock.domain.booking.window import MAX_AHEAD, SLOT, slot_ceil, slot_floor
from baylock.domain.errors import InvalidBooking, NoSpace
from baylock.domain.venue.mall import NO_NEEDS, LockWhen, LotSettings, MallRef, Needs

MINUTE = timedelta(minutes=1)
ZONES = ["America/Los_Angeles", "Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "UTC",
         "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns"]  # fmt: skip
# Around both clock changes of these zones, and a day without one.
DAYS = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 12, 1, tzinfo=UTC),
    # Lord Howe's clocks change by half an hour, those of the Chathams at a quarter to three.
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 9, 26, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC),
]
TERMS = st.builds(
    LotSettings,
    lock_when=st.sampled_from(LockWhen),
    arrive_early=st.sampled_from([0, 7, 15, 20]).map(lambda n: n * MINUTE),
    leave_late=st.sampled_from([0, 5, 15]).map(lambda n: n * MINUTE),
)


def a_world(zone: str, terms: LotSettings, now: datetime) -> World:
    world = World()
    mall = small_mall(terms, zone)
    # The roof locks before the start, whatever the garage does.
    roof = replace(mall.lots[1], settings=replace(terms, lock_when=LockWhen.BEFORE_START))
    world.venues.save(replace(mall, lots=(mall.lots[0], roof), version="2"), world.merchants)
    world.mall = world.venues.mall(HARBOUR)
    world.at(now)
    return world


def silence(world: World, random: Random) -> None:
    """Let some locks never have reported, some be out, and vehicles stand on some spaces."""
    for lot in world.mall.lots:
        for space in lot.spaces:
            share = random.random()
            if share < 0.2:
                world.orders.out[HARBOUR, lot.ref].add(space.ref)
            if share < 0.12:
                world.orders.unheard[HARBOUR, lot.ref].add(space.ref)
            elif share > 0.85:
                world.orders.vehicles[HARBOUR, lot.ref].add(space.ref)


def free(world: World, at: datetime, lasts: timedelta, needs: Needs) -> int:
    try:
        return world.check(NOODLES, at, lasts, needs).free
    except InvalidBooking:
        return 0


def refused(world: World, said: Mapping[str, Any]) -> tuple[datetime, ...] | None:
    """Book until the mall is full; what is offered then. None for a time that none may have."""
    for number in range(len(world.mall.lots[0].spaces) + len(world.mall.lots[1].spaces) + 1):
        try:
            world.book(f"now-{number}", **said)
        except NoSpace as full:
            return full.next_free
        except InvalidBooking:
            return None
    raise AssertionError("more bookings than spaces")


@given(
    st.sampled_from(ZONES),
    st.sampled_from(DAYS),
    st.integers(0, 47 * 60),
    st.integers(0, 30 * 60),
    st.integers(1, 480),
    st.sampled_from([NO_NEEDS, Needs.parse(["ev"])]),
    TERMS,
    st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_times_offered_are_accepted_and_none_is_sooner(
    zone: str,
    day: datetime,
    passed: int,
    ahead: int,
    lasts: int,
    needs: Needs,
    terms: LotSettings,
    seed: int,
) -> None:
    random, duration = Random(seed), timedelta(minutes=lasts)
    now = day + passed * MINUTE
    world, asked = a_world(zone, terms, now), now + ahead * MINUTE
    if random.random() < 0.3:
        world.orders.vehicles[HARBOUR, P1].add("B2-019")
    if random.random() < 0.5:
        silence(world, random)
    for number in range(random.randint(2, 14)):
        with suppress(NoSpace, InvalidBooking):
            world.book(
                f"before-{number}",
                service_time=max(now, asked + random.randint(-240, 240) * MINUTE),
                duration=random.randint(10, 400) * MINUTE,
                needs=random.choice([needs, NO_NEEDS]),
            )
    said: dict[str, Any] = {"service_time": asked, "duration": duration, "needs": needs}
    offered = refused(world, said)
    if offered is None:
        return
    event(f"{len(offered)} times, {terms.lock_when}")
    time = max(slot_floor(asked) + SLOT, slot_ceil(now))
    last = offered[-1] if len(offered) == 3 else asked + timedelta(hours=12)
    while time <= last:
        assert (time in offered) is bool(free(world, time, duration, needs)), time
        time += SLOT
    for at in offered:
        order = world.book(f"then-{at:%H%M}", **{**said, "service_time": at})
        assert order.booking.service_time == at
        world.cancel(NOODLES, f"then-{at:%H%M}")


def test_the_next_morning_is_offered_where_the_rest_of_the_night_is_full() -> None:
    ten_to_two = datetime(2026, 12, 1, 9, 45, tzinfo=UTC)
    world = World(spaces=["B2-017"])
    world.at(ten_to_two)
    two = ten_to_two + 15 * MINUTE
    world.book("TBL-1", service_time=two, duration=75 * MINUTE)
    world.book("TBL-2", service_time=two + 2 * timedelta(hours=1), duration=60 * MINUTE)
    with pytest.raises(NoSpace) as full:
        world.book("TBL-3", service_time=two, duration=75 * MINUTE)
    assert len(full.value.next_free) == 3
    for at in full.value.next_free:
        world.book(f"then-{at:%H%M}", service_time=at, duration=75 * MINUTE)
        world.cancel(NOODLES, f"then-{at:%H%M}")


@pytest.mark.parametrize(("full_days", "reads"), [(1, 1), (2, 2)])
def test_a_further_day_is_read_only_where_the_days_at_hand_have_few_times(
    full_days: int, reads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(spaces=["B2-017"])
    order = world.book("TBL-1")
    if full_days == 2:
        world.orders.occupy(HARBOUR, P1, order.claim.spans[0].day, world.mall.lots[0].spaces[0])
    count: list[MallRef] = []
    snapshot = world.orders.snapshot

    def counted(order: Any, mall: MallRef, *rest: Any) -> Any:
        count.append(mall)
        return snapshot(order, mall, *rest)

    monkeypatch.setattr(world.orders, "snapshot", counted)
    found = world.check(NOODLES, order.booking.service_time, None, NO_NEEDS)
    assert found.full is not None
    assert (len(found.full.next_free), len(count)) == (3, reads)


def test_nothing_is_offered_beyond_the_90_days() -> None:
    world = World(spaces=["B2-017"])
    last = world.clock.now + MAX_AHEAD
    world.book("TBL-1", service_time=last)
    with pytest.raises(NoSpace) as full:
        world.book("TBL-2", service_time=last)
    assert full.value.next_free == ()
