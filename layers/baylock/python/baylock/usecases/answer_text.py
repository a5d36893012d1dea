"""A text has come in: do what it asks, and record what to answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baylock.domain.reply import Reply
from baylock.ports import Conversations, Outbox, Venues
from baylock.texts.messages import Kind
from baylock.usecases.inbound_text import InboundText

if TYPE_CHECKING:
    from baylock.usecases.answer_driver import AnswerDriver
    from baylock.usecases.answer_merchant import AnswerMerchant

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")


@dataclass(frozen=True)
class AnswerText:
    """Do what a merchant's or a driver's text asks, once, and record and queue the answer.

    Unknown senders get no answer. Returns what became of the text, in a word for the log. Raises
    Busy where the text should be brought again. Who answers is built when there is somebody to be
    answered: a driver's text has no need of what makes bookings.
    """

    venues: Venues
    conversations: Conversations
    outbox: Outbox
    merchants: Callable[[], AnswerMerchant]
    drivers: Callable[[], AnswerDriver]

    def __call__(self, text: InboundText) -> str:
        if not _E164.match(text.sender):
            return "ignored: not a phone number"
        reply = self.conversations.answer(text.id)
        if reply is None:
            reply = self._reply(text)
            if reply is None:
                return "ignored: unknown sender"
            reply = self.conversations.record_answer(text.id, reply)
        if reply.kind is None:
            return "done, no answer"
        self.outbox.put_answer(text.id)
        return f"answered: {reply.kind}"

    def give_up(self, text: InboundText) -> None:
        """It could not be dealt with: a merchant is asked to send it again, which does no harm."""
        if self.venues.merchant_with_phone(text.sender) is None:
            return
        reply = self.merchants().too_busy(text)
        if self.conversations.record_answer(text.id, reply).kind:
            self.outbox.put_answer(text.id)

    def _reply(self, text: InboundText) -> Reply | None:
        """Somebody can be merchant and driver in one: whoever understands the text answers it."""
        who = self.venues.merchant_with_phone(text.sender)
        as_merchant = self.merchants()(text, who) if who else None
        if as_merchant and as_merchant.kind not in {Kind.MERCHANT_UNREADABLE, Kind.MERCHANT_HELP}:
            return as_merchant
        as_driver = self.drivers()(text)
        if as_driver is None or (as_merchant and as_driver.kind == Kind.DRIVER_HELP):
            return as_merchant
        return as_driver
