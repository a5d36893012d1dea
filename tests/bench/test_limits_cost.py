"""The cost of counting a key's calls: each UpdateItem of so small an item is one unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from bench.capacity import item_size
from moto import mock_aws
from tests.fakes.calls import AtOnce
from tests.fakes.mall import Watch
from tests.fakes.tables import create_tables

from baylock.adapters.dynamodb.usage import DynamoDBUsageCounters
from baylock.domain.access.limits import Limits
from baylock.usecases.access.rate_limiter import RateLimiter

ONE_UNIT = 1024
"""Largest size of the item, in bytes."""
USUAL = Limits()
CHAIN = Limits(burst=600, per_minute=6_000, per_day=1_000_000)
"""Limits as for a merchant with a hundred tills."""


class Counted:
    """A counter and the writes that it made, including failed ones."""

    def __init__(self) -> None:
        self.client = boto3.client("dynamodb", region_name="us-east-1")
        create_tables(self.client)
        self.counter = DynamoDBUsageCounters(self.client, "budgets")
        self.asked: list[str] = []
        self.client.meta.events.register("before-call.dynamodb.*", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.asked.append(model.name)


@pytest.fixture
def counts() -> Iterator[Counted]:
    with mock_aws():
        yield Counted()


@pytest.mark.parametrize(
    ("limits", "processes", "seconds_apart", "most_units_a_call"),
    [
        pytest.param(USUAL, 1, 300.0, 0.35, id="now and then"),
        pytest.param(USUAL, 1, 1.0, 0.15, id="each second"),
        pytest.param(USUAL, 2, 0.25, 0.22, id="four a second, two processes"),
        pytest.param(CHAIN, 4, 0.05, 0.12, id="twenty a second, four processes"),
        pytest.param(USUAL, 4, 0.01, 0.10, id="a flood, of which most is refused"),
    ],
)
def test_one_write_pays_for_many_calls(
    counts: Counted,
    limits: Limits,
    processes: int,
    seconds_apart: float,
    most_units_a_call: float,
) -> None:
    watch = Watch()
    admits = [RateLimiter(counts.counter, watch, AtOnce()) for _ in range(processes)]
    calls = 600
    for number in range(calls):
        admit = admits[number % processes]
        if not admit("k1", limits).wait:
            admit.settle("k1", limits)
        watch.now += timedelta(seconds=seconds_apart)
    assert set(counts.asked) == {"UpdateItem"}
    assert len(counts.asked) / calls <= most_units_a_call
    for item in counts.client.scan(TableName="budgets")["Items"]:
        assert item_size(item) < ONE_UNIT
