"""Deliver an event to a merchant's endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.errors import Busy, TooManyTries, WebhookChanged
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import (
    Attempt,
    AttemptOutcome,
    Delivery,
    Endpoint,
    Permit,
    signing_secrets,
)
from baylock.ports.clock import Clock
from baylock.ports.queues import EffectQueues
from baylock.ports.webhooks import WebhookClient, Webhooks
from baylock.usecases.webhooks.count_try import CountTry
from baylock.usecases.webhooks.prove_endpoint import ProveEndpoint

MIN_WAIT = timedelta(seconds=1)
MAX_WAIT = timedelta(minutes=1)
"""The shortest and the longest wait of a delivery for its turn."""
PERMITS_TRIED = 2
"""Permits that seem free and that a delivery tries to take before it waits."""
TRIES = 16
"""During a delivery, the merchant and some of the others in flight change the endpoint."""


@dataclass(frozen=True)
class DeliverWebhook:
    """Attempt to deliver an event if it is due; returns the outcome in a few words.

    Events of different orders are delivered at the same time, as many as the endpoint keeps up
    with; a slow or failing endpoint occupies one function. An order's events are delivered one at
    a time, and none before the first attempt of an earlier one. After a failure the endpoint rests
    for a while, and its deliveries are postponed. An endpoint that is pending proves itself first;
    the event waits for that, and is then queued again.
    """

    webhooks: Webhooks
    webhook_client: WebhookClient
    prove_endpoint: ProveEndpoint
    count_try: CountTry
    effect_queues: EffectQueues
    ring: Callable[[], KeyRing]
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
        if endpoint.rests_until and endpoint.rests_at(now):
            later = delivery.put_off(endpoint.rests_until, now, self.random.random())
            self.webhooks.save_delivery(later)
            return "endpoint rests"
        if any(earlier.is_new for earlier in self.webhooks.earlier(delivery)):
            return self._wait(delivery, now)
        permit = self._take_permit(endpoint, delivery, now)
        if permit is None:
            return self._wait(delivery, now)
        act = self._prove if endpoint.pending else self._deliver
        return act(delivery, endpoint, permit)

    def _take_permit(self, endpoint: Endpoint, delivery: Delivery, now: datetime) -> Permit | None:
        """Take a free permit; None where the delivery must wait.

        Who took one first may be of the same order, so the permits are read again before the next.
        """
        current: Endpoint | None = endpoint
        for tried in range(1, PERMITS_TRIED + 1):
            if current is None or current.is_disabled:
                return None
            free = current.free_permits(delivery.id, now)
            if not free:
                return None
            if self.webhooks.take_permit(delivery.merchant, free[0], now):
                return free[0]
            if tried < PERMITS_TRIED:
                current = self.webhooks.endpoint(delivery.merchant)
        return None

    def _wait(self, delivery: Delivery, now: datetime) -> str:
        """Queue the delivery again, with a delay that grows with the time it has waited.

        Not beyond the time at which the clock queues it: one that waits for hours would otherwise
        have another message every few minutes, each queued again and again.
        """
        waited = (now - delivery.not_before) / 4
        wait = min(max(waited, MIN_WAIT), MAX_WAIT)
        if delivery.due_at is None or now + wait < delivery.due_at:
            self.effect_queues.put_event(delivery.merchant, delivery.id, wait)
        return "waits for its turn"

    def _deliver(self, delivery: Delivery, endpoint: Endpoint, permit: Permit) -> str:
        at = self.clock()
        secrets = signing_secrets(endpoint, self.ring(), at)
        attempt = self.webhook_client.post(endpoint.url, delivery.id, delivery.body, secrets, at)
        now = self.clock()
        # The delivery is saved last: after a crash before that, all of this is repeated.
        after = self._count(endpoint, attempt, now)
        self.webhooks.release_permit(endpoint.merchant, permit.released(attempt))
        if after and after.is_disabled:
            self.effect_queues.put_webhook_notice(endpoint.merchant)
        self.webhooks.save_delivery(delivery.answered(attempt, now, self.random.random()))
        return attempt.outcome.value

    def _prove(self, delivery: Delivery, endpoint: Endpoint, permit: Permit) -> str:
        """Have the endpoint prove itself; then the event is queued again, or waits."""
        at = self.clock()
        try:
            self.count_try(endpoint.merchant, endpoint.url)
        except TooManyTries as error:
            self.webhooks.release_permit(endpoint.merchant, replace(permit, until=at))
            later = delivery.put_off(at + error.wait, at, self.random.random())
            self.webhooks.save_delivery(later)
            return "too many tries"
        attempt = self.prove_endpoint(endpoint, self.ring(), at)
        now = self.clock()
        proven = attempt.outcome is AttemptOutcome.TAKEN
        after = self._note_proof(endpoint) if proven else self._count(endpoint, attempt, now)
        self.webhooks.release_permit(endpoint.merchant, permit.released(attempt))
        if after and after.is_disabled:
            self.effect_queues.put_webhook_notice(endpoint.merchant)
        if proven:
            self.effect_queues.put_event(delivery.merchant, delivery.id)
            return "proven"
        until = (after and after.rests_until) or now
        self.webhooks.save_delivery(delivery.put_off(until, now, self.random.random()))
        return f"not proven: {attempt.outcome.value}"

    def _note_proof(self, endpoint: Endpoint) -> Endpoint | None:
        """Note that this very address has proven itself."""
        return self._change(endpoint, Endpoint.proven)

    def _count(self, endpoint: Endpoint, attempt: Attempt, now: datetime) -> Endpoint | None:
        """Count the attempt."""
        return self._change(
            endpoint,
            lambda current: current.answered(attempt, now),
            grows=attempt.outcome is AttemptOutcome.TAKEN,
        )

    def _change(
        self, endpoint: Endpoint, change: Callable[[Endpoint], Endpoint], *, grows: bool = False
    ) -> Endpoint | None:
        """Change the endpoint; returns it as it is then, or None if it was removed.

        Nothing changes where the merchant has changed the address meanwhile, or it was disabled.
        With `grows` only the concurrency changes, unless the endpoint was failing.
        """
        current: Endpoint | None = endpoint
        for _ in range(TRIES):
            if current is None or current.url != endpoint.url or current.is_disabled:
                return current
            after = change(current)
            if after is current:
                return after
            try:
                self.webhooks.save_endpoint(current, after)
            except WebhookChanged:
                if grows and not current.failures:
                    # The other change stands for it.
                    return after
                current = self.webhooks.endpoint(endpoint.merchant)
            else:
                return after
        raise Busy
