"""Events that an operator has delivered again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baylock.domain.errors import AlreadyWaiting, NoSuchEvent, NoWebhook, WebhookDisabled
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import Delivery, DeliveryState
from baylock.ports.clock import Clock
from baylock.ports.webhooks import Webhooks


@dataclass(frozen=True)
class FindDelivery:
    """Find the delivery of a merchant's event."""

    webhooks: Webhooks

    def __call__(self, merchant: MerchantId, event: str) -> Delivery:
        """Raise NoSuchEvent."""
        delivery = self.webhooks.delivery(merchant, EventId(event))
        if delivery is None:
            raise NoSuchEvent(event)
        return delivery


@dataclass(frozen=True)
class RedeliverEvents:
    """Make events of a merchant due again at once, with a day for their attempts.

    The clock queues them, as it queues all deliveries that are due.
    """

    webhooks: Webhooks
    clock: Clock

    def __call__(self, merchant: MerchantId, events: Sequence[str], *, failed: bool = False) -> int:
        """Redeliver these events, and with `failed` all that have failed; return how many.

        Raises NoWebhook, WebhookDisabled, NoSuchEvent, or AlreadyWaiting; then none is redelivered.
        """
        endpoint = self.webhooks.endpoint(merchant)
        if endpoint is None:
            raise NoWebhook
        if endpoint.is_disabled:
            raise WebhookDisabled
        find_delivery = FindDelivery(self.webhooks)
        deliveries = [find_delivery(merchant, event) for event in events]
        if failed:
            deliveries += [
                delivery
                for delivery in self.webhooks.deliveries(merchant)
                if delivery.state is DeliveryState.FAILED
            ]
        if waiting := tuple(delivery.id for delivery in deliveries if delivery.is_waiting):
            raise AlreadyWaiting(waiting)
        now = self.clock()
        again = {delivery.id: delivery.again(now) for delivery in deliveries}
        for delivery in again.values():
            self.webhooks.save_delivery(delivery)
        return len(again)
