"""The usage of merchants' keys in DynamoDB: an item per key and day, well below 1 KB.

Each count is one write unit. DynamoDB can't take the later of two moments, so there are two ways to
count: onto a bucket that is filling, and onto one that is full. The condition says which it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from baylock.adapters.dynamodb.client import (
    MAX_BATCH,
    batch_get,
    failed_condition,
    milliseconds,
    moment,
    with_retries,
)
from baylock.domain.access.limits import Limits, Usage
from baylock.domain.errors import Busy

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

GUESSES = 4
KEPT = timedelta(days=3)
_KEY = "calls#"


@dataclass(frozen=True)
class DynamoDBUsageCounters:
    """The UsageCounters port. `table` is the name of a table with the string keys `pk` and `sk`."""

    client: Client
    table: str

    def add(self, key: str, calls: int, limits: Limits, expected: datetime, now: datetime) -> Usage:
        """One UpdateItem where the guess is right; Busy where others make it wrong each time."""
        filling = expected > now
        for _ in range(GUESSES):
            try:
                return self._add(key, calls, calls * limits.apart, now, filling=filling)
            except ClientError as error:
                if not failed_condition(error):
                    raise
                filling = not filling
        raise Busy

    def _add(self, key: str, calls: int, more: timedelta, now: datetime, *, filling: bool) -> Usage:
        day = now.date()
        more_ms = more // timedelta(milliseconds=1)
        values: dict[str, Any] = {
            ":calls": {"N": str(calls)},
            ":now": {"N": str(milliseconds(now))},
            ":expires": {"N": str(_expiry(day))},
            ":full": {"N": str(more_ms if filling else milliseconds(now) + more_ms)},
        }
        full = "full_at + :full" if filling else ":full"
        answer = with_retries(
            self.client.update_item,
            TableName=self.table,
            Key=_key(key, day),
            UpdateExpression=f"SET full_at = {full}, expires = :expires ADD calls :calls",
            ConditionExpression="full_at > :now"
            if filling
            else "attribute_not_exists(full_at) OR full_at <= :now",
            ExpressionAttributeValues=values,
            ReturnValues="UPDATED_NEW",
        )
        new = answer["Attributes"]
        return Usage(day, int(new["calls"]["N"]), moment(int(new["full_at"]["N"])))

    def calls_on(self, day: date, keys: Collection[str]) -> Mapping[str, int]:
        """A BatchGetItem for each hundred keys."""
        asked = [_key(key, day) for key in keys]
        return {
            item["pk"]["S"].removeprefix(_KEY): int(item["calls"]["N"])
            for start in range(0, len(asked), MAX_BATCH)
            for _, item in batch_get(
                self.client, {self.table: {"Keys": asked[start : start + MAX_BATCH]}}
            )
        }


def _key(key: str, day: date) -> dict[str, Any]:
    return {"pk": {"S": f"{_KEY}{key}"}, "sk": {"S": day.isoformat()}}


def _expiry(day: date) -> int:
    return int((datetime.combine(day, time(0), UTC) + KEPT).timestamp())
