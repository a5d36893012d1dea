"""A new API key for a merchant."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import (
    MAX_LIFETIME,
    MAX_NOTE_LENGTH,
    MerchantKey,
    digest_of,
)
from baylock.domain.access.scope import DEFAULT_SCOPES
from baylock.domain.errors import InvalidKey
from baylock.domain.venue.mall import MerchantId
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.ports.access import MerchantKeys
from baylock.ports.clock import Clock

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key with its secret, which is stored nowhere and can't be shown again."""

    key: MerchantKey
    secret: str = field(repr=False)


@dataclass(frozen=True)
class MintKey:
    """Make a key beside those that a merchant has, and store its hash."""

    merchant_keys: MerchantKeys
    clock: Clock

    def __call__(
        self,
        merchant: MerchantId,
        *,
        test: bool = False,
        scopes: Collection[str] = DEFAULT_SCOPES,
        note: str = "",
        limits: Limits | None = None,
        expires_at: datetime | None = None,
    ) -> MintedKey:
        """Return the key and its secret; raise InvalidKey.

        A test key acts in its merchant's sandbox, which must exist already.
        """
        if is_sandbox(merchant.mall):
            raise InvalidKey("a sandbox is reached with a test key of its own merchant")
        if len(note) > MAX_NOTE_LENGTH or not note.isprintable():
            raise InvalidKey(f"a note has at most {MAX_NOTE_LENGTH} printable characters")
        now = self.clock()
        if expires_at is not None and not now < expires_at <= now + MAX_LIFETIME:
            raise InvalidKey(f"a key expires within {MAX_LIFETIME.days} days from now, or never")
        secret = f"blk_{'test' if test else 'live'}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        key = MerchantKey(
            digest_of(secret),
            merchant,
            frozenset(scopes),
            now,
            test=test,
            note=note,
            limits=limits,
            expires_at=expires_at,
        )
        self.merchant_keys.save_key(key)
        return MintedKey(key, secret)
