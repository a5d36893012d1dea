"""Merchants' secret keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from baylock.domain.access import EVERY_SCOPE
from baylock.domain.booking import MerchantId
from baylock.domain.sandbox import is_sandbox
from baylock.ports import MerchantKey, Venues
from baylock_cli.errors import CommandError


def new_key(
    venues: Venues,
    merchant: MerchantId,
    now: datetime,
    *,
    test: bool = False,
    scopes: Collection[str] = EVERY_SCOPE,
    note: str = "",
) -> str:
    """Make a key and store its hash; what is returned is nowhere else.

    A test key leads to its merchant's sandbox, which is to be there before it.
    """
    if is_sandbox(merchant.mall):
        raise CommandError("a sandbox is reached with a test key of its own merchant")
    key = f"blk_{'test' if test else 'live'}_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    venues.save_key(MerchantKey(digest, merchant, frozenset(scopes), now, test=test, note=note))
    return key
