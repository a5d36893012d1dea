"""The raw items of a day: written as docs/allocation.md says, read back, and restored.

Nothing here goes through the measured adapters, so that their writes can be checked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.hints import DynamoDBHints
from baylock.domain.allocation.hint import has_hint
from baylock.domain.allocation.occupancy import Entry, entries
from baylock.domain.booking.booking import OrderId
from baylock.domain.venue.mall import POSITIONS, LotRef, MallRef
from bench.fill import Day

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from baylock.domain.orders.order import Order

ORDERS, OCCUPANCY, VENUE = "orders", "occupancy", "venue"
_BATCH = 25
_KEPT = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Findings:
    """Errors that a check of raw items found; all zero if the items are consistent."""

    double_bookings: int
    orders_without_space: int
    spaces_without_order: int


@dataclass(frozen=True)
class Store:
    """The tables, accessed without the adapters."""

    client: DynamoDBClient

    def write(self, day: Day) -> None:
        """Write the occupancy of a day; no order items, as a reservation reads none but its own."""
        requests = [{"PutRequest": {"Item": item}} for item in _zone_items(day).values()]
        while requests:
            batch, requests = requests[:_BATCH], requests[_BATCH:]
            answer = self.client.batch_write_item(RequestItems={OCCUPANCY: batch})  # type: ignore[dict-item]
            requests += answer.get("UnprocessedItems", {}).get(OCCUPANCY, [])  # type: ignore[arg-type]
        rebuild_hint(self.client, day)

    def undo(self, day: Day, order: Order) -> None:
        """Restore the day to its state before this order, and delete the order."""
        item = _zone_items(day, order.claim.zone).get(order.claim.zone)
        if item is not None:
            self.client.put_item(TableName=OCCUPANCY, Item=item)
        else:
            key = _zone_key(day.mall.ref, day.lot.ref, day.date, order.claim.zone)
            self.client.delete_item(TableName=OCCUPANCY, Key=key)
        self.client.delete_item(TableName=ORDERS, Key={"id": {"S": order.id}})

    def check(self, day: Day, orders: Iterable[Order]) -> Findings:
        """Compare the stored items with the original occupancy and with the orders."""
        before = {
            (space.zone, space.position, entry) for space, held in day.spaces for entry in held
        }
        now = list(self._entries(day))
        added = {entry for entry in now if entry not in before}
        stored = {order.id for order in orders if self._has(order.id)}
        promised = {
            (order.claim.zone, order.claim.position, entry)
            for order in orders
            if order.id in stored
            for _, _, entry in order.claim.entries(order.id)
        }
        return Findings(
            double_bookings=_overlaps(now),
            orders_without_space=len(promised - added) + len(before - set(now)),
            spaces_without_order=len(added - promised),
        )

    def _entries(self, day: Day) -> Iterator[tuple[str, str, Entry]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=OCCUPANCY,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={
                ":pk": {"S": _partition(day.mall.ref, day.lot.ref, day.date)}
            },
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                for position in POSITIONS:
                    for entry in entries(item.get(position, {"B": b""})["B"]):
                        yield item["sk"]["S"], position, entry

    def _has(self, order: OrderId) -> bool:
        answer = self.client.get_item(
            TableName=ORDERS, Key={"id": {"S": order}}, ConsistentRead=True
        )
        return "Item" in answer


def hints(client: DynamoDBClient) -> DynamoDBHints:
    """Build the hints' adapter; it uses the real clock."""
    return DynamoDBHints(client, OCCUPANCY, lambda: datetime.now(UTC))


def rebuild_hint(client: DynamoDBClient, day: Day) -> None:
    """Rebuild the hint of a large lot after a day was written raw."""
    if has_hint(day.lot):
        hints(client).rebuild(day.mall.ref, day.lot.ref, day.date)


def _zone_items(day: Day, only: str | None = None) -> Mapping[str, dict[str, Any]]:
    """Build the item of each zone with a booking, or of one zone only, by zone."""
    zones: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for space, held in day.spaces:
        if held and only in (None, space.zone):
            packed = b"".join(entry.pack() for entry in held)
            zones[space.zone][space.position] = {"B": packed}
    expires = int((datetime.combine(day.date, time(), UTC) + _KEPT).timestamp())
    return {
        zone: {
            **_zone_key(day.mall.ref, day.lot.ref, day.date, zone),
            "expires": {"N": str(expires)},
            **positions,
        }
        for zone, positions in zones.items()
    }


def _zone_key(mall: MallRef, lot: LotRef, when: date, zone: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(mall, lot, when)}, "sk": {"S": zone}}


def _partition(mall: MallRef, lot: LotRef, when: date) -> str:
    return f"{mall}/{lot}#{when:%Y%m%d}"


def _overlaps(held: Iterable[tuple[str, str, Entry]]) -> int:
    """Count pairs of neighbouring bookings of one space that overlap."""
    by_space: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for zone, position, entry in held:
        by_space[zone, position].append(entry)
    found = 0
    for bookings in by_space.values():
        bookings.sort(key=lambda entry: entry.first)
        pairs = pairwise(bookings)
        found += sum(after.first < before.end for before, after in pairs)
    return found
