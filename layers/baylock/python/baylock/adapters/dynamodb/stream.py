"""The stream of the orders table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baylock.adapters.dynamodb.order_item import read_record
from baylock.domain.errors import UnreadableChange
from baylock.domain.orders.change import Change


@dataclass(frozen=True)
class DynamoDBOrderStream:
    """The OrderStream port, for records of a stream with the old and the new image.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.Lambda.html
    """

    def read(self, record: Mapping[str, Any]) -> Change:
        """Read both images."""
        try:
            change = record["dynamodb"]
            old, new = change.get("OldImage"), change.get("NewImage")
            return Change(
                read_record(old) if old else None,
                read_record(new) if new else None,
            )
        except Exception as error:
            # Images are only ever written by us, so whatever is wrong with them is unforeseen.
            raise UnreadableChange(_number(record)) from error


def _number(record: Mapping[str, Any]) -> str:
    return str(record.get("dynamodb", {}).get("SequenceNumber"))
