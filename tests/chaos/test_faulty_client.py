"""The effects of the faulty client on calls and on what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.chaos.engine import Item, database, stored
from tests.chaos.faults import STALLED_BY_PLAN, Crashed, Fault, PlannedFaults
from tests.chaos.faulty_client import FaultyClient
from tests.chaos.history import STALE_FOR
from tests.chaos.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"id": {"S": "ord_x"}}
NOON = datetime(2026, 6, 13, 16, tzinfo=UTC)


class Stale(PlannedFaults):
    """Every eventually consistent read is outdated."""

    def is_stale(self) -> bool:
        return True


@pytest.fixture
def dynamodb() -> Iterator[DynamoDBClient]:
    with database() as client:
        yield client


def faulty(dynamodb: DynamoDBClient, call: str, fault: Fault) -> FaultyClient:
    """Build a client whose first call of a kind has a fault."""
    plan = {("", call, 1): fault}
    return FaultyClient(dynamodb, Scheduler(NOON), Random(1), PlannedFaults(plan))


def stale(dynamodb: DynamoDBClient) -> FaultyClient:
    return FaultyClient(dynamodb, Scheduler(NOON), Random(1), Stale({}))


def put(client: FaultyClient, version: int = 1) -> None:
    client.put_item(TableName="orders", Item=version_of(version))


def version_of(version: int) -> dict[str, Any]:
    return {**KEY, "version": {"N": str(version)}}


def get(client: FaultyClient, **how: Any) -> Item | None:
    answer: Mapping[str, Any] = client.get_item(TableName="orders", Key=KEY, **how)
    return answer.get("Item")


@pytest.mark.parametrize(
    ("fault", "error", "is_done"),
    [
        (Fault.CRASH_BEFORE, Crashed, False),
        (Fault.CRASH_AFTER, Crashed, True),
        (Fault.THROTTLED, ClientError, False),
        (Fault.CONFLICT, ClientError, False),
        (Fault.LOST_ANSWER, ReadTimeoutError, True),
    ],
)
def test_failed_call_is_done_or_not_depending_on_its_fault(
    dynamodb: DynamoDBClient, fault: Fault, error: type[BaseException], *, is_done: bool
) -> None:
    client = faulty(dynamodb, "put_item", fault)
    with pytest.raises(error):
        put(client)
    assert (stored("orders", KEY) is not None) == is_done


@pytest.mark.parametrize("fault", [Fault.STALL_BEFORE, Fault.STALL_AFTER])
def test_stalled_call_is_done_late(dynamodb: DynamoDBClient, fault: Fault) -> None:
    stalled: list[str] = []
    client = faulty(dynamodb, "put_item", fault)
    client.stalled = stalled.append
    put(client)
    assert stored("orders", KEY) == version_of(1)
    assert client.scheduler.now - NOON >= STALLED_BY_PLAN
    assert len(stalled) == 1


def test_except_exception_does_not_catch_a_crash() -> None:
    assert not issubclass(Crashed, Exception)


def test_eventually_consistent_read_may_be_outdated(dynamodb: DynamoDBClient) -> None:
    client = stale(dynamodb)
    assert get(client) is None
    put(client)
    assert get(client) is None
    put(client, 2)
    assert get(client) in (None, version_of(1))
    assert get(client, ConsistentRead=True) == version_of(2)
    client.scheduler.wait(STALE_FOR + timedelta(seconds=1))
    assert get(client) == version_of(2)


def test_items_in_a_batch_and_in_a_scan_may_be_outdated(dynamodb: DynamoDBClient) -> None:
    client = stale(dynamodb)
    put(client)
    asked = {"orders": {"Keys": [KEY]}}
    assert client.batch_get_item(RequestItems=asked)["Responses"] == {"orders": []}
    assert client.scan(TableName="orders")["Items"] == []
    asked = {"orders": {"Keys": [KEY], "ConsistentRead": True}}  # type: ignore[dict-item]
    assert client.batch_get_item(RequestItems=asked)["Responses"] == {"orders": [version_of(1)]}


def test_every_write_is_streamed_with_its_images(dynamodb: DynamoDBClient) -> None:
    client = stale(dynamodb)
    streamed: list[tuple[str, Item | None, Item | None]] = []
    client.wrote = lambda *written: streamed.append(written)
    put(client, 1)
    put(client, 2)
    assert streamed == [
        ("orders", None, version_of(1)),
        ("orders", version_of(1), version_of(2)),
    ]
