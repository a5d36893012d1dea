"""The four digits that a driver sends on arrival: derived with a key, stored nowhere."""

from __future__ import annotations

import hashlib
import hmac

from baylock.domain.booking.booking import OrderId


def arrival_code(order: OrderId, key: bytes) -> str:
    """The code of an order, `0000` to `9999`."""
    digest = hmac.digest(key, order.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10_000:04}"
