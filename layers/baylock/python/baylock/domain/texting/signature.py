"""A merchant's signature under a text: 8 letters of a keyed hash of the text before it.

The key is derived from the platform's that was in force when its generation was made. So it is
stored nowhere, and can be shown again.
docs/texts.md has the recipe for other tools.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.venue.mall import MerchantId

LETTERS: Final = 8
_KEY_BYTES: Final = 20
_HEX_AS_LETTERS: Final = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


@dataclass(frozen=True, slots=True)
class TextKey:
    """The generations of a merchant's key that count, and whether its texts must be signed.

    Of two generations the older still counts, so that a merchant can change over. `made_at` and
    `older_made_at` are when the newest and the one before it were made; None for the first.
    """

    generation: int = 1
    oldest: int = 1
    demanded: bool = False
    made_at: datetime | None = None
    older_made_at: datetime | None = None

    def renew(self, now: datetime) -> Self:
        """A new generation beside the present; the generation before that ends."""
        return replace(
            self,
            generation=self.generation + 1,
            oldest=self.generation,
            made_at=now,
            older_made_at=self.made_at,
        )

    def generation_made_at(self, generation: int) -> datetime | None:
        """When a generation that counts was made."""
        return self.made_at if generation == self.generation else self.older_made_at

    def end_older(self) -> Self:
        """Only the newest generation counts."""
        return replace(self, oldest=self.generation)


def text_key(merchant: MerchantId, generation: int, platform_key: bytes) -> str:
    """The key that the merchant signs with: 32 letters and digits."""
    named = f"text-key\0{merchant.mall}\0{merchant.merchant}\0{generation}"
    digest = hmac.digest(platform_key, named.encode(), hashlib.sha256)
    return b32encode(digest[:_KEY_BYTES]).decode().lower()


def newest_key(merchant: MerchantId, counts: TextKey, ring: KeyRing) -> str:
    """The key of the newest generation."""
    return text_key(merchant, counts.generation, ring.at(counts.made_at))


def signature(text: str, key: str) -> str:
    """The letters that follow `*` at the end of this text."""
    return _letters(_digest(text, key))


def signed(text: str, key: str) -> str:
    """The text with its signature, ready to be sent."""
    text = text.strip()
    return f"{text} *{signature(text, key)}"


def signed_with(
    text: str, letters: str, merchant: MerchantId, counts: TextKey, ring: KeyRing
) -> str | None:
    """The name of this text among the merchant's signed texts; None if the signature is wrong.

    The comparison takes as long however many letters are right.
    """
    for generation in _generations(counts):
        platform_key = ring.at(counts.generation_made_at(generation))
        digest = _digest(text, text_key(merchant, generation, platform_key))
        if hmac.compare_digest(_letters(digest).encode(), letters.upper().encode()):
            return digest[:32]
    return None


def _generations(counts: TextKey) -> Iterator[int]:
    yield from range(counts.generation, counts.oldest - 1, -1)


def _digest(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _letters(digest: str) -> str:
    return digest[:LETTERS].translate(_HEX_AS_LETTERS)
