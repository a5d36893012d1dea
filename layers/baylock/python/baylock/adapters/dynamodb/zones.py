"""The occupancy's items: one per zone and day, beside each lot's `out` lists and its hint.

Requests go through botocore: a zone's attributes have no fixed names, and a model per zone would
cost more than the rest of a reservation. The format is described in docs/allocation.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import (
    MAX_BATCH,
    AttributeMap,
    batch_get,
    moment,
    paginate,
    with_retries,
)
from baylock.domain.allocation.occupancy import ENTRY_BYTES, Entry, ZoneDay
from baylock.domain.allocation.pending import PendingClaim, PendingZone
from baylock.domain.venue.keys import lot_key, lot_of_key
from baylock.domain.venue.mall import LotRef, MallRef

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

DAYS_KEPT = timedelta(days=35)
"""How long a day's occupancy is kept after it, for reports and for questions."""

MARKS = "marks"
"""The pending claims: a set of `[unix seconds, 4][position][entry]`."""

_FOUND_TAKEN = "taken#"

Positions = Mapping[str, bytes]
"""The bookings of a zone's spaces on one day."""


@dataclass(frozen=True)
class Zones:
    """Reads zones, and makes the requests that change them."""

    client: Client
    table: str

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def of_day(self, mall: MallRef, lot: LotRef, day: date) -> Mapping[ZoneDay, Positions]:
        """Every zone of a lot that has bookings on this day: a Query."""
        items = self.query(lot_day_key(mall, lot, day), ConsistentRead=True)
        return {ZoneDay(lot, day, item["sk"]["S"]): positions(item) for item in items}

    def query(self, pk: str, **how: Any) -> Iterator[AttributeMap]:
        """All items under one key."""
        return paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            **how,
        )

    def of(self, mall: MallRef, zones: Iterable[ZoneDay]) -> Mapping[ZoneDay, Positions]:
        """These zones, empty zones too: a BatchGet per hundred."""
        found: dict[ZoneDay, Positions] = {key: {} for key in zones}
        by_key = {(lot_day_key(mall, key.lot, key.day), key.zone): key for key in found}
        keys = [zone_key(mall, key) for key in found]
        for at in range(0, len(keys), MAX_BATCH):
            batch = {"Keys": keys[at : at + MAX_BATCH], "ConsistentRead": True}
            for _, item in batch_get(self.client, {self.table: batch}):
                found[by_key[item["pk"]["S"], item["sk"]["S"]]] = positions(item)
        return found

    def read(self, mall: MallRef, key: ZoneDay, wanted: Collection[str]) -> Positions:
        """Some positions of one zone: a GetItem."""
        names = {f"#p{position}": position for position in wanted}
        answer = with_retries(
            self.client.get_item,
            TableName=self.table,
            Key=zone_key(mall, key),
            ConsistentRead=True,
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
        )
        return positions(answer.get("Item", {}))

    def marked(self, before: datetime) -> Iterator[PendingZone]:
        """Zones with marks from before then: a scan, as marks are few and short-lived."""
        marked = paginate(
            self.client.scan,
            TableName=self.table,
            FilterExpression=f"attribute_exists({MARKS})",
        )
        zones = (_marked_zone(item, before) for item in marked)
        return (zone for zone in zones if zone.claims)

    # ── writing ──────────────────────────────────────────────────────────────────────────────

    def update(
        self,
        mall: MallRef,
        key: ZoneDay,
        changes: Mapping[str, tuple[bytes, bytes]],
        *,
        mark: PendingClaim | None = None,
        resolved: Collection[PendingClaim] = (),
    ) -> dict[str, Any]:
        """An UpdateItem from the bytes that each position must have to the bytes that it gets.

        It names no other position, so that changes of other spaces of the zone do not conflict.
        """
        names = {"#expires": "expires"}
        values: dict[str, Any] = {":expires": {"N": str(expires(key.day))}}
        sets, removes, conditions = ["#expires = :expires"], [], []
        for position, (before, after) in changes.items():
            name = f"#p{position}"
            names[name] = position
            if before:
                values[f":b{position}"] = {"B": before}
                conditions.append(f"{name} = :b{position}")
            else:
                conditions.append(f"attribute_not_exists({name})")
            if after:
                values[f":a{position}"] = {"B": after}
                sets.append(f"{name} = :a{position}")
            else:
                removes.append(name)
        expression = "SET " + ", ".join(sets)
        if removes:
            expression += " REMOVE " + ", ".join(removes)
        if mark:
            values[":marks"] = {"BS": [pack_mark(mark)]}
            expression += f" ADD {MARKS} :marks"
        if resolved:
            values[":resolved"] = {"BS": [pack_mark(claim) for claim in resolved]}
            expression += f" DELETE {MARKS} :resolved"
        request = {
            "TableName": self.table,
            "Key": zone_key(mall, key),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if conditions:
            request["ConditionExpression"] = " AND ".join(conditions)
        return request


def out_key(mall: MallRef, lot: LotRef) -> dict[str, Any]:
    """The key of a lot's lists: spaces that are out because of their locks, or have a vehicle.

    `spaces` are out because their lock can't be used, `unheard` because it has never reported.

    The item also has an attribute (`found_taken_name`) for each space that a driver has found
    taken: until when that counts, in milliseconds.
    """
    return {"pk": {"S": f"{lot_key(mall, lot)}#out"}, "sk": {"S": "-"}}


def found_taken_name(space: str) -> str:
    """The attribute of the item of `out_key` for a space that a driver has found taken."""
    return f"{_FOUND_TAKEN}{space}"


def read_found_taken(item: Mapping[str, Any]) -> Mapping[str, datetime]:
    """All of these attributes of an item, by space."""
    return {
        name.removeprefix(_FOUND_TAKEN): moment(int(value["N"]))
        for name, value in item.items()
        if name.startswith(_FOUND_TAKEN)
    }


def lot_day_key(mall: MallRef, lot: LotRef, day: date) -> str:
    """The partition key of a lot's zones for a day."""
    return f"{lot_key(mall, lot)}#{day:%Y%m%d}"


def zone_key(mall: MallRef, key: ZoneDay) -> dict[str, Any]:
    """The key of a zone's item."""
    return {"pk": {"S": lot_day_key(mall, key.lot, key.day)}, "sk": {"S": key.zone}}


def positions(item: AttributeMap) -> Positions:
    """The bookings in a zone's item."""
    return {name: value["B"] for name, value in item.items() if "B" in value}


def expires(day: date) -> int:
    """When a day's items may go, in seconds since 1970."""
    return int((datetime.combine(day, time(), UTC) + DAYS_KEPT).timestamp())


def pack_mark(taken: PendingClaim) -> bytes:
    """15 bytes; times to the second."""
    seconds = int(taken.at.timestamp())
    return seconds.to_bytes(4, "big") + taken.position.encode() + taken.entry.pack()


def _read_mark(raw: bytes) -> PendingClaim:
    at = datetime.fromtimestamp(int.from_bytes(raw[:4], "big"), UTC)
    return PendingClaim(at, raw[4:5].decode(), Entry.unpack(raw[5 : 5 + ENTRY_BYTES]))


def _marked_zone(item: AttributeMap, before: datetime) -> PendingZone:
    where, _, day = item["pk"]["S"].rpartition("#")
    mall, lot = lot_of_key(where)
    taken = sorted((_read_mark(raw) for raw in item[MARKS]["BS"]), key=pack_mark)
    return PendingZone(
        mall=mall,
        key=ZoneDay(lot, date.fromisoformat(day), item["sk"]["S"]),
        claims=tuple(claim for claim in taken if claim.at < before),
        positions=positions(item),
    )
