"""Every use case, wired with fakes around a small mall, so that tests can state facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from tests.fakes.calls import AtOnce, FakeUsageCounters
from tests.fakes.connections import FakeConnections
from tests.fakes.keys import FakeKeyRings, FakeMerchantKeys
from tests.fakes.locks import FakeLocks, FakeShadows
from tests.fakes.mall import DRIVER, NOODLES, Watch, merchants, only, small_mall, space_id, thing
from tests.fakes.orders import FakeHints, FakeOrders
from tests.fakes.texts import (
    FakeEffectQueues,
    FakeLinks,
    FakeMessageLog,
    FakeSignatures,
    FakeSmsGateway,
    FakeUpgrades,
)
from tests.fakes.venues import FakePlans, FakeVenues
from tests.fakes.webhooks import FakeWebhookClient, FakeWebhooks

from baylock.domain.access.key_ring import KeyRing, Purpose
from baylock.domain.booking.booking import Booking, OrderId, Reference
from baylock.domain.driver.code import arrival_code
from baylock.domain.locks.lock import BarrierReport, Desired, Fault, Lock, LockReport, Session
from baylock.domain.orders.effects import LockEffect, NoticeEffect, WebhookEffect, effects
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.venue.mall import Barrier, LotSettings, MerchantId
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import Salt, secret_of
from baylock.usecases.access.rate_limiter import RateLimiter
from baylock.usecases.allocation.check_availability import CheckAvailability
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.allocation.refresh_hint import RefreshHint
from baylock.usecases.allocation.sweep_spaces import SweepSpaces
from baylock.usecases.connect.accept_webhook import AcceptWebhook
from baylock.usecases.connect.connect_booking import ConnectBooking
from baylock.usecases.driver.admit_driver import AdmitDriver
from baylock.usecases.driver.ask_for_help import AskForHelp
from baylock.usecases.driver.confirm_problem import ConfirmProblem
from baylock.usecases.driver.extend_stay import ExtendStay
from baylock.usecases.driver.find_way import FindWay
from baylock.usecases.driver.follow_link import FollowLink
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.driver.show_stay import ShowStay
from baylock.usecases.driver.stay_until import StayUntil
from baylock.usecases.locks.claim_lock import ClaimLock
from baylock.usecases.locks.reconcile_lock import ReconcileLock
from baylock.usecases.locks.record_lock_report import RecordLockReport
from baylock.usecases.locks.record_presence import RecordPresence
from baylock.usecases.locks.register_locks import RegisterLocks
from baylock.usecases.orders.cancel_booking import CancelBooking
from baylock.usecases.orders.catch_up import CatchUp
from baylock.usecases.orders.find_booking import FindBooking
from baylock.usecases.orders.forget_driver import ForgetDriver
from baylock.usecases.orders.move_order import MoveOrder
from baylock.usecases.orders.place_booking import PlaceBooking
from baylock.usecases.orders.publish_change import PublishChange
from baylock.usecases.orders.watch_order import WatchOrder
from baylock.usecases.sandbox.read_texts import ReadTexts
from baylock.usecases.texting.answer_driver import AnswerDriver
from baylock.usecases.texting.answer_merchant import AnswerMerchant
from baylock.usecases.texting.answer_text import AnswerText
from baylock.usecases.texting.check_signature import CheckSignature
from baylock.usecases.texting.send_text import SendText
from baylock.usecases.texting.text_allowance import TextAllowance
from baylock.usecases.webhooks.announce_events import AnnounceEvents
from baylock.usecases.webhooks.count_try import CountTry
from baylock.usecases.webhooks.deliver_webhook import DeliverWebhook
from baylock.usecases.webhooks.prove_endpoint import ProveEndpoint
from baylock.usecases.webhooks.requeue_deliveries import RequeueDeliveries
from baylock.usecases.webhooks.set_webhook import SetWebhook
from baylock.usecases.webhooks.try_webhook import TryWebhook

OWN_NUMBER = "+14255550100"
CLOCK_WORK = ["watched", "swept", "requeued", "registered", "forgotten", "caught_up"]
"""The kinds of the clock's work, in their order."""
FORGED = Salt("forged")
"""Of the secrets with which endpoints are tried."""


class Fell(BaseException):
    """The process ends here: no `except Exception` catches this."""


def _fall() -> None:
    raise Fell


