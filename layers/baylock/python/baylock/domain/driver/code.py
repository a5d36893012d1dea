"""The four digits that a driver sends on arrival: derived with a key, stored nowhere."""

from __future__ import annotations

import hashlib
import hmac

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.orders.order import Order


def arrival_code(order: Order, ring: KeyRing) -> str:
    """The code of an order, `0000` to `9999`, with the key of when its present life began."""
    key = ring.at(order.promise.created_at)
    digest = hmac.digest(key, order.id.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10_000:04}"
