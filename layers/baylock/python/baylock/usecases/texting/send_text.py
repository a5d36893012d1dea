"""Say what is to be said: notices that follow from an order, and answers to texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from baylock.domain.booking.booking import OrderId
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import Busy, NotReached, Unreachable
from baylock.domain.locks.lock import Fault
from baylock.domain.orders.effects import Notice
from baylock.domain.orders.notes import ReportedProblem
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import LIVE, State
from baylock.domain.sandbox.sandbox import SandboxOutcome, outcome_of
from baylock.domain.venue.mall import Merchant, MerchantId, ThingName
from baylock.domain.venue.sandbox_mall import is_sandbox
from baylock.ports.clock import Clock
from baylock.ports.driver import Links
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog, SmsGateway
from baylock.ports.venue import Venues
from baylock.ports.webhooks import Webhooks
from baylock.texts.writing.messages import Kind, language_of, render, when
from baylock.usecases.driver.issue_link import IssueLink
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.texting.order_facts import order_facts
from baylock.usecases.texting.text_allowance import TextAllowance

_TRUE_IN: Mapping[Notice, frozenset[State]] = {
    Notice.DRIVER_RESERVED: LIVE,
    Notice.DRIVER_CHANGED: LIVE,
    Notice.DRIVER_MOVED: LIVE,
    Notice.DRIVER_OVERSTAY: frozenset({State.ARRIVED}),
    Notice.DRIVER_REPLACED: LIVE,
    Notice.DRIVER_CANCELLED: frozenset({State.CANCELLED}),
    Notice.DRIVER_NO_SHOW: frozenset({State.NO_SHOW}),
    Notice.DRIVER_FAILED: frozenset({State.FAILED}),
    Notice.MERCHANT_NO_SHOW: frozenset({State.NO_SHOW}),
    Notice.MERCHANT_FAILED: frozenset({State.FAILED}),
    Notice.MERCHANT_UNREACHABLE: LIVE,
    Notice.MERCHANT_NOT_REACHED: LIVE,
    Notice.MALL_OVERSTAY: frozenset({State.ARRIVED}),
    Notice.MALL_VEHICLE: frozenset(State),
    Notice.MALL_TAKEN: frozenset(State),
    Notice.MALL_BLOCKED: frozenset(State),
}
_OF_TROUBLE = frozenset({Notice.MALL_VEHICLE, Notice.MALL_TAKEN, Notice.MALL_BLOCKED})
_ALARMS = {Fault.JAMMED: Kind.MALL_JAMMED, Fault.TAMPERED: Kind.MALL_TAMPERED}
_HINTS = frozenset(
    {
        Kind.DRIVER_UNREADABLE,
        Kind.MERCHANT_UNREADABLE,
        Kind.MERCHANT_BAD_SIGNATURE,
        Kind.MERCHANT_UNSIGNED,
        Kind.MERCHANT_REPLAYED,
    }
)
"""Answers to texts that did nothing, as those of a robot."""

_WITH_LINK = frozenset({Kind.DRIVER_RESERVED, Kind.DRIVER_CODE_LOCKED})
"""After these the link follows, in a text of its own: docs/decisions/0022."""


@dataclass(frozen=True)
class SendText:
    """Send a text once, with what is true of its order now; one that is no longer true is dropped.

    Returns what became of it, in a word for the log. Raises Busy where it should be tried again:
    then on the `last_try` the order keeps that its driver was not reached, if nobody was.
    """

    venues: Venues
    orders: Orders
    locks: Locks
    webhooks: Webhooks
    message_log: MessageLog
    phones: SmsGateway
    reach_driver: ReachDriver
    allowance: TextAllowance
    links: Links
    code_key: Callable[[], bytes]
    clock: Clock
    link_base: str = ""
    """Where links lead, without `/d/…`; no link is told where this is empty."""

    def notice(
        self, order: OrderId, version: int, notice: Notice, *, last_try: bool = False
    ) -> str:
        """Tell somebody of a change of an order: what changed it is `version`."""
        known = self.orders.find(order)
        if not isinstance(known, Order) or known.state not in _TRUE_IN[notice]:
            return "no longer true"
        merchant = self.venues.merchant(known.booking.merchant)
        phone, locale = self._reader(known, version, notice, merchant)
        if phone is None:
            return "no phone"
        identity = f"{order}#{version}#{notice}"
        kind, language = Kind(notice.value), language_of(locale, phone)
        facts: Mapping[str, str] = {}
        if notice in _OF_TROUBLE:
            trouble = known.problem_of(version)
            if trouble is None:
                return "no longer true"
            facts = self._about_trouble(known, trouble, language)
        return self._say(identity, phone, kind, language, facts, last_try, known, merchant)

    def _reader(
        self, order: Order, version: int, notice: Notice, merchant: Merchant
    ) -> tuple[str | None, str | None]:
        """The phone and the locale of whom it is for."""
        booking = order.booking
        match notice:
            case (
                Notice.MERCHANT_NO_SHOW
                | Notice.MERCHANT_FAILED
                | Notice.MERCHANT_UNREACHABLE
                | Notice.MERCHANT_NOT_REACHED
            ):
                return merchant.phone, merchant.locale
            case (
                Notice.MALL_OVERSTAY | Notice.MALL_VEHICLE | Notice.MALL_TAKEN | Notice.MALL_BLOCKED
            ):
                mall = self.venues.mall(booking.merchant.mall)
                return mall.phone, mall.locale
            case Notice.DRIVER_REPLACED:
                return order.driver_before(version), None
            case Notice.DRIVER_CANCELLED if former := order.driver_before(version):
                return former, None
            case (
                Notice.DRIVER_RESERVED
                | Notice.DRIVER_CHANGED
                | Notice.DRIVER_MOVED
                | Notice.DRIVER_CANCELLED
                | Notice.DRIVER_NO_SHOW
                | Notice.DRIVER_FAILED
                | Notice.DRIVER_OVERSTAY
            ):
                return booking.phone, booking.locale
            case _:
                assert_never(notice)

    def alarm(self, thing: ThingName, version: int) -> str:
        """Tell the mall of a lock's alarm, if this is its newest and the lock still has it."""
        lock = self.locks.find(thing)
        if lock is None or not lock.alarms or lock.alarm is None or lock.alarm.version != version:
            return "no longer true"
        mall = self.venues.mall(lock.space.mall)
        lot = mall.lot(lock.space.lot)
        space = lot.space(lock.space.space) if lot else None
        if mall.phone is None or space is None:
            return "no phone"
        kind = _ALARMS[lock.alarm.fault]
        facts = {"lot": lock.space.lot, "level": space.level, "space": space.ref}
        language = language_of(mall.locale, mall.phone)
        identity = f"{thing}#{version}#{kind}"
        return self._send(identity, mall.phone, kind, language, facts, last_try=False)

    def webhook_disabled(self, who: MerchantId) -> str:
        """Tell a merchant that its webhook was switched off, if it still is."""
        endpoint = self.webhooks.endpoint(who)
        if endpoint is None or endpoint.disabled_at is None:
            return "no longer true"
        merchant = self.venues.merchant(who)
        if merchant.phone is None:
            return "no phone"
        identity = f"webhook#{who.mall}/{who.merchant}#{endpoint.disabled_at.isoformat()}"
        language = language_of(merchant.locale, merchant.phone)
        kind = Kind.MERCHANT_WEBHOOK_OFF
        return self._send(identity, merchant.phone, kind, language, {}, last_try=False)

    def answer(self, message: str, *, last_try: bool = False) -> str:
        """Send the answer recorded for an inbound message."""
        reply = self.message_log.answer(message)
        if reply is None or reply.kind is None:
            return "nothing to say"
        known = self.orders.find(reply.order) if reply.order else None
        order = known if isinstance(known, Order) else None
        merchant = self.venues.merchant(order.booking.merchant) if order else None
        return self._say(
            f"message#{message}",
            reply.phone,
            Kind(reply.kind),
            reply.language,
            reply.facts,
            last_try,
            order,
            merchant,
        )

    def _say(
        self,
        identity: str,
        phone: str,
        kind: Kind,
        language: str,
        facts: Mapping[str, str],
        last_try: bool,
        order: Order | None,
        merchant: Merchant | None,
    ) -> str:
        in_sandbox = order is not None and is_sandbox(order.booking.merchant.mall)
        send = self._keep if in_sandbox else self._send
        said = send(identity, phone, kind, language, facts, last_try, order, merchant)
        if not (order and merchant and kind in _WITH_LINK and self.link_base):
            return said
        if phone == order.booking.phone and said in {"sent", "sent before", "kept"}:
            issue_link = IssueLink(self.links, self.code_key, self.link_base)
            link = {"link": issue_link(order)}
            also = f"{identity}#link"
            send(also, phone, Kind.DRIVER_LINK, language, link, last_try, order, merchant)
        return said

    def _send(
        self,
        identity: str,
        phone: str,
        kind: Kind,
        language: str,
        facts: Mapping[str, str],
        last_try: bool,
        order: Order | None = None,
        merchant: Merchant | None = None,
    ) -> str:
        about_driver = order if order and phone == order.booking.phone else None
        if about_driver:
            # Before all else: who hears nothing now may ask for it once texts are welcome again.
            self.message_log.note_order(phone, about_driver)
        if self.message_log.opted_out(phone):
            return self._not_reached(about_driver, phone, Unreachable.OPTED_OUT)
        if not self.message_log.begin_sending(identity):
            return "sent before"
        payer = order.booking.merchant if order else None
        to_driver = kind.startswith("driver")
        try:
            if kind in _HINTS and not self.allowance.hint(phone, driver=to_driver):
                return "said often enough"
            if empty := self.allowance.send(phone, payer, driver=to_driver):
                self.message_log.not_sent(identity)
                became = self._not_reached(about_driver, phone, Unreachable.SPEND_LIMIT)
                return f"{became} of {empty}"
            try:
                text = render(kind, language, {**self._about(order, merchant, language), **facts})
                provider_id = self.phones.send(phone, text)
            except Exception:
                self.allowance.not_sent(phone, payer)
                raise
        except NotReached as refused:
            self.message_log.not_sent(identity)
            became = self._not_reached(about_driver, phone, refused.reason)
            if refused.again:
                raise Busy from None
            return became
        except Exception as error:
            self.message_log.not_sent(identity)
            if last_try and isinstance(error, Busy):
                self._not_reached(about_driver, phone, Unreachable.REFUSED)
            raise
        # It has left; to try again for the sake of a note would send it twice.
        with suppress(Busy):
            self.message_log.sent(identity, provider_id)
            if about_driver and about_driver.notes.unreachable:
                self.reach_driver.found(about_driver.id, phone, None)
        return "sent"

    def _not_reached(self, order: Order | None, phone: str, reason: Unreachable) -> str:
        if order:
            self.reach_driver.found(order.id, phone, reason)
        return f"not sent: {reason}"

    def _keep(
        self,
        identity: str,
        phone: str,
        kind: Kind,
        language: str,
        facts: Mapping[str, str],
        _last_try: bool,
        order: Order | None = None,
        merchant: Merchant | None = None,
    ) -> str:
        """What is said about a sandbox's order leaves for no phone, and makes nobody its driver."""
        if order is None:
            return "not kept: about no order"
        to_driver = phone == order.booking.phone
        if to_driver and outcome_of(order.booking) is SandboxOutcome.UNREACHABLE:
            return self._not_reached(order, phone, Unreachable.REFUSED)
        text = render(kind, language, {**self._about(order, merchant, language), **facts})
        self.message_log.keep(order.id, identity, phone, text)
        if to_driver and order.notes.unreachable:
            self.reach_driver.found(order.id, phone, None)
        return "kept"

    def _about(
        self, order: Order | None, merchant: Merchant | None, language: str
    ) -> Mapping[str, str]:
        if order is None or merchant is None:
            return {}
        mall = self.venues.mall(order.booking.merchant.mall)
        facts = order_facts(order, mall, merchant, language, self.clock())
        return {**facts, "code": arrival_code(order.id, self.code_key())}

    def _about_trouble(
        self, order: Order, trouble: ReportedProblem, language: str
    ) -> Mapping[str, str]:
        """Where it was; and since when the driver waits there, where he does."""
        where = {"lot": trouble.space.lot, "level": trouble.level, "space": trouble.space.space}
        if trouble != order.open_problem:
            return where
        zone = self.venues.mall(trouble.space.mall).zone
        return {**where, "since": when(trouble.at, zone, language, self.clock())}
