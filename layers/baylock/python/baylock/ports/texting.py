"""The log of texts, and the network that carries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from baylock.domain.booking.booking import OrderId
    from baylock.domain.orders.order import Order
    from baylock.domain.texting.allowance import Charge, Spending, TextsIn
    from baylock.domain.texting.kept_text import KeptText
    from baylock.domain.texting.reply import Reply
    from baylock.domain.texting.signature import Pin, TextKey
    from baylock.domain.venue.mall import MerchantId


class MessageLog(Protocol):
    """The texts of each number, so that nothing is sent twice, and drivers can answer."""

    def orders_texted_to(self, phone: str) -> Sequence[OrderId]:
        """The orders that this number has had texts about, newest first."""

    def note_order(self, phone: str, order: Order) -> None:
        """Note that this number is about to get a text about an order, and may answer for it."""

    def reply(self, message: str) -> Reply | None:
        """The reply recorded for an inbound message, if it was dealt with."""

    def record_reply(self, message: str, reply: Reply) -> Reply:
        """Record the reply to an inbound message; the first recorded wins, and is returned."""

    def begin_sending(self, identity: str) -> bool:
        """Whether this text is still to be sent; True makes it ours for half a minute."""

    def sent(self, identity: str, provider_id: str) -> None:
        """Note that the text has left."""

    def not_sent(self, identity: str) -> None:
        """Note that the text could not leave; the next try may begin at once."""

    def opted_out(self, phone: str) -> bool:
        """Whether this number wants no more texts."""

    def set_opted_out(self, phone: str, opted_out: bool) -> None:
        """Note STOP or START."""

    def count(self, whose: str, what: str) -> int:
        """Add one to a count of today (UTC); returns the new count."""

    def spend(self, whose: str, charges: Sequence[Charge]) -> Spending:
        """Add to counts of today (UTC), all of them or, where one is over its limit, none."""

    def refund(self, whose: str, charges: Sequence[Charge]) -> Mapping[str, int]:
        """Take charges off their counts of today again; returns the new counts by name."""

    def note_hint(self, phone: str, most: Mapping[timedelta, int]) -> bool:
        """Note a hint to a number, unless one of the periods until now has had its most."""

    def count_text_in(self, phone: str, *, books: bool) -> TextsIn:
        """Count a text of a number; `books` if it books without proof of its sender."""

    def keep(self, order: OrderId, identity: str, text: KeptText) -> None:
        """Keep a text to be read, instead of sending it; the first under an identity stays."""

    def kept(self, order: OrderId) -> Sequence[KeptText]:
        """The texts that were kept about an order, oldest first."""

    def plain_keys(self) -> Iterator[str]:
        """What is still stored under a plain number, as an earlier version of Baylock wrote it."""

    def hash_key(self, key: str) -> None:
        """Store one of `plain_keys` under the keyed hash of its number; repeating it is safe."""


class Signatures(Protocol):
    """The keys that merchants sign texts with, and the signed texts that were used."""

    def text_key(self, merchant: MerchantId) -> TextKey:
        """How this merchant signs; by default with the first generation, and only if it likes."""

    def save_text_key(self, merchant: MerchantId, key: TextKey) -> None:
        """Replace how this merchant signs."""

    def count_wrong_pin(self, merchant: MerchantId, now: datetime) -> None:
        """Count a wrong PIN: the first after an hour without any starts the count again."""

    def right_pin(self, merchant: MerchantId, pin: Pin, now: datetime) -> bool:
        """Note that a right PIN came; False where it, or the count of wrong ones, is another now.

        So of PINs at the same moment each is judged after those that were counted before it.
        """

    def used_by(self, merchant: MerchantId, digest: str) -> str | None:
        """The inbound message that used a signed text, if any did."""

    def use(self, merchant: MerchantId, digest: str, message: str) -> None:
        """Note that this message has used a signed text, if no other did before."""


class SmsGateway(Protocol):
    """The network that carries texts."""

    def send(self, phone: str, text: str) -> str:
        """Send a text; returns the carrier's id for it.

        Raises Busy where it should be tried again, and NotReached where the carrier refuses the
        number or the account's spend limit is reached.
        """
