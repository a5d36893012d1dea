"""The ports of texting, driver links and queues, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import RLock

from baylock.domain.access.access_change import AccessChange
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, NotReached
from baylock.domain.orders.effects import Effect, WebhookEffect
from baylock.domain.orders.order import Order
from baylock.domain.texting.allowance import Charge, Spending, TextsIn
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.reply import Reply
from baylock.domain.texting.signature import WRONG_PINS_COUNT_FOR, Pin, TextKey
from baylock.domain.venue.mall import MerchantId, ThingName
from baylock.domain.webhooks.event import EventId, event_id
from baylock.ports.clock import Clock

SENDING_TAKES_AT_MOST = timedelta(seconds=30)
MAX_ORDERS = 20


@dataclass
class FakeMessageLog:
    """The MessageLog port."""

    clock: Clock
    provider_ids: dict[str, str] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    _told: dict[str, dict[OrderId, datetime]] = field(default_factory=dict)
    _answers: dict[str, Reply] = field(default_factory=dict)
    _sending: dict[str, datetime | None] = field(default_factory=dict)
    _opted_out: set[str] = field(default_factory=set)
    _counts: dict[tuple[str, str, date], int] = field(default_factory=dict)
    _hints: dict[str, list[datetime]] = field(default_factory=dict)
    _kept: dict[tuple[OrderId, str], KeptText] = field(default_factory=dict)
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)

    def orders_texted_to(self, phone: str) -> Sequence[OrderId]:
        orders = self._told.get(phone, {})
        return sorted(orders, key=lambda order: orders[order], reverse=True)[:MAX_ORDERS]

    def note_order(self, phone: str, order: Order) -> None:
        self._told.setdefault(phone, {})[order.id] = self.clock()

    def reply(self, message: str) -> Reply | None:
        return self._answers.get(message)

    def record_reply(self, message: str, reply: Reply) -> Reply:
        with self._alone:
            return self._answers.setdefault(message, reply)

    def begin_sending(self, identity: str) -> bool:
        now = self.clock()
        with self._alone:
            if identity in self._sending:
                until = self._sending[identity]
                if until is None or until >= now:
                    return False
            self._sending[identity] = now + SENDING_TAKES_AT_MOST
            return True

    def sent(self, identity: str, provider_id: str) -> None:
        self.provider_ids[identity] = provider_id
        self._sending[identity] = None

    def not_sent(self, identity: str) -> None:
        self._sending.pop(identity, None)

    def opted_out(self, phone: str) -> bool:
        return phone in self._opted_out

    def set_opted_out(self, phone: str, opted_out: bool) -> None:
        (self._opted_out.add if opted_out else self._opted_out.discard)(phone)

    def count(self, whose: str, what: str) -> int:
        with self._alone:
            return self._add(whose, what, 1)

    def spend(self, whose: str, charges: Sequence[Charge]) -> Spending:
        with self._alone:
            counts = {one.name: self._add(whose, one.name, 0) for one in charges}
            for one in charges:
                if counts[one.name] + one.amount > one.limit:
                    return Spending(one, counts)
            added = {one.name: self._add(whose, one.name, one.amount) for one in charges}
            return Spending(None, added)

    def refund(self, whose: str, charges: Sequence[Charge]) -> Mapping[str, int]:
        with self._alone:
            return {one.name: self._add(whose, one.name, -one.amount) for one in charges}

    def _add(self, whose: str, what: str, amount: int) -> int:
        key = (whose, what, self.clock().date())
        self._counts[key] = self._counts.get(key, 0) + amount
        return self._counts[key]

    def note_hint(self, phone: str, most: Mapping[timedelta, int]) -> bool:
        now = self.clock()
        with self._alone:
            times = self._hints.setdefault(phone, [])
            if any(sum(at > now - period for at in times) >= most[period] for period in most):
                return False
            times.append(now)
            return True

    def count_text_in(self, phone: str, *, books: bool) -> TextsIn:
        whose, hour = f"number#{phone}", f"books_{self.clock():%H}"
        with self._alone:
            total = self._add(whose, "in", 1)
            return TextsIn(
                total, self._add(whose, hour, int(books)), self._add(whose, "books", int(books))
            )

    def keep(self, order: OrderId, identity: str, text: KeptText) -> None:
        self._kept.setdefault((order, identity), text)

    def kept(self, order: OrderId) -> Sequence[KeptText]:
        found = [text for (about, _), text in self._kept.items() if about == order]
        return sorted(found, key=lambda text: text.at)

    def plain_keys(self) -> Iterator[str]:
        return iter(sorted(self.plain))

    def hash_key(self, key: str) -> None:
        self.plain.discard(key)


@dataclass
class FakeUpgrades:
    """The Upgrades port."""

    done: set[str] = field(default_factory=set)

    def is_done(self, step: str) -> bool:
        return step in self.done

    def note_done(self, step: str) -> None:
        self.done.add(step)


@dataclass
class FakeSignatures:
    """The Signatures port."""

    _keys: dict[MerchantId, TextKey] = field(default_factory=dict)
    _used: dict[tuple[MerchantId, str], str] = field(default_factory=dict)

    def text_key(self, merchant: MerchantId) -> TextKey:
        return self._keys.get(merchant, TextKey())

    def save_text_key(self, merchant: MerchantId, key: TextKey) -> None:
        self._keys[merchant] = key

    def count_wrong_pin(self, merchant: MerchantId, now: datetime) -> None:
        key = self.text_key(merchant)
        if key.pin is None:
            return
        since = key.pin.wrong_since
        if since and since > now - WRONG_PINS_COUNT_FOR:
            pin = replace(key.pin, wrong=key.pin.wrong + 1)
        else:
            pin = replace(key.pin, wrong=1, wrong_since=now)
        self._keys[merchant] = replace(key, pin=pin)

    def right_pin(self, merchant: MerchantId, pin: Pin, now: datetime) -> bool:
        del now
        return self.text_key(merchant).pin == pin

    def used_by(self, merchant: MerchantId, digest: str) -> str | None:
        return self._used.get((merchant, digest))

    def use(self, merchant: MerchantId, digest: str, message: str) -> None:
        self._used.setdefault((merchant, digest), message)


@dataclass
class FakeLinks:
    """The Links port; links never expire."""

    orders: dict[str, OrderId] = field(default_factory=dict)

    def note(self, digest: str, order: Order) -> None:
        self.orders[digest] = order.id

    def order(self, digest: str) -> OrderId | None:
        return self.orders.get(digest)


@dataclass
class FakeSmsGateway:
    """The SmsGateway port; the next `failures` calls fail, and calls to phones in `refuses` are
    refused."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    failures: int = 0
    refuses: dict[str, NotReached] = field(default_factory=dict)

    def send(self, phone: str, text: str) -> str:
        if self.failures:
            self.failures -= 1
            raise Busy
        if phone in self.refuses:
            raise self.refuses[phone]
        self.sent.append((phone, text))
        return f"sms-{len(self.sent)}"

    def texts_to(self, phone: str) -> list[str]:
        """Return the texts that a number has received."""
        return [text for to, text in self.sent if to == phone]


