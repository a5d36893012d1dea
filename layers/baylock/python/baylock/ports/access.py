"""Merchants' API keys and how much they have called, and the platform's keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.access.key_ring import KeyRing, Purpose
    from baylock.domain.access.limits import Limits, Usage
    from baylock.domain.access.merchant_key import MerchantKey
    from baylock.domain.venue.mall import MallRef


class MerchantKeys(Protocol):
    """Merchants' API keys by the SHA-256 (hexadecimal) of their secret, always read anew."""

    def key(self, digest: str) -> MerchantKey | None:
        """The key with this digest, revoked or not."""

    def save_key(self, key: MerchantKey) -> None:
        """Add or replace a key."""

    def keys_of(self, ref: MallRef) -> Sequence[MerchantKey]:
        """Every key of a mall's merchants, revoked keys too, by merchant and oldest first."""

    def revoke_key(self, digest: str, now: datetime) -> None:
        """Revoke a key; a key that is revoked already keeps its time of revocation."""

    def limit_key(self, digest: str, limits: Limits) -> None:
        """Give a key its own limits."""

    def note_key_use(self, digest: str, now: datetime) -> None:
        """Note the last use of a key; a time before the known one changes nothing."""


class UsageCounters(Protocol):
    """Calls of keys, over all processes. May raise Busy after bounded retries."""

    def add(self, key: str, calls: int, limits: Limits, expected: datetime, now: datetime) -> Usage:
        """Count calls of a key (by its id), and return its usage with them.

        `expected` is our guess of when its bucket will be full: a wrong guess costs a second write.
        """

    def calls_on(self, day: date, keys: Collection[str]) -> Mapping[str, int]:
        """The number of calls on a day (UTC) of each of these keys that made any."""


class KeyRings(Protocol):
    """The platform's keys, by purpose, as they are stored. May raise Busy."""

    def ring(self, purpose: Purpose) -> KeyRing:
        """The ring of a purpose, with versions that are not in force yet."""

    def save(self, purpose: Purpose, ring: KeyRing) -> None:
        """Replace the ring of a purpose."""
