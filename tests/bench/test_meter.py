"""Capacity units in cases whose results AWS has published, or that follow from its rules."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from bench.capacity import Index, Table, item_size, read_units, write_units
from bench.meter import Meter, Seen, longest_chain, updated
from botocore.exceptions import ClientError
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KB = 1024
TABLE = "things"


def sized(size: int, key: str = "a", **more: Any) -> dict[str, Any]:
    """Build an item of exactly this many bytes."""
    item: dict[str, Any] = {"id": {"S": key}, **more}
    missing = size - item_size(item) - len("fill")
    assert missing >= 0
    return {**item, "fill": {"B": b"x" * missing}}


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "海港"}, 6),
        ({"B": b"\x00" * 30}, 30),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"N": "7"}, 2),
        ({"N": "27"}, 2),
        ({"N": "1796155200"}, 5),
        ({"N": "-461.2"}, 4),
        ({"N": "0"}, 1),
        ({"SS": ["ab", "cde"]}, 5),
        ({"BS": [b"ab", b"cde"]}, 5),
        ({"NS": ["27", "1234"]}, 5),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "27"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {"ab": {"S": "cd"}}}, 3 + 1 + 2 + 2),
    ],
)
def test_value_has_the_size_that_aws_gives(value: dict[str, Any], size: int) -> None:
    assert item_size({"name": value}) == len("name") + size


def test_item_size_is_the_sum_of_its_names_and_values() -> None:
    item = {"pk": {"S": "abc"}, "0": {"B": b"1234567890"}, "expires": {"N": "1796155200"}}
    assert item_size(item) == 2 + 3 + 1 + 10 + 7 + 5


# ── units ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [
        (3500, True, 1),
        (3500, False, 0.5),
        (8 * KB, True, 2),
        (8 * KB, False, 1),
        (10 * KB, True, 3),
        (80 * KB, False, 10),
        (0, True, 1),
        (0, False, 0.5),
    ],
)
def test_reads_go_in_steps_of_4_kb(size: int, consistent: bool, units: float) -> None:
    assert read_units(size, consistent=consistent) == units


def test_writes_go_in_steps_of_1_kb_of_the_larger_item() -> None:
    small, large = sized(500), sized(1640)
    assert write_units(None, small) == 1
    assert write_units(None, large) == 2
    assert write_units(small, large) == 2
    assert write_units(large, small) == 2
    assert write_units(large, None) == 2
    assert write_units(None, None) == 1


DUE = Index("due", ("shard", "at"), frozenset({"id", "shard", "at"}))


def due(at: int, shard: str = "1", **more: Any) -> dict[str, Any]:
    return {"id": {"S": "a"}, "shard": {"N": shard}, "at": {"N": str(at)}, **more}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, {"id": {"S": "a"}}, 0),
        (None, due(1), 1),
        (due(1), {"id": {"S": "a"}}, 1),
        (due(1), due(2), 2),
        (due(1), due(1, shard="2"), 2),
        (due(1), due(1, state={"S": "held"}), 0),
        (due(1), due(1), 0),
        (due(1), None, 1),
    ],
)
def test_index_is_written_when_a_projected_attribute_changes(
    before: dict[str, Any] | None, after: dict[str, Any] | None, units: int
) -> None:
    assert DUE.write_units(before, after) == units


def test_index_of_all_attributes_is_written_once_when_only_other_attributes_change() -> None:
    everything = Index("due", ("shard", "at"), None)
    assert everything.write_units(due(1), due(1, state={"S": "held"})) == 1
    assert everything.write_units(due(1), due(1, fill={"B": b"x" * 1500})) == 2


def test_indexes_are_read_from_a_table_definition() -> None:
    table = Table.of(table_definition())
    assert table.keys == ("id",)
    assert table.indexes == (DUE,)


# ── calls ────────────────────────────────────────────────────────────────────────────────────────


def table_definition() -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "shard", "AttributeType": "N"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "shard", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    }


class Metered:
    """A metered client, its meter, and an unmetered client."""

    def __init__(self) -> None:
        self.client, self.plain = self._client(), self._client()
        self.meter = Meter(self.client, self.plain)
        self.plain.create_table(**table_definition())

    def _client(self) -> DynamoDBClient:
        return boto3.client(
            "dynamodb",
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def put(self, *items: dict[str, Any]) -> None:
        for item in items:
            self.plain.put_item(TableName=TABLE, Item=item)

    def seen(self, operation: str, **params: Any) -> Seen:
        """Make one call, whether or not its condition holds."""
        with (
            self.meter.request() as seen,
            suppress(
                self.client.exceptions.ConditionalCheckFailedException,
                self.client.exceptions.TransactionCanceledException,
            ),
        ):
            getattr(self.client, operation)(**params)
        return seen


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def metered(aws: None) -> Iterator[Metered]:
    metered = Metered()
    yield metered
    metered.plain.delete_table(TableName=TABLE)


def key(name: str = "a") -> dict[str, Any]:
    return {"id": {"S": name}}


def units(seen: Seen) -> tuple[float, float, float]:
    """Return read, write and index units."""
    return seen.total("read_units"), seen.total("write_units"), seen.total("index_units")


def test_get_item_by_size_and_consistency(metered: Metered) -> None:
    metered.put(sized(10 * KB))
    strong = metered.seen("get_item", TableName=TABLE, Key=key(), ConsistentRead=True)
    assert units(strong) == (3, 0, 0)
    assert (strong.total("items_read"), strong.total("bytes_read")) == (1, 10 * KB)
    assert units(metered.seen("get_item", TableName=TABLE, Key=key())) == (1.5, 0, 0)


def test_absent_item_costs_a_read(metered: Metered) -> None:
    absent = {"TableName": TABLE, "Key": key("nobody")}
    assert units(metered.seen("get_item", **absent, ConsistentRead=True)) == (1, 0, 0)
    assert units(metered.seen("get_item", **absent)) == (0.5, 0, 0)


def test_projection_of_an_attribute_costs_the_whole_item(metered: Metered) -> None:
    metered.put(sized(10 * KB))
    seen = metered.seen(
        "get_item", TableName=TABLE, Key=key(), ProjectionExpression="id", ConsistentRead=True
    )
    assert units(seen) == (3, 0, 0)


def test_batch_get_rounds_up_each_item(metered: Metered) -> None:
    """AWS's example: 1.5 KB and 6.5 KB count as 4 KB and 8 KB."""
    metered.put(sized(1536), sized(6656, "b"))
    keys = [key(), key("b"), key("nobody")]
    strong = {TABLE: {"Keys": keys, "ConsistentRead": True}}
    assert units(metered.seen("batch_get_item", RequestItems=strong)) == (1 + 2 + 1, 0, 0)
    eventual = {TABLE: {"Keys": keys[:2]}}
    assert units(metered.seen("batch_get_item", RequestItems=eventual)) == (1.5, 0, 0)


