"""Whether a merchant's text is signed as it must be, and was not used before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.texting.signature import signed_with
from baylock.domain.venue.mall import MerchantId
from baylock.ports.texting import Signatures
from baylock.texts.reading.commands import NoPark, Park
from baylock.texts.writing.kinds import TextKind


@dataclass(frozen=True)
class CheckSignature:
    """Check that a signature is right and was not used; some merchants' texts must have one."""

    signatures: Signatures
    text_key_ring: Callable[[], KeyRing]

    def __call__(
        self, merchant: MerchantId, command: Park | NoPark, message: str
    ) -> TextKind | str:
        """The fault, else the text's name to be given to `used` (empty if it is not signed).

        The same message (the carrier's id) may come several times; the same text in another may
        not.
        """
        counts = self.signatures.text_key(merchant)
        if command.signature is None:
            return TextKind.MERCHANT_UNSIGNED if counts.demanded else ""
        digest = signed_with(
            command.signed_part, command.signature, merchant, counts, self.text_key_ring()
        )
        if digest is None:
            return TextKind.MERCHANT_BAD_SIGNATURE
        if self.signatures.used_by(merchant, digest) not in {None, message}:
            return TextKind.MERCHANT_REPLAYED
        return digest

    def used(self, merchant: MerchantId, digest: str, message: str) -> None:
        """Make the text a replay from now on, once it was dealt with.

        Noted only then: if the function ends in between, the text comes again and is not taken for
        a replay. What it asks for is the same, and so is done once.
        """
        if digest:
            self.signatures.use(merchant, digest, message)
