"""A change of an order is published: effects on their queues, events with their bodies."""

from __future__ import annotations

import json

import pytest
from tests.fakes import example_orders as orders
from tests.fakes.mall import NOODLES
from tests.fakes.world import World

from baylock.domain.errors import Busy
from baylock.domain.orders.change import Change
from baylock.domain.orders.effects import NoticeEffect, WebhookEffect, effects
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.resource import order_fields


@pytest.fixture
def world() -> World:
    world = World()
    world.set_webhook(NOODLES, "https://noodles.example.com/hook")
    return world


def test_effects_are_queued_and_returned(world: World) -> None:
    change = Change(None, orders.reserved())
    assert world.publish_change(change) == effects(*change)
    notice = NoticeEffect(orders.reserved().id, 1, Notice.DRIVER_RESERVED)
    assert world.effect_queues.effects == [notice]


def test_body_of_an_event_is_the_order_after_the_change(world: World) -> None:
    world.publish_change(Change(None, orders.reserved()))
    (delivery,) = world.webhooks.deliveries(NOODLES)
    assert json.loads(delivery.body) == {
        "type": "order.reserved",
        "timestamp": f"{orders.reserved().changed_at:%Y-%m-%dT%H:%M:%SZ}",
        "data": order_fields(orders.reserved()),
    }


def test_events_come_after_all_other_effects(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise Busy

    monkeypatch.setattr(world.webhooks, "endpoint", fails)
    with pytest.raises(Busy):
        world.publish_change(Change(None, orders.reserved()))
    assert world.effect_queues.effects
    assert not any(isinstance(one, WebhookEffect) for one in world.effect_queues.effects)


def test_removed_record_has_no_effect(world: World) -> None:
    assert world.publish_change(Change(orders.held(), None)) == ()
