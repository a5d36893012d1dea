"""The API keys of a mall's merchants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.venue.mall import MallRef
from baylock.ports.access import MerchantKeys, UsageCounters
from baylock.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key, and the number of calls that it has made since midnight UTC."""

    key: MerchantKey
    calls_today: int


@dataclass(frozen=True)
class ListKeys:
    """List the keys of a mall's merchants, by merchant and oldest first."""

    merchant_keys: MerchantKeys
    usage_counters: UsageCounters
    clock: Clock

    def __call__(
        self, mall: MallRef, merchant: str | None = None, *, revoked: bool = False
    ) -> Sequence[ListedKey]:
        """Only those of `merchant` (a ref) where it is given; revoked keys where asked for."""
        keys = [
            key
            for key in self.merchant_keys.keys_of(mall)
            if merchant in {None, key.merchant.merchant} and (revoked or key.revoked_at is None)
        ]
        today = self.clock().astimezone(UTC).date()
        calls = self.usage_counters.calls_on(today, [key.id for key in keys])
        return [ListedKey(key, calls.get(key.id, 0)) for key in keys]