def test_query_adds_up_before_it_rounds(metered: Metered) -> None:
    """AWS's example has 1,500 items of 64 bytes, 96 KB; this has 15 of them."""
    metered.put(*(sized(64, f"{n:02}", shard={"N": "1"}, at={"N": str(n)}) for n in range(15)))
    scan = metered.seen("scan", TableName=TABLE, ConsistentRead=True)
    assert units(scan) == (1, 0, 0)
    assert (scan.total("items_read"), scan.total("bytes_read")) == (15, 15 * 64)
    counted = metered.seen("scan", TableName=TABLE, ConsistentRead=True, Select="COUNT")
    assert counted.total("bytes_read") == 15 * 64
    filtered = metered.seen(
        "scan",
        TableName=TABLE,
        FilterExpression="#at = :one",
        ExpressionAttributeNames={"#at": "at"},
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert (units(filtered), filtered.total("bytes_read")) == ((0.5, 0, 0), 15 * 64)


def test_query_without_results_costs_a_read(metered: Metered) -> None:
    query = {
        "TableName": TABLE,
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": {"S": "nobody"}},
    }
    assert units(metered.seen("query", **query, ConsistentRead=True)) == (1, 0, 0)
    assert units(metered.seen("query", **query)) == (0.5, 0, 0)


def test_put_costs_the_larger_of_the_old_and_the_new(metered: Metered) -> None:
    assert units(metered.seen("put_item", TableName=TABLE, Item=sized(1640))) == (0, 2, 0)
    assert units(metered.seen("put_item", TableName=TABLE, Item=sized(100))) == (0, 2, 0)
    assert units(metered.seen("put_item", TableName=TABLE, Item=sized(100))) == (0, 1, 0)


def test_put_with_index_keys_costs_a_unit_more_and_two_when_they_change(
    metered: Metered,
) -> None:
    assert units(metered.seen("put_item", TableName=TABLE, Item=due(1))) == (0, 1, 1)
    assert units(metered.seen("put_item", TableName=TABLE, Item=due(2))) == (0, 1, 2)
    assert units(metered.seen("put_item", TableName=TABLE, Item=due(2))) == (0, 1, 0)


def test_update_costs_the_larger_of_before_and_after(metered: Metered) -> None:
    def update(expression: str, **values: Any) -> tuple[float, float, float]:
        named = {f":{name}": value for name, value in values.items()}
        more = {"ExpressionAttributeValues": named} if named else {}
        return units(
            metered.seen(
                "update_item", TableName=TABLE, Key=key(), UpdateExpression=expression, **more
            )
        )

    assert update("SET fill = :fill", fill={"B": b"x" * 10}) == (0, 1, 0)
    assert update("SET fill = :fill", fill={"B": b"x" * 1500}) == (0, 2, 0)
    assert update("SET extra = :one", one={"N": "1"}) == (0, 2, 0)
    assert update("REMOVE fill") == (0, 2, 0)
    assert update("ADD extra :one", one={"N": "1"}) == (0, 1, 0)
    assert update("SET fill = if_not_exists(fill, :f)", f={"B": b"x" * 1500}) == (0, 2, 0)


def test_delete_costs_the_size_of_the_deleted_item(metered: Metered) -> None:
    metered.put(sized(1640, shard={"N": "1"}, at={"N": "1"}))
    assert units(metered.seen("delete_item", TableName=TABLE, Key=key())) == (0, 2, 1)
    assert units(metered.seen("delete_item", TableName=TABLE, Key=key())) == (0, 1, 0)


def test_failed_condition_costs_the_stored_item_or_one_unit(metered: Metered) -> None:
    metered.put(sized(1640))
    put = {"TableName": TABLE, "Item": sized(100), "ConditionExpression": "attribute_exists(x)"}
    seen = metered.seen("put_item", **put)
    assert units(seen) == (0, 2, 0)
    assert seen.count("PutItem", error="ConditionalCheckFailedException") == 1
    assert units(metered.seen("put_item", **{**put, "Item": sized(100, "b")})) == (0, 1, 0)


def test_batch_write_rounds_up_each_item(metered: Metered) -> None:
    """AWS's example: 500 bytes and 3.5 KB count as 1 KB and 4 KB."""
    metered.put(sized(1640, "c"))
    writes = [
        {"PutRequest": {"Item": sized(500)}},
        {"PutRequest": {"Item": sized(3584, "b")}},
        {"DeleteRequest": {"Key": key("c")}},
    ]
    assert units(metered.seen("batch_write_item", RequestItems={TABLE: writes})) == (0, 7, 0)


def test_transactions_cost_double_and_their_indexes_do_not(metered: Metered) -> None:
    metered.put(sized(1640, "b"))
    items = [
        {"Put": {"TableName": TABLE, "Item": due(1)}},
        {
            "Update": {
                "TableName": TABLE,
                "Key": key("b"),
                "UpdateExpression": "SET extra = :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        },
    ]
    assert units(metered.seen("transact_write_items", TransactItems=items)) == (0, 2 + 4, 1)
    reads = [{"Get": {"TableName": TABLE, "Key": key("b")}}]
    assert units(metered.seen("transact_get_items", TransactItems=reads)) == (2, 0, 0)


def test_cancelled_transaction_costs_the_stored_items_twice(metered: Metered) -> None:
    put = {"TableName": TABLE, "Item": due(1), "ConditionExpression": "attribute_exists(x)"}
    check = {"TableName": TABLE, "Key": key("b"), "ConditionExpression": "attribute_exists(id)"}
    items = [{"Put": put}, {"ConditionCheck": check}]
    assert units(metered.seen("transact_write_items", TransactItems=items)) == (0, 4, 0)


def test_caller_gets_only_the_requested_values(metered: Metered) -> None:
    metered.put(due(1))
    update: dict[str, Any] = {
        "TableName": TABLE,
        "Key": key(),
        "UpdateExpression": "SET extra = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    with metered.meter.request():
        assert "Attributes" not in metered.client.update_item(**update)
        assert metered.client.update_item(**update, ReturnValues="ALL_OLD")["Attributes"]
        with pytest.raises(ClientError) as refused:
            metered.client.update_item(**update, ConditionExpression="attribute_exists(x)")
        assert "Item" not in refused.value.response
        with pytest.raises(ClientError) as refused:
            metered.client.update_item(
                **update,
                ConditionExpression="attribute_exists(x)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        assert "Item" in refused.value.response


def test_calls_outside_a_request_do_not_count(metered: Metered) -> None:
    with metered.meter.request() as seen:
        pass
    metered.client.get_item(TableName=TABLE, Key=key())
    assert seen.calls == []


def test_calls_of_other_threads_count_for_the_open_request(metered: Metered) -> None:
    with metered.meter.request() as seen:
        threads = [
            Thread(target=metered.client.get_item, kwargs={"TableName": TABLE, "Key": key()})
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen.count("GetItem") == 4


# ── round trips ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ([], 0),
        ([(0, 1)], 1),
        ([(0, 2), (1, 3)], 1),
        ([(0, 1), (1, 2), (2, 3)], 3),
        ([(0, 3), (0, 1), (1, 2)], 2),
        ([(0, 5), (0, 3), (5, 6), (6, 7)], 3),
    ],
)
def test_round_trips_are_the_longest_chain_of_calls(
    spans: list[tuple[float, float]], length: int
) -> None:
    assert longest_chain(spans) == length


def test_parallel_calls_are_one_round_trip(metered: Metered) -> None:
    together, calls = Barrier(2), itertools.count()

    def wait(**_: Any) -> None:
        """The first two are on their way at once, whichever thread is late."""
        if next(calls) < 2:
            together.wait(60)

    metered.client.meta.events.register("before-send.dynamodb.*", wait)
    get = {"TableName": TABLE, "Key": key()}
    with metered.meter.request() as seen:
        beside = Thread(target=metered.client.get_item, kwargs=get)
        beside.start()
        metered.client.get_item(TableName=TABLE, Key=key())
        beside.join()
        metered.client.get_item(TableName=TABLE, Key=key())
    assert (len(seen.calls), seen.round_trips) == (3, 2)


def test_plain_updates_are_computed_and_others_are_not() -> None:
    plain = {
        "Key": key(),
        "UpdateExpression": "SET #e = :e, b = :b REMOVE c",
        "ExpressionAttributeNames": {"#e": "expires"},
        "ExpressionAttributeValues": {":e": {"N": "1"}, ":b": {"B": b"x"}},
    }
    before = {**key(), "c": {"S": "gone"}, "d": {"S": "stays"}}
    assert updated(before, plain) == {
        **key(),
        "d": {"S": "stays"},
        "expires": {"N": "1"},
        "b": {"B": b"x"},
    }
    assert updated(None, plain) == {**key(), "expires": {"N": "1"}, "b": {"B": b"x"}}
    assert updated(before, {**plain, "UpdateExpression": "ADD n :e"}) is None
    marks = {**plain, "ExpressionAttributeValues": {":m": {"BS": [b"new"]}}}
    added = updated(before, {**marks, "UpdateExpression": "ADD marks :m"})
    assert added == {**before, "marks": {"BS": [b"new"]}}
    assert updated(added, {**marks, "UpdateExpression": "ADD marks :m"}) == added
    assert updated(added, {**marks, "UpdateExpression": "DELETE marks :m"}) == before
    assert updated(before, {**plain, "UpdateExpression": "SET n = n + :e"}) is None
