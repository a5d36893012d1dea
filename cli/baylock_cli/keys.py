"""Merchants' secret keys."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from baylock.domain.access import EVERY_SCOPE
from baylock.domain.booking import MerchantId
from baylock.ports import MerchantKey, Venues


def new_key(venues: Venues, merchant: MerchantId, now: datetime) -> str:
    """Make a key and store its hash; what is returned is nowhere else."""
    key = f"blk_live_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    venues.save_key(MerchantKey(digest, merchant, frozenset(EVERY_SCOPE), now))
    return key
