"""One local cloud for the whole run: deployed, with the example mall and its locks in contact."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest

from baylock.domain.allocation.occupancy import ENTRY_BYTES
from baylock.domain.booking.booking import OrderId, order_tag
from baylock.domain.locks.lock import BarrierReport, LockReport, Session
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import MerchantId, MerchantRef, Space
from deployment import Deployment
from deployment.api import MerchantApi, Response
from deployment.clock import run_clock
from deployment.phones import inbox, send_text
from local_cloud import Cloud, Home, Merchant, running_cloud
from local_cloud.demo import code_in
from local_cloud.seed import ON_A_LAPTOP, Seeded, seed
from venue_import import Plan, import_venue

_T = TypeVar("_T")

WAIT_SECONDS = 150.0
"""Only what never comes takes so long. What came to a function that was too busy for it comes
again after a minute, or two for webhooks."""
CINEMA = "M17"
BEGAN = datetime.now(UTC)


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    with running_cloud(Home.named("test"), progress=print) as running:
        yield running


@pytest.fixture(scope="session")
def seeded(cloud: Cloud) -> Seeded:
    return seed(cloud, progress=print)


@dataclass(frozen=True)
class World:
    """The deployed stack, with the steps of the tests."""

    seeded: Seeded
    numbers: Iterator[int]

    @property
    def deployment(self) -> Deployment:
        return self.seeded.deployment

    def phone(self) -> str:
        """Return a driver's number that no other test uses."""
        return f"+1425555{next(self.numbers):04}"

    def merchant(self) -> Merchant:
        """Return a merchant of the example mall that few other tests use, with the usual times.

        The tests that ran before decide which. The cinema is left out: its bookings start half an
        hour early.
        """
        usual = [one for one in self.seeded.stack.merchants if one.ref != CINEMA]
        return usual[next(self.numbers) % len(usual)]

    def api(self, merchant: Merchant) -> MerchantApi:
        return MerchantApi(self.seeded.stack.api, merchant.key)

    def text(self, sender: str, body: str, message: str | None = None) -> str:
        return send_text(self.deployment, sender, body, message)

    def inbox(self, number: str) -> list[str]:
        return inbox(self.deployment, number)

    def told(self, number: str) -> list[str]:
        """Return the texts of the inbox, without those that carry the link to the driver's page."""
        return [text for text in self.inbox(number) if "/d/" not in text]

    def code_told(self, number: str) -> str:
        """Wait for a driver's first text, and return the code in it."""
        (text,) = eventually(lambda: self.told(number), "the driver's text")
        return code_in(text)

    def reply(self, number: str, body: str) -> str:
        """Send a text and return the reply to it."""
        before = len(self.told(number))
        self.text(number, body)
        return eventually(lambda: self.told(number)[before:], f"the reply to {body}")[0]

    def order(self, merchant: Merchant, reference: str) -> Order | None:
        """Return the order of a booking, if there is one."""
        record = self.deployment.orders.find(self.order_id(merchant, reference))
        return record if isinstance(record, Order) else None

    def held(self, merchant: Merchant, reference: str) -> Order:
        """Wait until the order of a booking is held, and return it."""

        def held() -> Order | None:
            order = self.order(merchant, reference)
            return order if order and order.state is State.HELD else None

        return eventually(held, f"the order {reference} to be held")

    def order_id(self, merchant: Merchant, reference: str) -> OrderId:
        who = MerchantId(self.seeded.mall.ref, MerchantRef(merchant.ref))
        return self.deployment.find_booking.place(who, reference).id

    def book(self, merchant: Merchant, reference: str, phone: str, **booking: Any) -> Response:
        """PUT a booking, by default for a time at which its barrier goes up at once."""
        body = {
            "service_time": soon().isoformat(),
            "duration_minutes": 30,
            "customer": {"phone": phone},
            "parking": {"needed": True},
            **booking,
        }
        return self.api(merchant).put_booking(reference, body)

    def holders(self, order: Order) -> int:
        """Count the spaces that the order has in the occupancy; a space must have all its entries.

        There is an entry per day: a window in which a day of the lot ends has two.
        """
        tag = order_tag(order.id)
        table = self.deployment.outputs["OccupancyTable"]
        pages = self.deployment.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        found = Counter(
            (item["pk"]["S"].rsplit("#", 1)[0], item["sk"]["S"], position)
            for page in pages
            for item in page["Items"]
            for position, value in item.items()
            if "B" in value
            for at in range(0, len(value["B"]), ENTRY_BYTES)
            if value["B"][at + 2 : at + 9] == tag
        )
        assert set(found.values()) <= {len(order.claim.spans)}, (found, order.claim.spans)
        return len(found)

    def function(self, name: str) -> str:
        """Return the deployed name of a function."""
        found = self.deployment.client("lambda").list_functions()["Functions"]
        return next(
            str(one["FunctionName"]) for one in found if f"-{name}Function-" in one["FunctionName"]
        )

    @cached_property
    def _sqs(self) -> Any:
        return self.deployment.client("sqs")

    @cached_property
    def _queues(self) -> list[str]:
        return [str(url) for url in self._sqs.list_queues()["QueueUrls"]]

    def queue(self, name: str) -> str:
        """Return a queue's URL, by its name in infra/."""
        return next(url for url in self._queues if f"-{name}-" in url)

    def waiting(self, queue: str) -> int:
        """Count the messages of a queue, including those in flight."""
        kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        held = self._sqs.get_queue_attributes(QueueUrl=self.queue(queue), AttributeNames=kinds)
        return sum(int(held["Attributes"][kind]) for kind in kinds)

    def later(self, order: Order, **moments: datetime) -> Order:
        """Change times of an order as if time had passed, so that they are due."""
        schedule = replace(order.schedule, **moments)
        due = replace(order, version=order.version + 1, schedule=schedule)
        self.deployment.orders.change(order, due)
        return due

    def free_again(self, left: Order) -> None:
        """Let a vehicle come and go: the space that its driver found taken is used again."""

        def has_vehicle() -> bool:
            lock = self.deployment.locks.find(left.claim.thing)
            return lock is not None and lock.has_vehicle

        for is_there in (True, False):
            self.seeded.control.vehicle(left.claim.thing, is_there)
            eventually(lambda: has_vehicle() is is_there, "the report")  # noqa: B023 (waited for)
        assert self.deployment.orders.found_taken_until(left.claim.space) is None

    def logged(self, function: str = "") -> list[str]:
        """Return all lines of a function's log, or of all logs."""
        logs = self.deployment.client("logs")
        groups = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
        return [
            str(event["message"])
            for group in groups
            if not function or group.endswith(f"/{function}")
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
            for event in page["events"]
        ]

    def in_mall(self, plan: Plan) -> World:
        """Return the same cloud for the tests of another mall, which has one merchant."""
        (merchant,) = plan.merchants
        who = merchant.id_in(plan.mall.ref)
        key = self.deployment.mint_key(who, limits=ON_A_LAPTOP).secret
        known = Merchant(merchant.ref, merchant.name, key, merchant.phone or "")
        stack = replace(self.seeded.stack, merchants=(known,))
        return World(replace(self.seeded, stack=stack, mall=plan.mall), self.numbers)

    def clock(self) -> dict[str, int]:
        """Run the clock now."""
        return run_clock(self.deployment)

    def settle(self) -> None:
        """Wait until nothing is on its way any more.

        What a stream has taken and not yet put into a queue is seen by neither look, so there is a
        pause after each, the longer the busier the machine is.
        """
        queues = ("InboundQueue", "TextQueue", "LockQueue", "ReportQueue", "WebhookQueue")

        def quiet() -> float | None:
            """How long it took to see that."""
            began = time.monotonic()
            is_quiet = not any(self.waiting(queue) for queue in queues)
            return time.monotonic() - began if is_quiet else None

        for _ in range(2):
            took = eventually(quiet, "the queues to be empty")
            time.sleep(max(0.3, 5 * took))


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count(1000)


