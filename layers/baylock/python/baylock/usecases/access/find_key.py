"""The API key that an operator means."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.access.merchant_key import MerchantKey, digest_of
from baylock.domain.errors import AmbiguousKey, NoSuchKey
from baylock.domain.venue.mall import MallRef
from baylock.ports.access import MerchantKeys

MIN_ID_LETTERS = 4


@dataclass(frozen=True)
class FindKey:
    """Find a key of a mall's merchants by its secret, or by its id or the beginning of that."""

    merchant_keys: MerchantKeys

    def __call__(self, mall: MallRef, which: str) -> MerchantKey:
        """Raise NoSuchKey, or AmbiguousKey with the ids that could be meant."""
        beginning = digest_of(which) if which.startswith("blk_") else which.lower()
        if len(beginning) < MIN_ID_LETTERS:
            raise AmbiguousKey
        keys = self.merchant_keys.keys_of(mall)
        found = [key for key in keys if key.digest.startswith(beginning)]
        match found:
            case [key]:
                return key
            case []:
                raise NoSuchKey
            case _:
                raise AmbiguousKey(tuple(key.id for key in found))
