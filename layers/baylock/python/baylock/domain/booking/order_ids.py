"""The ids of orders: derived with a key from merchant and reference, so that a repeat finds them.

An id has 56 bits, which are also the tag of its order in the occupancy. Without the key nobody can
search for a reference whose id is that of another booking. Two may still meet, so a booking has
several ids to choose from, and takes the first that is no other booking's.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from baylock.domain.access.key_ring import FORMER, KeyRing
from baylock.domain.booking.booking import TAG_BYTES, OrderId, OrderTag
from baylock.domain.venue.mall import MerchantId

PROBES: Final = 8
"""Ids that a booking may have with each key."""
UNKEYED: Final = b""
"""In the place of the key of ids that an early version of Baylock derived without one."""
UPGRADE_SEEN_WITHIN: Final = timedelta(days=1)
"""How long after its making a ring is taken for that of a stack that was upgraded."""


def keys_of_ids(ring: KeyRing, now: datetime) -> tuple[bytes, ...]:
    """The keys that ids may have been derived with, the one in force first.

    In the first day of a ring ids without a key count too: the stack may have been upgraded, and
    `baylock keys adopt` not have been run yet.
    """
    first = ring.versions[0]
    is_young = first.number != FORMER and now - first.since < UPGRADE_SEEN_WITHIN
    return (*ring.every, UNKEYED) if is_young else ring.every


def order_ids(key: bytes, merchant: MerchantId, reference: str) -> Iterator[OrderId]:
    """The ids that a booking's order may have with this key, in the order in which to try them."""
    if key == UNKEYED:
        named = f"{merchant.mall}\0{merchant.merchant}\0{reference}".encode()
        yield order_id_of(hashlib.sha256(named).digest()[:TAG_BYTES])
        return
    for probe in range(PROBES):
        subject = _joined("order", merchant.mall, merchant.merchant, reference, str(probe))
        yield order_id_of(hmac.digest(key, subject, hashlib.sha256)[:TAG_BYTES])


def order_id_of(tag: OrderTag) -> OrderId:
    """The id of the order with this tag."""
    return OrderId("ord_" + b32encode(tag).decode().rstrip("=").lower())


def _joined(*parts: str) -> bytes:
    """Parts, each with its length before it: whatever they hold, others join to something else."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4) + part for part in encoded)
