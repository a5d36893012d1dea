"""The database of a chaos run behaves like moto's, only faster; the scheduler is deterministic."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from tests.chaos import engine
from tests.chaos.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ITEM: dict[str, Any] = {
    "id": {"S": "ord_x"},
    "text": {"S": "锁 🚗"},
    "number": {"N": "-1.5"},
    "bytes": {"B": bytes(range(256))},
    "set of bytes": {"BS": [b"\0", b"\xff"]},
    "set": {"SS": ["a", "b"]},
    "list": {"L": [{"S": "x"}, {"B": b"y"}]},
    "map": {"M": {"a": {"N": "1"}, "b": {"B": b"z"}}},
    "flag": {"BOOL": True},
    "nothing": {"NULL": True},
}


@pytest.mark.parametrize("quick", [True, False])
def test_item_is_read_as_it_was_written(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not quick:
        monkeypatch.setattr(engine, "_quick", nullcontext)
    with engine.database() as client:
        client.put_item(TableName="orders", Item=ITEM)
        key = {"id": ITEM["id"]}
        assert client.get_item(TableName="orders", Key=key)["Item"] == ITEM
        assert engine.scan(client, "orders") == [ITEM]
        assert engine.stored("orders", key) == ITEM


def test_failed_transaction_changes_nothing() -> None:
    with engine.database() as client:
        client.put_item(TableName="occupancy", Item=zone("z0"))
        before = engine.scan(client, "occupancy")
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            transact(client, ["z0", "z1"], refused="z1")
        assert engine.scan(client, "occupancy") == before
        transact(client, ["z0", "z1"])
        assert len(engine.scan(client, "occupancy")) == 2


def zone(name: str) -> dict[str, Any]:
    return {"pk": {"S": "harbour/P1#20260613"}, "sk": {"S": name}}


def transact(client: DynamoDBClient, zones: list[str], refused: str = "") -> None:
    client.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": "occupancy",
                    "Key": zone(name),
                    "UpdateExpression": "SET #p = :p ADD marks :m",
                    "ConditionExpression": (
                        "attribute_exists(#p)" if name == refused else "attribute_not_exists(#p)"
                    ),
                    "ExpressionAttributeNames": {"#p": "0"},
                    "ExpressionAttributeValues": {":p": {"B": b"entry"}, ":m": {"BS": [b"mark"]}},
                }
            }
            for name in zones
        ]
    )


def test_worker_whose_wait_ends_first_runs_next() -> None:
    scheduler = Scheduler(datetime(2026, 6, 13, tzinfo=UTC))
    turns: list[tuple[str, float]] = []

    def work(*waits: float) -> None:
        for wait in waits:
            scheduler.wait(timedelta(seconds=wait))
            passed = scheduler.now - datetime(2026, 6, 13, tzinfo=UTC)
            turns.append((scheduler.current, passed.total_seconds()))

    scheduler.spawn("a", lambda: work(1, 5))
    scheduler.spawn("b", lambda: work(2, 1))
    scheduler.spawn("c", lambda: work(1), after=timedelta(seconds=1.5))
    scheduler.run()
    assert turns == [("a", 1), ("b", 2), ("c", 2.5), ("b", 3), ("a", 6)]


def test_uncaught_error_of_a_worker_is_raised() -> None:
    scheduler = Scheduler(datetime(2026, 6, 13, tzinfo=UTC))

    def fail() -> None:
        raise LookupError("uncaught")

    scheduler.spawn("a", fail)
    scheduler.spawn("b", lambda: scheduler.wait(timedelta(seconds=1)))
    with pytest.raises(LookupError):
        scheduler.run()
