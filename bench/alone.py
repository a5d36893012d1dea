"""Reservations one after another: the cost of each, by size of the lot and how full it is."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.domain.booking.booking import Booking
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, Merchant, MerchantId
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.allocation.refresh_hint import RefreshHint
from baylock.usecases.orders.place_booking import PlaceBooking, Placed
from bench.bookings import find_booking
from bench.engine import Engine, slow_down
from bench.fill import Day
from bench.meter import Meter, Seen
from bench.results import Alone, Spread
from bench.store import OCCUPANCY, ORDERS, VENUE, Store, hints

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 12, 1, 20, tzinfo=UTC)
"""The use case's clock: fixed, so that each run asks for the same days."""

WARM_UP = 3
"""Uncounted reservations at the start, which open connections and compile patterns."""
REGULARS = 8
"""How many merchants book again and again."""
NETWORK_SECONDS = 0.02
"""Delay of each call while calls are counted; see `slow_down`."""


def clock() -> datetime:
    """Return NOW."""
    return NOW


def warm_venues(engine: Engine, mall: Mall, merchants: Sequence[Merchant]) -> DynamoDBVenues:
    """Build venues with cached mall and merchants, as in a function that has run for a while."""
    venues = DynamoDBVenues(engine.dynamodb(), VENUE, clock)
    for merchant in merchants:
        venues.mall(mall.ref)
        venues.merchant(MerchantId(mall.ref, merchant.ref))
    return venues


@dataclass(frozen=True, slots=True)
class _Timed:
    """A reservation without a meter, in milliseconds."""

    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True, slots=True)
class _Counted:
    """A reservation under the meter, and the refresh of the hint after it."""

    reserved: Seen
    hinted: Seen


class _Desk:
    """Takes reservations in a lot on a day and undoes each, so that occupancy stays constant."""

    def __init__(
        self, engine: Engine, day: Day, merchants: Sequence[Merchant], random: Random
    ) -> None:
        self._day, self._random = day, random
        self._store = Store(engine.dynamodb())
        self._numbers = count()
        self._venues = warm_venues(engine, day.mall, merchants)
        self.walked = self.shortest = 0
        measured = engine.dynamodb()
        self._meter = Meter(measured, engine.dynamodb())
        slow_down(measured, NETWORK_SECONDS)
        self._place_measured = self._use_case(measured)
        self._place = self._use_case(engine.dynamodb())
        self._refresh_hint = RefreshHint(self._venues, hints(measured))

    def _use_case(self, client: DynamoDBClient) -> PlaceBooking:
        orders = DynamoDBOrders(client, ORDERS, OCCUPANCY)
        return PlaceBooking(
            SpaceFinder(self._venues, orders, self._random), find_booking(orders), orders, clock
        )

    def counted(self, merchants: Iterable[Merchant]) -> list[_Counted]:
        """Make a reservation for each merchant, under the meter."""
        counted = []
        for merchant, booking in self._bookings(merchants):
            with self._meter.request() as reserved:
                order = _order(self._place_measured(booking))
            with self._meter.request() as hinted:
                self._refresh_hint.of_changes([(None, order)])
            counted.append(_Counted(reserved, hinted))
            self._undo(merchant, order)
            self._refresh_hint.of_changes([(order, None)])
        return counted

    def timed(self, merchants: Iterable[Merchant]) -> list[_Timed]:
        """Make a reservation for each merchant: CPU time of all threads of this process, and wall
        time."""
        timed = []
        for merchant, booking in self._bookings(merchants):
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            placed = self._place(booking)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            timed.append(_Timed(cpu * 1000, wall * 1000))
            self._undo(merchant, _order(placed))
        return timed

    def _bookings(self, merchants: Iterable[Merchant]) -> Iterator[tuple[Merchant, Booking]]:
        for merchant, number in zip(merchants, self._numbers, strict=False):
            yield merchant, self._day.booking(merchant, f"alone-{self._day.date}-{number}")

    def _undo(self, merchant: Merchant, order: Order) -> None:
        self.walked += order.claim.walk_dm
        self.shortest += self._day.free_walks(merchant)[0]
        self._store.undo(self._day, order)


def _order(placed: Placed) -> Order:
    assert isinstance(placed.record, Order)
    return placed.record


@contextmanager
def _few_left_to_collect() -> Iterator[None]:
    """Keep the objects that the bench and the SDK already hold out of garbage collection."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def reserve_alone(
    engine: Engine,
    day: Day,
    merchants: Sequence[Merchant],
    full: float,
    reserves: int,
    random: Random,
) -> Alone:
    """Make `reserves` reservations under the meter, and as many against the clock."""
    desk = _Desk(engine, day, merchants, random)
    newcomer, *regulars = random.sample(merchants, 1 + REGULARS)
    with _few_left_to_collect():
        desk.timed([newcomer] * WARM_UP)
        first = desk.timed(regulars)
        timed = desk.timed(random.choices(regulars, k=reserves))
    counted = desk.counted(random.choices(regulars, k=reserves))

    def total(what: str) -> Spread:
        return Spread.of(reservation.reserved.total(what) for reservation in counted)

    return Alone(
        spaces=len(day.lot.spaces),
        full=full,
        free=len(day.free_walks(merchants[0])),
        reserves=reserves,
        round_trips=Spread.of(reservation.reserved.round_trips for reservation in counted),
        read_units=total("read_units"),
        write_units=total("write_units"),
        index_units=total("index_units"),
        items_read=total("items_read"),
        bytes_read=total("bytes_read"),
        hint_read_units=Spread.of(
            reservation.hinted.total("read_units") for reservation in counted
        ),
        hint_write_units=Spread.of(
            reservation.hinted.total("write_units") for reservation in counted
        ),
        first_cpu_ms=Spread.of(reservation.cpu_ms for reservation in first),
        cpu_ms=Spread.of(reservation.cpu_ms for reservation in timed),
        wall_ms=Spread.of(reservation.wall_ms for reservation in timed),
        walk_ratio=desk.walked / desk.shortest,
    )
