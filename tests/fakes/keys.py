"""Merchants' API keys, kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.fakes.venues import FakeVenues

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.venue.mall import FIRST_TENANCY, MallRef, MerchantId, Tenancy


@dataclass
class FakeMerchantKeys:
    """The MerchantKeys port."""

    _keys: dict[str, MerchantKey] = field(default_factory=dict)
    venues: FakeVenues | None = None
    """The refs that were left; None: none was."""

    def key(self, digest: str) -> MerchantKey | None:
        return self._keys.get(digest)

    def tenancy(self, merchant: MerchantId) -> Tenancy:
        left = self.venues.ref_histories(merchant.mall) if self.venues else {}
        known = left.get(merchant.merchant)
        return known.tenancy if known else FIRST_TENANCY

    def save_key(self, key: MerchantKey) -> None:
        self._keys[key.digest] = key

    def keys_of(self, ref: MallRef) -> Sequence[MerchantKey]:
        found = [key for key in self._keys.values() if key.merchant.mall == ref]
        return sorted(found, key=lambda key: (key.merchant.merchant, key.created_at, key.digest))

    def revoke_key(self, digest: str, now: datetime) -> None:
        key = self._keys.get(digest)
        if key is not None and key.revoked_at is None:
            self._keys[digest] = replace(key, revoked_at=now)

    def limit_key(self, digest: str, limits: Limits) -> None:
        key = self._keys.get(digest)
        if key is not None:
            self._keys[digest] = replace(key, limits=limits)

    def note_key_use(self, digest: str, now: datetime) -> None:
        key = self._keys.get(digest)
        if key is not None and (key.used_at is None or key.used_at < now):
            self._keys[digest] = replace(key, used_at=now)
