"""The scopes of API keys."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """A kind of call that a key may make; a key has a set of scopes."""

    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    ORDERS_READ = "orders:read"
    AVAILABILITY_READ = "availability:read"
    WEBHOOK_READ = "webhook:read"
    WEBHOOK_WRITE = "webhook:write"
    LINKS_READ = "links:read"


DEFAULT_SCOPES = frozenset(Scope) - {Scope.LINKS_READ}
"""What a key may do unless it is said otherwise: a link lets its holder act as the driver."""
