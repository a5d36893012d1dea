"""Reservations by several racers at once: one merchant, one window, half of the spaces taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from queue import Empty, SimpleQueue
from random import Random
from threading import Barrier

from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.domain.booking.booking import Booking
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, Merchant
from baylock.ports.venue import Venues
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.orders.place_booking import PlaceBooking
from bench.alone import clock
from bench.bookings import find_booking
from bench.engine import Engine, slow_down
from bench.fill import Day, some_taken
from bench.meter import Meter, Seen
from bench.results import Race, Spread
from bench.store import OCCUPANCY, ORDERS, Findings, Store

SPACES, TAKEN, REQUESTS = 512, 256, 128
NETWORK_SECONDS = 0.005
"""Delay of each call in the counted races: about DynamoDB's latency."""


@dataclass(frozen=True, slots=True)
class Run:
    """One race; times in seconds."""

    seconds: float
    latencies: Sequence[float]
    walked_dm: int
    placed: int


def run_race(take: Sequence[Callable[[int], int | None]]) -> Run:
    """Start all racers at once; they take the next request until none is left.

    A racer is a function from a request's number to the walk of its space, in decimetres.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(REQUESTS):
        waiting.put(number)
    start_line = Barrier(len(take) + 1)

    def race(racer: Callable[[int], int | None]) -> list[tuple[float, int | None]]:
        got: list[tuple[float, int | None]] = []
        start_line.wait()
        while True:
            try:
                number = waiting.get_nowait()
            except Empty:
                return got
            start = time.perf_counter()
            walk = racer(number)
            got.append((time.perf_counter() - start, walk))

    with ThreadPoolExecutor(len(take)) as pool:
        racing = [pool.submit(race, racer) for racer in take]
        start_line.wait()
        start = time.perf_counter()
        results = [result for racer in racing for result in racer.result()]
        seconds = time.perf_counter() - start
    walks = [walk for _, walk in results if walk is not None]
    return Run(seconds, [latency for latency, _ in results], sum(walks), len(walks))


class _Racer:
    """A racer with its own client; `seen` holds what its meter counted, `orders` its orders."""

    def __init__(self, engine: Engine, venues: Venues, number: int, *, metered: bool) -> None:
        client = engine.dynamodb()
        self._meter = Meter(client, engine.dynamodb()) if metered else None
        if metered:
            slow_down(client, NETWORK_SECONDS)
        orders = DynamoDBOrders(client, ORDERS, OCCUPANCY)
        find_space = SpaceFinder(venues, orders, Random(f"racer {number}"))
        self._place = PlaceBooking(find_space, find_booking(orders), orders, clock)
        self.seen: list[Seen] = []
        self.orders: list[Order] = []

    def taking(self, bookings: Sequence[Booking]) -> Callable[[int], int | None]:
        """Return a function that places the booking of a given number."""
        return lambda number: self._take(bookings[number])

    def _take(self, booking: Booking) -> int | None:
        if self._meter is None:
            record = self._place(booking).record
        else:
            with self._meter.request() as seen:
                record = self._place(booking).record
            self.seen.append(seen)
        assert isinstance(record, Order)
        self.orders.append(record)
        return record.claim.walk_dm


class Track:
    """Runs races, each on a separate day."""

    def __init__(
        self, engine: Engine, mall: Mall, merchant: Merchant, venues: Venues, most: int
    ) -> None:
        self._mall, self._merchant = mall, merchant
        self._store = Store(engine.dynamodb())
        self._racers = {
            metered: [_Racer(engine, venues, number, metered=metered) for number in range(most)]
            for metered in (True, False)
        }

    def day(self, when: date, random: Random) -> Day:
        """Write a day with half of the spaces taken."""
        day = some_taken(self._mall, when, TAKEN, random)
        self._store.write(day)
        return day

    def shortest_dm(self, day: Day) -> int:
        """Return the shortest total walk of all requests."""
        return sum(day.free_walks(self._merchant)[:REQUESTS])

    def race(self, day: Day, racers: int, *, metered: bool) -> tuple[Run, list[Seen], Findings]:
        """Run one race, and check the raw items after it."""
        running = self._racers[metered][:racers]
        for racer in running:
            racer.seen, racer.orders = [], []
        bookings = [self._day_booking(day, f"race-{racers}-{number}") for number in range(REQUESTS)]
        run = run_race([racer.taking(bookings) for racer in running])
        orders = [order for racer in running for order in racer.orders]
        found = self._store.check(day, orders)
        return run, [request for racer in running for request in racer.seen], found

    def _day_booking(self, day: Day, reference: str) -> Booking:
        return day.booking(self._merchant, f"{reference}-{day.date}")


def race_many(
    track: Track,
    racers: int,
    days: Iterable[date],
    random: Random,
    done: Callable[[], object],
) -> Race:
    """Race on each day, alternately under the meter and against the clock."""
    counted: list[list[Seen]] = []
    ratios, timed, found = [], [], []
    for number, when in enumerate(days):
        day = track.day(when, random)
        metered = number % 2 == 0
        run, seen, findings = track.race(day, racers, metered=metered)
        found.append(findings)
        ratios.append(run.walked_dm / track.shortest_dm(day))
        if metered:
            counted.append(seen)
        else:
            timed.append(run)
        done()
    return _summary(racers, counted, timed, ratios, found)


def _summary(
    racers: int,
    counted: Sequence[Sequence[Seen]],
    timed: Sequence[Run],
    ratios: Sequence[float],
    found: Sequence[Findings],
) -> Race:
    def per_success(what: str) -> Spread:
        return Spread.of(
            sum(request.total(what) for request in seen) / len(seen) for seen in counted
        )

    every = [request for seen in counted for request in seen]
    return Race(
        racers=racers,
        repetitions=len(found),
        requests=REQUESTS * len(found),
        successes=len(every) + sum(run.placed for run in timed),
        attempts=Spread.of(
            sum(1 + request.lost for request in seen) / len(seen) for seen in counted
        ),
        read_units=per_success("read_units"),
        write_units=per_success("write_units"),
        index_units=per_success("index_units"),
        round_trips=Spread.of(
            sum(request.round_trips for request in seen) / len(seen) for seen in counted
        ),
        calls_besides=max(len(request.calls) - request.lost for request in every),
        wall_ms=Spread.of(run.seconds / run.placed * 1000 for run in timed),
        latency_ms=Spread.of(seconds * 1000 for run in timed for seconds in run.latencies),
        walk_ratio=Spread.of(ratios),
        found=Findings(
            sum(findings.double_bookings for findings in found),
            sum(findings.orders_without_space for findings in found),
            sum(findings.spaces_without_order for findings in found),
        ),
    )
