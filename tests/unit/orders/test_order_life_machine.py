"""Merchants, drivers, locks and the clock in any order: what must be true after each step.

What is expected is worked out anew, from windows in real time and the table of walks, and never by
asking the code that is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from tests.fakes.keys import id_for, order_id
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOON
from tests.fakes.world import World

from baylock.domain.booking.booking import Booking, OrderId, Reference
from baylock.domain.booking.window import MAX_DELAY, Window
from baylock.domain.errors import (
    Busy,
    NoSpace,
    NoSuchBooking,
    NotThatLong,
    PastTime,
    TooEarly,
    TooLate,
    TooLong,
)
from baylock.domain.locks.lock import BarrierReport, Fault
from baylock.domain.orders.effects import Effect, LockEffect, NoticeEffect, WebhookEffect, effects
from baylock.domain.orders.order import HAND_LOWERED_FOR, Order
from baylock.domain.orders.record import Record
from baylock.domain.orders.state import REPORTED_BY_DRIVER, Reason, State
from baylock.domain.venue.mall import (
    NO_NEEDS,
    Barrier,
    Feature,
    LockWhen,
    LotSettings,
    MerchantId,
    Needs,
    Space,
)

EVERY_SPACE = ("B2-017", "B2-018", "B2-019", "B2-020", "R1")
QUARTER = timedelta(minutes=15)
A_DAY = timedelta(hours=24)
LIVE = {State.RESERVED, State.HELD, State.ARRIVED}
DIAGRAM = {
    State.RESERVED: {
        State.HELD,
        State.ARRIVED,
        State.COMPLETED,  # the lock never said that the driver, who asked to come in, could
        State.CANCELLED,
        State.NO_SHOW,
        State.FAILED,
    },
    State.HELD: {
        State.RESERVED,
        State.ARRIVED,
        State.COMPLETED,  # as above
        State.CANCELLED,
        State.NO_SHOW,
        State.FAILED,
    },
    State.ARRIVED: {
        State.COMPLETED,
        State.RESERVED,  # the vehicle that stood there first is not the driver's
    },
    State.COMPLETED: set(),
    State.CANCELLED: {State.RESERVED},
    State.NO_SHOW: {State.RESERVED},
    State.FAILED: {State.RESERVED},
}
BOOKED_ANEW = {(ended, State.RESERVED) for ended in set(State) - LIVE}

Which = tuple[MerchantId, Reference]
Change = Callable[[Booking], Booking]
NAMES: tuple[Which, ...] = (
    *((NOODLES, Reference(name)) for name in ("N1", "N2", "N3")),
    *((CINEMA, Reference(name)) for name in ("C1", "C2")),
)

names = st.sampled_from(NAMES)
nths = st.integers(0, len(NAMES) - 1)
some_spaces = st.one_of(
    st.just(EVERY_SPACE),
    st.sampled_from(EVERY_SPACE).map(lambda only: (only,)),
    st.lists(st.sampled_from(EVERY_SPACE), min_size=2, max_size=3, unique=True).map(tuple),
)
some_terms = st.sampled_from(
    [
        LotSettings(),
        LotSettings(),
        LotSettings(lead=timedelta(minutes=40), grace=timedelta(minutes=10)),
        LotSettings(lock_when=LockWhen.AT_BOOKING),
        LotSettings(idle_barrier=Barrier.RAISED, leave_late=timedelta(minutes=5)),
    ]
)
some_needs = st.sampled_from(
    [
        *[NO_NEEDS] * 6,
        Needs(frozenset({Feature.EV})),
        Needs(frozenset({Feature.ACCESSIBLE})),
        Needs(height_m=2.3),
        Needs(frozenset({Feature.EV, Feature.FAMILY})),
    ]
)
begins = st.sampled_from(
    [
        NOON,
        NOON + timedelta(minutes=7, seconds=11),
        datetime(2026, 12, 1, 10, 30, tzinfo=UTC),  # the day of slots begins at 12:00
        datetime(2027, 3, 14, 1, 50, tzinfo=UTC),  # the clocks go forward at 10:00
        datetime(2026, 11, 1, 2, 20, tzinfo=UTC),  # and back at 09:00
    ]
)
ahead = st.one_of(
    st.integers(0, 14).map(lambda n: n * QUARTER),
    st.integers(0, 14).map(lambda n: n * QUARTER),
    st.integers(-10, 1200).map(lambda n: timedelta(minutes=n)),
)
durations = st.sampled_from([None, *(timedelta(minutes=n) for n in (5, 30, 30, 60, 90, 240, 1430))])
changes = st.one_of(
    st.integers(-8, 8).map(lambda n: lambda one: at_another_time(one, n * QUARTER)),
    durations.map(lambda duration: lambda one: replace(one, duration=duration)),
    some_needs.map(lambda needs: lambda one: replace(one, needs=needs)),
    st.sampled_from(["7ABC123", "粤B12345"]).map(
        lambda plate: lambda one: replace(one, plate=plate)
    ),
)
barriers = st.sampled_from([BarrierReport.RAISED, BarrierReport.LOWERED] * 3 + list(BarrierReport))


def at_another_time(booking: Booking, later: timedelta) -> Booking:
    return replace(booking, service_time=booking.service_time + later)


@dataclass
class Stall:
    """A space and its lock, as they really are."""

    space: Space
    lot: str
    walk_dm: int
    online: bool = True
    fault: Fault | None = None
    battery: int = 87
    vehicle: bool = False
    barrier: BarrierReport = BarrierReport.LOWERED
    order: OrderId | None = None
    found_taken_until: datetime | None = None

    @property
    def takes_orders(self) -> bool:
        return self.online and self.fault is None and self.battery >= 10

    def offers(self, needs: Needs) -> bool:
        high = self.space.max_height_m or 99
        return needs.features <= self.space.features and (needs.height_m or 0) <= high

    def rank(self, needs: Needs) -> tuple[bool, int, str, str]:
        """Scarce ones last, then the walk."""
        unasked = self.space.features - needs.features
        return bool(unasked), self.walk_dm, self.lot, self.space.ref


def quarter(moment: datetime, *, up: bool = False) -> datetime:
    down = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    return down + QUARTER if up and down != moment else down


def meet(one: Window, other: Window) -> bool:
    return one.start < other.end and other.start < one.end


def place_of(order: Order) -> str:
    return str(order.claim.space.space)


class LifeOfOrders(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.settings = LotSettings()
        self.stalls: dict[str, Stall] = {}
        self.seen = 0
        self.waiting: list[Effect] = []
        self.asked = 0
        self.requests = 0
        self.heard: tuple[str, BarrierReport, OrderId | None] | None = None
        self.being_booked: OrderId | None = None

    @initialize(
        spaces=some_spaces,
        settings=some_terms,
        begins=begins,
        first=st.tuples(ahead, durations),
        others=st.lists(st.tuples(st.booleans(), durations), min_size=1, max_size=3),
    )
    def the_mall_opens(
        self,
        spaces: tuple[str, ...],
        settings: LotSettings,
        begins: datetime,
        first: tuple[timedelta, timedelta | None],
        others: list[tuple[bool, timedelta | None]],
    ) -> None:
        """With some bookings, one beside the other: without any nothing else can happen."""
        self.world, self.settings = World(spaces=spaces, settings=settings), settings
        self.world.at(begins)
        for lot in self.world.mall.lots:
            for space in lot.spaces:
                self.world.lock_connects(space.ref)
        walks = self.world.merchants[0].walks
        self.stalls = {
            space.ref: Stall(space, lot.ref, walk_dm)
            for lot in self.world.mall.lots
            for space, walk_dm in zip(lot.spaces, walks[lot.ref], strict=True)
        }
        self.a_merchant_books(NAMES[0], *first)
        for which, (before, duration) in zip(NAMES[1:], others, strict=False):
            if self.orders():
                self.one_beside_another(which, len(NAMES), before, duration)

    def a_merchant_books(
        self,
        which: Which,
        ahead: timedelta,
        duration: timedelta | None,
        needs: Needs = NO_NEEDS,
    ) -> None:
        merchant, reference = which
        service = self.now.replace(second=0, microsecond=0) + ahead
        self.book(
            Booking(merchant, reference, service, duration=duration, phone=DRIVER, needs=needs)
        )

    def one_beside_another(
        self, which: Which, nth: int, before: bool, duration: timedelta | None
    ) -> None:
        """One window ends where the other begins."""
        merchant, reference = which
        window, settings = self.one_of_them(nth).claim.window, self.settings
        service = window.end + settings.arrive_early
        if before:
            service = window.start - (duration or settings.duration) - settings.leave_late
        self.book(Booking(merchant, reference, service, duration=duration, phone=DRIVER))

    # ── what is known ────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def record(self, which: Which) -> Record | None:
        return self.world.orders.find(order_id(*which))

    def orders(self) -> list[Order]:
        return [one for one in self.world.orders.records() if isinstance(one, Order)]

    def live(self, but: OrderId | None = None) -> list[Order]:
        return [one for one in self.orders() if one.state in LIVE and one.id != but]

    def one_of_them(self, nth: int) -> Order:
        """An order, mostly a live one; the same number is not always the same one."""
        orders = (self.live() if nth else []) or self.orders()
        return orders[nth % len(orders)]

    def movable(self) -> list[Order]:
        """The orders whose drivers are not here yet, and may still come."""
        return [
            one
            for one in self.live()
            if one.state is not State.ARRIVED
            and not one.access.admitted_at
            and self.now < one.claim.window.end
        ]

    def dues_to_come(self) -> list[datetime]:
        return [one.due_at for one in self.live() if one.due_at and one.due_at > self.now]

    def a_request(self) -> str:
        self.requests += 1
        return f"in-{self.requests}"

    # ── what is expected ─────────────────────────────────────────────────────────────────────

    def window(self, booking: Booking, extra: timedelta) -> Window:
        start = booking.service_time - self.settings.arrive_early
        if self.settings.lock_when is LockWhen.AT_BOOKING:
            start = self.now
        stay = (booking.duration or self.settings.duration) + extra
        end = booking.service_time + stay + self.settings.leave_late
        return Window(quarter(start), quarter(end, up=True))

    def on(self, space: str, but: OrderId) -> list[Order]:
        """The other orders that have a space, some time."""
        return [one for one in self.live(but) if place_of(one) == space]

    def has_room(self, space: str, window: Window, but: OrderId) -> bool:
        return not any(meet(one.claim.window, window) for one in self.on(space, but))

    def goes_up_at(
        self, space: str, window: Window, but: OrderId, *, same_day: bool = False
    ) -> datetime:
        """When the barrier would: `lead` before, or when the order before has left.

        With `same_day`, by who is there before on the day of slots in which the window begins.
        """
        early = window.start - self.settings.lead
        four = window.start.astimezone(self.world.mall.zone).replace(hour=4, minute=0)
        just_before = Window(quarter(early), window.start)
        if same_day and quarter(early) < four.astimezone(UTC) <= window.start:
            just_before = Window(four.astimezone(UTC), window.start)
        theirs = (one.claim.window for one in self.on(space, but))
        return max([early, *(one.end for one in theirs if meet(one, just_before))])

    def would_do(self, stall: Stall, window: Window, booking: Booking) -> bool:
        space, order = stall.space.ref, id_for(booking)
        return (
            stall.takes_orders
            and stall.offers(booking.needs)
            and self.has_room(space, window, order)
            and self.may_go_up(stall, window, order)
        )

    def may_go_up(self, stall: Stall, window: Window, order: OrderId) -> bool:
        """Whether no vehicle keeps the barrier from it, as far as is known."""
        until = stall.found_taken_until or self.now
        if until <= self.now and not stall.vehicle:
            return True
        goes_up_at = self.goes_up_at(stall.space.ref, window, order, same_day=True)
        return goes_up_at > max(until, self.now)

    def nearest(
        self, booking: Booking, extra: timedelta, avoid: Collection[str] = ()
    ) -> str | None:
        window = self.window(booking, extra)
        free = [
            stall
            for stall in self.stalls.values()
            if stall.space.ref not in avoid and self.would_do(stall, window, booking)
        ]
        best = min(free, key=lambda stall: stall.rank(booking.needs), default=None)
        return best.space.ref if best else None

    def place_to_be(self, booking: Booking) -> tuple[str | None, Window]:
        """Where a booking's order should be, and when: where it is, if that will do."""
        known = self.world.orders.find(id_for(booking))
        if not isinstance(known, Order) or known.state not in LIVE:
            return self.nearest(booking, timedelta()), self.window(booking, timedelta())
        as_long = (known.booking.service_time, known.booking.duration) == (
            booking.service_time,
            booking.duration,
        )
        extra = known.extra if as_long else timedelta()
        window = self.window(booking, extra)
        same = window
        if self.settings.lock_when is LockWhen.AT_BOOKING:
            same = Window(known.claim.window.start, window.end)
        mine = self.stalls[place_of(known)]
        stays = known.access.admitted_at or same.start == known.claim.window.start
        if (
            mine.offers(booking.needs)
            and self.has_room(mine.space.ref, same, known.id)
            and (stays or self.may_go_up(mine, same, known.id))
        ):
            return mine.space.ref, same
        return self.nearest(booking, extra), window

    def missed_at(self, order: Order) -> datetime:
        return min(order.booking.service_time + self.settings.grace, order.claim.window.end)

    def is_too_long(self, booking: Booking, window: Window) -> bool:
        """Also where it has been kept since it was booked, long ago."""
        known = self.world.orders.find(id_for(booking))
        starts = [window.start]
        if self.settings.lock_when is LockWhen.AT_BOOKING and isinstance(known, Order):
            starts.append(known.claim.window.start)
        return any(window.end - start > A_DAY for start in starts)

    # ── merchants ────────────────────────────────────────────────────────────────────────────

    def book(self, booking: Booking) -> None:
        before = self.world.orders.find(id_for(booking))
        where, when = self.place_to_be(booking)
        is_past = booking.service_time < self.now.replace(second=0, microsecond=0) - MAX_DELAY
        is_live = isinstance(before, Order) and before.state in LIVE
        self.being_booked = id_for(booking)
        try:
            after = self.world.place(booking).record
        except PastTime:
            assert is_past or when.end <= self.now
        except TooLong:
            assert self.is_too_long(booking, when)
        except TooLate:
            assert isinstance(before, Order)
            if before.state is not State.COMPLETED:
                assert before.access.admitted_at, "only then it is too late"
                assert not booking.parking_needed or (where, when.start) != (
                    place_of(before),
                    before.claim.window.start,
                )
        except NoSpace:
            assert where is None
        else:
            if booking.parking_needed:
                assert isinstance(after, Order)
                if after != before:
                    assert (place_of(after), after.claim.window) == (where, when)
                    if not is_live:
                        assert where
                        assert after.schedule.secure_at == self.goes_up_at(where, when, after.id)
                    assert is_live or not is_past
                    assert after.booking == booking
            else:
                assert not isinstance(after, Order) or after.state not in LIVE
            return
        finally:
            self.facts_hold()
            self.being_booked = None
        assert self.world.orders.find(id_for(booking)) == before

    @rule(
        which=names,
        ahead=ahead,
        duration=durations,
        needs=some_needs,
        beside=st.none() | st.tuples(nths, st.booleans()),
    )
    def a_booking_is_made(
        self,
        which: Which,
        ahead: timedelta,
        duration: timedelta | None,
        needs: Needs,
        beside: tuple[int, bool] | None,
    ) -> None:
        if beside and self.orders():
            self.one_beside_another(which, *beside, duration)
        else:
            self.a_merchant_books(which, ahead, duration, needs)

    @precondition(lambda self: self.orders())
    @rule(nth=nths)
    def the_booking_is_sent_again(self, nth: int) -> None:
        known = self.one_of_them(nth)
        self.book(known.booking)
        after = self.world.order(known)
        if known.state in LIVE | {State.NO_SHOW, State.COMPLETED}:
            assert after == known

    @precondition(lambda self: self.orders())
    @rule(nth=nths, change=changes)
    def the_booking_changes(self, nth: int, change: Change) -> None:
        known = self.one_of_them(nth)
        self.book(change(known.booking))
        after = self.world.order(known)
        if after.booking == replace(known.booking, plate=after.booking.plate):
            is_kept = known.state in LIVE and self.settings.lock_when is LockWhen.BEFORE_START
            assert not is_kept or after.claim == known.claim

    @rule(which=names)
    def no_parking_is_needed(self, which: Which) -> None:
        merchant, reference = which
        self.book(Booking(merchant, reference, self.now + 8 * QUARTER, parking_needed=False))

    @rule(which=names)
    def the_booking_is_cancelled(self, which: Which) -> None:
        before = self.record(which)
        if before is None:
            with pytest.raises(NoSuchBooking):
                self.world.cancel(*which)
        elif isinstance(before, Order) and before.state in LIVE and before.access.admitted_at:
            with pytest.raises(TooLate):
                self.world.cancel(*which)
            assert self.record(which) == before
        else:
            after = self.world.cancel(*which)
            if isinstance(before, Order) and before.state in LIVE:
                assert isinstance(after, Order)
                assert (after.state, after.reason) == (State.CANCELLED, Reason.MERCHANT)
            else:
                assert after == before

    # ── drivers ──────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.orders())
    @rule(nth=nths)
    def the_driver_gives_up(self, nth: int) -> None:
        before = self.one_of_them(nth)
        if before.state in LIVE and before.access.admitted_at:
            with pytest.raises(TooLate):
                self.world.cancel.give_up(before.id, self.a_request())
            assert self.world.order(before) == before
            return
        after = self.world.cancel.give_up(before.id, self.a_request())
        if before.state in LIVE:
            assert (after.state, after.reason) == (State.CANCELLED, Reason.DRIVER)
        else:
            assert after == before

    @precondition(lambda self: self.orders())
    @rule(nth=nths)
    def the_driver_is_here(self, nth: int) -> None:
        self.is_here(self.one_of_them(nth))

    def is_here(self, before: Order) -> None:
        try:
            after = self.world.admit(before.id)
        except TooEarly as refused:
            opens_at = refused.opens_at
            assert self.now < opens_at == before.claim.window.start
        except TooLate:
            assert before.state not in LIVE or self.now >= before.claim.window.end
        else:
            assert before.state in LIVE
            assert before.access.admitted_at or self.now < before.claim.window.end
            assert (after.claim, after.state) == (before.claim, before.state)
            assert after.access.admitted_at
            others = [one.claim.window for one in self.on(place_of(before), but=before.id)]
            assert before.access.admitted_at or not any(
                one.start <= self.now < one.end for one in others
            )
            return
        assert self.world.order(before) == before

    @precondition(lambda self: self.orders())
    @rule(nth=nths, reason=st.sampled_from(sorted(REPORTED_BY_DRIVER)))
    def the_driver_cannot_park(self, nth: int, reason: Reason) -> None:
        before = self.one_of_them(nth)
        avoid = {*(tried.partition("/")[2] for tried in before.notes.tried), place_of(before)}
        may = before.may_move_when_asked and self.now < before.claim.window.end
        is_near = self.now >= before.claim.window.start - timedelta(hours=1)
        stall = self.stalls[place_of(before)]
        said_before = stall.found_taken_until
        if before.state in LIVE and is_near:
            stall.found_taken_until = self.now + timedelta(hours=1)
        expected = self.nearest(before.booking, before.extra, avoid) if may else None
        try:
            after = self.world.ask_for_help(before.id, reason, before.claim.place, self.a_request())
        except TooLate:
            assert before.state not in LIVE
            return
        except TooEarly:
            assert not is_near
            assert stall.found_taken_until == said_before
            return
        assert before.state in LIVE
        if expected is None:
            assert (after.state, after.claim, after.promise.moves) == (
                before.state,
                before.claim,
                before.promise.moves,
            )
        else:
            assert (after.state, place_of(after)) == (State.RESERVED, expected)
            assert (after.reason, after.access.admitted_at) == (reason, None)
        assert after.notes.reported_problems[-1].space == before.claim.space

    @precondition(lambda self: self.orders())
    @rule(nth=nths, minutes=st.sampled_from([1, 15, 30, 60, 120, 600]))
    def the_driver_wants_more(self, nth: int, minutes: int) -> None:
        before, request = self.one_of_them(nth), self.a_request()
        window = before.claim.window
        asked = quarter(max(window.end, self.now) + timedelta(minutes=minutes), up=True)

        def is_possible(end: datetime) -> bool:
            longer = Window(window.start, end)
            return end - window.start <= A_DAY and self.has_room(
                place_of(before), longer, before.id
            )

        try:
            after = self.world.extend(before.id, timedelta(minutes=minutes), request)
        except NotThatLong as refused:
            longest = refused.longest
            assert not is_possible(asked)
            assert window.end <= longest < asked
            assert longest == window.end or is_possible(longest)
            assert not is_possible(longest + QUARTER)
        except TooLate:
            assert before.state not in LIVE
        else:
            assert before.state in LIVE
            assert is_possible(asked)
            assert after.claim.window == Window(window.start, asked)
            assert (after.claim.space, after.state) == (before.claim.space, before.state)
            assert self.world.extend(before.id, timedelta(minutes=minutes), request) == after
            return
        assert self.world.order(before) == before

    @precondition(lambda self: self.orders())
    @rule(nth=nths)
    def the_driver_leaves(self, nth: int) -> None:
        before = self.one_of_them(nth)
        if before.state is State.COMPLETED:
            assert self.world.leave(before.id, self.a_request()) == before
        elif before.state in LIVE and before.access.admitted_at:
            after = self.world.leave(before.id, self.a_request())
            assert after.state is State.COMPLETED
        else:
            with pytest.raises(TooLate):
                self.world.leave(before.id, self.a_request())
            assert self.world.order(before) == before

    # ── locks ────────────────────────────────────────────────────────────────────────────────

    def stall(self, data: st.DataObject) -> Stall:
        return self.stalls[data.draw(st.sampled_from(sorted(self.stalls)), label="space")]

    def it_says(self, stall: Stall) -> None:
        """The lock reports how things are."""
        known = self.world.locks.find(stall.space.thing)
        if known and known.has_vehicle and not stall.vehicle:
            stall.found_taken_until = None
        concerned = self.world.orders.find(stall.order) if stall.order else None
        self.heard = (stall.space.thing, stall.barrier, stall.order)
        self.world.lock_says(
            stall.space.ref,
            stall.barrier,
            order=stall.order,
            vehicle=stall.vehicle,
            fault=stall.fault,
            battery=stall.battery,
        )
        self.facts_hold()
        self.heard = None
        if isinstance(concerned, Order) and concerned.claim.thing == stall.space.thing:
            self.it_was_heard(concerned, stall)

    def it_was_heard(self, before: Order, stall: Stall) -> None:
        after = self.world.order(before)
        match before.state, stall.barrier:
            case State.RESERVED, BarrierReport.RAISED if (
                before.access.asked_at and not before.access.admitted_at
            ):
                assert after.state is State.HELD
            case State.RESERVED | State.HELD, BarrierReport.LOWERED if before.access.admitted_at:
                assert after.state is State.ARRIVED
            case State.HELD, BarrierReport.LOWERED:
                assert (after.state, after.barrier) == (State.RESERVED, None), "by hand"
            case _:
                assert after.state is before.state
        if after.state is State.ARRIVED:
            assert bool(after.access.vehicle_since) is stall.vehicle

    def obeys(self, stall: Stall) -> None:
        """Do what is desired, as a lock does: never up under a vehicle."""
        desired = self.world.desired(stall.space.ref)
        if desired is None or not stall.online or stall.fault:
            return
        barrier, order = desired
        if barrier is Barrier.RAISED and stall.vehicle:
            return
        if (stall.barrier.value, stall.order) != (barrier.value, order):
            stall.barrier, stall.order = BarrierReport(barrier.value), order
            self.it_says(stall)

    @rule()
    def all_locks_obey(self) -> None:
        self.they_all_obey()

    def they_all_obey(self) -> None:
        for stall in self.stalls.values():
            self.obeys(stall)

    @rule(data=st.data(), which=st.none() | names, barrier=barriers)
    def a_lock_says_anything(
        self, data: st.DataObject, which: Which | None, barrier: BarrierReport
    ) -> None:
        stall = self.stall(data)
        stall.barrier, stall.order = barrier, order_id(*which) if which else None
        self.it_says(stall)

    @rule(data=st.data())
    def a_vehicle_comes_or_goes(self, data: st.DataObject) -> None:
        stall = self.stall(data)
        stall.vehicle = not stall.vehicle
        self.it_says(stall)

    @rule(
        data=st.data(),
        fault=st.sampled_from([None, None, *Fault]),
        battery=st.sampled_from([0, 9, 10, 87, 100]),
    )
    def a_lock_breaks_or_is_mended(
        self, data: st.DataObject, fault: Fault | None, battery: int
    ) -> None:
        stall = self.stall(data)
        stall.fault, stall.battery = fault, battery
        self.it_says(stall)

    @rule(data=st.data())
    def a_lock_loses_contact_or_finds_it(self, data: st.DataObject) -> None:
        stall = self.stall(data)
        stall.online = not stall.online
        self.world.clock.forward(seconds=1)
        self.world.lock_goes(stall.space.ref, offline=not stall.online)

    # ── the clock ────────────────────────────────────────────────────────────────────────────

    def the_clock_looks_at(self, id_: OrderId) -> None:
        before = self.world.order(id_)
        if not before.is_live:
            # The order after it on the same space was due as well, was looked at first, and has
            # ended this one.
            assert self.world.watch(id_) == before
            return
        avoid = {*(tried.partition("/")[2] for tried in before.notes.tried), place_of(before)}
        elsewhere = self.nearest(before.booking, before.extra, avoid)
        stall = self.stalls[place_of(before)]
        after = self.world.watch(id_)
        if after.state is State.FAILED:
            assert elsewhere is None
        elif after.claim != before.claim:
            assert place_of(after) == elsewhere
        waits_for_its_lock = before.state is State.RESERVED and not before.access.admitted_at
        if waits_for_its_lock and self.now < self.missed_at(before):
            if before.access.asked_at or not stall.takes_orders:
                assert after.state is State.FAILED or place_of(after) != place_of(before)
            elif stall.vehicle:
                assert after.access.asked_at is None or place_of(after) != place_of(before)
            elif after.access.asked_at and place_of(after) == place_of(before):
                found = stall.found_taken_until
                assert elsewhere is None or found is None or found <= self.now
        elif waits_for_its_lock or (before.state is State.HELD and not before.access.admitted_at):
            assert after.state is State.NO_SHOW
        elif self.now >= before.claim.window.end:
            is_there = before.state is State.ARRIVED and before.access.vehicle_since
            assert after.state is (State.ARRIVED if is_there else State.COMPLETED)
            assert after.access.overstay_since or not is_there

    def clock_runs(self) -> None:
        for id_ in list(self.world.orders.due(self.now)):
            self.the_clock_looks_at(id_)
        done = len(self.world.orders.changes)
        self.world.clock_runs()
        assert len(self.world.orders.changes) == done, "a second run has nothing to do"
        for order in self.live():
            assert order.due_at
            assert order.due_at > self.now
            if order.state is State.HELD and not order.access.admitted_at:
                assert self.now < self.missed_at(order), "others may be next"

    @rule()
    def the_clock_runs(self) -> None:
        self.clock_runs()

    @rule(minutes=st.sampled_from([1, 2, 5, 15, 30, 240]))
    def time_passes_and_the_clock_does_not_run(self, minutes: int) -> None:
        self.world.clock.forward(minutes=minutes)

    @rule(minutes=st.sampled_from([2, 15, 30, 60, 120]), locks_obey=st.booleans())
    def time_passes_and_the_clock_runs(self, minutes: int, locks_obey: bool) -> None:
        until = self.now + timedelta(minutes=minutes)
        while True:
            dues = [one.due_at for one in self.live() if one.due_at]
            self.world.at(min([until, *(max(due, self.now) for due in dues)]))
            self.clock_runs()
            self.what_is_queued_is_done()
            if locks_obey:
                self.they_all_obey()
            if self.now >= until:
                return

    @precondition(lambda self: self.dues_to_come())
    @rule()
    def it_is_just_when_something_is_due(self) -> None:
        self.world.at(min(self.dues_to_come()))

    @precondition(lambda self: self.movable())
    @rule(nth=nths, reason=st.sampled_from([Reason.LOCK_SILENT, Reason.VEHICLE_PRESENT]))
    def an_order_must_move(self, nth: int, reason: Reason) -> None:
        before = self.movable()[nth % len(self.movable())]
        avoid = {*(tried.partition("/")[2] for tried in before.notes.tried), place_of(before)}
        expected = self.nearest(before.booking, before.extra, avoid)
        after = self.world.move(before, reason)
        assert after.reason is reason
        if expected is None:
            assert after.state is State.FAILED
        else:
            assert (after.state, place_of(after)) == (State.RESERVED, expected)
            assert after.claim.window == self.window(before.booking, before.extra)

    @precondition(lambda self: self.world.orders.changes)
    @rule()
    def what_follows_is_done(self) -> None:
        self.what_is_queued_is_done()

    def what_is_queued_is_done(self) -> None:
        """The queues are worked off; a lock that another order still holds is tried again later."""
        self.facts_hold()
        locks, self.world.effect_queues.locks[:] = list(self.world.effect_queues.locks), []
        for name in locks:
            self.world.adjust(name)
        todo, self.waiting = self.waiting, []
        for effect in todo:
            match effect:
                case NoticeEffect():
                    self.world.send.notice(effect.order, effect.version, effect.notice)
                case LockEffect():
                    try:
                        self.world.adjust(effect.thing, effect.order)
                    except Busy:
                        self.waiting.append(effect)
                case WebhookEffect():
                    pass
        self.locks_are_asked_for_what_is_right()

    @precondition(lambda self: self.movable())
    @rule(nth=nths, until=st.sampled_from(["held", "arrived", "parked", "over"]))
    def things_go_as_usual(self, nth: int, until: str) -> None:
        """So that what is rarer is tried from each state."""
        order = self.movable()[nth % len(self.movable())]
        self.at_last(order.schedule.secure_at)
        order = self.world.order(order)
        if until == "held" or order.state not in LIVE:
            return
        self.at_last(order.claim.window.start)
        order = self.world.order(order)
        if order.state not in LIVE:
            return
        self.is_here(order)
        self.at_last(self.now)
        if until == "arrived":
            return
        stall = self.stalls[place_of(order)]
        stall.vehicle = True
        self.it_says(stall)
        if until == "over":
            self.at_last(order.claim.window.end)

    def at_last(self, moment: datetime) -> None:
        """It is that time, or later already; everybody does what they should."""
        self.world.at(max(self.now, moment))
        self.clock_runs()
        self.what_is_queued_is_done()
        self.they_all_obey()

    # ── what must always be true ─────────────────────────────────────────────────────────────

    @invariant()
    def facts_hold(self) -> None:
        """Every change since the last look was one that may be."""
        changes = self.world.orders.changes
        while self.seen < len(changes):
            old, new = changes[self.seen]
            self.seen += 1
            self.waiting += effects(old, new)
            self.may_become(old, new)

    def may_become(self, old: Record | None, new: Record) -> None:
        assert new.version == (old.version if old else 0) + 1
        if not isinstance(new, Order):
            assert not isinstance(old, Order)
            return
        is_live = new.state in LIVE
        assert bool(new.due_at) is is_live
        before = old if isinstance(old, Order) else None
        if before is None:
            assert new.state is State.RESERVED
            assert self.being_booked == new.id
            return
        assert new.id == before.id
        step = (before.state, new.state)
        assert step[0] is step[1] or step[1] in DIAGRAM[step[0]]
        if step in BOOKED_ANEW:
            assert self.being_booked == new.id
        if new.state in {State.HELD, State.ARRIVED} and step[0] is not step[1]:
            said = {State.HELD: BarrierReport.RAISED, State.ARRIVED: BarrierReport.LOWERED}
            assert self.heard == (new.claim.thing, said[new.state], new.id)
            assert bool(new.access.admitted_at) is (new.state is State.ARRIVED)
        asked_to = new.promise.moves > before.promise.moves and new.reason in REPORTED_BY_DRIVER
        if (
            before.state in LIVE
            and before.access.admitted_at
            and new.state is not State.FAILED
            and not asked_to
        ):
            assert new.claim.space == before.claim.space, "the driver is in"
            assert new.claim.window.start == before.claim.window.start
            assert new.state in {before.state, State.ARRIVED, State.COMPLETED}
        if is_live and new.claim != before.claim:
            assert new.claim.attempt == (before.claim.attempt + 1) % 256

    @invariant()
    def spaces_are_kept_for_the_live_alone(self) -> None:
        kept = self.world.kept()
        assert kept == self.world.promised()
        assert len(kept) == len(self.world.orders.entries()), "no entry stands twice"
        assert kept == {entry for one in self.live() for entry in one.claim.entries(one.id)}

    @invariant()
    def nobody_shares_a_space(self) -> None:
        for one, other in combinations(self.live(), 2):
            if one.claim.space == other.claim.space:
                assert not meet(one.claim.window, other.claim.window)
        entries = sorted(
            (str(key), position, entry.first, entry.end)
            for key, position, entry in self.world.orders.entries()
        )
        for (*at, _, end), (*there, first, _) in pairwise(entries):
            assert at != there or end <= first

    @invariant()
    def a_walk_leads_to_what_is_needed(self) -> None:
        for order in self.live():
            stall = self.stalls[place_of(order)]
            assert stall.offers(order.booking.needs)
            assert order.claim.walk_dm == stall.walk_dm
            assert (order.claim.thing, order.claim.level) == (stall.space.thing, stall.space.level)

    @invariant()
    def windows_serve_the_booking(self) -> None:
        for order in self.live():
            window, booking = order.claim.window, order.booking
            stay = (booking.duration or self.settings.duration) + order.extra
            assert window.end == quarter(
                booking.service_time + stay + self.settings.leave_late, up=True
            )
            assert window.start < window.end <= window.start + A_DAY
            if self.settings.lock_when is LockWhen.BEFORE_START:
                assert window.start == quarter(booking.service_time - self.settings.arrive_early)
            assert order.schedule.no_show_at == booking.service_time + self.settings.grace
            latest = max(window.start, order.promise.revised_at or window.start)
            latest += timedelta(minutes=2)
            if order.notes.put_down:
                # A barrier lowered by hand is secured again a minute later, even within the window.
                latest = max(latest, order.changed_at + HAND_LOWERED_FOR)
            assert order.access.admitted_at or order.schedule.secure_at <= latest

    def locks_are_asked_for_what_is_right(self) -> None:
        asked = self.world.shadows.asked
        for name, desired in asked[self.asked :]:
            if desired.order is None:
                continue
            order = self.world.order(desired.order)
            if desired.barrier is Barrier.RAISED:
                stall = next(one for one in self.stalls.values() if one.space.thing == name)
                assert not stall.vehicle, "never under a vehicle"
                assert order.access.asked_at
            else:
                assert order.access.admitted_at
        self.asked = len(asked)

    def teardown(self) -> None:
        """When all is over one run of the clock ends it all, but for vehicles still there."""
        if not self.orders():
            return
        last = max(one.claim.window.end for one in self.orders())
        self.world.at(max(self.now, last) + A_DAY)
        self.clock_runs()
        for order in self.live():
            assert order.state is State.ARRIVED
            assert order.access.overstay_since
            assert order.access.vehicle_since
        self.spaces_are_kept_for_the_live_alone()
        for order in self.live():
            stall = self.stalls[place_of(order)]
            stall.vehicle, stall.order = False, order.id
            stall.barrier = BarrierReport.LOWERED
            self.it_says(stall)
        self.world.clock.forward(minutes=15)
        self.clock_runs()
        assert not self.live()
        assert self.world.kept() == set()
        self.facts_hold()


TestLifeOfOrders = LifeOfOrders.TestCase
TestLifeOfOrders.settings = settings(max_examples=200, stateful_step_count=50)
