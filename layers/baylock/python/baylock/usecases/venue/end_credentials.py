"""The end of what acts for a merchant that has moved out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from baylock.domain.errors import Busy, WebhookChanged
from baylock.domain.texting.signature import ENDED_TEXT_KEY
from baylock.domain.venue.mall import MerchantId
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.ports.clock import Clock
from baylock.usecases.venue.list_credentials import Credentials, ListCredentials

TRIES = 8
"""Deliveries in flight change the endpoint too."""


@dataclass(frozen=True)
class EndCredentials:
    """Revoke what acts for a merchant, and give up the deliveries that wait; repeatable.

    Raises Busy.
    """

    list_credentials: ListCredentials
    clock: Clock

    def __call__(self, merchant: MerchantId) -> Credentials:
        """Return what there was, without what was ended before."""
        found = self.list_credentials(merchant)
        for key in found.keys:
            self.list_credentials.merchant_keys.revoke_key(key.digest, self.clock())
        for connection in found.connections:
            self.list_credentials.connections.remove(connection.id)
        for one in (merchant, sandbox_of(merchant)):
            self._end_webhook(one)
            self.list_credentials.signatures.save_text_key(one, ENDED_TEXT_KEY)
        return found

    def _end_webhook(self, merchant: MerchantId) -> None:
        webhooks = self.list_credentials.webhooks
        for _ in range(TRIES):
            endpoint = webhooks.endpoint(merchant)
            if endpoint is None:
                break
            with suppress(WebhookChanged):
                webhooks.remove_endpoint(endpoint)
        else:
            raise Busy
        for delivery in webhooks.deliveries(merchant):
            if delivery.is_waiting:
                webhooks.save_delivery(delivery.given_up())
