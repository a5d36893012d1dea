"""Authentication of a call by the merchant's API key."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.access.merchant_key import MerchantKey, digest_of, is_key_secret
from baylock.domain.errors import Busy, NoSuchKey
from baylock.ports.access import MerchantKeys
from baylock.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class AuthenticatedKey:
    """A valid key. `is_use_lost`: the store was too busy to note this use."""

    key: MerchantKey
    is_use_lost: bool = False


@dataclass(frozen=True)
class AuthenticateKey:
    """Find the key with a secret that its merchant may use, and note its use once an hour.

    The key may have expired: that is for its holder to be told, when it is used.
    """

    merchant_keys: MerchantKeys
    clock: Clock

    def __call__(self, secret: str) -> AuthenticatedKey:
        """Raise NoSuchKey where the secret is malformed or unknown, or its key is revoked.

        A key of a merchant that has moved out counts as revoked, whether or not it is by now.

        A store that is too busy to note the use keeps nobody out.
        """
        key = self.merchant_keys.key(digest_of(secret)) if is_key_secret(secret) else None
        if key is None or key.revoked_at is not None:
            raise NoSuchKey(is_revoked=key is not None)
        if self.merchant_keys.tenancy(key.merchant) != key.merchant.tenancy:
            raise NoSuchKey(is_revoked=True)
        now = self.clock()
        if not key.use_is_to_be_noted(now):
            return AuthenticatedKey(key)
        try:
            self.merchant_keys.note_key_use(key.digest, now)
        except Busy:
            return AuthenticatedKey(key, is_use_lost=True)
        return AuthenticatedKey(key)
