"""A lot of more than 1,024 spaces through the deployed stack: import, search, hint, rebuild."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import World, eventually, locks_report, one_space_mall, tomorrow

from baylock.domain.allocation.hint import ALL_FREE
from baylock.domain.allocation.ranking import BIT_OF
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import LotRef, Mall, MallRef, Merchant, MerchantId
from baylock.usecases.allocation.rebuild_hints import RebuildHints
from deployment.api import MerchantApi
from local_cloud.seed import ON_A_LAPTOP
from venue_import import import_venue

pytestmark = pytest.mark.e2e

ROWS, COLUMNS = 30, 40
HEARD = 12
"""The spaces whose locks have reported: the nearest ones."""


@dataclass(frozen=True)
class Field:
    """A mall with one lot of 1,200 spaces and one kiosk."""

    world: World
    mall: Mall
    merchant: Merchant
    api: MerchantApi

    def book(self, reference: str) -> Order:
        """Book for tomorrow."""
        answer = self.api.put_booking(
            reference,
            {
                "service_time": tomorrow(20).isoformat(),
                "duration_minutes": 90,
                "customer": {"phone": self.world.phone()},
                "parking": {"needed": True},
            },
        )
        assert answer.status == 201, answer
        order = self.world.deployment.orders.find(answer.body["order"]["id"])
        assert isinstance(order, Order)
        return order

    def may_be_free(self, order: Order) -> int:
        """Return what the hint has for the order's zone."""
        spans = order.claim.spans
        snapshot = self.world.deployment.orders.snapshot(
            order.id, self.mall.ref, {LotRef("P"): spans}, hinted={LotRef("P")}
        )
        return snapshot.hint.may_be_free(LotRef("P"), spans)(order.claim.zone)


@pytest.fixture
def field(world: World, tmp_path: Path) -> Field:
    number = next(world.numbers)
    plan = one_space_mall(f"field{number}", f"+1206555{number}")
    plan["features"] = [
        _widened(one) for one in plan["features"] if one["properties"].get("ref") != "1"
    ]
    plan["features"] += [_stall(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    path = tmp_path / "field.geojson"
    path.write_text(json.dumps(plan))
    imported = import_venue(
        path, world.deployment.venues, register_locks=world.deployment.register_locks
    )
    assert not imported.errors
    (merchant,) = imported.merchants
    spaces, walks = imported.mall.lots[0].spaces, merchant.walks[LotRef("P")]
    nearest = sorted(range(len(spaces)), key=walks.__getitem__)[:HEARD]
    locks_report(world.deployment, [spaces[place] for place in nearest])
    who = MerchantId(MallRef(imported.mall.ref), merchant.ref)
    key = world.deployment.mint_key(who, limits=ON_A_LAPTOP).secret
    stack = world.seeded.stack
    return Field(world, imported.mall, merchant, MerchantApi(stack.api, key))


def _widened(feature: dict[str, Any]) -> dict[str, Any]:
    if feature["properties"].get("amenity") == "parking":
        feature["geometry"] = _box(-122.0014, 46.998, -121.9984, 47.0025)
    if feature["properties"].get("shop") == "mall":
        feature["geometry"] = _box(-122.01, 46.99, -121.99, 47.01)
    return feature


def _stall(row: int, column: int) -> dict[str, Any]:
    west, south = -122.00135 + column * 0.00003, 46.9981 + row * 0.00014
    return {
        "type": "Feature",
        "id": f"way/{1000 + row * COLUMNS + column}",
        "properties": {"amenity": "parking_space", "ref": f"{row:02}-{column:02}"},
        "geometry": _box(west, south, west + 0.000025, south + 0.00004),
    }


def _box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_large_lot_is_searched_by_a_hint_that_follows_its_orders(field: Field) -> None:
    walks = sorted(field.merchant.walks[LotRef("P")])
    assert len(walks) == ROWS * COLUMNS
    orders = [field.book(f"F-{number}") for number in range(5)]
    assert [order.claim.walk_dm for order in orders] == walks[:5], "nearest first"
    last = orders[-1]
    eventually(lambda: field.may_be_free(last) != ALL_FREE, "the hint to be updated")
    eventually(
        lambda: sum(_taken(field, order) for order in orders) == len(orders),
        "all orders in the hint",
    )
    assert field.api.call("DELETE", "/v1/bookings/F-0").status == 200
    eventually(lambda: not _taken(field, orders[0]), "the released space in the hint")
    assert field.book("F-9").claim.space == orders[0].claim.space


def _taken(field: Field, order: Order) -> bool:
    return not field.may_be_free(order) & BIT_OF[order.claim.position]


def test_rebuilt_hint_matches_the_occupancy(field: Field) -> None:
    order = field.book("R-1")
    eventually(lambda: _taken(field, order), "the hint to be updated")
    day = order.claim.spans[0].day
    table = field.world.deployment.outputs["OccupancyTable"]
    dynamodb = field.world.deployment.client("dynamodb")
    hints = dynamodb.scan(
        TableName=table,
        FilterExpression="attribute_exists(#at)",
        ExpressionAttributeNames={"#at": "at"},
    )["Items"]
    for item in hints:
        if item["pk"]["S"].startswith(f"{field.mall.ref}/P#{day:%Y%m%d}#"):
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    assert not _taken(field, order)
    deployment = field.world.deployment
    rebuild_hints = RebuildHints(deployment.hints, deployment.now)
    done = rebuild_hints(field.mall, None, lambda *_: None)
    assert (done.lots, done.zones) == (1, 1)
    assert _taken(field, order)
