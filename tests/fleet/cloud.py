"""The cloud side: the real use cases, between queues that deliver late and repeatedly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, cast

from tests.fakes.keys import find_booking
from tests.fakes.locks import FakeLocks
from tests.fakes.orders import FakeHints, FakeOrders
from tests.fakes.texts import FakeLinks, FakeMessageLog, FakeSmsGateway
from tests.fakes.venues import FakeVenues
from tests.fakes.webhooks import FakeWebhooks
from tests.fleet.broker import Broker, ConnectedBooking
from tests.fleet.disorder import Disorder, Queue
from tests.fleet.timeline import Timeline
from tests.fleet.trace import Trace

from baylock.adapters.iot import IotShadows
from baylock.domain.access.key_ring import ring_of
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy
from baylock.domain.locks.lock import Lock, LockReport
from baylock.domain.orders.effects import Effect, LockEffect, NoticeEffect, WebhookEffect, effects
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import Mall, Merchant, MerchantId, SpaceId, ThingName
from baylock.domain.webhooks.event import EventId
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.allocation.refresh_hint import RefreshHint
from baylock.usecases.allocation.sweep_spaces import SweepSpaces
from baylock.usecases.driver.admit_driver import AdmitDriver
from baylock.usecases.driver.extend_stay import ExtendStay
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.locks.reconcile_lock import ReconcileLock
from baylock.usecases.locks.record_lock_report import RecordLockReport
from baylock.usecases.locks.record_presence import RecordPresence
from baylock.usecases.orders.cancel_booking import CancelBooking
from baylock.usecases.orders.move_order import MoveOrder
from baylock.usecases.orders.place_booking import PlaceBooking
from baylock.usecases.orders.watch_order import WatchOrder
from baylock.usecases.texting.send_text import SendText
from baylock.usecases.texting.text_allowance import TextAllowance

if TYPE_CHECKING:
    from mypy_boto3_iot_data import IoTDataPlaneClient

MINUTE_S = 60.0
CLOCK_SKIPS, CLOCK_REPEATS = 0.02, 0.02
"""Shares of the clock's runs that are skipped, for up to some minutes, and that are repeated."""
REPLAYED = 0.01
"""Share of changes that the stream repeats."""


class StayPut(MoveOrder):
    """MoveOrder without moves: an order that can't keep its space fails."""

    def _moved(
        self,
        order: Order,
        reason: Reason,
        lost: int,  # noqa: ARG002
        request: str | None,  # noqa: ARG002
    ) -> Order:
        return order.fail(reason, self.clock())


