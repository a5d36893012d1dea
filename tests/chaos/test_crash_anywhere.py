"""A crash after any call: after two runs of the clock everything is consistent again.

A crash before a call equals a crash after the call before it, as no other caller runs here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from unittest.mock import patch

import pytest
from tests.chaos.engine import database
from tests.chaos.faults import Crashed, Fault
from tests.chaos.venue import MALL, venue
from tests.chaos.world import World

from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.errors import BaylockError
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import MerchantId, MerchantRef, Needs

NOODLES = MerchantId(MALL, MerchantRef("noodles"))
MAX_CALLS = 40


@dataclass
class CrashesAfter:
    """The only fault: the nth call from now on is followed by a crash."""

    calls_left: int = 0

    def next(self, _who: str, _call: str) -> Fault:
        self.calls_left -= 1
        return Fault.CRASH_AFTER if self.calls_left == 0 else Fault.NONE

    def is_stale(self) -> bool:
        return False

    def stalls_for(self) -> timedelta:
        return timedelta()


@dataclass(frozen=True)
class Story:
    """The state before an operation, and the operation that crashes."""

    name: str
    before: Callable[[World], Order | None]
    does: Callable[[World, Order | None], object]


def booking(world: World, **changes: object) -> Booking:
    standard = Booking(
        merchant=NOODLES,
        reference=Reference("TBL-1"),
        service_time=world.venue.rushes[0],
        duration=timedelta(minutes=90),
        phone="+14255550123",
    )
    return replace(standard, **changes)  # type: ignore[arg-type]


def nothing(_: World) -> None:
    return None


def booked(world: World, **changes: object) -> Order:
    order = world.place(booking(world, **changes)).record
    assert isinstance(order, Order)
    return order


def held(world: World) -> Order:
    order = booked(world)
    world.scheduler.wait(order.schedule.secure_at - world.scheduler.now + timedelta(seconds=1))
    order = world.watch(order.id)
    raised = world.lock_says(order.claim.thing, BarrierReport.RAISED, order, vehicle=False)
    assert raised is not None
    return raised


def arrived(world: World) -> Order:
    order = world.admit(held(world).id)
    lowered = world.lock_says(order.claim.thing, BarrierReport.LOWERED, order, vehicle=False)
    assert lowered is not None
    return lowered


def cancelled(world: World) -> Order:
    order = booked(world)
    world.cancel(NOODLES, order.booking.reference)
    return order


def left_behind(world: World) -> None:
    """Leave a claim that is a minute old, from a crash between claiming a space and writing its
    order."""
    with patch.object(type(world.orders), "add", side_effect=Crashed), suppress(Crashed):
        world.place(booking(world))
    world.scheduler.wait(timedelta(seconds=61))


def late(world: World) -> Booking:
    """Build a booking whose window crosses 04:00."""
    return booking(world, service_time=world.venue.rushes[2], duration=timedelta(hours=3))


def over(world: World, order: Order) -> None:
    """Wait until the order's window is over."""
    world.scheduler.wait(order.claim.window.end - world.scheduler.now + timedelta(seconds=1))


def of(order: Order | None) -> Order:
    assert order is not None
    return order


def watch_when_it_is_over(world: World, order: Order | None) -> object:
    over(world, of(order))
    return world.watch(of(order).id)


STORIES = (
    Story("reserves", nothing, lambda world, _: world.place(booking(world))),
    Story("reserves across the day", nothing, lambda world, _: world.place(late(world))),
    Story("repeats", booked, lambda world, _: world.place(booking(world))),
    Story(
        "books another time",
        booked,
        lambda world, _: world.place(booking(world, service_time=world.venue.rushes[1])),
    ),
    Story(
        "books for longer",
        booked,
        lambda world, _: world.place(booking(world, duration=timedelta(hours=4))),
    ),
    Story(
        "books with other needs",
        booked,
        lambda world, _: world.place(booking(world, needs=Needs.parse(["ev"]))),
    ),
    Story(
        "needs no parking after all",
        booked,
        lambda world, _: world.place(booking(world, parking_needed=False)),
    ),
    Story(
        "needs none from the start",
        nothing,
        lambda world, _: world.place(booking(world, parking_needed=False)),
    ),
    Story("cancels", booked, lambda world, _: world.cancel(NOODLES, "TBL-1")),
    Story("books again", cancelled, lambda world, _: world.place(booking(world))),
    Story(
        "gives the order up",
        booked,
        lambda world, order: world.cancel.give_up(of(order).id, "text-1"),
    ),
    Story(
        "stays longer",
        booked,
        lambda world, order: world.extend(of(order).id, timedelta(minutes=30), "text-1"),
    ),
    Story("moves", booked, lambda world, order: world.move(of(order), Reason.LOCK_UNUSABLE)),
    Story("comes", held, lambda world, order: world.admit(of(order).id)),
    Story("leaves", arrived, lambda world, order: world.leave(of(order).id, "text-1")),
    Story("does not come", held, watch_when_it_is_over),
    Story("leaves without a text", arrived, watch_when_it_is_over),
    Story("sweeps", left_behind, lambda world, _: world.sweep()),
)


@contextmanager
def a_world(faults: CrashesAfter) -> Iterator[World]:
    with patch("baylock.adapters.dynamodb.client.FIRST_WAIT_SECONDS", 0), database() as client:
        yield World(client, venue(0, Random(1)), Random(1), faults)


def clock_runs(world: World) -> None:
    """Run the clock a minute later: it handles due orders and sweeps abandoned claims."""
    world.scheduler.wait(timedelta(seconds=61))
    for order in list(world.orders.due(world.scheduler.now)):
        world.watch(order)
    world.sweep()


def crashes(story: Story, after_call: int) -> bool:
    """Tell whether there is such a call; all must be well after it, even if it is repeated."""
    faults, crashed = CrashesAfter(), False
    with a_world(faults) as world:
        order = story.before(world)
        faults.calls_left = after_call
        try:
            story.does(world, order)
        except Crashed:
            crashed = True
        faults.calls_left = 0
        clock_runs(world)
        clock_runs(world)
        found = world.check()
        assert found.lines() == (), f"{story.name}, crash after call {after_call}"
        assert found.marks == 0
        with suppress(BaylockError):
            story.does(world, order)
        clock_runs(world)
        clock_runs(world)
        assert world.check().lines() == (), f"{story.name} repeated, crash after call {after_call}"
    return crashed


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_fault_09_crash_after_any_call_is_repaired_within_two_clock_runs(
    story: Story,
) -> None:
    calls = next(at for at in range(1, MAX_CALLS) if not crashes(story, at)) - 1
    assert calls >= 1, "the operation makes at least one call"
