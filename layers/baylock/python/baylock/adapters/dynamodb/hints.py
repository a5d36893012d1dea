"""The hint in DynamoDB, in the table of the occupancy.

An item per lot, day, part of the day and bucket of zones, with an attribute `~zone` per zone. An
item is small enough to be written for one write unit, and a part of a day of a lot of 20,000 spaces
is read for four units, half price as it need not be the newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from baylock.adapters.dynamodb.client import accepted
from baylock.adapters.dynamodb.zones import Positions, Zones, expires, lot_day_key
from baylock.domain.allocation.hint import PARTS, hint_of, parts_changed
from baylock.domain.allocation.occupancy import ZoneDay, entries
from baylock.domain.errors import Busy
from baylock.domain.venue.mall import LotRef, MallRef
from baylock.ports.clock import Clock

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

BUCKETS = 64
"""How many items the zones of a lot are spread over; 700 zones of 36 bytes make 64 of half a KB."""

MAX_TRIES = 6

_SIGN = "~"


class _Item(NamedTuple):
    """The identity of an item of the hint."""

    lot: LotRef
    day: date
    part: int
    bucket: int


def read_hint(
    zones: Zones, mall: MallRef, lot: LotRef, day: date, part: int
) -> Mapping[str, bytes]:
    """The hint of a part of a lot's day, per zone: a Query."""
    return {
        name.removeprefix(_SIGN): value["B"]
        for item in zones.query(_pk(mall, lot, day, part))
        for name, value in item.items()
        if name.startswith(_SIGN)
    }


@dataclass(frozen=True)
class DynamoDBHints:
    """The Hints port. `occupancy` is a table name."""

    client: Client
    occupancy: str
    clock: Clock

    @cached_property
    def _zones(self) -> Zones:
        return Zones(self.client, self.occupancy)

    def refresh(self, mall: MallRef, changes: Collection[tuple[ZoneDay, int]]) -> None:
        """Reads the zones in a BatchGet; an UpdateItem per item of the hint."""
        items: defaultdict[_Item, set[ZoneDay]] = defaultdict(set)
        for key, part in changes:
            items[_Item(key.lot, key.day, part, _bucket(key.zone))].add(key)
        for _ in range(MAX_TRIES):
            read_at = self.clock()
            seen = self._zones.of(mall, {key for keys in items.values() for key in keys})
            for item, keys in list(items.items()):
                if self._write(mall, item, {key: seen[key] for key in keys}, read_at):
                    del items[item]
            if not items:
                return
        raise Busy

    def _write(
        self, mall: MallRef, item: _Item, seen: Mapping[ZoneDay, Positions], read_at: datetime
    ) -> bool:
        names: dict[str, str] = {}
        stamp = _stamped(item, read_at)
        values = {f":{name}": value for name, value in stamp.items()}
        sets = ["#at = :at", "expires = :expires"]
        for number, (key, positions) in enumerate(seen.items()):
            names[f"#z{number}"] = _SIGN + key.zone
            values[f":z{number}"] = {"B": hint_of(positions, item.part)}
            sets.append(f"#z{number} = :z{number}")
        return self._accepted(
            self.client.update_item,
            read_at,
            Key=_key(mall, item),
            UpdateExpression="SET " + ", ".join(sets),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def rebuild(self, mall: MallRef, lot: LotRef, day: date) -> int:
        """A Query of the day and of its hint; a write per item of the hint that is not empty."""
        for _ in range(MAX_TRIES):
            read_at = self.clock()
            seen = self._zones.of_day(mall, lot, day)
            wanted = _items(seen)
            stored = {
                _Item(lot, day, part, int(item["sk"]["S"]))
                for part in PARTS
                for item in self._zones.query(_pk(mall, lot, day, part), ConsistentRead=True)
            }
            if all(
                self._replace(mall, item, wanted.get(item, {}), read_at)
                for item in sorted(stored | wanted.keys())
            ):
                return len(seen)
        raise Busy

    def _replace(
        self, mall: MallRef, item: _Item, hints: Mapping[str, bytes], read_at: datetime
    ) -> bool:
        key = _key(mall, item)
        if not hints:
            return self._accepted(self.client.delete_item, read_at, Key=key)
        zones = {_SIGN + zone: {"B": hint} for zone, hint in hints.items()}
        whole = {**key, **_stamped(item, read_at), **zones}
        return self._accepted(self.client.put_item, read_at, Item=whole)

    def _accepted(self, write: Callable[..., object], read_at: datetime, **request: Any) -> bool:
        """Whether it was written: not where a writer with a later read was quicker."""
        names = {**request.pop("ExpressionAttributeNames", {}), "#at": "at"}
        values = {
            **request.pop("ExpressionAttributeValues", {}),
            ":looked": {"N": _microseconds(read_at)},
        }
        return accepted(
            write,
            TableName=self.occupancy,
            ConditionExpression="attribute_not_exists(#at) OR #at <= :looked",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **request,
        )


def _items(seen: Mapping[ZoneDay, Positions]) -> Mapping[_Item, Mapping[str, bytes]]:
    """The hint of a lot's day, without zones that are free all through a part."""
    found: defaultdict[_Item, dict[str, bytes]] = defaultdict(dict)
    for key, positions in seen.items():
        changed = {
            part
            for day in positions.values()
            for entry in entries(day)
            for part in parts_changed(entry.first, entry.end)
        }
        for part in changed:
            item = _Item(key.lot, key.day, part, _bucket(key.zone))
            found[item][key.zone] = hint_of(positions, part)
    return found


def _bucket(zone: str) -> int:
    return crc32(zone.encode()) % BUCKETS


def _pk(mall: MallRef, lot: LotRef, day: date, part: int) -> str:
    return f"{lot_day_key(mall, lot, day)}#{part}"


def _key(mall: MallRef, item: _Item) -> dict[str, Any]:
    return {
        "pk": {"S": _pk(mall, item.lot, item.day, item.part)},
        "sk": {"S": str(item.bucket)},
    }


def _stamped(item: _Item, read_at: datetime) -> dict[str, Any]:
    return {
        "at": {"N": _microseconds(read_at)},
        "expires": {"N": str(expires(item.day))},
    }


def _microseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000))
