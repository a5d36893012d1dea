"""Set the address to which a merchant's events are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.access_change import AccessChange
from baylock.domain.errors import Busy, WebhookChanged
from baylock.domain.venue.mall import MerchantId
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.domain.webhooks.address import read_target
from baylock.domain.webhooks.webhook import Endpoint, Salt, new_endpoint
from baylock.ports.clock import Clock
from baylock.ports.webhooks import Webhooks

TRIES = 8
"""Some deliveries change the endpoint too."""


def _nobody(_: MerchantId, __: AccessChange) -> None:
    pass


@dataclass(frozen=True)
class SetWebhook:
    """Set, change or (without `url`) remove a merchant's endpoint; repeating it changes nothing.

    InvalidWebhook where the address is not allowed or too many secrets sign already; Busy where
    the endpoint keeps being changed by others.
    """

    webhooks: Webhooks
    salt: Callable[[], Salt]
    clock: Clock
    loopback: bool = False
    tell: Callable[[MerchantId, AccessChange], object] = _nobody
    """Tells the merchant, whoever had its key; before the change, so that it is never missed."""

    def __call__(
        self, merchant: MerchantId, url: str | None, *, new_secret: bool = False
    ) -> Endpoint | None:
        if url is not None:
            read_target(url, loopback=self.loopback)
        for _ in range(TRIES):
            old = self.webhooks.endpoint(merchant)
            new = self._changed(merchant, old, url, new_secret=new_secret)
            if new is not old and not is_sandbox(merchant.mall):
                self.tell(merchant, AccessChange.WEBHOOK)
            try:
                if new is None and old is not None:
                    self.webhooks.remove_endpoint(old)
                elif new is not None and new is not old:
                    self.webhooks.save_endpoint(old, new)
            except WebhookChanged:
                continue
            return new
        raise Busy

    def _changed(
        self, merchant: MerchantId, old: Endpoint | None, url: str | None, *, new_secret: bool
    ) -> Endpoint | None:
        if url is None:
            return None
        if old is None:
            return new_endpoint(merchant, url, self.salt(), self.clock())
        return old.set(url, self.clock(), self.salt() if new_secret else None)
