"""A merchant wants to see whether its endpoint works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from baylock.domain.errors import NoWebhook
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import Delivery, new_delivery
from baylock.ports.clock import Clock
from baylock.ports.queues import EffectQueues
from baylock.ports.webhooks import Webhooks
from baylock.usecases.webhooks.announce_events import event_body


@dataclass(frozen=True)
class TryWebhook:
    """Queue a `webhook.test` event with `data` in it, on the way that every event goes.

    NoWebhook where there is no endpoint, or it is switched off.
    """

    webhooks: Webhooks
    effect_queues: EffectQueues
    new_id: Callable[[], EventId]
    clock: Clock

    def __call__(self, merchant: MerchantId, timestamp: str, data: Mapping[str, Any]) -> Delivery:
        endpoint = self.webhooks.endpoint(merchant)
        if endpoint is None or endpoint.is_disabled:
            raise NoWebhook
        body = event_body(Event.TEST, timestamp, data)
        delivery = new_delivery(merchant, self.new_id(), Event.TEST, body, self.clock())
        self.webhooks.add_delivery(delivery)
        self.effect_queues.put_event(merchant, delivery.id)
        return delivery
