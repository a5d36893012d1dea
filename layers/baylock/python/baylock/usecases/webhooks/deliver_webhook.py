"""Deliver an event to a merchant's endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from baylock.domain.errors import Busy, WebhookChanged
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import Attempt, Delivery, Endpoint, secret_of
from baylock.ports.clock import Clock
from baylock.ports.queues import EffectQueues
from baylock.ports.webhooks import WebhookClient, Webhooks

MIN_WAIT = timedelta(seconds=1)
MAX_WAIT = timedelta(minutes=1)
"""The shortest and the longest wait for an endpoint that is busy."""
TRIES = 4
"""During a delivery only the merchant changes the endpoint."""


@dataclass(frozen=True)
class DeliverWebhook:
    """Attempt to deliver an event if it is due; returns the outcome in a few words.

    An endpoint receives one event at a time, so a slow endpoint never occupies more than one
    function. After a failure it rests for a while, and its deliveries are postponed.
    """

    webhooks: Webhooks
    webhook_client: WebhookClient
    effect_queues: EffectQueues
    key: Callable[[], bytes]
    clock: Clock
    random: Random = field(default_factory=Random)

    def __call__(self, merchant: MerchantId, event: EventId) -> str:
        now = self.clock()
        delivery = self.webhooks.delivery(merchant, event)
        if delivery is None or not delivery.is_waiting:
            return "over already"
        if delivery.not_before > now:
            return "not yet"
        endpoint = self.webhooks.endpoint(merchant)
        if endpoint is None:
            self.webhooks.save_delivery(delivery.given_up())
            return "no endpoint"
        if endpoint.is_disabled:
            # Repeated in case the process that disabled the endpoint crashed before this.
            self.effect_queues.put_webhook_notice(merchant)
            self.webhooks.save_delivery(delivery.given_up())
            return "switched off"
        if endpoint.rests_until and endpoint.rests_until > now:
            later = delivery.put_off(endpoint.rests_until, now, self.random.random())
            self.webhooks.save_delivery(later)
            return "endpoint rests"
        begun = self._begin(endpoint, now)
        return self._wait(delivery, now) if begun is None else self._deliver(delivery, begun)

    def _begin(self, endpoint: Endpoint, now: datetime) -> Endpoint | None:
        """Reserve the endpoint; None where another delivery has it."""
        if endpoint.free_at(now):
            return None
        begun = endpoint.begin(now)
        try:
            self.webhooks.save_endpoint(endpoint, begun)
        except WebhookChanged:
            return None
        return begun

    def _wait(self, delivery: Delivery, now: datetime) -> str:
        """Queue the delivery again, with a delay that grows with the time it has waited."""
        waited = (now - delivery.not_before) / 4
        wait = min(max(waited, MIN_WAIT), MAX_WAIT)
        self.effect_queues.put_event(delivery.merchant, delivery.id, wait)
        return "waits for its turn"

    def _deliver(self, delivery: Delivery, endpoint: Endpoint) -> str:
        at = self.clock()
        key = self.key()
        secrets = [
            secret_of(key, endpoint.merchant, secret.salt) for secret in endpoint.signing(at)
        ]
        attempt = self.webhook_client.post(endpoint.url, delivery.id, delivery.body, secrets, at)
        now = self.clock()
        # The delivery is saved last: after a crash before that, all of this is repeated.
        after = self._end(endpoint, attempt, now)
        if after and after.is_disabled:
            self.effect_queues.put_webhook_notice(endpoint.merchant)
        self.webhooks.save_delivery(delivery.answered(attempt, now, self.random.random()))
        return attempt.outcome.value

    def _end(self, endpoint: Endpoint, attempt: Attempt, now: datetime) -> Endpoint | None:
        """Release the endpoint and record the attempt; returns it, or None if it was removed.

        If the merchant has changed the address meanwhile, the attempt does not count.
        """
        current: Endpoint | None = endpoint
        for _ in range(TRIES):
            if current is None:
                return None
            same = current.url == endpoint.url and not current.is_disabled
            after = current.answered(attempt, now) if same else current.end()
            try:
                self.webhooks.save_endpoint(current, after)
            except WebhookChanged:
                current = self.webhooks.endpoint(endpoint.merchant)
            else:
                return after
        raise Busy
