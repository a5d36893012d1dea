"""Count a call of an address that has not asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.errors import Busy, TooManyTries
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.tries import Counted, Tries, counted, hour_of, next_hour
from baylock.ports.clock import Clock
from baylock.ports.webhooks import Webhooks

MAX_CONFLICTS = 8
"""How often a count that others change too is stored anew."""


@dataclass(frozen=True)
class CountTry:
    """Count a test or a proof at a merchant's address, for the merchant and for the host.

    TooManyTries where one of them has had its share of this hour, Busy where others keep counting.
    """

    webhooks: Webhooks
    clock: Clock

    def __call__(self, merchant: MerchantId, url: str) -> None:
        for what in counted(merchant, url):
            self._count(what)

    def _count(self, what: Counted) -> None:
        for _ in range(MAX_CONFLICTS):
            now = self.clock()
            stored = self.webhooks.tries(what)
            tries = (stored or Tries(hour_of(now))).at(now)
            if tries.count >= what.most:
                raise TooManyTries(next_hour(now) - now)
            if self.webhooks.count_tries(what, stored, tries.one_more()):
                return
        raise Busy
