"""The contract of the Plans port: the fake of the tests, and DynamoDB."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from tests.fakes.venues import FakePlans

from baylock.adapters.dynamodb.plans import DynamoDBPlans
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.domain.venue.mall import LotRef, SpaceRef
from baylock.domain.venue.plan import Guide, Level, Net, Place, Stall, Stalls
from baylock.domain.venue.plan import Plan as Drawn
from baylock.ports.venue import Plans
from baylock_cli.furnish import EXAMPLE_MALL
from baylock_cli.site import now
from venue_import import Plan, read_plan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(params=["fake", "dynamodb"])
def plans(request: pytest.FixtureRequest) -> Plans:
    if request.param == "fake":
        return FakePlans()
    return DynamoDBPlans(request.getfixturevalue("tables_made"), "venue")


@cache
def example() -> tuple[Plan, Drawn]:
    plan = read_plan(json.loads(EXAMPLE_MALL.read_text("utf-8")))
    assert plan.drawn is not None
    return plan, plan.drawn


def test_a_plan_comes_back_as_it_was_drawn(plans: Plans) -> None:
    plan, drawn = example()
    plans.save(plan.mall, drawn)
    assert plans.guide(plan.mall) == drawn.guide
    for level in drawn.levels:
        assert plans.level(plan.mall, level.number) == level


def test_level_without_a_drawing_is_none(plans: Plans) -> None:
    plan, drawn = example()
    assert plans.guide(plan.mall) is None
    assert plans.level(plan.mall, 0.0) is None
    plans.save(plan.mall, drawn)
    assert plans.level(plan.mall, 7.0) is None
    assert plans.guide(replace(plan.mall, version="another")) is None


def test_levels_1_and_10_are_two(plans: Plans) -> None:
    plan, _ = example()
    levels = (Level(1.0, "L1"), Level(10.0, "L10"), Level(-1.0, "B1"), Level(0.5, "M"))
    plans.save(plan.mall, Drawn(Guide({}, Net(), Net(), {}), levels))
    for level in levels:
        assert plans.level(plan.mall, level.number) == level


def test_items_of_20000_spaces_on_one_level_stay_below_400_kb(
    tables_made: DynamoDBClient,
) -> None:
    plan, drawn = example()
    (level,) = (one for one in drawn.levels if one.number == -2)
    pattern = list(level.stalls)
    stalls = Stalls.of(
        pattern[number % len(pattern)]._replace(
            ref=SpaceRef(f"B2-{number:05}"), at=(number * 7919 % 30011, number * 104729 % 30013)
        )
        for number in range(20_000)
    )
    places = tuple(Place((number * 31 % 9973, number), -2.0) for number in range(20_000))
    large = replace(level, stalls=stalls)
    guide = replace(drawn.guide, paths=Net(places))
    plans = DynamoDBPlans(tables_made, "venue")
    plans.save(plan.mall, Drawn(guide, (large,)))
    items = tables_made.scan(TableName="venue")["Items"]
    assert max(len(item["body"]["B"]) for item in items) <= 300_000
    assert plans.level(plan.mall, -2) == large


def test_a_plan_is_forgotten_with_its_version(tables_made: DynamoDBClient) -> None:
    plan, drawn = example()
    venues, plans = DynamoDBVenues(tables_made, "venue", now), DynamoDBPlans(tables_made, "venue")
    malls = [replace(plan.mall, version=version) for version in "123"]
    for mall in malls:
        plans.save(mall, drawn)
        venues.save(mall, plan.merchants)
    fresh = DynamoDBPlans(tables_made, "venue")
    assert [fresh.guide(mall) is not None for mall in malls] == [False, True, True]
    assert fresh.level(malls[0], -1.0) is None


def test_stall_has_its_lot() -> None:
    _, drawn = example()
    stalls = {(one.lot, one.ref): one for level in drawn.levels for one in level.stalls}
    assert isinstance(stalls[LotRef("P1"), SpaceRef("B1-016")], Stall)
    assert len(stalls) == 244
