"""Whether a merchant's text is signed as it must be, and was not said before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.texting.signature import signed_with
from baylock.domain.venue.mall import MerchantId
from baylock.ports.texting import Signatures
from baylock.texts.reading.commands import NoPark, Park
from baylock.texts.writing.messages import Kind


@dataclass(frozen=True)
class CheckSignature:
    """A signature that is there must be right, and is good for one text; some must have one."""

    signatures: Signatures
    code_key: Callable[[], bytes]

    def __call__(self, merchant: MerchantId, said: Park | NoPark, message: str) -> Kind | str:
        """What is wrong with it, else its name to be given to `used` (empty where it has none).

        The same message (the carrier's id) may come several times; the same text in another may
        not.
        """
        counts = self.signatures.text_key(merchant)
        if said.signature is None:
            return Kind.MERCHANT_UNSIGNED if counts.demanded else ""
        digest = signed_with(said.signed_part, said.signature, merchant, counts, self.code_key())
        if digest is None:
            return Kind.MERCHANT_BAD_SIGNATURE
        if self.signatures.used_by(merchant, digest) not in {None, message}:
            return Kind.MERCHANT_REPLAYED
        return digest

    def used(self, merchant: MerchantId, digest: str, message: str) -> None:
        """The text was dealt with: from now on it is a replay.

        Noted after what it asked for was done, so that one whose function was ended in between is
        done when it is brought again; what is asked for is the same, and so is done once.
        """
        if digest:
            self.signatures.use(merchant, digest, message)
