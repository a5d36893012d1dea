"""The reference of a booking that a merchant's text gave none."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from datetime import datetime

from baylock.domain.access.key_ring import KeyRing

_LETTERS = 8


def own_references(phone: str, service_time: datetime, ring: KeyRing) -> list[str]:
    """The references that follow from a phone and a time, so that a repeat finds its order.

    The first is that of a new booking; the others are those of bookings from before a key was
    replaced, and from before there was one. References are shown in lists: only with the key can
    the number be found by trying.
    """
    named = f"{phone} {service_time.isoformat()}".encode()
    keyed = (hmac.digest(key, b"reference\0" + named, hashlib.sha256) for key in ring.every if key)
    return list(map(_written, (*keyed, hashlib.sha256(named).digest())))


def _written(digest: bytes) -> str:
    return "T-" + b32encode(digest).decode()[:_LETTERS]
