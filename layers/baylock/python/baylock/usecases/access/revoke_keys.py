"""Revocation of API keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.venue.mall import MallRef
from baylock.ports.access import MerchantKeys
from baylock.ports.clock import Clock
from baylock.usecases.access.find_key import FindKey


@dataclass(frozen=True)
class RevokeKeys:
    """Revoke keys of a mall's merchants: all that are named, or none."""

    merchant_keys: MerchantKeys
    clock: Clock

    def __call__(self, mall: MallRef, which: Iterable[str]) -> Sequence[MerchantKey]:
        """Return the keys as they were; raise NoSuchKey or AmbiguousKey, as FindKey does."""
        find_key = FindKey(self.merchant_keys)
        keys = [find_key(mall, name) for name in which]
        for key in keys:
            self.merchant_keys.revoke_key(key.digest, self.clock())
        return keys
