"""Send a merchant's webhook a test event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.errors import NoWebhook
from baylock.domain.orders.resource import EXAMPLE, rfc3339
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import Delivery, new_delivery
from baylock.ports.clock import Clock
from baylock.ports.queues import EffectQueues
from baylock.ports.webhooks import Webhooks
from baylock.usecases.webhooks.announce_events import event_body
from baylock.usecases.webhooks.count_try import CountTry


@dataclass(frozen=True)
class TryWebhook:
    """Queue a `webhook.test` event about an example order, delivered as every event is.

    NoWebhook where the merchant has no endpoint, or it is disabled; TooManyTries where the merchant
    or the host has had its tests of this hour.
    """

    webhooks: Webhooks
    effect_queues: EffectQueues
    count_try: CountTry
    new_id: Callable[[], EventId]
    clock: Clock

    def __call__(self, merchant: MerchantId) -> Delivery:
        endpoint = self.webhooks.endpoint(merchant)
        if endpoint is None or endpoint.is_disabled:
            raise NoWebhook
        self.count_try(merchant, endpoint.url)
        now = self.clock()
        body = event_body(Event.TEST, rfc3339(now), EXAMPLE)
        delivery = new_delivery(merchant, self.new_id(), Event.TEST, body, now)
        self.webhooks.add_delivery(delivery)
        self.effect_queues.put_event(merchant, delivery.id)
        return delivery
