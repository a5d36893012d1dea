"""Count a call of an address that has not asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.errors import Busy, TooManyTries
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.tries import Account, Tries, accounts, hour_of, next_hour
from baylock.ports.clock import Clock
from baylock.ports.webhooks import Webhooks

TRIES = 8
"""Of storing a count that others change too."""


@dataclass(frozen=True)
class CountTry:
    """Count a test or a proof at a merchant's address, for the merchant and for the host.

    TooManyTries where one of them has had its share of this hour, Busy where others keep counting.
    """

    webhooks: Webhooks
    clock: Clock

    def __call__(self, merchant: MerchantId, url: str) -> None:
        for account in accounts(merchant, url):
            self._count(account)

    def _count(self, account: Account) -> None:
        for _ in range(TRIES):
            now = self.clock()
            stored = self.webhooks.tries(account)
            tries = (stored or Tries(hour_of(now))).at(now)
            if tries.count >= account.most:
                raise TooManyTries(next_hour(now) - now)
            if self.webhooks.count_tries(account, stored, tries.one_more()):
                return
        raise Busy
