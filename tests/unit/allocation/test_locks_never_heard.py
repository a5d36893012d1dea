"""A space can be booked from its lock's first report on, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.large_mall import large_mall, large_merchants
from tests.fakes.mall import DRIVER, HARBOUR, NOODLES, NOODLES_PHONE, space_id, thing
from tests.fakes.world import World

from baylock.domain.errors import NoLockHeard, NoSpace
from baylock.domain.locks.lock import BarrierReport, Fault, LockReport, Session
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import NO_NEEDS, LockWhen, LotSettings, Needs

SPACES = ("B2-017", "B2-018", "B2-019", "B2-020", "R1")
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World()


def connects(world: World, ref: str) -> None:
    """Let a lock that was never heard from connect, without a report."""
    world.record_presence(thing(ref), Session(1, world.clock.now))


def test_nothing_is_booked_where_no_lock_was_ever_heard_from(world: World) -> None:
    world.never_heard(*SPACES)
    with pytest.raises(NoLockHeard) as refused:
        world.book()
    assert (refused.value.next_free, refused.value.lots) == ((), ())
    assert (world.kept(), world.orders.records()) == (set(), [])
    seen = world.check(NOODLES, world.clock.now + HOUR, None, NO_NEEDS)
    assert (seen.free, seen.nearest) == (0, None)
    assert isinstance(seen.full, NoLockHeard)
    assert seen.full.next_free == ()


def test_mall_whose_locks_are_only_registered_takes_no_bookings() -> None:
    world = World()
    for ref in SPACES:
        world.locks.forget(thing(ref))
    assert world.register_locks(world.mall) == len(SPACES)
    with pytest.raises(NoLockHeard):
        world.book()


@pytest.mark.parametrize("lock_when", LockWhen)
def test_first_report_opens_the_space(lock_when: LockWhen) -> None:
    world = World(settings=LotSettings(lock_when=lock_when))
    world.never_heard(*SPACES)
    connects(world, "R1")
    with pytest.raises(NoLockHeard):
        world.book()
    world.lock_says("R1")
    assert world.book().claim.space == space_id("R1")


def test_a_first_report_of_a_fault_opens_nothing(world: World) -> None:
    world.never_heard(*SPACES)
    connects(world, "R1")
    world.lock_says("R1", fault=Fault.JAMMED)
    with pytest.raises(NoLockHeard):
        world.book()
    world.lock_says("R1")
    assert world.book().claim.space == space_id("R1")


def test_lock_that_was_heard_and_is_offline_is_out_as_before() -> None:
    world = World(spaces=["B2-018"])
    world.lock_goes("B2-018", offline=True)
    with pytest.raises(NoSpace) as full:
        world.book()
    assert type(full.value) is NoSpace
    world.lock_goes("B2-018", offline=False)
    assert world.book().claim.space == space_id("B2-018")


def test_only_spaces_whose_locks_were_heard_from_are_taken(world: World) -> None:
    world.never_heard("B2-017", "B2-020")
    taken = [world.book(f"TBL-{number}").claim.space.space for number in range(3)]
    assert taken == ["B2-018", "R1", "B2-019"]
    with pytest.raises(NoLockHeard) as refused:
        world.book("TBL-4")
    later = refused.value.next_free[0]
    assert world.book("TBL-4", service_time=later).claim.space.space == "B2-018"


def test_full_is_full_where_the_silent_lock_is_of_no_use(world: World) -> None:
    """The one charger is taken; the space that was never heard from has none."""
    world.never_heard("B2-018")
    ev = Needs.parse(["ev"])
    world.book("TBL-1", needs=ev)
    with pytest.raises(NoSpace) as full:
        world.book("TBL-2", needs=ev)
    assert type(full.value) is NoSpace


def test_order_moves_only_to_a_space_whose_lock_was_heard_from(world: World) -> None:
    world.never_heard("B2-018", "B2-019", "B2-020")
    order = world.book()
    assert order.claim.space == space_id("B2-017")
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    assert world.watch(order.id).claim.space == space_id("R1")


def test_order_fails_where_no_other_lock_was_heard_from(world: World) -> None:
    world.never_heard("B2-018", "B2-019", "B2-020", "R1")
    order = world.book()
    world.lock_goes("B2-017", offline=True)
    world.at(order.schedule.secure_at)
    assert world.watch(order.id).state is State.FAILED


def test_order_that_changes_does_not_stay_with_a_silent_lock(world: World) -> None:
    """As an order from before this was a rule may have one."""
    order = world.book()
    world.never_heard("B2-017")
    same = world.book(plate="7ABC123")
    assert same.claim.space == order.claim.space
    later = world.book(service_time=order.booking.service_time + HOUR)
    assert later.claim.space == space_id("B2-018")


def test_merchant_who_texts_is_told(world: World) -> None:
    world.never_heard(*SPACES)
    assert world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER}") == "answered: merchant_no_lock"
    assert world.last_text_to(NOODLES_PHONE) == (
        "No space for 18:30: no free one has a working lock yet. Please tell your guest and the "
        "car park."
    )
    assert world.phones.texts_to(DRIVER) == []


@given(st.sets(st.sampled_from(SPACES)), st.lists(st.integers(0, 40), max_size=10))
@settings(max_examples=60, deadline=None)
def test_no_silent_lock_is_ever_promised_and_times_offered_are_true(
    silent: set[str], quarters: list[int]
) -> None:
    world, numbers = World(), count()
    world.never_heard(*silent)
    for quarter in quarters:
        at = world.clock.now + HOUR + quarter * timedelta(minutes=15)
        free = world.check(NOODLES, at, None, NO_NEEDS).free
        try:
            order = world.book(f"TBL-{next(numbers)}", service_time=at)
        except NoSpace as full:
            assert free == 0
            offered = full.next_free
        else:
            assert free > 0
            assert order.claim.space.space not in silent
            continue
        for time in offered:
            promised = world.book("then", service_time=time)
            assert promised.claim.space.space not in silent
            world.cancel(NOODLES, "then")
    assert world.kept() == world.promised()


def test_every_silent_lock_of_a_large_lot_is_passed_over() -> None:
    """In a lot that is searched by its hint, too."""
    world = World()
    world.venues.save(replace(large_mall(), version="2"), large_merchants())
    mall = world.venues.mall(HARBOUR)
    assert world.register_locks(mall) == len(mall.lots[0].spaces)
    with pytest.raises(NoLockHeard):
        world.book()
    silent = world.locks.find(mall.lots[0].spaces[700].thing)
    assert silent
    report = LockReport(
        silent.thing, 1, BarrierReport.LOWERED, None, False, 90, None, 0, world.clock.now
    )
    world.locks.save(silent, replace(silent, online=True).reporting(report))
    seen = world.check(NOODLES, world.clock.now + HOUR, None, NO_NEEDS)
    assert seen.free == 1
    assert world.book().claim.thing == silent.thing
