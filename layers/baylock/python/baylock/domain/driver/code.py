"""The four digits that a driver sends on arrival: derived with a key, stored nowhere.

They belong to a life of an order and to a phone, as the link does: a booking that is placed again,
or has another driver, has another code.
"""

from __future__ import annotations

import hashlib
import hmac

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.driver.life import life_and_phone
from baylock.domain.orders.order import Order


def arrival_code(order: Order, ring: KeyRing) -> str:
    """The code of an order, `0000` to `9999`, with the key of when its present life began."""
    key = ring.at(order.promise.created_at)
    # Drivers that were told a code by an early version of Baylock have that of the order's id.
    subject = order.id if order.promise.early_code else life_and_phone("code", order)
    digest = hmac.digest(key, subject.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10_000:04}"
