"""Answer a text that came in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baylock.domain.booking.booking import OrderId
from baylock.domain.texting.allowance import TextsIn
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.reply import Reply
from baylock.ports.queues import EffectQueues
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import language_of
from baylock.usecases.texting.text_allowance import Decision, TextAllowance

if TYPE_CHECKING:
    from baylock.usecases.texting.answer_driver import AnswerDriver
    from baylock.usecases.texting.answer_merchant import AnswerMerchant, Heard

_DRIVER_HINTS = frozenset({TextKind.DRIVER_HELP, TextKind.DRIVER_UNREADABLE})
_MERCHANT_HINTS = frozenset({TextKind.MERCHANT_HELP, TextKind.MERCHANT_UNREADABLE})
"""Replies to texts that are not of this side, or ask how to write one."""

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")


@dataclass(frozen=True)
class AnswerText:
    """Do what a merchant's or a driver's text asks, once, and record and queue the reply.

    Unknown senders get no reply, nor do texts to a number that is not ours. Returns the outcome in
    a few words for the log. Raises Busy where the text should be delivered again. The use cases
    that answer are built on first use: a driver's text does not need those that make bookings.
    """

    venues: Venues
    message_log: MessageLog
    effect_queues: EffectQueues
    allowance: TextAllowance
    own_number: str
    answer_merchant: Callable[[], AnswerMerchant]
    answer_driver: Callable[[], AnswerDriver]

    def __call__(self, text: InboundText) -> str:
        if text.to != self.own_number:
            return "ignored: sent to another number"
        if not _E164.match(text.sender):
            return "ignored: not a phone number"
        if text.sender == self.own_number:
            return "ignored: our own number"
        reply = self.message_log.reply(text.id)
        if reply is None:
            try:
                reply = self._reply(text)
            except _TooMany:
                return "ignored: too many texts today"
            if reply is None:
                return "ignored: unknown sender"
            reply = self.message_log.record_reply(text.id, reply)
        if reply.kind is None:
            return "done, no answer"
        self.effect_queues.put_reply(text.id)
        return f"answered: {reply.kind}"

    def give_up(self, text: InboundText) -> None:
        """Ask a merchant to send again what could not be dealt with; that does no harm."""
        merchant = self.venues.merchant_with_phone(text.sender)
        if text.to != self.own_number or merchant is None:
            return
        reply = self.answer_merchant().too_busy(text, merchant)
        if self.message_log.record_reply(text.id, reply).kind:
            self.effect_queues.put_reply(text.id)

    def _reply(self, text: InboundText) -> Reply | None:
        """The reply, from the merchant's side if that can read the text, else from the driver's.

        The same number can be a merchant's and a driver's.
        """
        merchant = self.venues.merchant_with_phone(text.sender)
        orders = () if merchant else self.message_log.orders_texted_to(text.sender)
        heard = self.answer_merchant().hear(text, merchant) if merchant else None
        counts = TextsIn(1)
        if merchant or orders:
            too_many, counts = self._too_many(text, heard, orders)
            if too_many:
                return too_many
        as_merchant = self.answer_merchant()(text, heard, counts) if heard else None
        if as_merchant and as_merchant.kind not in _MERCHANT_HINTS:
            return as_merchant
        orders = orders or self.message_log.orders_texted_to(text.sender)
        as_driver = self.answer_driver()(text, orders)
        if as_driver is None or (as_merchant and as_driver.kind in _DRIVER_HINTS):
            return as_merchant
        return as_driver

    def _too_many(
        self, text: InboundText, heard: Heard | None, orders: Sequence[OrderId]
    ) -> tuple[Reply | None, TextsIn]:
        """The reply to the first text too many, and today's counts; raises _TooMany later.

        `heard` is a merchant's text. The carrier's words are heeded however many texts there are.
        """
        merchant = heard.merchant if heard else None
        books = heard is not None and heard.books_unproven
        decision, counts = self.allowance.admit(
            text.sender, merchant=heard is not None, books=books
        )
        if decision is Decision.READ or _is_carriers_word(text.body):
            return None, counts
        if decision is Decision.IGNORE:
            raise _TooMany
        payer = merchant or self.answer_driver().payer(orders)
        kind = TextKind.MERCHANT_TOO_MANY if merchant else TextKind.DRIVER_TOO_MANY
        reply = Reply(text.sender, kind, language_of(None, text.sender), merchant=payer)
        return reply, counts


class _TooMany(Exception):
    """This number has used up its texts of today, and has had a reply that says so."""


def _is_carriers_word(body: str) -> bool:
    from baylock.texts.reading.whole_text import is_carriers_word

    return is_carriers_word(body)
