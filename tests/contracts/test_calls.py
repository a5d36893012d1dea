"""The contract of UsageCounters: the fake of the tests, and DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from tests.contracts.conftest import Disturbed
from tests.fakes.calls import FakeUsageCounters

from baylock.adapters.dynamodb.usage import DynamoDBUsageCounters
from baylock.domain.access.limits import Limits
from baylock.domain.errors import Busy
from baylock.ports.access import UsageCounters

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=1)
LIMITS = Limits(burst=10, per_minute=60, per_day=100)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["fake", "dynamodb"])
def counts(request: pytest.FixtureRequest) -> UsageCounters:
    if request.param == "fake":
        return FakeUsageCounters()
    return DynamoDBUsageCounters(request.getfixturevalue("tables_made"), "budgets")


def test_calls_add_up_and_put_off_the_moment_at_which_the_bucket_is_full(
    counts: UsageCounters,
) -> None:
    first = counts.add("k1", 3, LIMITS, LONG_AGO, NOON)
    assert (first.calls, first.full_at) == (3, NOON + 3 * SECOND)
    second = counts.add("k1", 2, LIMITS, first.full_at, NOON + SECOND)
    assert (second.calls, second.full_at) == (5, NOON + 5 * SECOND)


def test_a_bucket_that_is_full_gains_nothing_by_waiting(counts: UsageCounters) -> None:
    counts.add("k1", 3, LIMITS, LONG_AGO, NOON)
    later = NOON + timedelta(hours=1)
    spent = counts.add("k1", 1, LIMITS, NOON, later)
    assert (spent.calls, spent.full_at) == (4, later + SECOND)


def test_a_wrong_guess_of_how_the_bucket_stands_counts_all_the_same(counts: UsageCounters) -> None:
    counts.add("k1", 1, LIMITS, NOON + SECOND, NOON)
    counts.add("k1", 1, LIMITS, LONG_AGO, NOON)
    spent = counts.add("k1", 1, LIMITS, NOON + timedelta(days=1), NOON + timedelta(hours=1))
    assert (spent.calls, spent.full_at) == (3, NOON + timedelta(hours=1, seconds=1))


def test_each_key_and_each_day_has_its_own_count(counts: UsageCounters) -> None:
    counts.add("k1", 3, LIMITS, LONG_AGO, NOON)
    counts.add("k2", 5, LIMITS, LONG_AGO, NOON)
    tomorrow = NOON + timedelta(days=1)
    assert counts.add("k1", 1, LIMITS, LONG_AGO, tomorrow).calls == 1
    assert counts.calls_on(NOON.date(), ["k1", "k2", "k3"]) == {"k1": 3, "k2": 5}
    assert counts.calls_on(tomorrow.date(), ["k1", "k2"]) == {"k1": 1}
    assert counts.calls_on(NOON.date(), []) == {}


def test_more_keys_than_one_read_takes(counts: UsageCounters) -> None:
    keys = [f"k{number}" for number in range(130)]
    for key in keys:
        counts.add(key, 1, LIMITS, LONG_AGO, NOON)
    assert counts.calls_on(NOON.date(), keys) == dict.fromkeys(keys, 1)


# ── what only a store that others write to can show ──────────────────────────────────────────────


def test_an_item_of_a_count_is_dropped_after_some_days(tables_made: DynamoDBClient) -> None:
    DynamoDBUsageCounters(tables_made, "budgets").add("k1", 3, LIMITS, LONG_AGO, NOON)
    (item,) = tables_made.scan(TableName="budgets")["Items"]
    expires = datetime.fromtimestamp(int(item["expires"]["N"]), UTC)
    assert expires > NOON + timedelta(days=2)
    assert item["pk"] == {"S": "calls#k1"}


def test_a_bucket_that_others_turn_over_each_time_is_busy(
    tables_made: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = DynamoDBUsageCounters(tables_made, "budgets")
    counts.add("k1", 3, LIMITS, LONG_AGO, NOON)
    asked: list[str] = []
    real = tables_made.update_item

    def turned(**request: Any) -> Any:
        asked.append(request["ConditionExpression"])
        never = "attribute_not_exists(pk) AND full_at > :now"
        return real(**{**request, "ConditionExpression": never})

    monkeypatch.setattr(tables_made, "update_item", turned)
    with pytest.raises(Busy):
        counts.add("k1", 1, LIMITS, LONG_AGO, NOON)
    assert len(set(asked)) == 2
    assert counts.calls_on(NOON.date(), ["k1"]) == {"k1": 3}


def test_a_busy_store_is_tried_again(tables_made: DynamoDBClient) -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")
    busy: Any = Disturbed(tables_made, "update_item", throttled)
    assert DynamoDBUsageCounters(busy, "budgets").add("k1", 3, LIMITS, LONG_AGO, NOON).calls == 3
