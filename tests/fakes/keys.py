"""Merchants' API keys, kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from baylock.domain.access.key_ring import KeyRing, Purpose, ring_of
from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.booking.booking import Booking, OrderId
from baylock.domain.booking.order_ids import order_ids
from baylock.domain.venue.mall import MallRef, MerchantId
from baylock.ports.orders import Orders
from baylock.usecases.orders.find_booking import FindBooking


@dataclass
class FakeMerchantKeys:
    """The MerchantKeys port."""

    _keys: dict[str, MerchantKey] = field(default_factory=dict)

    def key(self, digest: str) -> MerchantKey | None:
        return self._keys.get(digest)

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


def key_of(purpose: Purpose) -> bytes:
    """The key of a purpose in tests."""
    return f"a key of {purpose.value} that is only for tests".encode()


@dataclass
class FakeKeyRings:
    """The KeyRings port: a key for each purpose, in force since the beginning."""

    rings: dict[Purpose, KeyRing] = field(
        default_factory=lambda: {purpose: ring_of(key_of(purpose)) for purpose in Purpose}
    )

    def ring(self, purpose: Purpose) -> KeyRing:
        return self.rings[purpose]

    def save(self, purpose: Purpose, ring: KeyRing) -> None:
        self.rings[purpose] = ring


def order_id(merchant: MerchantId, reference: str) -> OrderId:
    """The id of a booking's order in tests, where no other booking's is there already."""
    return next(order_ids(key_of(Purpose.ORDER_IDS), merchant, reference))


def id_for(booking: Booking) -> OrderId:
    """The id of this booking's order in tests."""
    return order_id(booking.merchant, booking.reference)


def no_clock() -> datetime:
    """A clock for use cases with a ring that was made long ago."""
    return datetime(2026, 12, 1, tzinfo=UTC)


def find_booking(orders: Orders) -> FindBooking:
    """The way to bookings with the key of tests."""
    return FindBooking(orders, lambda: ring_of(key_of(Purpose.ORDER_IDS)), no_clock)
