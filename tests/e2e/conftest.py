"""One local cloud for the whole run: deployed, with the example mall and its locks in contact."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from baylock.domain.allocation.occupancy import ENTRY_BYTES
from baylock.domain.booking.booking import OrderId, order_id, order_tag
from baylock.domain.orders.order import Order, State
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef
from baylock_cli.api import Answer, MerchantApi
from baylock_cli.clock import run_clock
from baylock_cli.furnish import ON_A_LAPTOP, Furnished, furnish
from baylock_cli.keys import new_key
from baylock_cli.phones import inbox, send_text
from baylock_cli.site import Site, now
from local_cloud import Cloud, Home, Merchant, running_cloud
from venue_import import import_venue

_T = TypeVar("_T")

WAIT_SECONDS = 40.0
CINEMA = "M17"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    with running_cloud(Home.named("test"), progress=print) as running:
        yield running


@pytest.fixture(scope="session")
def furnished(cloud: Cloud) -> Furnished:
    return furnish(cloud, progress=print)


@dataclass(frozen=True)
class World:
    """The deployed stack, with the steps of the tests."""

    furnished: Furnished
    numbers: Iterator[int]

    @property
    def site(self) -> Site:
        return self.furnished.site

    def phone(self) -> str:
        """Return a driver's number that no other test uses."""
        return f"+1425555{next(self.numbers):04}"

    def merchant(self) -> Merchant:
        """Return a merchant of the example mall that few other tests use, with the usual times.

        The tests that ran before decide which. The cinema is left out: its bookings start half an
        hour early.
        """
        usual = [one for one in self.furnished.stack.merchants if one.ref != CINEMA]
        return usual[next(self.numbers) % len(usual)]

    def api(self, merchant: Merchant) -> MerchantApi:
        return MerchantApi(self.furnished.stack.api, merchant.key)

    def text(self, sender: str, body: str, message: str | None = None) -> str:
        return send_text(self.site, sender, body, message)

    def inbox(self, number: str) -> list[str]:
        return inbox(self.site, number)

    def told(self, number: str) -> list[str]:
        """Return the texts of the inbox, without those that carry the link to the driver's page."""
        return [text for text in self.inbox(number) if "/d/" not in text]

    def order(self, merchant: Merchant, reference: str) -> Order | None:
        """Return the order of a booking, if there is one."""
        record = self.site.orders.find(self.order_id(merchant, reference))
        return record if isinstance(record, Order) else None

    def held(self, merchant: Merchant, reference: str) -> Order:
        """Wait until the order of a booking is held, and return it."""

        def held() -> Order | None:
            order = self.order(merchant, reference)
            return order if order and order.state is State.HELD else None

        return eventually(held, f"the order {reference} to be held")

    def order_id(self, merchant: Merchant, reference: str) -> OrderId:
        who = MerchantId(self.furnished.mall.ref, MerchantRef(merchant.ref))
        return order_id(who, reference)

    def book(self, merchant: Merchant, reference: str, phone: str, **booking: Any) -> Answer:
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
        table = self.site.outputs["OccupancyTable"]
        pages = self.site.client("dynamodb").get_paginator("scan").paginate(TableName=table)
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
        found = self.site.client("lambda").list_functions()["Functions"]
        return next(
            str(one["FunctionName"]) for one in found if f"-{name}Function-" in one["FunctionName"]
        )

    def queue(self, name: str) -> str:
        """Return a queue's URL, by its name in infra/."""
        found = self.site.client("sqs").list_queues()["QueueUrls"]
        return next(str(url) for url in found if f"-{name}-" in url)

    def waiting(self, queue: str) -> int:
        """Count the messages of a queue, including those in flight."""
        kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        held = self.site.client("sqs").get_queue_attributes(
            QueueUrl=self.queue(queue), AttributeNames=kinds
        )["Attributes"]
        return sum(int(held[kind]) for kind in kinds)

    def later(self, order: Order, **moments: datetime) -> Order:
        """Change times of an order as if time had passed, so that they are due."""
        due: Order = replace(order, version=order.version + 1, **moments)  # type: ignore[arg-type]
        self.site.orders.change(order, due)
        return due

    def clock(self) -> dict[str, int]:
        """Run the clock now."""
        return run_clock(self.site)

    def settle(self) -> None:
        """Wait until the queues are empty."""
        queues = ("InboundQueue", "TextQueue", "LockQueue", "ReportQueue", "WebhookQueue")

        def quiet() -> bool:
            return not any(self.waiting(queue) for queue in queues)

        for _ in range(2):
            eventually(quiet, "the queues to be empty", seconds=130)
            time.sleep(0.3)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count(1000)


@pytest.fixture
def world(furnished: Furnished, numbers: Iterator[int]) -> World:
    return World(furnished, numbers)


@pytest.fixture
def kiosk(world: World, tmp_path: Path) -> World:
    """Import a mall with one merchant and one space into the same cloud."""
    number = next(world.numbers)
    plan = tmp_path / f"kiosk{number}.geojson"
    plan.write_text(json.dumps(one_space_mall(f"kiosk{number}", f"+1206555{number}")))
    imported = import_venue(plan, world.site.venues)
    assert not imported.errors
    mall, (merchant,) = imported.mall, imported.merchants
    who = MerchantId(MallRef(mall.ref), merchant.ref)
    key = new_key(world.site.venues, who, now(), limits=ON_A_LAPTOP)
    known = Merchant(merchant.ref, merchant.name, key, merchant.phone or "")
    stack = world.furnished.stack.__class__(
        **{**vars(world.furnished.stack), "merchants": (known,)}
    )
    return World(Furnished(stack, world.site, mall, world.furnished.control), world.numbers)


def one_space_mall(ref: str, phone: str) -> dict[str, Any]:
    """Build a minimal plan."""

    def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}

    def feature(id_: str, geometry: dict[str, Any], **tags: str) -> dict[str, Any]:
        named = {name.replace("__", ":"): value for name, value in tags.items()}
        return {"type": "Feature", "id": id_, "properties": named, "geometry": geometry}

    line = {"type": "LineString", "coordinates": [[-122.0001, 47.0], [-121.9985, 47.0]]}
    shop = {"type": "Point", "coordinates": [-121.9985, 47.0]}
    return {
        "type": "FeatureCollection",
        "features": [
            feature("way/1", box(-122.001, 46.999, -121.998, 47.001), shop="mall", ref=ref,
                    name=ref, timezone="America/Los_Angeles", addr__country="US"),
            feature("way/2", box(-122.0002, 46.9999, -122.0, 47.0001), amenity="parking", ref="P"),
            feature("way/3", box(-122.00011, 46.99999, -122.00009, 47.00001),
                    amenity="parking_space", ref="1"),
            feature("way/4", line, highway="footway"),
            feature("node/5", shop, shop="kiosk", ref="K1", name="Kiosk", phone=phone),
        ],
    }  # fmt: skip


def soon() -> datetime:
    """Return a service time whose barrier goes up at once, by the lot's own settings."""
    return (datetime.now(UTC) + timedelta(minutes=20)).replace(second=0, microsecond=0)


def tomorrow(hour: int = 3) -> datetime:
    """Return a service time that is so far off that nothing happens before the test ends."""
    day = datetime.now(UTC) + timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def eventually(look: Callable[[], _T | None], what: str, seconds: float = WAIT_SECONDS) -> _T:
    """Call `look` until its result is true, and return it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)
    return seen
