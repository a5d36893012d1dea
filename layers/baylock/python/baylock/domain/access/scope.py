"""What a merchant's secret key may do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One kind of call that a key may be allowed; a key has a set of them."""

    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    ORDERS_READ = "orders:read"
    AVAILABILITY_READ = "availability:read"
    WEBHOOK_READ = "webhook:read"
    WEBHOOK_WRITE = "webhook:write"


EVERY_SCOPE = frozenset(Scope)
