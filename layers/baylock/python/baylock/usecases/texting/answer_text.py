"""A text has come in: do what it asks, and record what to answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.reply import Reply
from baylock.ports.queues import EffectQueues
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.writing.messages import Kind, language_of
from baylock.usecases.texting.text_allowance import Decision, TextAllowance

if TYPE_CHECKING:
    from baylock.usecases.texting.answer_driver import AnswerDriver
    from baylock.usecases.texting.answer_merchant import AnswerMerchant

_DRIVER_HINTS = frozenset({Kind.DRIVER_HELP, Kind.DRIVER_UNREADABLE})

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")


@dataclass(frozen=True)
class AnswerText:
    """Do what a merchant's or a driver's text asks, once, and record and queue the answer.

    Unknown senders get no answer. Returns what became of the text, in a word for the log. Raises
    Busy where the text should be brought again. Who answers is built when there is somebody to be
    answered: a driver's text has no need of what makes bookings.
    """

    venues: Venues
    message_log: MessageLog
    effect_queues: EffectQueues
    allowance: TextAllowance
    own_number: str
    merchants: Callable[[], AnswerMerchant]
    drivers: Callable[[], AnswerDriver]

    def __call__(self, text: InboundText) -> str:
        if not _E164.match(text.sender):
            return "ignored: not a phone number"
        if text.sender == self.own_number:
            return "ignored: our own number"
        reply = self.message_log.answer(text.id)
        if reply is None:
            try:
                reply = self._reply(text)
            except _TooMany:
                return "ignored: too many texts today"
            if reply is None:
                return "ignored: unknown sender"
            reply = self.message_log.record_answer(text.id, reply)
        if reply.kind is None:
            return "done, no answer"
        self.effect_queues.put_answer(text.id)
        return f"answered: {reply.kind}"

    def give_up(self, text: InboundText) -> None:
        """It could not be dealt with: a merchant is asked to send it again, which does no harm."""
        if self.venues.merchant_with_phone(text.sender) is None:
            return
        reply = self.merchants().too_busy(text)
        if self.message_log.record_answer(text.id, reply).kind:
            self.effect_queues.put_answer(text.id)

    def _reply(self, text: InboundText) -> Reply | None:
        """Somebody can be merchant and driver in one: whoever understands the text answers it."""
        who = self.venues.merchant_with_phone(text.sender)
        told = () if who else self.message_log.orders_told_to(text.sender)
        if (who or told) and (too_many := self._too_many(text, merchant=who is not None)):
            return too_many
        as_merchant = self.merchants()(text, who) if who else None
        if as_merchant and as_merchant.kind not in {Kind.MERCHANT_UNREADABLE, Kind.MERCHANT_HELP}:
            return as_merchant
        told = told or self.message_log.orders_told_to(text.sender)
        as_driver = self.drivers()(text, told)
        if as_driver is None or (as_merchant and as_driver.kind in _DRIVER_HINTS):
            return as_merchant
        return as_driver

    def _too_many(self, text: InboundText, *, merchant: bool) -> Reply | None:
        """What to say to the first text too many; raises _TooMany at later ones.

        The carrier's words are heeded however many there are.
        """
        room = self.allowance.read(text.sender, merchant=merchant)
        if room is Decision.READ or _is_carriers_word(text.body):
            return None
        if room is Decision.IGNORE:
            raise _TooMany
        kind = Kind.MERCHANT_TOO_MANY if merchant else Kind.DRIVER_TOO_MANY
        return Reply(text.sender, kind, language_of(None, text.sender))


class _TooMany(Exception):
    """This number has used up its texts of today, and was told so."""


def _is_carriers_word(body: str) -> bool:
    from baylock.texts.reading.grammar import is_carriers_word

    return is_carriers_word(body)
