"""Bring an event to a merchant's endpoint."""

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
"""For an endpoint's turn."""
TRIES = 4
"""Whoever has the turn meets only the merchant's own changes."""


@dataclass(frozen=True)
class DeliverWebhook:
    """Try to deliver an event, unless that is over, or not yet its time; the outcome in a word.

    An endpoint takes one event at a time, so a slow one never has more than one of us waiting for
    it, and one that fails is left in peace for a while. What comes meanwhile is put off.
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
            # Said again, in case whoever switched it off fell before saying so.
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
        """With the endpoint's turn; None where another has it."""
        if endpoint.free_at(now):
            return None
        begun = endpoint.begin(now)
        try:
            self.webhooks.save_endpoint(endpoint, begun)
        except WebhookChanged:
            return None
        return begun

    def _wait(self, delivery: Delivery, now: datetime) -> str:
        """In the queue, the longer the longer it has waited already."""
        waited = (now - delivery.not_before) / 4
        wait = min(max(waited, MIN_WAIT), MAX_WAIT)
        self.effect_queues.put_event(delivery.merchant, delivery.id, wait)
        return "waits for its turn"

    def _deliver(self, delivery: Delivery, endpoint: Endpoint) -> str:
        at = self.clock()
        key = self.key()
        secrets = [secret_of(key, endpoint.merchant, one.salt) for one in endpoint.signing(at)]
        attempt = self.webhook_client.post(endpoint.url, delivery.id, delivery.body, secrets, at)
        now = self.clock()
        # The delivery last: whoever falls before that comes here again, and says all of it again.
        after = self._end(endpoint, attempt, now)
        if after and after.is_disabled:
            self.effect_queues.put_webhook_notice(endpoint.merchant)
        self.webhooks.save_delivery(delivery.answered(attempt, now, self.random.random()))
        return attempt.outcome.value

    def _end(self, endpoint: Endpoint, attempt: Attempt, now: datetime) -> Endpoint | None:
        """The turn is over; what the endpoint has become, None if it is not there any more.

        Where the merchant has said meanwhile that it is elsewhere, what the old one answered counts
        for nothing.
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
