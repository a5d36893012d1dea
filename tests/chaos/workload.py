"""What merchants, drivers, locks and the clock do, all at once, for a day and a half."""

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
"""How often each kind is, beside the others. "clock" is what brings no-shows about; it and the
sweep run beside the clock's own runs, as when a run is late."""

LENGTHS = (None, None, 15, 20, 30, 45, 60, 90, 90, 120, 120, 180, 240)
"""Minutes."""

OPERATIONS_PER_RUSH = 4
SWEEPS = ((0, 5), (61, 110), (115, 290))
"""Seconds after the beginning of a rush: into it, and after all that it left is a minute old."""

BATCH = 40
"""Changes of orders that are brought to the hint at once."""

PLACING = (InvalidBooking, NoSpace, TooLate)
MAY_SAY = {
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
"""What may come of an operation, by kind, beside Busy; PLACING of the others. All else is a bug."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that somebody wants; said again, it is the same thing. Returns its outcome."""

    kind: str
    act: Callable[[], str]


@dataclass
class Tally:
    """What happened."""

    operations: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    swept: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many operations were begun."""
        return sum(self.operations.values())


class Workload:
    """Chooses what is done next, and remembers what was said of bookings, as merchants would."""

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
        self._said: dict[Reference, Booking] = {}
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
        """Put everybody to work."""
        for number in range(self._workers):
            self.world.scheduler.spawn(f"w{number}", self._work)
        self.world.scheduler.spawn("sweeper", self._sweep)
        self.world.scheduler.spawn("clock", self._watch_the_clock)
        self.world.scheduler.spawn("stream", self._follow_stream)

    # ── who is at work ───────────────────────────────────────────────────────────────────────

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
            self._come_again(operation)
        del self._under_way[who]

    def _outcome(self, kind: str, act: Callable[[], str]) -> str:
        try:
            outcome = act()
        except Crashed:
            outcome = "crashed"
        except (Busy, *MAY_SAY.get(kind, PLACING)) as error:
            outcome = type(error).__name__
        except Exception as error:  # noqa: BLE001 (shown, and the run has failed)
            outcome = self._failed(kind, error)
        self.tally.outcomes[outcome] += 1
        self.world.client.note(f"{kind}: {outcome}")
        return outcome

    def _failed(self, kind: str, error: Exception) -> str:
        told = "".join(traceback.format_exception(error))
        self.tally.failures.append(f"{kind} at {self.world.scheduler.now}:\n{told}")
        return f"FAILED {type(error).__name__}"

    def _stalled(self, who: str) -> None:
        """Whoever waits for an operation that hangs gives up, and asks again."""
        if (operation := self._under_way.get(who)) and self.random.random() < 0.7:
            self._come_again(operation)

    def _come_again(self, operation: Operation) -> None:
        """Soon, or after minutes."""
        longest = self.random.choice((0.5, 5, 150))
        after = timedelta(seconds=self.random.uniform(0, longest))
        self._again.append((self.world.scheduler.now + after, operation))

    def _sweep(self) -> None:
        """Three times a rush; a sweep that falls is made up for by the next."""
        while self._working:
            begun = self.world.scheduler.now
            for earliest, latest in SWEEPS:
                at = begun + timedelta(seconds=self.random.uniform(earliest, latest))
                self.world.scheduler.wait(max(at - self.world.scheduler.now, timedelta()))
                self.world.client.begin("sweep")
                self._outcome("sweep", self.sweep)
            self._until_next_rush()

    def sweep(self) -> str:
        """One sweep."""
        self.tally.swept += self.world.sweep()
        return "swept"

    def _follow_stream(self) -> None:
        """A batch at a time, twice a rush: the hint of a large lot is mostly out of date."""
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
        """Mostly; some come in between, among those who were left over."""
        now = self.world.scheduler.now
        so_far = (now - self.world.venue.begins) % self._between_rushes
        left = self._between_rushes - so_far
        if self.random.random() < 0.15:
            left = min(left, timedelta(seconds=self.random.uniform(1, 400)))
        self.world.scheduler.wait(left + timedelta(seconds=self.random.uniform(0, 1)))

    # ── what is done ─────────────────────────────────────────────────────────────────────────

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
                said = self._a_booking()
                return self._say(kind, said) if said else self._operation("reserve")

    def _say(self, kind: str, said: Booking) -> Operation:
        """What a merchant says of a booking that was said before."""
        match kind:
            case "cancel":
                return Operation(kind, lambda: self._cancel(said))
            case "other time":
                shift = timedelta(minutes=self.random.choice((-45, -15, 5, 15, 30, 60, 135, 600)))
                return self._booking(kind, replace(said, service_time=said.service_time + shift))
            case "other length":
                return self._booking(kind, replace(said, duration=self._length()))
            case "other needs":
                return self._booking(kind, replace(said, needs=self._needs()))
            case "not needed":
                return self._booking(kind, replace(said, parking_needed=False))
            case "needed again":
                return self._booking(kind, replace(said, parking_needed=True))
            case _:
                return self._booking(kind, said, news=False)

    def _about(self, kind: str, order: Order) -> Operation:
        """What a driver or a lock does, or is done to an order."""
        self._requests += 1
        request = f"in-{self._requests}"
        match kind:
            case "extend":
                extra = timedelta(minutes=self.random.choice((15, 30, 45, 60, 120, 180)))
                return Operation(
                    kind, lambda: self._saw(self.world.extend(order.id, extra, request))
                )
            case "give up":
                return Operation(
                    kind, lambda: self._saw(self.world.cancel.give_up(order.id, request))
                )
            case "admit":
                return Operation(kind, lambda: self._saw(self.world.admit(order.id)))
            case "leave":
                return Operation(kind, lambda: self._saw(self.world.leave(order.id, request)))
            case "move":
                return Operation(kind, lambda: self._move(order))
            case _:
                vehicle = self.random.random() < 0.5
                return Operation(kind, lambda: self._report(order, vehicle=vehicle))

    def _booking(self, kind: str, booking: Booking, *, news: bool = True) -> Operation:
        if news and booking.said_at is not None:
            booking = replace(booking, said_at=self._second())
        self._said[booking.reference] = booking
        self._lately.append(booking.reference)

        def place() -> str:
            return self._saw(self.world.place(booking).record)

        return Operation(kind, place)

    def _new_booking(self) -> Booking:
        return Booking(
            merchant=self.random.choice(self.world.venue.merchant_ids()),
            reference=Reference(f"TBL-{len(self._said)}"),
            service_time=self._service_time(),
            duration=self._length(),
            phone=DRIVER,
            needs=self._needs(),
            said_at=self.random.choice((None, self._second())),
        )

    def _service_time(self) -> datetime:
        """Mostly in the next rushes, in which there are more bookings than spaces."""
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
        """One of the latest, mostly, so that several have to do with it at once."""
        if not self._said:
            return None
        if self.random.random() < 0.75:
            return self._said[self.random.choice(self._lately)]
        return self._said[self.random.choice(list(self._said))]

    def _an_order(self, kind: str) -> Order | None:
        """One that this can happen to, as far as was seen; the latest mostly."""
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

    # ── how it is done ───────────────────────────────────────────────────────────────────────

    def _saw(self, known: Record | None) -> str:
        """Remember an order as it is, the latest last."""
        if not isinstance(known, Order):
            return "declined" if known else "nothing"
        self._seen.pop(known.id, None)
        self._seen[known.id] = known
        return known.state.value

    def _cancel(self, said: Booking) -> str:
        return self._saw(self.world.cancel(said.merchant, said.reference, said.said_at))

    def _clock(self, most: int) -> str:
        """What is due happens. One that falls takes the others with it, until the next run."""
        due = list(islice(self.world.orders.due(self.world.scheduler.now), most))
        for order in due:
            self._saw(self.world.watch(order))
        return "watched" if due else "nothing due"

    def _move(self, order: Order) -> str:
        known = self.world.orders.find(order.id)
        if (
            not isinstance(known, Order)
            or known.state is not State.RESERVED
            or known.access.admitted_at
        ):
            return "nothing"
        return self._saw(self.world.move(known, Reason.LOCK_UNUSABLE))

    def _report(self, order: Order, *, vehicle: bool) -> str:
        raised = order.barrier is Barrier.RAISED
        barrier = BarrierReport.RAISED if raised else BarrierReport.LOWERED
        vehicle = vehicle and not raised
        return self._saw(self.world.lock_says(order.claim.thing, barrier, order, vehicle=vehicle))
