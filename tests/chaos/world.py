"""Every use case that touches orders, wired to the real adapter and a client with faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tests.chaos.checker import Findings, check
from tests.chaos.engine import Item, scan
from tests.chaos.faults import Faults
from tests.chaos.faulty_client import FaultyClient
from tests.chaos.scheduler import Scheduler
from tests.chaos.venue import ZONE, Venue
from tests.fakes.keys import find_booking
from tests.fakes.locks import FakeLocks
from tests.fakes.texts import FakeEffectQueues
from tests.fakes.venues import FakeVenues

from baylock.adapters.dynamodb.hints import DynamoDBHints
from baylock.adapters.dynamodb.order_item import read_record
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.domain.allocation.occupancy import ZoneDay
from baylock.domain.locks.lock import BarrierReport, Lock, LockReport, Session
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.venue.mall import MallRef, SpaceId, ThingName
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.allocation.refresh_hint import RefreshHint
from baylock.usecases.allocation.sweep_spaces import SweepSpaces
from baylock.usecases.driver.admit_driver import AdmitDriver
from baylock.usecases.driver.extend_stay import ExtendStay
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.locks.record_lock_report import RecordLockReport
from baylock.usecases.orders.cancel_booking import CancelBooking
from baylock.usecases.orders.move_order import MoveOrder
from baylock.usecases.orders.place_booking import PlaceBooking
from baylock.usecases.orders.watch_order import WatchOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_T = TypeVar("_T")
_P = ParamSpec("_P")


class AtOnce:
    """An executor that runs work at once, in the calling thread."""

    def submit(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        done: Future[_T] = Future()
        done.set_result(work(*args, **kwargs))
        return done


class HintsInOrder(DynamoDBHints):
    """Hints with changes in a fixed order, so that a run does not depend on the order of a set."""

    def refresh(self, mall: MallRef, changes: Collection[tuple[ZoneDay, int]]) -> None:
        super().refresh(mall, sorted(changes, key=repr))


class World:
    """One mall on a database in memory, with its clock and all use cases."""

    def __init__(
        self,
        database: DynamoDBClient,
        venue: Venue,
        random: Random,
        faults: Faults,
        *,
        orders: type[DynamoDBOrders] = DynamoDBOrders,
    ) -> None:
        self.venue = venue
        self._database = database
        self.scheduler = Scheduler(venue.begins)
        clock = self.scheduler.clock
        self.client = FaultyClient(database, self.scheduler, random, faults)
        client: Any = self.client
        at_once: Any = AtOnce()
        self.orders = orders(client, "orders", "occupancy", at_once)
        self.venues = FakeVenues()
        self.venues.save(venue.mall, venue.merchants)
        self.locks = _locks(venue)

        self.find_space = SpaceFinder(self.venues, self.orders, random)
        self.find_booking = find_booking(self.orders)
        self.place = PlaceBooking(self.find_space, self.find_booking, self.orders, clock)
        self.cancel = CancelBooking(self.find_booking, self.orders, clock)
        self.extend = ExtendStay(self.venues, self.orders, clock)
        self.move = MoveOrder(self.find_space, self.orders, clock)
        self.admit = AdmitDriver(self.venues, self.orders, clock)
        self.leave = LeaveSpace(self.orders, clock)
        self.watch = WatchOrder(self.orders, self.locks, self.move, clock)
        self.record_report = RecordLockReport(
            self.venues, self.locks, self.orders, FakeEffectQueues(), clock
        )
        self.refresh_hint = RefreshHint(self.venues, HintsInOrder(client, "occupancy", clock))
        self.sweep = SweepSpaces(self.orders, self.refresh_hint, clock)
        self._changes: deque[tuple[Record | None, Record | None]] = deque()
        self.client.wrote = self._streamed
        self._reports = 0

    def lock_says(
        self, thing: ThingName, barrier: BarrierReport, order: Order, *, vehicle: bool
    ) -> Order | None:
        """Let a lock report, and record the report."""
        self._reports += 1
        first = _report(thing, self._reports, self.scheduler.now)
        return self.record_report(replace(first, barrier=barrier, order=order.id, vehicle=vehicle))

    def _streamed(self, table: str, old: Item | None, new: Item | None) -> None:
        if table == "orders":
            before, after = (read_record(item) if item else None for item in (old, new))
            self._changes.append((before, after))

    def follow_stream(self, most: int) -> None:
        """Apply changes of orders to the hint; a failed batch is applied again."""
        batch = list(islice(self._changes, most))
        self.refresh_hint.of_changes(batch)
        for _ in batch:
            self._changes.popleft()

    def check(self) -> Findings:
        """Check what is stored."""
        return check(scan(self._database, "orders"), scan(self._database, "occupancy"), ZONE)


def _report(thing: ThingName, version: int, at: datetime) -> LockReport:
    """Build the report of a lock that is well, with its barrier down and no vehicle."""
    return LockReport(
        thing=thing,
        version=version,
        barrier=BarrierReport.LOWERED,
        order=None,
        vehicle=False,
        battery=80,
        fault=None,
        seen_version=0,
        at=at,
    )


def _locks(venue: Venue) -> FakeLocks:
    """Build the locks: all in contact and heard from, none with a vehicle."""
    locks = FakeLocks({})
    session = Session(1, venue.begins)
    for lot in venue.mall.lots:
        for space in lot.spaces:
            where = SpaceId(venue.mall.ref, lot.ref, space.ref)
            lock = Lock(space.thing, where, online=True, session=session)
            locks.save(None, lock.reporting(_report(space.thing, 0, venue.begins)))
    return locks
