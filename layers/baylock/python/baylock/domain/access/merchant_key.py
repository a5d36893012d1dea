"""A merchant's API key, as stored."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from baylock.domain.venue.sandbox_ref import sandbox_of

if TYPE_CHECKING:
    from baylock.domain.access.limits import Limits
    from baylock.domain.venue.mall import MerchantId

KEY_ID_LETTERS = 12
MAX_NOTE_LENGTH = 80

WARNED_BEFORE = timedelta(days=14)
"""The time before the end of a key from which lists and logs warn of it."""
MAX_LIFETIME = timedelta(days=3_660)
"""The longest life of a key that expires: about ten years."""

_SECRET = re.compile(r"blk_(?:live|test)_[A-Za-z0-9_-]{16,128}")
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MerchantKey:
    """A merchant's API key, as stored: the SHA-256 of its secret, never the secret itself."""

    digest: str
    merchant: MerchantId
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    test: bool = False
    """A test key acts in its merchant's sandbox, and moves no real barrier."""
    note: str = ""
    used_at: datetime | None = None
    """The last use, to the hour or so."""
    limits: Limits | None = None
    """The key's own limits; None: the default ones."""
    expires_at: datetime | None = None
    """The key is valid until then; None: until it is revoked."""

    @property
    def id(self) -> str:
        """The beginning of the digest: names the key, and reveals nothing of its secret."""
        return self.digest[:KEY_ID_LETTERS]

    @property
    def acts_as(self) -> MerchantId:
        """The merchant that calls with this key act as: for a test key the one of the sandbox."""
        return sandbox_of(self.merchant) if self.test else self.merchant

    def has_expired(self, now: datetime) -> bool:
        """Whether the key is no longer valid because of its age."""
        return self.expires_at is not None and self.expires_at <= now

    def expires_soon(self, now: datetime) -> bool:
        """Whether it is time to replace the key."""
        return self.expires_at is not None and self.expires_at - now <= WARNED_BEFORE

    def use_is_to_be_noted(self, now: datetime) -> bool:
        """Whether a use now is worth a write: once an hour."""
        return self.used_at is None or now - self.used_at >= _NOTED_EVERY


def is_key_secret(text: str) -> bool:
    """Whether a text could be a key: it begins with `blk_live_` or `blk_test_`."""
    return bool(_SECRET.fullmatch(text))


def digest_of(secret: str) -> str:
    """The SHA-256 of a key's secret, in hexadecimal: what is stored of it."""
    return hashlib.sha256(secret.encode()).hexdigest()