@pytest.fixture(scope="session")
def world(seeded: Seeded, numbers: Iterator[int]) -> World:
    return World(seeded, numbers)


@pytest.fixture
def kiosk(world: World, tmp_path: Path) -> World:
    """A mall with one merchant and one space; see `opened`."""
    return opened(world, tmp_path, mall=f"kiosk{next(world.numbers)}")


def opened(world: World, folder: Path, *, mall: str, shop: str = "K1", lot: str = "P") -> World:
    """Import a mall with one merchant and one space into the same cloud.

    Its lock has reported once; no device moves its barrier.
    """
    number = next(world.numbers)
    drawn = one_space_mall(mall, f"+1206555{number}", shop=shop, lot=lot)
    file = folder / f"{number}.geojson"
    file.write_text(json.dumps(drawn))
    deployment = world.deployment
    plan = import_venue(file, deployment.venues, register_locks=deployment.register_locks)
    assert not plan.errors
    locks_report(deployment, plan.mall.lots[0].spaces)
    return world.in_mall(plan)


def locks_report(deployment: Deployment, spaces: Iterable[Space]) -> None:
    """Connect the locks of these spaces, which report that they are well, and no more."""
    for space in spaces:
        known = deployment.locks.find(space.thing)
        assert known
        at = datetime.now(UTC)
        report = LockReport(
            space.thing, 0, BarrierReport.LOWERED, None, False, 100, None, 0, at, at
        )
        there = known.in_session(Session(0, at)).reporting(report)
        deployment.locks.save(known, there)


def one_space_mall(ref: str, phone: str, *, shop: str = "K1", lot: str = "P") -> dict[str, Any]:
    """Build a minimal plan."""

    def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}

    def feature(id_: str, geometry: dict[str, Any], **tags: str) -> dict[str, Any]:
        named = {name.replace("__", ":"): value for name, value in tags.items()}
        return {"type": "Feature", "id": id_, "properties": named, "geometry": geometry}

    line = {"type": "LineString", "coordinates": [[-122.0001, 47.0], [-121.9985, 47.0]]}
    door = {"type": "Point", "coordinates": [-121.9985, 47.0]}
    return {
        "type": "FeatureCollection",
        "features": [
            feature("way/1", box(-122.001, 46.999, -121.998, 47.001), shop="mall", ref=ref,
                    name=ref, timezone="America/Los_Angeles", addr__country="US"),
            feature("way/2", box(-122.0002, 46.9999, -122.0, 47.0001), amenity="parking", ref=lot),
            feature("way/3", box(-122.00011, 46.99999, -122.00009, 47.00001),
                    amenity="parking_space", ref="1"),
            feature("way/4", line, highway="footway"),
            feature("node/5", door, shop="kiosk", ref=shop, name="Kiosk", phone=phone),
        ],
    }  # fmt: skip


def soon() -> datetime:
    """Return a service time whose barrier goes up at once, by the lot's own settings."""
    return (datetime.now(UTC) + timedelta(minutes=20)).replace(second=0, microsecond=0)


def tomorrow(hour: int = 3) -> datetime:
    """A service time that is far enough for nothing to happen before the test ends.

    On the same day in the whole run, and 12 hours off or more at whatever hour that began.
    """
    day = BEGAN + timedelta(hours=36)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def eventually(look: Callable[[], _T | None], what: str, seconds: float = WAIT_SECONDS) -> _T:
    """Call `look` until its result is true, and return it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)
    return seen
