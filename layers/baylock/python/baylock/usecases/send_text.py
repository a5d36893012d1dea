"""Say what is to be said: notices that follow from an order, and answers to texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from baylock.domain.booking import OrderId
from baylock.domain.code import arrival_code
from baylock.domain.effects import Notice
from baylock.domain.errors import Busy
from baylock.domain.order import LIVE, Order, State
from baylock.domain.venue import Merchant
from baylock.ports import Clock, Conversations, Orders, Phones, Venues
from baylock.texts.messages import Kind, language_of, render
from baylock.usecases.order_facts import order_facts

_TRUE_IN: Mapping[Notice, frozenset[State]] = {
    Notice.DRIVER_RESERVED: LIVE,
    Notice.DRIVER_CHANGED: LIVE,
    Notice.DRIVER_MOVED: LIVE,
    Notice.DRIVER_OVERSTAY: frozenset({State.ARRIVED}),
    Notice.DRIVER_CANCELLED: frozenset({State.CANCELLED}),
    Notice.DRIVER_NO_SHOW: frozenset({State.NO_SHOW}),
    Notice.DRIVER_FAILED: frozenset({State.FAILED}),
    Notice.MERCHANT_NO_SHOW: frozenset({State.NO_SHOW}),
    Notice.MERCHANT_FAILED: frozenset({State.FAILED}),
}
_TO_MERCHANT = frozenset({Notice.MERCHANT_NO_SHOW, Notice.MERCHANT_FAILED})


@dataclass(frozen=True)
class SendText:
    """Send a text once, with what is true of its order now; one that is no longer true is dropped.

    Returns what became of it, in a word for the log. Raises Busy where it should be tried again.
    """

    venues: Venues
    orders: Orders
    conversations: Conversations
    phones: Phones
    code_key: Callable[[], bytes]
    clock: Clock

    def notice(self, order: OrderId, version: int, notice: Notice) -> str:
        """Tell somebody of a change of an order: what changed it is `version`."""
        known = self.orders.find(order)
        if not isinstance(known, Order) or known.state not in _TRUE_IN[notice]:
            return "no longer true"
        merchant = self.venues.merchant(known.booking.merchant)
        if notice in _TO_MERCHANT:
            phone = merchant.phone
            language = language_of(merchant.locale, phone)
        else:
            phone = known.booking.phone
            language = language_of(known.booking.locale, phone)
        if phone is None:
            return "no phone"
        identity = f"{order}#{version}#{notice}"
        kind = Kind(notice.value)
        return self._send(identity, phone, kind, language, {}, known, merchant)

    def answer(self, message: str) -> str:
        """Send the answer recorded for an inbound message."""
        reply = self.conversations.answer(message)
        if reply is None or reply.kind is None:
            return "nothing to say"
        known = self.orders.find(reply.order) if reply.order else None
        order = known if isinstance(known, Order) else None
        merchant = self.venues.merchant(order.booking.merchant) if order else None
        return self._send(
            f"message#{message}",
            reply.phone,
            Kind(reply.kind),
            reply.language,
            reply.facts,
            order,
            merchant,
        )

    def _send(
        self,
        identity: str,
        phone: str,
        kind: Kind,
        language: str,
        facts: Mapping[str, str],
        order: Order | None,
        merchant: Merchant | None,
    ) -> str:
        if order and phone == order.booking.phone:
            # Before all else: who hears nothing now may ask for it once texts are welcome again.
            self.conversations.note_order(phone, order)
        if self.conversations.opted_out(phone):
            return "opted out"
        if not self.conversations.begin_sending(identity):
            return "sent before"
        try:
            text = render(kind, language, {**self._about(order, merchant, language), **facts})
            provider_id = self.phones.send(phone, text)
        except Exception:
            self.conversations.not_sent(identity)
            raise
        with suppress(
            Busy
        ):  # it has left; to try again for the sake of the note would send it twice
            self.conversations.sent(identity, provider_id)
        return "sent"

    def _about(
        self, order: Order | None, merchant: Merchant | None, language: str
    ) -> Mapping[str, str]:
        if order is None or merchant is None:
            return {}
        mall = self.venues.mall(order.booking.merchant.mall)
        facts = order_facts(order, mall, merchant, language, self.clock())
        return {**facts, "code": arrival_code(order.id, self.code_key())}
