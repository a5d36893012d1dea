"""The orders table's stream, read as changes of records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baylock.adapters.dynamodb.order_item import read_record
from baylock.domain.orders.record import Record


def change_of(record: Mapping[str, Any]) -> tuple[Record | None, Record | None]:
    """A record before and after a change; None where it did not exist, or no longer does.

    Raises any error of reading an image that is not an order's.
    """
    change = record["dynamodb"]
    old, new = change.get("OldImage"), change.get("NewImage")
    return read_record(old) if old else None, read_record(new) if new else None


def number_of(record: Mapping[str, Any]) -> str:
    """A record's place in the stream."""
    return str(record.get("dynamodb", {}).get("SequenceNumber"))