@dataclass
class FakeEffectQueues:
    """The EffectQueues port; the next `failures` calls fail."""

    effects: list[Effect] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    locks: list[ThingName] = field(default_factory=list)
    alarms: list[tuple[ThingName, int]] = field(default_factory=list)
    events: list[tuple[MerchantId, EventId, timedelta]] = field(default_factory=list)
    webhook_notices: list[MerchantId] = field(default_factory=list)
    access_changes: list[tuple[MerchantId, AccessChange]] = field(default_factory=list)
    failures: int = 0

    def put(self, effects: Sequence[Effect]) -> None:
        self._may_fail()
        for effect in effects:
            if isinstance(effect, WebhookEffect):
                id_ = event_id(effect.order, effect.version, effect.event)
                self.put_event(effect.merchant, id_)
            else:
                self.effects.append(effect)

    def put_reply(self, message: str) -> None:
        self._may_fail()
        self.answers.append(message)

    def put_lock(self, thing: ThingName) -> None:
        self._may_fail()
        self.locks.append(thing)

    def put_alarm(self, thing: ThingName, version: int) -> None:
        self._may_fail()
        self.alarms.append((thing, version))

    def put_event(
        self, merchant: MerchantId, event: EventId, delay: timedelta = timedelta(0)
    ) -> None:
        self._may_fail()
        self.events.append((merchant, event, delay))

    def put_webhook_notice(self, merchant: MerchantId) -> None:
        self._may_fail()
        self.webhook_notices.append(merchant)

    def put_access_change(self, merchant: MerchantId, change: AccessChange) -> None:
        self._may_fail()
        self.access_changes.append((merchant, change))

    def _may_fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise Busy
