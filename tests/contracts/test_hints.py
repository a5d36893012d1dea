"""The contract of hints: FakeHints and DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.fakes.mall import HARBOUR, NOON, P1, Watch, space_id
from tests.fakes.orders import FakeHints, FakeOrders

from baylock.adapters.dynamodb.hints import DynamoDBHints
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.hint import ALL_FREE, parts_changed
from baylock.domain.allocation.occupancy import Occupancy, ZoneDay
from baylock.domain.allocation.ranking import BIT_OF
from baylock.domain.booking.order_ids import order_id_of
from baylock.domain.booking.window import Span, Window
from baylock.domain.venue.mall import ThingName
from baylock.ports.allocation import Hints
from baylock.ports.orders import Orders

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = date(2026, 12, 1)
EVENING = Span(DAY, 59, 69)
ORDER = order_id_of(b"seven..")


@dataclass
class Lot:
    """A lot's occupancy and hint, and the clock of the hint's adapter."""

    orders: Orders
    hints: Hints
    clock: Watch

    def take(self, zone: str, position: str, span: Span = EVENING) -> None:
        claim = _claim(zone, position, span)
        seen = Occupancy(self.orders.read_zones(HARBOUR, [ZoneDay(P1, span.day, zone)]))
        assert self.orders.claim(ORDER, claim, seen, NOON) is None

    def release(self, zone: str, position: str, span: Span = EVENING) -> None:
        self.orders.release(ORDER, _claim(zone, position, span))

    def changed(self, *zones: str, span: Span = EVENING) -> None:
        parts = parts_changed(span.first, span.end)
        self.hints.refresh(HARBOUR, {(ZoneDay(P1, DAY, zone), n) for zone in zones for n in parts})

    def may_be_free(self, zone: str, span: Span = EVENING) -> int:
        return self.hint(span)(zone)

    def hint(self, span: Span = EVENING) -> Callable[[str], int]:
        """What may be free, by zone, from a single snapshot."""
        snapshot = self.orders.snapshot(ORDER, HARBOUR, {P1: [span]}, hinted={P1})
        return snapshot.hint.may_be_free(P1, [span])


def _claim(zone: str, position: str, span: Span) -> Claim:
    window = Window(NOON, NOON + timedelta(hours=1))
    name = ThingName("thing")
    return Claim(space_id("B2-017"), "B2", name, zone, position, window, (span,), 1, 0)


@pytest.fixture(params=["fake", "dynamodb"])
def lot(request: pytest.FixtureRequest) -> Lot:
    clock = Watch()
    if request.param == "fake":
        orders = FakeOrders()
        return Lot(orders, FakeHints(orders), clock)
    client: DynamoDBClient = request.getfixturevalue("tables_made")
    return Lot(
        DynamoDBOrders(client, "orders", "occupancy"),
        DynamoDBHints(client, "occupancy", clock),
        clock,
    )


def test_space_without_a_hint_may_be_free(lot: Lot) -> None:
    assert lot.may_be_free("z1") == ALL_FREE


def test_claimed_space_is_hinted_and_its_neighbours_are_free(lot: Lot) -> None:
    lot.take("z1", "3")
    lot.changed("z1")
    assert lot.may_be_free("z1") == ALL_FREE & ~BIT_OF["3"]
    assert lot.may_be_free("z2") == ALL_FREE
    assert lot.may_be_free("z1", Span(DAY, 70, 80)) == ALL_FREE, "later"


def test_released_space_is_free_again(lot: Lot) -> None:
    lot.take("z1", "3")
    lot.changed("z1")
    lot.release("z1", "3")
    lot.clock.forward(seconds=1)
    lot.changed("z1")
    assert lot.may_be_free("z1") == ALL_FREE


def test_many_zones_are_refreshed_at_once(lot: Lot) -> None:
    zones = [f"z{number}" for number in range(130)]
    for zone in zones:
        lot.take(zone, "v")
    lot.changed(*zones)
    hint = lot.hint()
    assert {hint(zone) for zone in zones} == {ALL_FREE & ~BIT_OF["v"]}


@pytest.mark.parametrize("before", [True, False], ids=["wrong before", "nothing before"])
def test_rebuilt_hint_matches_the_occupancy(lot: Lot, *, before: bool) -> None:
    lot.take("gone", "0")
    lot.take("z1", "1")
    if before:
        lot.changed("gone", "z1")
    lot.release("gone", "0")
    lot.take("z2", "2")
    lot.clock.forward(seconds=1)
    assert lot.hints.rebuild(HARBOUR, P1, DAY) in {2, 3}
    assert lot.may_be_free("gone") == ALL_FREE
    assert lot.may_be_free("z1") == ALL_FREE & ~BIT_OF["1"]
    assert lot.may_be_free("z2") == ALL_FREE & ~BIT_OF["2"]


def test_rebuilt_hint_of_an_empty_day_is_free(lot: Lot) -> None:
    lot.take("z1", "1")
    lot.changed("z1")
    lot.release("z1", "1")
    lot.clock.forward(seconds=1)
    lot.hints.rebuild(HARBOUR, P1, DAY)
    assert lot.may_be_free("z1") == ALL_FREE


# ── DynamoDB alone ───────────────────────────────────────────────────────────────────────────────


def test_writer_with_an_older_read_reads_again(tables_made: DynamoDBClient) -> None:
    """Of two concurrent writers, the older view never replaces the newer one."""
    clock = Watch()
    lot = Lot(
        DynamoDBOrders(tables_made, "orders", "occupancy"),
        DynamoDBHints(tables_made, "occupancy", clock),
        clock,
    )
    lot.take("z1", "1")
    update_item = tables_made.update_item
    calls: list[object] = []

    class Slow:
        """A client between whose read and write another writer refreshes the hint."""

        def __getattr__(self, name: str) -> object:
            return getattr(tables_made, name)

        def update_item(self, **request: object) -> object:
            if not calls:
                lot.take("z1", "2")
                clock.forward(seconds=1)
                lot.changed("z1")
                clock.forward(seconds=1)
            calls.append(request)
            return update_item(**request)  # type: ignore[arg-type]

    slow = DynamoDBHints(Slow(), "occupancy", clock)  # type: ignore[arg-type]
    replace(lot, hints=slow).changed("z1")
    assert lot.may_be_free("z1") == ALL_FREE & ~BIT_OF["1"] & ~BIT_OF["2"]
    assert len(calls) > 1


def test_item_of_the_hint_is_one_write_unit_in_the_largest_lot(tables_made: DynamoDBClient) -> None:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    lot = Lot(orders, DynamoDBHints(tables_made, "occupancy", Watch()), Watch())
    zones = [f"z{number}" for number in range(720)]
    for zone in zones:
        tables_made.put_item(
            TableName="occupancy",
            Item={
                "pk": {"S": "harbour/P1#20261201"},
                "sk": {"S": zone},
                "0": {"B": bytes((59, 69)) + bytes(8)},
            },
        )
    lot.hints.rebuild(HARBOUR, P1, DAY)
    items = tables_made.scan(
        TableName="occupancy",
        FilterExpression="attribute_exists(#at)",
        ExpressionAttributeNames={"#at": "at"},
    )["Items"]
    sizes = [sum(map(_size, item.items())) for item in items]
    assert len(items) >= 64
    assert max(sizes) <= 1024


def _size(attribute: tuple[str, Any]) -> int:
    """Size in bytes, with numbers written out: at least what AWS counts."""
    name, value = attribute
    return len(name) + sum(len(one) for one in value.values())
