"""The orders table's stream, read as changes of records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baylock.adapters.dynamodb.order_item import read_record
from baylock.domain.orders.record import Record


def change_of(record: Mapping[str, Any]) -> tuple[Record | None, Record | None]:
    """What a record was before, and what it is now; None where there was, or is, none.

    Raises whatever reading the images raises where they are not ours.
    """
    change = record["dynamodb"]
    old, new = change.get("OldImage"), change.get("NewImage")
    return read_record(old) if old else None, read_record(new) if new else None


def number_of(record: Mapping[str, Any]) -> str:
    """A record's place in the stream."""
    return str(record.get("dynamodb", {}).get("SequenceNumber"))
