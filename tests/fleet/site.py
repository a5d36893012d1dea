"""The mall with its locks and people, and what is expected of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from tests.fleet import known
from tests.fleet.broker import Broker
from tests.fleet.caretakers import Caretakers
from tests.fleet.cloud import Cloud
from tests.fleet.disorder import Disorder, Rates
from tests.fleet.drivers import Driver
from tests.fleet.line import Line
from tests.fleet.mall import build_mall, build_merchants
from tests.fleet.merchants import Guest
from tests.fleet.plan import LockPlan, Stay, Wishes, draw_locks, draw_stays
from tests.fleet.promises import UP_WITHIN_S, Promises
from tests.fleet.rules import Rules
from tests.fleet.stall import Stall
from tests.fleet.standing import Standing
from tests.fleet.timeline import Timeline, moment
from tests.fleet.trace import Trace
from tests.fleet.walk_ins import WalkIns

from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import slot_floor
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import Lot, LotSettings, Space

DRAINED_S = 300.0
STEP_S = 60.0


class Site:
    """The state of a run. `moves`: whether orders move; otherwise they fail."""

    def __init__(self, wishes: Wishes, *, rates: Rates, moves: bool, report_every_s: float) -> None:
        self.wishes = wishes
        self.timeline = Timeline(wishes.begins)
        self.trace = Trace(self.timeline)
        self.disorder = Disorder(wishes.random("disorder"), rates)
        self.counts: Counter[str] = Counter()
        mall = build_mall(wishes.locks)
        where = mall, build_merchants(mall, wishes.random("merchants"))
        ticks = wishes.random("clock")
        self.cloud = Cloud(self.timeline, self.disorder, self.trace, where, ticks, moves=moves)
        self.stalls: dict[str, Stall] = {}
        self.rules = Rules(self.cloud, self.stalls, self.trace, moves)
        self.standing = Standing(self.cloud, self.stalls, self.trace)
        self.promises = Promises()
        self.guests: dict[str, Guest] = {}
        self.behind: set[str] = set()
        """Orders whose driver was admitted while another order had the lock, and those other
        orders."""
        self.changes = 0
        self._texts: dict[str, Order] = {}
        self._expected: Counter[str] = Counter()
        self._furnish(report_every_s)
        self._listen()

    # ── setup ────────────────────────────────────────────────────────────────────────────────────

    def _furnish(self, report_every_s: float) -> None:
        mall = self.cloud.mall
        things = [space.thing for lot in mall.lots for space in lot.spaces]
        plans = draw_locks(self.wishes, things)
        for lot in mall.lots:
            for space in lot.spaces:
                self.stalls[space.thing] = self._stall(
                    lot, space, plans[space.thing], report_every_s
                )

    def _stall(self, lot: Lot, space: Space, plan: LockPlan, report_every_s: float) -> Stall:
        line = Line(space.thing, self.timeline, self.cloud.broker, self.disorder)
        stall = Stall(
            lot=lot,
            space=space,
            plan=plan,
            timeline=self.timeline,
            line=line,
            trace=self.trace,
            moving=self.rules.moving,
            report_every_s=report_every_s,
        )
        line.began = partial(self.standing.connected, stall)
        line.published = partial(self._published, stall)
        stall.disturbed = partial(self.standing.disturbed, stall.thing)
        return stall

    def _listen(self) -> None:
        broker: Broker = self.cloud.broker
        broker.before_write = self.rules.asked
        self.cloud.orders.listeners += [self.rules.changed, self.standing.changed, self._changed]
        self.cloud.phones.delivered = self._delivered

    def start(self) -> None:
        """Start the cloud, the locks and the people."""
        self.cloud.start()
        for stall in self.stalls.values():
            self.timeline.later(self.disorder.random.uniform(0, 20), stall.start)
        for stay in draw_stays(self.wishes):
            self._invite(stay)
        WalkIns(self, self.wishes.random("walk-ins")).start()
        Caretakers(self, self.wishes.random("caretakers")).start()

    def _invite(self, stay: Stay) -> None:
        guest = Guest(stay, self)
        self.guests[stay.phone] = guest
        self.timeline.at(stay.booked, guest.books)

    # ── the run ──────────────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> float:
        return self.timeline.now

    def count(self, what: str) -> None:
        """Count an event for the report."""
        self.counts[what] += 1

    def run_day(self, passed: Callable[[float], object]) -> None:
        """Run the planned day; `passed` is called with the seconds that are over."""
        while self.now < self.wishes.ends:
            self.timeline.run_until(min(self.now + STEP_S, self.wishes.ends))
            self._measure()
            passed(self.now - self.wishes.begins)

    def be_well(self) -> None:
        """End all network trouble, and let messages in transit arrive."""
        self.disorder.calm = True
        for stall in self.stalls.values():
            stall.restore()
        self.timeline.run_until(self.now + DRAINED_S)

    def run_out(self, most_s: float) -> None:
        """Run until no vehicle is left and no order is due."""
        ends = self.now + most_s
        while self.now < ends and self._is_anything_left():
            self.timeline.run_until(self.now + STEP_S)

    def _is_anything_left(self) -> bool:
        """Ignore orders that nothing ends: their vehicle has left, and their lock can't report
        it."""
        if any(stall.occupant for stall in self.stalls.values()):
            return True
        return any(
            not (order.access.overstay_since and self.stalls[order.claim.thing].failed)
            for order in self.cloud.orders.live.values()
        )

    def _measure(self) -> None:
        now = self.timeline.clock()
        used = sum(
            1
            for order in self.cloud.orders.live.values()
            if order.claim.window.start <= now < order.claim.window.end
        )
        self.counts["most in use"] = max(self.counts["most in use"], used)

    # ── what people know ─────────────────────────────────────────────────────────────────────────

    def last_text(self, phone: str) -> Order | None:
        """Return the order as of the newest text."""
        return self._texts.get(phone)

    def _delivered(self, phone: str) -> None:
        if guest := self.guests.get(phone):
            order = self.cloud.order(guest.id)
            if order is not None:
                self._texts[phone] = order

    # ── expectations ─────────────────────────────────────────────────────────────────────────────

    def expects(self, guest: Guest) -> None:
        """Expect the space to be ready and the driver to come, at the agreed times."""
        self._expected[guest.id] += 1
        number = self._expected[guest.id]

        def if_still_so(then: Callable[[], None]) -> None:
            if self._expected[guest.id] == number:
                then()

        start = self._start(guest)
        self.timeline.at(
            self._up_by(guest, start, guest.booked_at),
            lambda: if_still_so(lambda: self._judge(guest, start)),
        )
        if guest.stay.comes:
            driver = Driver(self, guest, self.wishes.random("driver", guest.id))
            comes = max(guest.service + guest.stay.arrives_s, self.now + STEP_S)
            self.timeline.at(comes, lambda: if_still_so(driver.arrives))

    def _terms(self, guest: Guest) -> LotSettings:
        """Return the merchant's settings; times are the same in all lots."""
        return self.cloud.venues.merchant(guest.stay.merchant).overrides.of(LotSettings())

    def _start(self, guest: Guest) -> float:
        early = self._terms(guest).arrive_early
        return slot_floor(moment(guest.service) - early).timestamp()

    def _up_by(self, guest: Guest, start: float, may_be_asked: float) -> float:
        """Return the start of the window, or some time after the lock could first be requested."""
        in_time = may_be_asked <= start - self._terms(guest).lead.total_seconds()
        return start if in_time else max(start, may_be_asked + UP_WITHIN_S)

    def _judge(self, guest: Guest, start: float) -> None:
        """Check that the barrier is up; it may take a moment if another order had the space
        until then."""
        order, promise = self.cloud.order(guest.id), guest.promise
        if order is None or order.state is State.CANCELLED:
            promise.void = True
            return
        secured = min(order.schedule.secure_at.timestamp(), start)
        due = self._up_by(guest, start, max(guest.booked_at, secured))
        if due > self.now and order.is_live:
            promise.after_another = True
            self.timeline.at(due, lambda: self._judge(guest, start))
            return
        if not order.is_live or order.access.admitted_at:
            promise.ready = promise.ready is not False
            return
        stall = self.stalls[order.claim.thing]
        promise.ready = stall.is_up
        if not stall.is_up:
            promise.missing = f"not up: {self.why_not(stall, order)}"
            self.trace.note(promise.missing, guest.id, stall.thing)

    def why_not(self, stall: Stall, order: Order | None = None) -> str:
        """Return why a barrier is not where it should be."""
        if stall.occupant:
            return "another vehicle is there"
        if stall.failed:
            return f"lock broken, {stall.failed.value}"
        if not stall.line.is_reachable:
            return "lock out of contact"
        if stall.was_put_down:
            return "lowered by hand"
        if order and not order.access.asked_at:
            return "not requested in time"
        if order and self._holder(order):
            return "another order has the lock"
        return "messages are late"

    def _holder(self, order: Order) -> Order | None:
        """Find another order that has the lock of this one."""
        shadow = self.stalls[order.claim.thing].line.client.shadow
        holder = shadow.desired.get("order")
        if holder is None or holder == order.id:
            return None
        return self.cloud.orders.at[order.claim.thing].get(OrderId(holder))

    # ── changes ──────────────────────────────────────────────────────────────────────────────────

    def _changed(self, old: Record | None, new: Record) -> None:
        self.changes += 1
        if not isinstance(new, Order) or not isinstance(old, Order):
            return
        if new.access.admitted_at and not old.access.admitted_at and (holder := self._holder(new)):
            self._admitted_behind(new, holder)
        if (
            new.claim.space != old.claim.space
            and new.reason
            and new.promise.revised_at == old.promise.revised_at
        ):
            self.count(f"moved, {new.reason.value}")
        if new.state is old.state:
            return
        self.count(new.state.value)
        if new.state is State.FAILED:
            promise = self.promises.promise(new.id)
            promise.ready = False
            promise.missing = f"failed, {new.reason.value if new.reason else ''}"

    def _admitted_behind(self, order: Order, holder: Order) -> None:
        about = (order.id, holder.id, order.claim.thing)
        if not known.ADMITTED_BEHIND_ANOTHER:
            raise self.trace.violation("admitted while another order has the lock", *about)
        self.behind |= {order.id, holder.id}
        self.count("admitted behind another order")
        self.trace.note(f"{order.id} admitted while {holder.id} has the lock", *about)

    def _published(self, stall: Stall) -> None:
        self.rules.reported(stall)
        order = stall.agent.memory.order
        if stall.is_up and order:
            stall.stood_for.add(order)
