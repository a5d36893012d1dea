"""A thousand orders that are due at the same time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Barrier, Lock
from typing import Any

import pytest
from tests.fakes.keys import id_for
from tests.fakes.large_mall import large_mall, large_merchants
from tests.fakes.mall import HARBOUR, P1
from tests.fakes.orders import FakeOrders
from tests.fakes.world import World
from tests.functions.conftest import Load

import clock.app
from baylock.bootstrap import stores
from baylock.domain.allocation.occupancy import Occupancy
from baylock.domain.booking.booking import OrderId, Reference
from baylock.domain.locks.lock import BarrierReport, LockReport, Session
from baylock.domain.locks.lock import Lock as KnownLock
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import reserve
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import LotSettings, Space, SpaceId

ORDERS = 1_000
MOVED, MISSED = 100, 200
CALL_MS = 5
"""The usual duration of a call of DynamoDB from a function."""
FUNCTION_MS = 55_000


@dataclass
class CountedOrders(FakeOrders):
    """Counts calls, and records the sequence in which orders are first read."""

    calls: Counter[str] = field(default_factory=Counter)
    begun: list[OrderId] = field(default_factory=list)
    meet: Barrier | None = None
    _count: Lock = field(default_factory=Lock, repr=False, compare=False)

    def find(self, order: OrderId) -> Any:
        with self._count:
            if order not in self.begun:
                self.begun.append(order)
        if meet := self.meet:
            meet.wait(timeout=10)
        return super().find(order)

    def _about_to(self, name: str) -> None:
        with self._count:
            self.calls[name] += 1
        super()._about_to(name)


@dataclass
class SlowStore:
    """Lambda's context, as if each call took its time in as many threads as there are."""

    orders: CountedOrders
    function_name: str = "clock"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1024
    aws_request_id: str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:clock"

    @property
    def spent_ms(self) -> float:
        # Beside each order its lock is read, and a change of its space is two calls.
        calls = self.orders.calls
        return (calls.total() + calls["find"] + calls["change"]) * CALL_MS / clock.app.AT_ONCE

    def get_remaining_time_in_millis(self) -> int:
        return int(FUNCTION_MS - self.spent_ms)


@pytest.fixture
def busy(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[World, CountedOrders]:
    """A field of 1,200 spaces with a thousand orders; some locks are offline, some drivers late."""
    orders = CountedOrders(out=world.orders.out, vehicles=world.orders.vehicles)
    order = world.book()
    mall = replace(large_mall(), version="2")
    world.venues.save(mall, large_merchants())
    for name in ("find_space", "watch", "move", "admit", "place"):
        object.__setattr__(getattr(world, name), "orders", orders)
    world.orders = orders
    monkeypatch.setattr(stores, "orders", lambda: orders)
    for number, space in enumerate(mall.lots[0].spaces):
        where = SpaceId(HARBOUR, P1, space.ref)
        online = not MISSED <= number < MISSED + MOVED
        session = Session(1, world.clock.now, ended=not online)
        lock = KnownLock(space.thing, where, online=online, session=session)
        world.locks.save(None, lock.reporting(first_report(space, world)))
        if number < ORDERS:
            add(orders, order, space, number)
    world.at(order.schedule.secure_at)
    for held in orders.records()[:MISSED]:
        assert isinstance(held, Order)
        missed = replace(held.schedule, no_show_at=order.schedule.secure_at)
        orders.change(held, replace(held, version=2, state=State.HELD, schedule=missed))
    orders.calls.clear()
    orders.changes.clear()
    return world, orders


def first_report(space: Space, world: World) -> LockReport:
    """Build the report of a lock that is well."""
    now = world.clock.now
    return LockReport(space.thing, 1, BarrierReport.LOWERED, None, False, 90, None, 0, now)


def add(orders: FakeOrders, like: Order, space: Space, number: int) -> None:
    """Add an order; the higher its number, the earlier it is due."""
    booking = replace(like.booking, reference=Reference(f"B-{number}"))
    claim = replace(
        like.claim,
        space=SpaceId(HARBOUR, P1, space.ref),
        thing=space.thing,
        zone=space.zone,
        position=space.position,
    )
    order = reserve(id_for(booking), booking, claim, LotSettings(), like.promise.created_at)
    secure_at = order.schedule.secure_at - timedelta(milliseconds=number)
    order = replace(order, schedule=replace(order.schedule, secure_at=secure_at))
    assert orders.claim(order.id, claim, Occupancy(), like.promise.created_at) is None
    orders.add(order, replacing=None)


def test_a_thousand_due_orders_are_seen_to_in_one_run_once_each_the_most_urgent_first(
    busy: tuple[World, CountedOrders], load: Load
) -> None:
    world, orders = busy
    due = list(orders.due(world.clock.now))
    assert len(due) == ORDERS
    context: Any = SlowStore(orders)
    counts = clock.app.handler(load("schedule"), context)
    assert counts == {"done": ORDERS, "failed": 0, "swept": 0}
    assert context.spent_ms < FUNCTION_MS - clock.app.TIME_TO_END_MILLISECONDS
    changed = Counter(new.id for _, new in orders.changes)
    assert changed == Counter(due), "once each"
    now = [one for one in orders.records() if isinstance(one, Order)]
    assert sum(one.state is State.NO_SHOW for one in now) == MISSED
    assert sum(one.promise.moves == 1 for one in now) == MOVED
    assert sum(one.access.asked_at is not None for one in now) == ORDERS - MISSED
    assert set(orders.entries()) == world.promised()
    place = {order: at for at, order in enumerate(due)}
    begun = (place[order] for order in orders.begun)
    # A thread may be held up with its order for as long as it likes; the others may not run ahead.
    assert all(where - at < clock.app.AT_ONCE for at, where in enumerate(begun))
    assert clock.app.handler(load("schedule"), context)["done"] == 0


def test_several_at_once(busy: tuple[World, CountedOrders], load: Load) -> None:
    """Each thread waits in its first read until all threads read."""
    _, orders = busy

    def all_are_here() -> None:
        orders.meet = None

    orders.meet = Barrier(clock.app.AT_ONCE, action=all_are_here)
    counts = clock.app.handler(load("schedule"), SlowStore(orders))  # type: ignore[arg-type]
    assert counts["failed"] == 0
    assert orders.meet is None