class World:
    """A mall whose locks are all in contact, with their barriers lowered and no vehicles."""

    def __init__(
        self,
        *,
        spaces: Iterable[str] | None = None,
        settings: LotSettings | None = None,
        link_base: str = "",
    ) -> None:
        self._make_stores(spaces, settings)
        self.usage_counters = FakeUsageCounters()
        self.rate_limiter = RateLimiter(self.usage_counters, self.clock, AtOnce())
        self.find_space = SpaceFinder(self.venues, self.orders, self.random)
        self.find_booking = FindBooking(
            self.orders, lambda: self.ring(Purpose.ORDER_IDS), self.clock
        )
        self.place = PlaceBooking(self.find_space, self.find_booking, self.orders, self.clock)
        self.cancel = CancelBooking(self.find_booking, self.orders, self.clock)
        self.check = CheckAvailability(self.find_space, self.clock)
        self.accept_webhook = AcceptWebhook(self.connections, lambda: self.rate_limiter, self.clock)
        self.connect = ConnectBooking(
            self.venues,
            self.find_booking,
            self.connections,
            self.message_log,
            self.effect_queues,
            self.place,
            self.clock,
        )
        self.admit = AdmitDriver(self.venues, self.orders, self.clock)
        self.extend = ExtendStay(self.venues, self.orders, self.clock)
        self.leave = LeaveSpace(self.orders, self.clock)
        self.move = MoveOrder(self.find_space, self.orders, self.clock)
        self.ask_for_help = AskForHelp(self.orders, self.move, self.clock)
        self.forget = ForgetDriver(self.orders, self.venues, self.clock)
        self.upgrades = FakeUpgrades()
        self.catch_up = CatchUp(self.orders, self.message_log, self.upgrades, self.forget)
        self.read_texts = ReadTexts(
            self.message_log,
            lambda: self.ring(Purpose.CODES),
            lambda: self.ring(Purpose.LINKS),
        )
        self.watch = WatchOrder(self.orders, self.locks, self.move, self.clock)
        self.refresh_hint = RefreshHint(self.venues, FakeHints(self.orders))
        self.sweep = SweepSpaces(self.orders, self.refresh_hint, self.clock)
        self.record_report = RecordLockReport(
            self.venues, self.locks, self.orders, self.effect_queues, self.clock
        )
        self.record_presence = RecordPresence(self.locks, self.effect_queues)
        self.claim_lock = ClaimLock(self.locks, self.clock)
        self.register_locks = RegisterLocks(self.venues, self.locks, self.clock)
        self.adjust = ReconcileLock(self.venues, self.orders, self.locks, self.shadows, self.clock)
        self.reach_driver = ReachDriver(self.message_log, self.orders, self.clock)
        self.allowance = TextAllowance(self.message_log, self.clock)
        self.send = SendText(
            venues=self.venues,
            orders=self.orders,
            locks=self.locks,
            webhooks=self.webhooks,
            message_log=self.message_log,
            sms=self.phones,
            reach_driver=self.reach_driver,
            allowance=self.allowance,
            links=self.links,
            code_ring=lambda: self.ring(Purpose.CODES),
            link_ring=lambda: self.ring(Purpose.LINKS),
            clock=self.clock,
            link_base=link_base,
        )
        self.answer_merchant = AnswerMerchant(
            venues=self.venues,
            find_booking=self.find_booking,
            message_log=self.message_log,
            place_booking=self.place,
            cancel_booking=self.cancel,
            reach_driver=self.reach_driver,
            check_signature=CheckSignature(
                self.signatures, lambda: self.ring(Purpose.TEXT_KEYS), self.clock
            ),
            privacy_ring=lambda: self.ring(Purpose.PRIVACY),
            clock=self.clock,
        )
        self.answer_driver = AnswerDriver(
            venues=self.venues,
            orders=self.orders,
            message_log=self.message_log,
            cancel_booking=self.cancel,
            admit_driver=self.admit,
            extend_stay=self.extend,
            leave_space=self.leave,
            reach_driver=self.reach_driver,
            ask_for_help=lambda: self.ask_for_help,
            confirm_problem=lambda: ConfirmProblem(self.locks),
            code_ring=lambda: self.ring(Purpose.CODES),
            clock=self.clock,
        )
        self.answer = AnswerText(
            venues=self.venues,
            message_log=self.message_log,
            effect_queues=self.effect_queues,
            allowance=self.allowance,
            own_number=OWN_NUMBER,
            answer_merchant=lambda: self.answer_merchant,
            answer_driver=lambda: self.answer_driver,
        )

        self._connect_webhooks()
        self._show_drivers()

        self._streamed = 0
        self._texts = 0
        self.locks.note_registered(None)
        for lot in self.mall.lots:
            for space in lot.spaces:
                session = Session(1, self.clock.now)
                where = space_id(space.ref)
                self.locks.save(None, Lock(space.thing, where, online=True, session=session))
                self.lock_says(space.ref)

    def _make_stores(self, spaces: Iterable[str] | None, settings: LotSettings | None) -> None:
        """The mall, and the fakes of every table and network."""
        self.clock = Watch()
        self.random = Random(7)
        self.venues = FakeVenues()
        mall = small_mall(settings or LotSettings())
        self.mall, self.merchants = only(mall, spaces) if spaces else (mall, merchants())
        self.venues.save(self.mall, self.merchants)
        self.merchant_keys = FakeMerchantKeys(venues=self.venues)
        self.key_rings = FakeKeyRings()

        self.orders = FakeOrders()
        self.locks = FakeLocks(
            self.orders.out, self.orders.vehicles, self.orders.found, self.orders.unheard
        )
        self.shadows = FakeShadows()
        self.message_log = FakeMessageLog(self.clock)
        self.signatures = FakeSignatures()
        self.phones = FakeSmsGateway()
        self.connections = FakeConnections()
        self.links = FakeLinks()
        self.plans = FakePlans()
        self.effect_queues = FakeEffectQueues()
        self.webhooks = FakeWebhooks()

    def _show_drivers(self) -> None:
        self.follow_link = FollowLink(self.links, self.orders, lambda: self.ring(Purpose.LINKS))
        self.show_stay = ShowStay(self.venues, self.locks, self.clock)
        self.find_way = FindWay(self.plans)
        self.stay_until = StayUntil(self.extend, self.clock)

    def _connect_webhooks(self) -> None:
        self.webhook_client = FakeWebhookClient()
        self.announce = AnnounceEvents(self.webhooks, self.effect_queues, self.clock)
        self.publish_change = PublishChange(self.effect_queues, lambda: self.announce)
        self.webhook_client.forged = frozenset(
            secret_of(
                self.ring(Purpose.WEBHOOKS).newest, MerchantId(self.mall.ref, merchant.ref), FORGED
            )
            for merchant in merchants()
        )
        self.count_try = CountTry(self.webhooks, self.clock)
        proofs = (EventId(f"evt_{number}_webhook-proof") for number in count(1))
        self.prove_endpoint = ProveEndpoint(
            self.webhook_client, lambda: FORGED, lambda: next(proofs)
        )
        self.deliver = DeliverWebhook(
            self.webhooks,
            self.webhook_client,
            self.prove_endpoint,
            self.count_try,
            self.effect_queues,
            lambda: self.ring(Purpose.WEBHOOKS),
            self.clock,
            self.random,
        )
        self.requeue = RequeueDeliveries(self.webhooks, self.effect_queues, self.clock)
        salts = (Salt(f"salt-{number}") for number in count(1))
        self.set_webhook = SetWebhook(
            self.webhooks,
            lambda: next(salts),
            self.clock,
            tell=self.effect_queues.put_access_change,
        )
        tests = (EventId(f"evt_test-{number}") for number in count(1))
        self.try_webhook = TryWebhook(
            self.webhooks, self.effect_queues, self.count_try, lambda: next(tests), self.clock
        )

    def listens(self, merchant: MerchantId, url: str) -> None:
        """Set a merchant's endpoint, which has proven itself already."""
        self.set_webhook(merchant, url)
        endpoint = self.webhooks.endpoint(merchant)
        assert endpoint is not None
        self.webhooks.save_endpoint(endpoint, endpoint.proven())

    def deliver_queued(self) -> Iterator[str]:
        """Deliver every event in the queue once; yields the outcomes."""
        queued, self.effect_queues.events[:] = list(self.effect_queues.events), []
        for merchant, event, _ in queued:
            yield self.deliver(merchant, event)

    def ring(self, purpose: Purpose) -> KeyRing:
        """Return the keys of a purpose that count now."""
        return self.key_rings.ring(purpose).counting(self.clock.now)

    # ── merchants ────────────────────────────────────────────────────────────────────────────

    def booking(self, reference: str = "TBL-1", **changes: object) -> Booking:
        """Build a booking for two hours from now, with some changes."""
        booking = Booking(
            merchant=NOODLES,
            reference=Reference(reference),
            service_time=self.clock.now + timedelta(hours=2),
            phone=DRIVER,
        )
        return replace(booking, **changes)  # type: ignore[arg-type]

    def book(self, reference: str = "TBL-1", **changes: object) -> Order:
        """Place a booking that needs parking."""
        order = self.place(self.booking(reference, **changes)).record
        assert isinstance(order, Order)
        return order

    def leave_behind(self, reference: str = "TBL-1", **changes: object) -> Booking:
        """Leave a pending claim: the process crashes before it writes the order."""
        booking = self.booking(reference, **changes)
        self.orders.before["add"] = _fall
        with suppress(Fell):
            self.place(booking)
        return booking

    def order(self, which: Order | OrderId) -> Order:
        """Return the current order."""
        known: Record | None = self.orders.find(which.id if isinstance(which, Order) else which)
        assert isinstance(known, Order)
        return known

    # ── locks ────────────────────────────────────────────────────────────────────────────────

    def lock_says(
        self,
        space: str,
        barrier: BarrierReport = BarrierReport.LOWERED,
        *,
        order: Order | OrderId | None = None,
        vehicle: bool = False,
        fault: Fault | None = None,
        battery: int = 87,
        version: int | None = None,
    ) -> Order | None:
        """Let a lock report, and record the report."""
        newest = self.shadows.report(thing(space), barrier, vehicle=vehicle)
        return self.record_report(
            LockReport(
                thing=thing(space),
                version=version or newest,
                barrier=barrier,
                order=order.id if isinstance(order, Order) else order,
                vehicle=vehicle,
                battery=battery,
                fault=fault,
                seen_version=0,
                at=self.clock.now,
            )
        )

    def lock_goes(self, space: str, *, offline: bool) -> None:
        """Let a lock lose contact, or connect again."""
        lock = self.locks.find(thing(space))
        assert lock is not None
        assert lock.session is not None
        version = lock.session.version + (not offline)
        session = Session(version, self.clock.now, ended=offline)
        self.record_presence(thing(space), session)

    def never_heard(self, *spaces: str) -> None:
        """Let the locks of these spaces have sent no report yet."""
        for ref in spaces:
            self.locks.forget(thing(ref))
            self.locks.save(None, Lock(thing(ref), space_id(ref)))

    def lock_connects(self, space: str) -> None:
        """Let a lock be known since now only, for a world whose clock was set back."""
        lock = self.locks.find(thing(space))
        assert lock is not None
        self.locks.save(lock, replace(lock, session=Session(1, self.clock.now)))

    def desired(self, space: str) -> tuple[Barrier, OrderId | None] | None:
        """Return the desired state of a lock."""
        desired: Desired | None = self.shadows.read(thing(space)).desired
        return (desired.barrier, desired.order) if desired else None

    # ── time and consequences ────────────────────────────────────────────────────────────────

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.clock.now = moment

    def clock_runs(self) -> None:
        """Run the clock: it handles due orders and sweeps abandoned claims."""
        for order in self.orders.due(self.clock.now):
            self.watch(order)
        self.sweep()

    def settle(self) -> None:
        """Handle the effects of all changes so far."""
        while self._streamed < len(self.orders.changes):
            old, new = self.orders.changes[self._streamed]
            self._streamed += 1
            for effect in effects(old, new):
                match effect:
                    case LockEffect():
                        self.adjust(effect.thing, effect.order)
                    case NoticeEffect():
                        self.send.notice(effect.order, effect.version, effect.notice)
                    case WebhookEffect():
                        pass  # tested in tests/unit/webhooks/test_webhooks.py
        for message in self.effect_queues.answers:
            self.send.answer(message)
        self.effect_queues.answers.clear()
        for alarm in self.effect_queues.alarms:
            self.send.alarm(*alarm)
        self.effect_queues.alarms.clear()

    def held(self, reference: str = "TBL-1", **changes: object) -> Order:
        """Return an order whose barrier is up."""
        order = self.book(reference, **changes)
        self.at(max(order.schedule.secure_at, self.clock.now))
        self.watch(order.id)
        self.settle()
        self.lock_says(order.claim.space.space, BarrierReport.RAISED, order=order)
        return self.order(order)

    def arrived(self, reference: str = "TBL-1", **changes: object) -> Order:
        """Return an order whose driver is in."""
        order = self.held(reference, **changes)
        self.at(max(order.claim.window.start, self.clock.now))
        self.admit(order.id)
        self.settle()
        self.lock_says(order.claim.space.space, BarrierReport.LOWERED, order=order)
        self.lock_says(order.claim.space.space, BarrierReport.LOWERED, order=order, vehicle=True)
        return self.order(order)

    # ── texts ────────────────────────────────────────────────────────────────────────────────

    def text(self, sender: str, body: str, *, id_: str | None = None) -> str:
        """Receive a text and handle its effects; returns the outcome."""
        self._texts += 1
        became = self.answer(
            InboundText(id_ or f"in-{self._texts}", sender, body, self.clock.now, OWN_NUMBER)
        )
        self.settle()
        return became

    def last_text_to(self, phone: str) -> str:
        """Return the newest text that a number has received."""
        return self.phones.texts_to(phone)[-1]

    def code(self, order: Order) -> str:
        """Return the order's arrival code."""
        return arrival_code(order, self.ring(Purpose.CODES))

    # ── invariants ───────────────────────────────────────────────────────────────────────────────

    def kept(self) -> set[tuple[object, ...]]:
        """Return all entries in the occupancy."""
        return set(self.orders.entries())

    def promised(self) -> set[tuple[object, ...]]:
        """Return the entries that the live orders should have."""
        live = [one for one in self.orders.records() if isinstance(one, Order)]
        return {entry for one in live if one.kept_claim for entry in one.claim.entries(one.id)}
