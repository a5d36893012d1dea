"""Keys of items that are about a phone number, with keyed hashes in the place of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.texting.phone_hash import phone_hash

PLAIN = "number#+"
"""How the keys began that earlier versions of Baylock wrote."""

_NUMBER = re.compile(r"\+[1-9]\d{1,14}(?!\d)", re.ASCII)
"""A number in E.164, or the beginning that a range of numbers shares, which may be short."""


@dataclass(frozen=True)
class PhoneKeys:
    """Hashes every number in a key. `ring` is asked for only where there is one.

    `has_plain` tells whether keys with plain numbers may be left from before.
    """

    ring: Callable[[], KeyRing]
    has_plain: Callable[[], bool]

    def newest(self, key: str) -> str:
        """The key that is written."""
        if not _NUMBER.search(key):
            return key
        return _hashed(key, self.ring().newest)

    def every(self, key: str) -> list[str]:
        """The keys under which an item may be, the newest first."""
        if not _NUMBER.search(key):
            return [key]
        hashed = [_hashed(key, secret) for secret in self.ring().every if secret]
        return [*hashed, *([key] if self.has_plain() else [])]


def _hashed(key: str, secret: bytes) -> str:
    return _NUMBER.sub(lambda found: phone_hash(found[0], secret), key)
