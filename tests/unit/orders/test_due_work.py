"""The work of each minute, kind by kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fakes.mall import NOODLES
from tests.fakes.world import CLOCK_WORK, World

from baylock.domain.orders.effects import WebhookEffect
from baylock.domain.venue.mall import MallRef
from baylock.domain.webhooks.event import Event
from baylock.domain.webhooks.webhook import HANDED_OUT_FOR
from baylock.usecases.allocation.sweep_spaces import PENDING_FOR
from baylock.usecases.orders.due_work import DueWork, Work


@pytest.fixture
def world() -> World:
    return World()


def work(world: World) -> dict[str, Work]:
    due_work = DueWork(
        world.orders,
        lambda: world.register_locks,
        lambda: world.watch,
        lambda: world.sweep,
        lambda: world.requeue,
        lambda: world.forget,
        lambda: world.catch_up,
        world.clock,
    )
    return {kind.name: kind for kind in due_work()}


def test_orders_come_before_left_spaces_and_deliveries(world: World) -> None:
    assert list(work(world)) == CLOCK_WORK
    assert all(list(kind.due()) == [] for kind in work(world).values())


def test_locks_that_an_upgrade_found_are_registered_once(world: World) -> None:
    world.locks.upgraded()
    kind = work(world)["registered"]
    (mall,) = kind.due()
    assert kind.do(mall).facts == {"mall": mall, "never_heard_from": 0}
    assert list(kind.due()) == []
    world.venues.save(replace(world.mall, ref=MallRef("later")), ())
    assert list(kind.due()) == [], "an import registers its own"


def test_due_order_is_watched(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    kind = work(world)["watched"]
    assert list(kind.due()) == [order.id]
    done = kind.do(order.id)
    assert done.count == 1
    assert done.facts == {"order": order.id, "state": world.order(order).state.value}


def test_left_space_is_released(world: World) -> None:
    world.leave_behind()
    kind = work(world)["swept"]
    assert list(kind.due()) == []
    world.clock.now += PENDING_FOR * 2
    (zone,) = kind.due()
    done = kind.do(zone)
    assert done.count == 1
    assert done.facts["removed"] == 1
    assert world.kept() == set()


def test_due_delivery_is_queued_again(world: World) -> None:
    world.set_webhook(NOODLES, "https://noodles.example.com/hook")
    order = world.book()
    world.announce([WebhookEffect(order.id, 1, Event.RESERVED, NOODLES)], {}, "")
    world.clock.now += HANDED_OUT_FOR
    kind = work(world)["requeued"]
    (delivery,) = kind.due()
    done = kind.do(delivery)
    assert (done.count, dict(done.facts)) == (1, {})
    assert kind.do(delivery).count == 0, "another clock has queued it"
