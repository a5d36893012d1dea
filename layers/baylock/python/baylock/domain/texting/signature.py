"""What shows that a text is the merchant's: a signature under it, or a PIN.

A signature is 8 letters of a keyed hash of the text before it.

The key is derived from the platform's that was in force when its generation was made. So it is
stored nowhere, and can be shown again.
docs/texts.md has the recipe for other tools.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Self

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.venue.mall import MerchantId

LETTERS: Final = 8
_KEY_BYTES: Final = 20
_HEX_AS_LETTERS: Final = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


MAX_WRONG_PINS: Final = 5
WRONG_PINS_COUNT_FOR: Final = timedelta(hours=1)
"""So many wrong PINs in this time shut out every PIN until the time is over."""

PIN_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Pin:
    """A merchant's PIN, of which only a slow, salted hash is stored.

    `demanded`: texts without it, and without a signature, change nothing. `wrong` counts wrong ones
    since `wrong_since`.
    """

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    demanded: bool = True
    wrong: int = 0
    wrong_since: datetime | None = None

    @classmethod
    def of(cls, digits: str, salt: bytes, *, demanded: bool = True) -> Self:
        """A new PIN."""
        return cls(salt, _slow_hash(digits, salt), demanded)

    def is_shut_out(self, now: datetime) -> bool:
        """Whether there were so many wrong ones lately that no PIN counts."""
        since = self.wrong_since
        return (
            since is not None
            and now < since + WRONG_PINS_COUNT_FOR
            and self.wrong >= MAX_WRONG_PINS
        )

    def matches(self, digits: str) -> bool:
        """Whether these are its digits; takes as long whatever they are."""
        return hmac.compare_digest(_slow_hash(digits, self.salt), self.digest)


def _slow_hash(digits: str, salt: bytes) -> bytes:
    return hashlib.scrypt(digits.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


@dataclass(frozen=True, slots=True)
class TextKey:
    """How a merchant's texts show that they are its own, and whether they must.

    Of two generations of its key the older still counts, so that a merchant can change over.
    `made_at` and `older_made_at` are when the newest and the one before it were made; None for the
    first. `demanded`: texts without a signature change nothing, whatever their PIN.
    """

    generation: int = 1
    oldest: int = 1
    demanded: bool = False
    pin: Pin | None = None
    made_at: datetime | None = None
    older_made_at: datetime | None = None

    @property
    def demands_proof(self) -> bool:
        """Whether texts with neither signature nor PIN change nothing."""
        return self.demanded or (self.pin is not None and self.pin.demanded)

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


ENDED_TEXT_KEY: Final = TextKey(generation=0, oldest=1, demanded=True)
"""Of a merchant that has moved out: no generation counts, and every text must be signed."""


def text_key(merchant: MerchantId, generation: int, platform_key: bytes) -> str:
    """The key that the merchant signs with: 32 letters and digits."""
    named = f"text-key\0{merchant.named}\0{generation}"
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
