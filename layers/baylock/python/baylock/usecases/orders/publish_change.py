"""Publish the effects of a change of an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.orders.change import Change
from baylock.domain.orders.effects import Effect, WebhookEffect, effects
from baylock.domain.orders.order import Order
from baylock.domain.orders.resource import order_fields, rfc3339
from baylock.ports.queues import EffectQueues
from baylock.usecases.webhooks.announce_events import AnnounceEvents


@dataclass(frozen=True)
class PublishChange:
    """Queue the effects of a change, each on its queue; returns the effects.

    Events for merchants come last: each must be stored first, and locks and drivers don't wait for
    that. Publishing a change again is safe. Raises Busy.
    """

    effect_queues: EffectQueues
    announce_events: Callable[[], AnnounceEvents]

    def __call__(self, change: Change) -> tuple[Effect, ...]:
        follows = effects(change.old, change.new)
        self.effect_queues.put([one for one in follows if not isinstance(one, WebhookEffect)])
        events = [one for one in follows if isinstance(one, WebhookEffect)]
        order = change.new
        if events and isinstance(order, Order):
            announce = self.announce_events()
            announce(events, order_fields(order), rfc3339(order.changed_at))
        return follows
