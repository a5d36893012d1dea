"""The key that a merchant signs its texts with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from baylock.domain.texting.signature import Pin, TextKey
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.texting import Signatures


@dataclass(frozen=True)
class ChangeTextKey:
    """Rotate a merchant's text key, end its older generation, demand signatures or not."""

    signatures: Signatures
    clock: Clock

    def __call__(
        self, merchant: MerchantId, *, rotate: bool, end_older: bool, demand: bool | None
    ) -> TextKey:
        """Return the state from now on; nothing is written where nothing changes.

        `demand` None leaves it as it is.
        """
        before = after = self.signatures.text_key(merchant)
        if rotate:
            after = after.renew(self.clock())
        if end_older:
            after = after.end_older()
        if demand is not None:
            after = replace(after, demanded=demand)
        if after != before:
            self.signatures.save_text_key(merchant, after)
        return after


@dataclass(frozen=True)
class ChangePin:
    """Give a merchant a new PIN, take it away, or demand it or not."""

    signatures: Signatures

    def give(self, merchant: MerchantId, digits: str, salt: bytes) -> TextKey:
        """A new PIN, which texts must have from now on; wrong ones are forgotten."""
        return self._save(merchant, lambda _: Pin.of(digits, salt))

    def demand(self, merchant: MerchantId, demanded: bool) -> TextKey:
        """Demand the PIN that the merchant has, or not; nothing changes where it has none."""
        return self._save(merchant, lambda pin: replace(pin, demanded=demanded) if pin else None)

    def take_away(self, merchant: MerchantId) -> TextKey:
        """No PIN any more."""
        return self._save(merchant, lambda _: None)

    def _save(self, merchant: MerchantId, changed: Callable[[Pin | None], Pin | None]) -> TextKey:
        key = self.signatures.text_key(merchant)
        after = replace(key, pin=changed(key.pin))
        if after != key:
            self.signatures.save_text_key(merchant, after)
        return after
