"""The key that a merchant signs its texts with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from baylock.domain.texting.signature import TextKey
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
