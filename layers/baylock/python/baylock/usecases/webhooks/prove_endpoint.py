"""Have an endpoint prove that it is the merchant's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.orders.resource import EXAMPLE, rfc3339
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import (
    Attempt,
    AttemptOutcome,
    Endpoint,
    Salt,
    secret_of,
    signing_secrets,
)
from baylock.ports.webhooks import WebhookClient
from baylock.usecases.webhooks.announce_events import event_body

REFUSALS = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
"""The statuses with which an endpoint refuses a request whose signature is wrong."""


@dataclass(frozen=True)
class ProveEndpoint:
    """Post two `webhook.test` events that differ in nothing but the signature; return the outcome.

    The first is signed with a secret that nobody knows, and must be refused; the second with the
    endpoint's, and must be accepted. Only a server that knows the secret can tell them apart, so
    one that a merchant names and that is not theirs fails, whatever it answers.
    """

    webhook_client: WebhookClient
    salt: Callable[[], Salt]
    new_id: Callable[[], EventId]

    def __call__(self, endpoint: Endpoint, ring: KeyRing, now: datetime) -> Attempt:
        """The attempt whose outcome is `TAKEN` where the endpoint has proven itself."""
        refused = self._post(
            endpoint, [secret_of(ring.newest, endpoint.merchant, self.salt())], now
        )
        if refused.outcome is AttemptOutcome.TAKEN:
            return replace(refused, outcome=AttemptOutcome.NOT_VERIFIED)
        if refused.outcome is not AttemptOutcome.REFUSED or refused.status not in REFUSALS:
            return refused
        return self._post(endpoint, signing_secrets(endpoint, ring, now), now)

    def _post(self, endpoint: Endpoint, secrets: list[str], now: datetime) -> Attempt:
        body = event_body(Event.TEST, rfc3339(now), EXAMPLE)
        return self.webhook_client.post(endpoint.url, self.new_id(), body, secrets, now)
