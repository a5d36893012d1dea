"""Capacity units from item sizes, by the rules that AWS publishes.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html

Items are in DynamoDB's wire format, `{"name": {"S": "…"}}`; sizes are in bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

Item = Mapping[str, Any]

READ_BYTES = 4096
WRITE_BYTES = 1024
TRANSACTION = 2
"""A unit in a transaction counts this many times."""

_COLLECTION_BYTES = 3
_ELEMENT_BYTES = 1


def item_size(item: Item) -> int:
    """Size of an item: attribute names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, raw),) = value.items()
    match kind:
        case "S":
            return len(raw.encode())
        case "N":
            return _number_size(raw)
        case "B":
            return len(raw)
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(_value_size({kind[0]: element}) for element in raw)
        case "L":
            return _COLLECTION_BYTES + sum(_ELEMENT_BYTES + _value_size(element) for element in raw)
        case "M":
            return _COLLECTION_BYTES + len(raw) * _ELEMENT_BYTES + item_size(raw)
        case _:
            raise ValueError(f"DynamoDB has no attribute type {kind!r}")


def _number_size(written: str) -> int:
    """A byte, one per two significant digits, and one for a minus sign."""
    number = Decimal(written).normalize()
    digits = len(number.as_tuple().digits) if number else 0
    return 1 + -(-digits // 2) + (number < 0)


def read_units(size: int, *, consistent: bool) -> float:
    """Read units of an item, or of all items of one Query; nothing found costs as much as 4 KB."""
    units = max(1, -(-size // READ_BYTES))
    return units if consistent else units / 2


def write_units(before: Item | None, after: Item | None) -> int:
    """Write units by the larger size, before or after; at least 1, even if nothing was written."""
    sizes = (item_size(item) for item in (before, after) if item is not None)
    return max(1, -(-max(sizes, default=0) // WRITE_BYTES))


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index. `projected` names its attributes, or None for all of them."""

    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None

    def write_units(self, before: Item | None, after: Item | None) -> int:
        """Return 0 if the projected attributes stay the same; a changed key costs two writes."""
        old, new = self._entry(before), self._entry(after)
        if old == new:
            return 0
        if old is None or new is None or all(old[key] == new[key] for key in self.keys):
            return write_units(old, new)
        return write_units(old, None) + write_units(None, new)

    def _entry(self, item: Item | None) -> Item | None:
        if item is None or any(key not in item for key in self.keys):
            return None
        if self.projected is None:
            return item
        return {name: value for name, value in item.items() if name in self.projected}


@dataclass(frozen=True, slots=True)
class Table:
    """A table's keys and indexes."""

    keys: tuple[str, ...]
    indexes: tuple[Index, ...] = ()

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Self:
        """Read the definition that DescribeTable returns or CreateTable takes."""
        keys = _key_names(described["KeySchema"])
        indexes = described.get("GlobalSecondaryIndexes") or ()
        return cls(keys, tuple(_index(keys, index) for index in indexes))

    def key(self, item: Item) -> Item:
        """Return the key attributes of an item."""
        return {name: item[name] for name in self.keys}

    def index_units(self, before: Item | None, after: Item | None) -> int:
        """Write units of all indexes together."""
        return sum(index.write_units(before, after) for index in self.indexes)


def _index(table_keys: Sequence[str], described: Mapping[str, Any]) -> Index:
    keys = _key_names(described["KeySchema"])
    projection = described["Projection"]
    projected = None
    if projection["ProjectionType"] != "ALL":
        projected = frozenset({*table_keys, *keys, *projection.get("NonKeyAttributes", ())})
    return Index(described["IndexName"], keys, projected)


def _key_names(schema: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in schema)
