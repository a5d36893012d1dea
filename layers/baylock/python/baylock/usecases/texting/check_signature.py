"""Whether a merchant's text is signed, or has its PIN, as it must; and was not used before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.texting.signature import Pin, signed_with
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.texting import Signatures
from baylock.texts.reading.commands import KeepBooking, NoPark, Park
from baylock.texts.writing.kinds import TextKind


class Proof(NamedTuple):
    """Whether a text is shown to be the merchant's: by its signature or its PIN.

    `digest` names a signed text, to be given to `used`; empty for others.
    """

    is_proven: bool = False
    digest: str = ""


@dataclass(frozen=True)
class CheckSignature:
    """Check that a signature is right and was not used, or that a PIN is right.

    Some merchants' texts must have one of them. A wrong one is refused in any case.
    """

    signatures: Signatures
    text_key_ring: Callable[[], KeyRing]
    clock: Clock

    def __call__(
        self, merchant: MerchantId, command: Park | NoPark | KeepBooking, message: str
    ) -> TextKind | Proof:
        """The fault, else the proof.

        The same message (the carrier's id) may come several times; the same signed text in another
        may not.
        """
        counts = self.signatures.text_key(merchant)
        if command.signature is None:
            if counts.demanded:
                return TextKind.MERCHANT_UNSIGNED
            if command.pin is not None:
                return self._with_pin(merchant, command.pin, counts.pin)
            return TextKind.MERCHANT_BAD_PIN if counts.demands_proof else Proof()
        digest = signed_with(
            command.signed_part, command.signature, merchant, counts, self.text_key_ring()
        )
        if digest is None:
            return TextKind.MERCHANT_BAD_SIGNATURE
        if self.signatures.used_by(merchant, digest) not in {None, message}:
            return TextKind.MERCHANT_REPLAYED
        return Proof(is_proven=True, digest=digest)

    def _with_pin(self, merchant: MerchantId, digits: str, pin: Pin | None) -> TextKind | Proof:
        """The same answer to a wrong PIN, and to any PIN after too many wrong ones."""
        while pin is not None:
            now = self.clock()
            is_right = pin.matches(digits)
            if pin.is_shut_out(now):
                break
            if not is_right:
                self.signatures.count_wrong_pin(merchant, now)
                break
            if self.signatures.right_pin(merchant, pin, now):
                return Proof(is_proven=True)
            # A wrong one was counted meanwhile: after a few of them this one is shut out.
            pin = self.signatures.text_key(merchant).pin
        return TextKind.MERCHANT_BAD_PIN

    def used(self, merchant: MerchantId, digest: str, message: str) -> None:
        """Make the text a replay from now on, once it was dealt with.

        Noted only then: if the function ends in between, the text comes again and is not taken for
        a replay. What it asks for is the same, and so is done once.
        """
        if digest:
            self.signatures.use(merchant, digest, message)
