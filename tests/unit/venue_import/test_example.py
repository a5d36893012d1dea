"""The example mall is the output of its scripts, and imports without warnings."""

from __future__ import annotations

import json
from pathlib import Path

from examples import draw_mall, make_mall
from tests.fakes.venues import FakeVenues

from baylock.domain.venue.mall import Feature
from venue_import import Plan, import_venue, read_plan

PLAN = json.loads(make_mall.TARGET.read_text("utf-8"))


def example() -> Plan:
    return read_plan(PLAN)


def test_the_plan_in_the_repository_is_what_the_script_draws() -> None:
    assert make_mall.TARGET.read_text("utf-8") == make_mall.text()


def test_the_picture_is_what_the_plan_looks_like() -> None:
    assert draw_mall.TARGET.read_text("utf-8") == draw_mall.draw()


def test_nothing_is_wrong_with_it() -> None:
    plan = example()
    assert plan.errors == ()
    assert plan.warnings == ()


def test_it_has_two_lots_on_three_levels_and_40_merchants() -> None:
    plan = example()
    spaces = [space for lot in plan.mall.lots for space in lot.spaces]
    assert [lot.ref for lot in plan.mall.lots] == ["P1", "P2"]
    assert {space.level for space in spaces} == {"B2", "B1", "L1"}
    assert len(spaces) >= 240
    assert {feature for space in spaces for feature in space.features} == set(Feature)
    assert len(plan.merchants) == 40
    assert len({merchant.phone for merchant in plan.merchants}) == 40


def test_every_space_is_within_five_minutes_of_every_merchant() -> None:
    longest = max(
        max(walks) for merchant in example().merchants for walks in merchant.walks.values()
    )
    assert longest / 10 < 400


def test_it_is_imported_from_its_file() -> None:
    venues = FakeVenues()
    plan = import_venue(Path(make_mall.TARGET), venues)
    assert venues.mall(plan.mall.ref) == plan.mall
    assert list(venues.merchants(plan.mall.ref)) == list(plan.merchants)
