"""A merchant is told when something else may act for it, or read its events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fakes.mall import NOODLES
from tests.fakes.world import World

from baylock.domain.access.access_change import AccessChange
from baylock.domain.queues.messages import (
    AccessChangedMessage,
    DeliveryMessage,
    decode_delivery_message,
    decode_text_message,
)
from baylock.domain.venue.mall import Tenancy
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.domain.webhooks.event import EventId

pytestmark = pytest.mark.threat(11)

HOOK, OTHER = "https://a.example.com/hook", "https://thief.example.com/hook"
SECOND = replace(NOODLES, tenancy=Tenancy("5f0c2a9be1d34786"))


def test_each_change_of_a_webhook_is_told_and_a_repeat_is_none() -> None:
    world = World()
    for url, new_secret, changes in (
        (HOOK, False, 1),
        (HOOK, False, 1),
        (OTHER, False, 2),
        (OTHER, True, 3),
        (None, False, 4),
        (None, False, 4),
    ):
        world.set_webhook(NOODLES, url, new_secret=new_secret)
        told = world.effect_queues.access_changes
        assert told == [(NOODLES, AccessChange.WEBHOOK)] * changes


def test_webhook_of_a_sandbox_is_nobodys_business() -> None:
    world = World()
    world.set_webhook(sandbox_of(NOODLES), HOOK)
    assert world.effect_queues.access_changes == []


@pytest.mark.parametrize("change", AccessChange)
def test_texts_are_rationed_by_the_hour_and_kind(change: AccessChange) -> None:
    world = World()
    phone = world.venues.merchant(NOODLES).phone or ""
    for _ in range(100):
        world.send.access_changed(NOODLES, change)
    assert len(world.phones.texts_to(phone)) == 1
    world.clock.forward(hours=1)
    assert world.send.access_changed(NOODLES, change) == "sent"


def test_change_of_a_merchant_that_has_moved_out_meanwhile_is_no_failure() -> None:
    """What alarms count is in the log then; a text that fails for good would not be."""
    world = World()
    assert world.send.access_changed(SECOND, AccessChange.WEBHOOK) == "moved out"


@pytest.mark.parametrize("who", [NOODLES, SECOND])
def test_messages_carry_the_tenancy(who: object) -> None:
    assert isinstance(who, type(NOODLES))
    told = AccessChangedMessage(who, AccessChange.KEY)
    assert decode_text_message(told.encode()) == told
    delivery = DeliveryMessage(who, EventId("evt_1"))
    assert decode_delivery_message(delivery.encode()) == delivery
