"""Send a text: a notice that follows from an order, an alarm, or the reply to a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple, assert_never

from baylock.domain.access.access_change import AccessChange
from baylock.domain.access.key_ring import KeyRing
from baylock.domain.booking.booking import OrderId
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import (
    Busy,
    NoSuchMall,
    NotAMerchant,
    NotReached,
    PhoneRefusal,
    Unreachable,
)
from baylock.domain.locks.lock import Fault
from baylock.domain.orders.notes import ReportedProblem
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import Order
from baylock.domain.sandbox.sandbox import SandboxOutcome, outcome_of
from baylock.domain.texting.allowance import Outgoing, Purpose
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.notice_rules import NOTICE_RULES, Reader
from baylock.domain.texting.prices import MAX_USD, TextPrices, micros
from baylock.domain.venue.keys import merchant_key
from baylock.domain.venue.mall import (
    TEXTS_USD_A_DAY,
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    ThingName,
)
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.ports.clock import Clock
from baylock.ports.driver import Links
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog, SmsGateway
from baylock.ports.venue import Venues
from baylock.ports.webhooks import Webhooks
from baylock.texts.reading.examples import examples
from baylock.texts.reading.texted_phone import country_of, refusal_of
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import language_of, render, segments, when
from baylock.usecases.driver.issue_link import IssueLink
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.texting.order_facts import order_facts
from baylock.usecases.texting.purpose import purpose_of
from baylock.usecases.texting.text_allowance import TextAllowance

_ALARMS = {Fault.JAMMED: TextKind.MALL_JAMMED, Fault.TAMPERED: TextKind.MALL_TAMPERED}
_ACCESS_CHANGED = {
    AccessChange.KEY: TextKind.MERCHANT_KEY_ADDED,
    AccessChange.WEBHOOK: TextKind.MERCHANT_WEBHOOK_CHANGED,
    AccessChange.CONNECTION: TextKind.MERCHANT_CONNECTION_CHANGED,
    AccessChange.TEXT_KEY: TextKind.MERCHANT_TEXT_KEY_CHANGED,
}
_HINTS = frozenset(
    {
        TextKind.DRIVER_UNREADABLE,
        TextKind.DRIVER_NEEDS_CODE,
        TextKind.MERCHANT_UNREADABLE,
        TextKind.MERCHANT_BAD_SIGNATURE,
        TextKind.MERCHANT_UNSIGNED,
        TextKind.MERCHANT_REPLAYED,
        TextKind.MERCHANT_BAD_PIN,
        TextKind.MERCHANT_TEXT_QUOTA,
    }
)
"""Replies to texts that did nothing, as those of a robot."""
_REPLIES_WITH_LINK = frozenset({TextKind.DRIVER_CODE_LOCKED})
"""After these the link follows, as after some notices."""

_CANCELLINGS = frozenset(
    {TextKind.MERCHANT_CANCELLING, TextKind.DRIVER_CANCELLING, TextKind.DRIVER_DROPPING}
)
"""Replies that are true only until the cancellation is undone."""

_SAID_ONCE_A_DAY = frozenset({Notice.MERCHANT_UNREACHABLE, Notice.MERCHANT_NOT_REACHED})
"""Notices about a driver that anybody could bring about again and again, by STOP and START."""

_SECRETS = frozenset({"code", "link"})
"""Facts that are stored nowhere."""


class _About(NamedTuple):
    """The order that a text is about, and its merchant."""

    order: Order
    merchant: Merchant


@dataclass(frozen=True)
class _Text:
    """A text to be sent. `identity` is what it is sent once under.

    `mall` and `merchant` are on whose account it is where it is about no order. `is_unasked` is set
    for notices, `is_of_change` for them and for the reply to a text that has changed its order; a
    text that `follows` another is for the same purpose.
    """

    identity: str
    phone: str
    kind: TextKind
    language: str
    facts: Mapping[str, str] = field(default_factory=dict)
    about: _About | None = None
    last_try: bool = False
    mall: MallRef | None = None
    merchant: MerchantId | None = None
    is_unasked: bool = False
    is_of_change: bool = False
    follows: TextKind | None = None

    @property
    def payer(self) -> MerchantId | None:
        """The merchant on whose account it is sent."""
        return self.about.order.booking.merchant if self.about else self.merchant

    @property
    def is_to_driver(self) -> bool:
        """Whether its reader is a driver, not a merchant or the mall."""
        return self.kind.startswith("driver")

    @property
    def drivers_order(self) -> Order | None:
        """The order that the text is about, if its reader is the order's driver."""
        is_driver = self.about and self.phone == self.about.order.booking.phone
        return self.about.order if self.about and is_driver else None