@dataclass
class Records(FakeOrders):
    """Orders, with an index of the live orders and callbacks for each change."""

    listeners: list[Callable[[Record | None, Record], None]] = field(default_factory=list)
    live: dict[OrderId, Order] = field(default_factory=dict)
    at: defaultdict[ThingName, dict[OrderId, Order]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _seen: int = 0

    def due(self, now: datetime) -> Iterator[OrderId]:
        """Yield due orders, as FakeOrders does, but without reading every order."""
        due = ((order.due_at, order.id) for order in self.live.values())
        yield from (id_ for _, id_ in sorted((at, id_) for at, id_ in due if at and at <= now))

    def add(self, record: Record, replacing: Record | None) -> None:
        super().add(record, replacing)
        self._tell()

    def change(self, old: Order, new: Order) -> None:
        super().change(old, new)
        self._tell()

    def _tell(self) -> None:
        changes, self.changes = self.changes, []
        for old, new in changes:
            self._index(old, new)
            for listener in self.listeners:
                listener(old, new)

    def _index(self, old: Record | None, new: Record) -> None:
        if isinstance(old, Order):
            self.live.pop(old.id, None)
            self.at[old.claim.thing].pop(old.id, None)
        if isinstance(new, Order) and new.is_live:
            self.live[new.id] = new
            self.at[new.claim.thing][new.id] = new


@dataclass
class SmsGateway(FakeSmsGateway):
    """An SmsGateway that calls `delivered` with the phone that a text reached."""

    delivered: Callable[[str], None] = lambda _: None

    def send(self, phone: str, text: str) -> str:
        self.delivered(phone)
        return f"sms-{len(text)}"


@dataclass
class EffectQueues:
    """The EffectQueues port, onto simulated queues."""

    locks: Queue[tuple[ThingName, OrderId | None]]
    texts: Queue[NoticeEffect]

    def put(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case LockEffect():
                    self.locks.send((effect.thing, effect.order), effect.thing)
                case NoticeEffect():
                    self.texts.send(effect, effect.order)
                case WebhookEffect():
                    pass

    def put_reply(self, message: str) -> None:
        raise NotImplementedError(message)

    def put_lock(self, thing: ThingName) -> None:
        self.locks.send((thing, None), thing)

    def put_alarm(self, thing: ThingName, version: int) -> None:
        """Do nothing: nobody at this mall gets texts."""

    def put_event(
        self, merchant: MerchantId, event: EventId, delay: timedelta = timedelta(0)
    ) -> None:
        raise NotImplementedError(event, merchant, delay)

    def put_webhook_notice(self, merchant: MerchantId) -> None:
        raise NotImplementedError(merchant)


class Cloud:
    """All use cases, wired as in bootstrap. `moves`: whether orders move; otherwise they fail.

    `ticks` decides when the clock skips a run, and when it repeats one.
    """

    def __init__(
        self,
        timeline: Timeline,
        disorder: Disorder,
        trace: Trace,
        where: tuple[Mall, Collection[Merchant]],
        ticks: Random,
        *,
        moves: bool,
    ) -> None:
        self.timeline, self.trace, self.disorder = timeline, trace, disorder
        self._ticks = ticks
        self.counts: Counter[str] = Counter()
        self.ran_at: list[float] = []
        clock, random = timeline.clock, Random(7)
        self.mall, self.merchants = where
        self.venues = FakeVenues()
        self.venues.save(self.mall, self.merchants)
        self.orders = Records()
        self.orders.listeners.append(self._stream)
        self.locks = FakeLocks(
            self.orders.out, self.orders.vehicles, self.orders.found, self.orders.unheard
        )
        self.phones = SmsGateway()
        self.reports: Queue[ConnectedBooking] = Queue("reports", timeline, disorder, self._receive)
        self.effect_queues = EffectQueues(
            Queue("locks", timeline, disorder, lambda one: self.adjust(*one)),
            Queue("texts", timeline, disorder, self._send),
        )
        self.broker = Broker(timeline, disorder, trace, lambda: self.reports)
        shadows = IotShadows(cast("IoTDataPlaneClient", self.broker))

        self.find_space = SpaceFinder(self.venues, self.orders, random)
        find = find_booking(self.orders)
        self.place = PlaceBooking(self.find_space, find, self.orders, clock)
        self.cancel = CancelBooking(find, self.orders, clock)
        self.admit = AdmitDriver(self.venues, self.orders, clock)
        self.extend = ExtendStay(self.venues, self.orders, clock)
        self.leave = LeaveSpace(self.orders, clock)
        self.move = (MoveOrder if moves else StayPut)(self.find_space, self.orders, clock)
        self.watch = WatchOrder(self.orders, self.locks, self.move, clock)
        self.sweep = SweepSpaces(
            self.orders, RefreshHint(self.venues, FakeHints(self.orders)), clock
        )
        self.record_report = RecordLockReport(
            self.venues, self.locks, self.orders, self.effect_queues, clock
        )
        self.record_presence = RecordPresence(self.locks, self.effect_queues)
        self.adjust = ReconcileLock(self.venues, self.orders, self.locks, shadows, clock)
        message_log = FakeMessageLog(clock)
        self.send = SendText(
            venues=self.venues,
            orders=self.orders,
            locks=self.locks,
            webhooks=FakeWebhooks(),
            message_log=message_log,
            sms=self.phones,
            reach_driver=ReachDriver(message_log, self.orders, clock),
            allowance=TextAllowance(message_log, clock),
            links=FakeLinks(),
            code_ring=lambda: ring_of(b"code"),
            link_ring=lambda: ring_of(b"link"),
            clock=clock,
        )

    def start(self) -> None:
        """Provision the locks and start the clock."""
        for lot in self.mall.lots:
            for space in lot.spaces:
                where = SpaceId(self.mall.ref, lot.ref, space.ref)
                self.locks.save(None, Lock(space.thing, where))
        self.timeline.later(self._ticks.uniform(0, MINUTE_S), self._minute)

    def order(self, order: OrderId) -> Order | None:
        """Return the current order."""
        known = self.orders.find(order)
        return known if isinstance(known, Order) else None

    @property
    def waiting(self) -> int:
        """Number of messages on queues."""
        return (
            self.reports.waiting
            + self.effect_queues.locks.waiting
            + self.effect_queues.texts.waiting
        )

    @property
    def dead_letters(self) -> list[tuple[str, OrderId | None]]:
        """Dead letters, each with its order, if it is about an order."""
        return [
            *((f"report: {message}", None) for message in self.reports.dead),
            *(
                (f"reconcile {thing} for {order}", order)
                for thing, order in self.effect_queues.locks.dead
            ),
            *((f"text: {notice}", notice.order) for notice in self.effect_queues.texts.dead),
        ]

    # ── the clock ────────────────────────────────────────────────────────────────────────────────

    def _minute(self) -> None:
        ticks, wait_s = self._ticks, MINUTE_S
        self.run_clock()
        if not self.disorder.calm:
            if ticks.random() < CLOCK_REPEATS:
                self.timeline.later(ticks.uniform(0, 5), self.run_clock)
            if ticks.random() < CLOCK_SKIPS:
                wait_s += ticks.randint(1, 4) * MINUTE_S
        self.timeline.later(wait_s, self._minute)

    def run_clock(self) -> None:
        """Run once, as functions/clock does."""
        self.ran_at.append(self.timeline.now)
        for order in list(self.orders.due(self.timeline.clock())):
            try:
                self.watch(order)
            except Busy:
                self.counts["clock busy"] += 1
        self.sweep()

    # ── effects and messages ─────────────────────────────────────────────────────────────────────

    def _stream(self, old: Record | None, new: Record) -> None:
        if not (follows := effects(old, new)):
            return
        random = self.disorder.random
        again = not self.disorder.calm and random.random() < REPLAYED
        for _ in range(2 if again else 1):
            self.timeline.later(random.uniform(0.1, 0.6), lambda: self.effect_queues.put(follows))

    def _receive(self, message: ConnectedBooking) -> None:
        if isinstance(message, LockReport):
            self.record_report(message)
        else:
            self.record_presence(*message)

    def _send(self, notice: NoticeEffect) -> None:
        self.send.notice(notice.order, notice.version, notice.notice)
