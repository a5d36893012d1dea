"""Merchants, drivers, locks and the clock, all at once, for a day and a half."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from tests.chaos.faults import Crashed
from tests.chaos.world import World

from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.errors import (
    Busy,
    InvalidBooking,
    NoSpace,
    NoSuchBooking,
    NotThatLong,
    TooEarly,
    TooLate,
)
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import Barrier, Needs

DRIVER = "+14255550123"

WEIGHTS = {
    "reserve": 28,
    "repeat": 10,
    "cancel": 8,
    "give up": 4,
    "other time": 7,
    "other length": 6,
    "other needs": 2,
    "not needed": 4,
    "needed again": 4,
    "extend": 8,
    "move": 5,
    "clock": 4,
    "sweep": 1,
    "report": 5,
    "admit": 4,
    "leave": 3,
}
"""Relative frequency of each kind. "clock" causes no-shows; it and the sweep run beside the
clock's own runs, as when a run is late."""

LENGTHS = (None, None, 15, 20, 30, 45, 60, 90, 90, 120, 120, 180, 240)
"""Lengths of bookings in minutes."""

OPERATIONS_PER_RUSH = 4
SWEEPS = ((0, 5), (61, 110), (115, 290))
"""Seconds after the beginning of a rush: during it, and after its abandoned claims are a minute
old."""

BATCH = 40
"""Changes of orders that are applied to the hint at once."""

PLACING = (InvalidBooking, NoSpace, TooLate)
EXPECTED_ERRORS = {
    "cancel": (NoSuchBooking, TooLate),
    "give up": (TooLate,),
    "extend": (NotThatLong, TooLate),
    "move": (),
    "clock": (),
    "report": (),
    "admit": (TooEarly, TooLate),
    "leave": (TooLate,),
    "sweep": (),
    "stream": (),
}
"""Errors that an operation may raise, by kind, besides Busy; PLACING for other kinds. Any other
error is a bug."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a merchant, driver or lock; a repetition does the same. Returns its
    outcome."""

    kind: str
    act: Callable[[], str]