@dataclass(frozen=True)
class SendText:
    """Send a text once, with what is true of its order now; drop it if it is no longer true.

    Returns the outcome in a few words for the log. Raises Busy where it should be tried again; on
    the `last_try` the order then keeps that its driver was not reached.
    """

    venues: Venues
    orders: Orders
    locks: Locks
    webhooks: Webhooks
    message_log: MessageLog
    sms: SmsGateway
    reach_driver: ReachDriver
    allowance: TextAllowance
    links: Links
    code_ring: Callable[[], KeyRing]
    link_ring: Callable[[], KeyRing]
    clock: Clock
    link_base: str = ""
    """The URL that links begin with, without `/d/…`; no link is sent where it is empty."""
    prices: TextPrices = field(default_factory=TextPrices)
    max_usd: str = MAX_USD
    """The most that a text may cost, in US dollars."""

    def notice(
        self, order: OrderId, version: int, notice: Notice, *, last_try: bool = False
    ) -> str:
        """Send the notice of a change of an order; `version` is the order's after the change."""
        rule, known = NOTICE_RULES[notice], self.orders.find(order)
        if not isinstance(known, Order) or known.state not in rule.true_in:
            return "no longer true"
        if known.booking.forgotten or (rule.while_cancelling and known.cancelling is None):
            return "no longer true"
        merchant = self.venues.merchant_then(known.booking.merchant)
        phone, locale = self._reader(rule.reader, known, version, merchant)
        if phone is None:
            return "no phone"
        text = _Text(
            identity=f"{order}#{version}#{notice}",
            phone=phone,
            kind=TextKind(notice.value),
            language=language_of(locale, phone),
            about=_About(known, merchant),
            last_try=last_try,
            is_unasked=True,
            is_of_change=True,
        )
        today = f"{self.clock():%Y-%m-%d}"
        if notice in _SAID_ONCE_A_DAY:
            drivers = known.notes.previous_drivers
            since = drivers[-1].version if drivers else known.promise.created_at.isoformat()
            text = replace(text, identity=f"{order}#{since}#{notice}#{today}")
        if notice is Notice.MERCHANT_NOT_REACHED and _is_held_back(known):
            # For every further order too: an allowance that is used up is so for all.
            identity = f"held-back#{merchant_key(known.booking.merchant)}"
            text = replace(text, identity=f"{identity}#{today}", kind=TextKind.MERCHANT_HELD_BACK)
        if rule.about_problem:
            problem = known.problem_of(version)
            if problem is None:
                return "no longer true"
            text = replace(text, facts=self._problem_facts(known, problem, text.language))
        return self._deliver(text, link_follows=rule.link_follows)

    def alarm(self, thing: ThingName, version: int) -> str:
        """Send a lock's alarm to the mall, if it is the lock's newest and not over."""
        lock = self.locks.find(thing)
        if lock is None or not lock.alarms or lock.alarm is None or lock.alarm.version != version:
            return "no longer true"
        mall = self.venues.mall(lock.space.mall)
        lot = mall.lot(lock.space.lot)
        space = lot.space(lock.space.space) if lot else None
        if mall.phone is None or space is None:
            return "no phone"
        kind = _ALARMS[lock.alarm.fault]
        return self._send(
            _Text(
                # A shadow that was deleted counts its versions again.
                identity=f"{thing}#{version}#{lock.alarm.at.isoformat()}#{kind}",
                phone=mall.phone,
                kind=kind,
                language=language_of(mall.locale, mall.phone),
                facts={"lot": lock.space.lot, "level": space.level, "space": space.ref},
                mall=lock.space.mall,
            )
        )

    def webhook_disabled(self, who: MerchantId) -> str:
        """Tell a merchant that its webhook was switched off, if it still is."""
        endpoint = self.webhooks.endpoint(who)
        if endpoint is None or endpoint.disabled_at is None:
            return "no longer true"
        identity = f"webhook#{merchant_key(who)}#{endpoint.disabled_at.isoformat()}"
        return self._tell(who, self.venues.merchant(who), TextKind.MERCHANT_WEBHOOK_OFF, identity)

    def access_changed(self, who: MerchantId, change: AccessChange) -> str:
        """Tell a merchant what may act for it from now on: at most a text an hour of each kind."""
        try:
            merchant = self.venues.merchant(who)
        except NotAMerchant:
            return "moved out"
        identity = f"access#{merchant_key(who)}#{change}#{self.clock():%Y-%m-%dT%H}"
        return self._tell(who, merchant, _ACCESS_CHANGED[change], identity)

    def _tell(self, who: MerchantId, merchant: Merchant, kind: TextKind, identity: str) -> str:
        """Send a merchant a text that is about no order."""
        if merchant.phone is None:
            return "no phone"
        language = language_of(merchant.locale, merchant.phone)
        return self._send(_Text(identity, merchant.phone, kind, language, merchant=who))

    def answer(self, message: str, *, last_try: bool = False) -> str:
        """Send the reply recorded for an inbound message (the carrier's id)."""
        reply = self.message_log.reply(message)
        if reply is None or reply.kind is None:
            return "nothing to say"
        kind = TextKind(reply.kind)
        order = self.orders.find(reply.order) if reply.order else None
        about = None
        if isinstance(order, Order):
            if kind in _CANCELLINGS and order.is_live and not order.cancelling:
                return "no longer true"
            about = _About(order, self.venues.merchant_then(order.booking.merchant))
        text = _Text(
            identity=f"message#{message}",
            phone=reply.phone,
            kind=kind,
            language=reply.language,
            facts=reply.facts,
            about=about,
            last_try=last_try,
            merchant=reply.merchant,
            is_of_change=about is not None and _has_changed(about.order, kind, message),
        )
        return self._deliver(text, link_follows=kind in _REPLIES_WITH_LINK)

    def _reader(
        self, reader: Reader, order: Order, version: int, merchant: Merchant
    ) -> tuple[str | None, str | None]:
        """The phone and the locale of a notice's reader."""
        booking = order.booking
        match reader:
            case Reader.DRIVER:
                return booking.phone, booking.locale
            case Reader.REPLACED_DRIVER:
                return order.driver_before(version), None
            case Reader.LAST_DRIVER:
                replaced = order.driver_before(version)
                return (replaced, None) if replaced else (booking.phone, booking.locale)
            case Reader.MERCHANT:
                return merchant.phone, merchant.locale
            case Reader.MALL:
                mall = self.venues.mall(booking.merchant.mall)
                return mall.phone, mall.locale
            case _:
                assert_never(reader)

    def _deliver(self, text: _Text, *, link_follows: bool) -> str:
        """Send a text, or keep that of a sandbox's order; then the link, if it follows."""
        in_sandbox = text.about and is_sandbox(text.about.order.booking.merchant.mall)
        send = self._keep if in_sandbox else self._send
        outcome = send(text)
        reached = outcome in {"sent", "sent before", "kept"}
        if link_follows and self.link_base and reached and (order := text.drivers_order):
            issue_link = IssueLink(self.links, self.link_ring, self.link_base)
            send(
                replace(
                    text,
                    identity=f"{text.identity}#link",
                    kind=TextKind.DRIVER_LINK,
                    follows=text.kind,
                    facts={"link": issue_link(order)},
                )
            )
        return outcome

    def _send(self, text: _Text) -> str:
        mall = self._mall(text)
        if refusal := self._refusal(text.phone, mall, is_registered=not text.is_to_driver):
            # Bookings with such a phone are refused; this one is older, or the mall's settings are
            # others now.
            return f"{self._not_reached(text, Unreachable.REFUSED)}: {refusal}"
        order = text.drivers_order
        if order:
            # First of all: a driver who gets no text now may ask for it once texts are welcome.
            self.message_log.note_order(text.phone, order)
        if self.message_log.opted_out(text.phone):
            return self._not_reached(text, Unreachable.OPTED_OUT)
        if not self.message_log.begin_sending(text.identity):
            return "sent before"
        try:
            held_back = self._leave(text, mall)
        except NotReached as refused:
            self.message_log.not_sent(text.identity)
            outcome = self._not_reached(text, refused.reason)
            if refused.again:
                raise Busy from None
            return outcome
        except Exception as error:
            self.message_log.not_sent(text.identity)
            if text.last_try and isinstance(error, Busy):
                self._not_reached(text, Unreachable.REFUSED)
            raise
        if held_back:
            return held_back
        with suppress(Busy):
            if order and order.notes.unreachable:
                self.reach_driver.found(order.id, text.phone, None)
        return "sent"

    def _leave(self, text: _Text, mall: Mall | None) -> str | None:
        """Count the text, and have it sent; the outcome where it is held back."""
        to_driver = text.is_to_driver
        if text.kind in _HINTS and not self.allowance.allows_hint(text.phone, driver=to_driver):
            return "hinted often enough"
        written = self._render(text)
        outgoing = self._outgoing(text, written, mall)
        if outgoing.cost > micros(self.max_usd):
            self.message_log.not_sent(text.identity)
            return f"{self._not_reached(text, Unreachable.REFUSED)}: price"
        if quota := self.allowance.spend(outgoing):
            self.message_log.not_sent(text.identity)
            return f"{self._not_reached(text, Unreachable.SPEND_LIMIT)} of {quota}"
        try:
            provider_id = self.sms.send(text.phone, written)
        except Exception:
            self.allowance.refund(outgoing)
            raise
        # It has left: a new try for the sake of this note would send it twice.
        with suppress(Busy):
            self.message_log.sent(text.identity, provider_id)
        return None

    def _mall(self, text: _Text) -> Mall | None:
        """The mall that a text is sent for; None where that is gone, or the reply names none."""
        ref = text.payer.mall if text.payer else text.mall
        if ref is None:
            return None
        with suppress(NoSuchMall):
            return self.venues.mall(ref)
        return None

    @staticmethod
    def _refusal(phone: str, mall: Mall | None, *, is_registered: bool) -> PhoneRefusal | None:
        """Why no text is sent to a number, by what the mall's settings are now."""
        countries = mall.texted_countries if mall else (country_of(phone) or "",)
        return refusal_of(phone, countries, is_registered=is_registered)

    def _outgoing(self, text: _Text, written: str, mall: Mall | None) -> Outgoing:
        return Outgoing(
            phone=text.phone,
            segments=segments(written),
            price=self.prices.of(country_of(text.phone)),
            purpose=_purpose(text),
            to_driver=text.is_to_driver,
            mall=mall.ref if mall else None,
            mall_usd=mall.texts_usd_a_day if mall else TEXTS_USD_A_DAY,
            merchant=text.payer,
        )

    def _keep(self, text: _Text) -> str:
        """Keep a text about a sandbox's order, which leaves for no phone."""
        if text.about is None:
            return "not kept: about no order"
        order = text.about.order
        to_driver = text.drivers_order is not None
        if to_driver and outcome_of(order.booking) is SandboxOutcome.UNREACHABLE:
            return self._not_reached(text, Unreachable.REFUSED)
        facts = self._facts(text)
        kept = KeptText(
            self.clock(),
            text.phone,
            text.kind,
            text.language,
            {name: fact for name, fact in facts.items() if name not in _SECRETS and fact},
            order.promise.created_at,
        )
        self.message_log.keep(order.id, text.identity, kept)
        if to_driver and order.notes.unreachable:
            self.reach_driver.found(order.id, text.phone, None)
        return "kept"

    def _not_reached(self, text: _Text, reason: Unreachable) -> str:
        if order := text.drivers_order:
            self.reach_driver.found(order.id, text.phone, reason)
        if text.about and text.kind is TextKind.MERCHANT_CANCELLING:
            self.reach_driver.merchant_unheard(text.about.order.id)
        return f"not sent: {reason}"

    def _render(self, text: _Text) -> str:
        return render(text.kind, text.language, self._facts(text))

    def _facts(self, text: _Text) -> Mapping[str, str]:
        facts: Mapping[str, str] = {}
        if text.about:
            order, merchant = text.about
            mall = self.venues.mall(order.booking.merchant.mall)
            facts = order_facts(order, mall, merchant, text.language, self.clock())
            facts = {**facts, "code": arrival_code(order, self.code_ring())}
        # An answer that was recorded before questions had examples gets those of no country.
        return {**examples(text.kind, ""), **facts, **text.facts}

    def _problem_facts(
        self, order: Order, problem: ReportedProblem, language: str
    ) -> Mapping[str, str]:
        """The place of a problem; and since when the driver waits there, if they do."""
        place = {"lot": problem.space.lot, "level": problem.level, "space": problem.space.space}
        if problem != order.open_problem:
            return place
        zone = self.venues.mall(problem.space.mall).zone
        return {**place, "since": when(problem.at, zone, language, self.clock())}


def _is_held_back(order: Order) -> bool:
    """Whether the texts to its driver are held back because of what they cost."""
    return order.notes.unreachable is Unreachable.SPEND_LIMIT


def _has_changed(order: Order, kind: TextKind, message: str) -> bool:
    """Whether an inbound message has changed the order that the reply to it is about."""
    return kind is TextKind.MERCHANT_CANCELLING or order.notes.last_request == message


def _purpose(text: _Text) -> Purpose:
    order = text.about.order if text.about and text.is_to_driver and text.is_unasked else None
    purpose = purpose_of(text.follows or text.kind, order)
    if purpose is Purpose.PROMISE and not text.is_of_change:
        # A text that changes nothing can be sent any number of times, by anybody.
        return Purpose.OTHER
    return purpose
