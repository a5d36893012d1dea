"""Send a text: a notice that follows from an order, an alarm, or the reply to a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple, assert_never

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.booking.booking import OrderId
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import Busy, NotReached, Unreachable
from baylock.domain.locks.lock import Fault
from baylock.domain.orders.notes import ReportedProblem
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import Order
from baylock.domain.sandbox.sandbox import SandboxOutcome, outcome_of
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.notice_rules import NOTICE_RULES, Reader
from baylock.domain.venue.mall import Merchant, MerchantId, ThingName
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.ports.clock import Clock
from baylock.ports.driver import Links
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog, SmsGateway
from baylock.ports.venue import Venues
from baylock.ports.webhooks import Webhooks
from baylock.texts.reading.examples import examples
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import language_of, render, when
from baylock.usecases.driver.issue_link import IssueLink
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.texting.order_facts import order_facts
from baylock.usecases.texting.text_allowance import TextAllowance

_ALARMS = {Fault.JAMMED: TextKind.MALL_JAMMED, Fault.TAMPERED: TextKind.MALL_TAMPERED}
_HINTS = frozenset(
    {
        TextKind.DRIVER_UNREADABLE,
        TextKind.MERCHANT_UNREADABLE,
        TextKind.MERCHANT_BAD_SIGNATURE,
        TextKind.MERCHANT_UNSIGNED,
        TextKind.MERCHANT_REPLAYED,
    }
)
"""Replies to texts that did nothing, as those of a robot."""
_REPLIES_WITH_LINK = frozenset({TextKind.DRIVER_CODE_LOCKED})
"""After these the link follows, as after some notices."""


_SECRETS = frozenset({"code", "link"})
"""Facts that are stored nowhere."""


class _About(NamedTuple):
    """The order that a text is about, and its merchant."""

    order: Order
    merchant: Merchant


@dataclass(frozen=True)
class _Text:
    """A text to be sent. `identity` is what it is sent once under."""

    identity: str
    phone: str
    kind: TextKind
    language: str
    facts: Mapping[str, str] = field(default_factory=dict)
    about: _About | None = None
    last_try: bool = False

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

    def notice(
        self, order: OrderId, version: int, notice: Notice, *, last_try: bool = False
    ) -> str:
        """Send the notice of a change of an order; `version` is the order's after the change."""
        rule, known = NOTICE_RULES[notice], self.orders.find(order)
        if not isinstance(known, Order) or known.state not in rule.true_in:
            return "no longer true"
        if known.booking.forgotten:
            return "no longer true"
        merchant = self.venues.merchant(known.booking.merchant)
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
        )
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
            )
        )

    def webhook_disabled(self, who: MerchantId) -> str:
        """Tell a merchant that its webhook was switched off, if it still is."""
        endpoint = self.webhooks.endpoint(who)
        if endpoint is None or endpoint.disabled_at is None:
            return "no longer true"
        merchant = self.venues.merchant(who)
        if merchant.phone is None:
            return "no phone"
        return self._send(
            _Text(
                identity=f"webhook#{who.mall}/{who.merchant}#{endpoint.disabled_at.isoformat()}",
                phone=merchant.phone,
                kind=TextKind.MERCHANT_WEBHOOK_OFF,
                language=language_of(merchant.locale, merchant.phone),
            )
        )

    def answer(self, message: str, *, last_try: bool = False) -> str:
        """Send the reply recorded for an inbound message (the carrier's id)."""
        reply = self.message_log.reply(message)
        if reply is None or reply.kind is None:
            return "nothing to say"
        kind = TextKind(reply.kind)
        order = self.orders.find(reply.order) if reply.order else None
        about = None
        if isinstance(order, Order):
            about = _About(order, self.venues.merchant(order.booking.merchant))
        text = _Text(
            identity=f"message#{message}",
            phone=reply.phone,
            kind=kind,
            language=reply.language,
            facts=reply.facts,
            about=about,
            last_try=last_try,
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
                    facts={"link": issue_link(order)},
                )
            )
        return outcome

    def _send(self, text: _Text) -> str:
        order = text.drivers_order
        if order:
            # First of all: a driver who gets no text now may ask for it once texts are welcome.
            self.message_log.note_order(text.phone, order)
        if self.message_log.opted_out(text.phone):
            return self._not_reached(text, Unreachable.OPTED_OUT)
        if not self.message_log.begin_sending(text.identity):
            return "sent before"
        to_driver = text.kind.startswith("driver")
        try:
            if text.kind in _HINTS and not self.allowance.allows_hint(text.phone, driver=to_driver):
                return "hinted often enough"
            payer = text.about.order.booking.merchant if text.about else None
            if quota := self.allowance.spend(text.phone, payer, driver=to_driver):
                self.message_log.not_sent(text.identity)
                return f"{self._not_reached(text, Unreachable.SPEND_LIMIT)} of {quota}"
            try:
                provider_id = self.sms.send(text.phone, self._render(text))
            except Exception:
                self.allowance.refund(text.phone, payer)
                raise
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
        # It has left: a new try for the sake of these notes would send it twice.
        with suppress(Busy):
            self.message_log.sent(text.identity, provider_id)
            if order and order.notes.unreachable:
                self.reach_driver.found(order.id, text.phone, None)
        return "sent"

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