@dataclass
class Tally:
    """Counts of a run."""

    operations: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    swept: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The number of operations begun."""
        return sum(self.operations.values())


class Workload:
    """Chooses the next operation, and remembers bookings as merchants do."""

    def __init__(
        self,
        world: World,
        random: Random,
        operations: int,
        workers: int,
        began: Callable[[int], object],
    ) -> None:
        self.world, self.random = world, random
        self._began = began
        self.tally = Tally()
        self._operations = operations
        self._workers = workers
        self._bookings: dict[Reference, Booking] = {}
        self._lately: deque[Reference] = deque(maxlen=12)
        self._seen: dict[str, Order] = {}
        self._again: deque[tuple[datetime, Operation]] = deque()
        self._under_way: dict[str, Operation] = {}
        self._requests = 0
        rushes = max(5, round(operations / workers / OPERATIONS_PER_RUSH))
        self._between_rushes = (world.venue.ends - world.venue.begins) / rushes
        self._working = workers
        world.client.stalled = self._stalled

    def start(self) -> None:
        """Start all workers."""
        for number in range(self._workers):
            self.world.scheduler.spawn(f"w{number}", self._work)
        self.world.scheduler.spawn("sweeper", self._sweep)
        self.world.scheduler.spawn("clock", self._watch_the_clock)
        self.world.scheduler.spawn("stream", self._follow_stream)

    # ── workers ──────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while (operation := self._next()) is not None:
            self._run(operation)
            if self.random.random() < 1 / OPERATIONS_PER_RUSH:
                self._until_next_rush()
            else:
                self._wait(0, 0.3)
        self._working -= 1

    def _run(self, operation: Operation) -> None:
        who = self.world.scheduler.current
        self.tally.operations[operation.kind] += 1
        self._began(self.tally.total)
        self._under_way[who] = operation
        self.world.client.begin(operation.kind)
        outcome = self._outcome(operation.kind, operation.act)
        if outcome == "crashed" and self.random.random() < 0.6:
            self._repeat_later(operation)
        del self._under_way[who]

    def _outcome(self, kind: str, act: Callable[[], str]) -> str:
        try:
            outcome = act()
        except Crashed:
            outcome = "crashed"
        except (Busy, *EXPECTED_ERRORS.get(kind, PLACING)) as error:
            outcome = type(error).__name__
        except Exception as error:  # noqa: BLE001 (reported; the run has failed)
            outcome = self._failed(kind, error)
        self.tally.outcomes[outcome] += 1
        self.world.client.note(f"{kind}: {outcome}")
        return outcome

    def _failed(self, kind: str, error: Exception) -> str:
        details = "".join(traceback.format_exception(error))
        self.tally.failures.append(f"{kind} at {self.world.scheduler.now}:\n{details}")
        return f"FAILED {type(error).__name__}"

    def _stalled(self, who: str) -> None:
        """Let the caller of a hanging operation give up and repeat it."""
        if (operation := self._under_way.get(who)) and self.random.random() < 0.7:
            self._repeat_later(operation)

    def _repeat_later(self, operation: Operation) -> None:
        """Repeat an operation soon, or after minutes."""
        longest = self.random.choice((0.5, 5, 150))
        after = timedelta(seconds=self.random.uniform(0, longest))
        self._again.append((self.world.scheduler.now + after, operation))

    def _sweep(self) -> None:
        """Sweep three times a rush; the next sweep makes up for a crash."""
        while self._working:
            begun = self.world.scheduler.now
            for earliest, latest in SWEEPS:
                at = begun + timedelta(seconds=self.random.uniform(earliest, latest))
                self.world.scheduler.wait(max(at - self.world.scheduler.now, timedelta()))
                self.world.client.begin("sweep")
                self._outcome("sweep", self.sweep)
            self._until_next_rush()

    def sweep(self) -> str:
        """Sweep once."""
        self.tally.swept += self.world.sweep()
        return "swept"

    def _follow_stream(self) -> None:
        """Process a batch twice a rush, so that the hint of a large lot is mostly out of date."""
        while self._working:
            for _ in range(2):
                self._wait(0.2, 5)
                self.world.client.begin("stream")
                self._outcome("stream", self._batch)
            self._until_next_rush()

    def _batch(self) -> str:
        self.world.follow_stream(most=BATCH)
        return "hinted"

    def _watch_the_clock(self) -> None:
        while self._working:
            self._wait(0, 5)
            self.world.client.begin("clock")
            self._outcome("clock", lambda: self._clock(most=1000))
            self._until_next_rush()

    def _wait(self, shortest: float, longest: float) -> None:
        seconds = self.random.uniform(shortest, longest)
        self.world.scheduler.wait(timedelta(seconds=seconds))

    def _until_next_rush(self) -> None:
        """Wait until the next rush; some callers act in between, among those left from the last
        one."""
        now = self.world.scheduler.now
        so_far = (now - self.world.venue.begins) % self._between_rushes
        left = self._between_rushes - so_far
        if self.random.random() < 0.15:
            left = min(left, timedelta(seconds=self.random.uniform(1, 400)))
        self.world.scheduler.wait(left + timedelta(seconds=self.random.uniform(0, 1)))

    # ── choice of operations ─────────────────────────────────────────────────────────────────────

    def _next(self) -> Operation | None:
        if self.tally.total >= self._operations:
            return None
        for _ in range(len(self._again)):
            at, operation = self._again.popleft()
            if at <= self.world.scheduler.now:
                return operation
            self._again.append((at, operation))
        kinds = list(WEIGHTS)
        kind = self.random.choices(kinds, list(WEIGHTS.values()))[0]
        return self._operation(kind)

    def _operation(self, kind: str) -> Operation:
        match kind:
            case "reserve":
                return self._booking(kind, self._new_booking())
            case "clock":
                return Operation(kind, lambda: self._clock(most=4))
            case "sweep":
                return Operation(kind, self.sweep)
            case "report" | "admit" | "leave" | "give up" | "extend" | "move":
                order = self._an_order(kind)
                return self._about(kind, order) if order else self._operation("reserve")
            case _:
                booking = self._a_booking()
                return (
                    self._repeat_or_change(kind, booking) if booking else self._operation("reserve")
                )

    def _repeat_or_change(self, kind: str, booking: Booking) -> Operation:
        """Repeat or change a booking, as its merchant."""
        match kind:
            case "cancel":
                return Operation(kind, lambda: self._cancel(booking))
            case "other time":
                shift = timedelta(minutes=self.random.choice((-45, -15, 5, 15, 30, 60, 135, 600)))
                return self._booking(
                    kind, replace(booking, service_time=booking.service_time + shift)
                )
            case "other length":
                return self._booking(kind, replace(booking, duration=self._length()))
            case "other needs":
                return self._booking(kind, replace(booking, needs=self._needs()))
            case "not needed":
                return self._booking(kind, replace(booking, parking_needed=False))
            case "needed again":
                return self._booking(kind, replace(booking, parking_needed=True))
            case _:
                return self._booking(kind, booking, news=False)

    def _about(self, kind: str, order: Order) -> Operation:
        """Act on an order, as its driver or its lock."""
        self._requests += 1
        request = f"in-{self._requests}"
        match kind:
            case "extend":
                extra = timedelta(minutes=self.random.choice((15, 30, 45, 60, 120, 180)))
                return Operation(
                    kind, lambda: self._remember(self.world.extend(order.id, extra, request))
                )
            case "give up":
                return Operation(
                    kind, lambda: self._remember(self.world.cancel.give_up(order.id, request))
                )
            case "admit":
                return Operation(kind, lambda: self._remember(self.world.admit(order.id)))
            case "leave":
                return Operation(kind, lambda: self._remember(self.world.leave(order.id, request)))
            case "move":
                return Operation(kind, lambda: self._move(order))
            case _:
                vehicle = self.random.random() < 0.5
                return Operation(kind, lambda: self._report(order, vehicle=vehicle))

    def _booking(self, kind: str, booking: Booking, *, news: bool = True) -> Operation:
        if news and booking.said_at is not None:
            booking = replace(booking, said_at=self._second())
        self._bookings[booking.reference] = booking
        self._lately.append(booking.reference)

        def place() -> str:
            return self._remember(self.world.place(booking).record)

        return Operation(kind, place)

    def _new_booking(self) -> Booking:
        return Booking(
            merchant=self.random.choice(self.world.venue.merchant_ids()),
            reference=Reference(f"TBL-{len(self._bookings)}"),
            service_time=self._service_time(),
            duration=self._length(),
            phone=DRIVER,
            needs=self._needs(),
            said_at=self.random.choice((None, self._second())),
        )

    def _service_time(self) -> datetime:
        """Choose a time, mostly in the next rushes, which have more bookings than spaces."""
        now = self.world.scheduler.now
        coming = [rush for rush in self.world.venue.rushes if rush > now]
        if coming and self.random.random() < 0.6:
            minutes = self.random.choice((-45, -30, -15, -7, 0, 0, 10, 15, 30, 50))
            at = self.random.choice(coming[:2]) + timedelta(minutes=minutes)
        else:
            at = now + timedelta(minutes=self.random.randrange(0, 16 * 60, 5))
        return max(at, now).replace(second=0, microsecond=0)

    def _length(self) -> timedelta | None:
        if self.random.random() < 0.02:
            return timedelta(hours=self.random.randint(8, 23))
        minutes = self.random.choice(LENGTHS)
        return timedelta(minutes=minutes) if minutes else None

    def _needs(self) -> Needs:
        return Needs.parse(["ev"] if self.random.random() < 0.12 else [])

    def _second(self) -> datetime:
        return self.world.scheduler.now.replace(microsecond=0)

    def _a_booking(self) -> Booking | None:
        """Choose a booking, mostly a recent one, so that several operations meet."""
        if not self._bookings:
            return None
        if self.random.random() < 0.75:
            return self._bookings[self.random.choice(self._lately)]
        return self._bookings[self.random.choice(list(self._bookings))]

    def _an_order(self, kind: str) -> Order | None:
        """Choose an order that fits the operation, mostly a recent one, by its last known state."""
        latest = reversed(self._seen.values())
        found = list(islice((order for order in latest if self._fits(kind, order)), 12))
        return self.random.choice(found) if found else None

    def _fits(self, kind: str, order: Order) -> bool:
        match kind:
            case "report":
                return order.barrier is not None
            case "admit":
                is_near = order.schedule.secure_at <= self.world.scheduler.now
                return order.is_live and is_near and not order.access.admitted_at
            case "leave":
                return order.is_live and order.access.admitted_at is not None
            case _:
                return order.is_live

    # ── operations ───────────────────────────────────────────────────────────────────────────────

    def _remember(self, known: Record | None) -> str:
        """Remember the latest state of an order, the most recent last."""
        if not isinstance(known, Order):
            return "declined" if known else "nothing"
        self._seen.pop(known.id, None)
        self._seen[known.id] = known
        return known.state.value

    def _cancel(self, booking: Booking) -> str:
        return self._remember(
            self.world.cancel(booking.merchant, booking.reference, booking.said_at)
        )

    def _clock(self, most: int) -> str:
        """Handle due orders; a crash stops the rest until the next run."""
        due = list(islice(self.world.orders.due(self.world.scheduler.now), most))
        for order in due:
            self._remember(self.world.watch(order))
        return "watched" if due else "nothing due"

    def _move(self, order: Order) -> str:
        known = self.world.orders.find(order.id)
        if (
            not isinstance(known, Order)
            or known.state is not State.RESERVED
            or known.access.admitted_at
        ):
            return "nothing"
        return self._remember(self.world.move(known, Reason.LOCK_UNUSABLE))

    def _report(self, order: Order, *, vehicle: bool) -> str:
        raised = order.barrier is Barrier.RAISED
        barrier = BarrierReport.RAISED if raised else BarrierReport.LOWERED
        vehicle = vehicle and not raised
        return self._remember(
            self.world.lock_says(order.claim.thing, barrier, order, vehicle=vehicle)
        )
