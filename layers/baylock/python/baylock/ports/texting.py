"""What was texted to whom, and the network that carries texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.booking.booking import OrderId
    from baylock.domain.orders.order import Order
    from baylock.domain.texting.kept_text import KeptText
    from baylock.domain.texting.reply import Reply
    from baylock.domain.texting.signature import TextKey
    from baylock.domain.venue.mall import (
        MerchantId,
    )


class MessageLog(Protocol):
    """What was said to whom, so that nothing is said twice, and who may be answered."""

    def orders_told_to(self, phone: str) -> Sequence[OrderId]:
        """The orders that this number has had texts about, newest first."""

    def note_order(self, phone: str, order: Order) -> None:
        """This number is about to be told of this order, and may answer for it from now on."""

    def answer(self, message: str) -> Reply | None:
        """The reply recorded for an inbound message, if it was dealt with."""

    def record_answer(self, message: str, reply: Reply) -> Reply:
        """Record the reply to an inbound message; the one recorded first wins and is returned."""

    def begin_sending(self, identity: str) -> bool:
        """Whether this text is still to be sent; True makes it ours for half a minute."""

    def sent(self, identity: str, provider_id: str) -> None:
        """The text has left."""

    def not_sent(self, identity: str) -> None:
        """The text could not leave; whoever tries next may begin at once."""

    def opted_out(self, phone: str) -> bool:
        """Whether this number wants no more texts."""

    def set_opted_out(self, phone: str, opted_out: bool) -> None:
        """STOP or START."""

    def count(self, whose: str, what: str, by: int = 1) -> int:
        """Add to what was counted today (UTC) of one thing; how much it is now."""

    def keep(self, order: OrderId, identity: str, phone: str, text: str) -> None:
        """Instead of sending a text, keep it to be read; the one kept first under an identity."""

    def kept(self, order: OrderId) -> Sequence[KeptText]:
        """The texts that were kept about an order, oldest first."""


class Signatures(Protocol):
    """Which of a merchant's signatures under texts count, and which were used."""

    def text_key(self, merchant: MerchantId) -> TextKey:
        """How this merchant signs; by default with the first generation, if it likes."""

    def save_text_key(self, merchant: MerchantId, key: TextKey) -> None:
        """From now on so."""

    def used_by(self, merchant: MerchantId, digest: str) -> str | None:
        """The inbound message that a signed text was used by, if it was."""

    def use(self, merchant: MerchantId, digest: str, message: str) -> None:
        """A signed text was used by this message, if by no other before."""


class SmsGateway(Protocol):
    """The network that carries texts."""

    def send(self, phone: str, text: str) -> str:
        """Send a text; returns the carrier's id for it.

        Busy where it should be tried again, NotReached where the number or the money is in the way.
        """
