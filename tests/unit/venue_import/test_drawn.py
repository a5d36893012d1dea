"""The plan drawn for drivers: its ways are those of the measured walks."""

from __future__ import annotations

import json
from functools import cache

import pytest
from tests.unit.venue_import.drawing import XY

from baylock.domain.venue.mall import LotRef, MerchantRef, SpaceRef
from baylock.domain.venue.plan import Mark, Plan, Stall, Way, shortest
from local_cloud.seed import EXAMPLE_MALL
from venue_import import Plan as Read
from venue_import import read_plan


@cache
def example() -> tuple[Read, Plan]:
    read = read_plan(json.loads(EXAMPLE_MALL.read_text("utf-8")))
    assert read.drawn is not None
    return read, read.drawn


def stall(lot: str, ref: str) -> Stall:
    _, drawn = example()
    return next(
        one
        for level in drawn.levels
        for one in level.stalls
        if (one.lot, one.ref) == (LotRef(lot), SpaceRef(ref))
    )


def walk(lot: str, space: str, merchant: str) -> Way:
    _, drawn = example()
    at = stall(lot, space)
    found = shortest(
        drawn.guide.paths, at.at, at.on_foot, dict(drawn.guide.doors[MerchantRef(merchant)])
    )
    assert found is not None
    return found


@pytest.mark.parametrize("merchant", [f"M{number:02}" for number in range(1, 41)])
def test_way_is_as_long_as_the_walk_that_was_measured(merchant: str) -> None:
    """Up to what a change of level is long, and rounding: of a walk on one level, to 30 cm."""
    read, drawn = example()
    (found,) = (one for one in read.merchants if one.ref == merchant)
    for lot in read.mall.lots:
        for space, measured in list(zip(lot.spaces, found.walks[lot.ref], strict=True))[::7]:
            way = walk(lot.ref, space.ref, merchant)
            beyond = dict(drawn.guide.doors[found.ref])[way.end]
            drawn_dm = sum(leg.dm for leg in way.legs) + beyond
            climbed = {Mark.STAIRS, Mark.ESCALATOR, Mark.RAMP} & set(way.turns)
            assert drawn_dm <= measured + 3
            if not climbed:
                assert abs(drawn_dm - measured) <= 3


def test_way_to_another_level_says_by_what() -> None:
    way = walk("P1", "B1-016", "M07")
    assert [leg.level for leg in way.legs] == [-1.0, 0.0]
    assert way.turns == (Mark.LIFT,)


def test_escalator_is_taken_in_its_direction_alone() -> None:
    ups = {mark for n in range(1, 61) for mark in walk("P1", f"B1-{n:03}", "M07").turns}
    assert Mark.ESCALATOR in ups or Mark.LIFT in ups
    _, drawn = example()
    escalators = [step for step in drawn.guide.paths.steps if step.by is Mark.ESCALATOR]
    pairs = {(step.one, step.other) for step in escalators}
    assert escalators
    assert not any((other, one) in pairs for one, other in pairs)


def test_way_turned_round_starts_where_it_ended() -> None:
    way = walk("P1", "B1-016", "M07")
    back = way.turned_round()
    assert back.legs[0].line == way.legs[-1].line[::-1]
    assert back.turned_round() == way


def test_no_way_where_nothing_leads() -> None:
    _, drawn = example()
    at = stall("P1", "B1-016")
    assert shortest(drawn.guide.paths, at.at, at.on_foot, {}) is None
    assert shortest(drawn.guide.paths, at.at, (), {0: 0}) is None


def test_level_knows_its_spaces_sign_and_what_is_on_it() -> None:
    _, drawn = example()
    assert drawn.guide.level_of("B2") == -2.0
    assert drawn.guide.level_of("B7") is None
    (basement,) = (level for level in drawn.levels if level.name == "B1")
    assert {shop.name for shop in basement.shops} >= {"Fresh Market 鲜市超市"}
    assert {mark.mark for mark in basement.marks} >= {Mark.LIFT, Mark.STAIRS, Mark.ESCALATOR}
    assert all(len(one.outline) == 4 for one in basement.stalls)


def _inside(at: XY, box: list[XY]) -> bool:
    return all(min(c[i] for c in box) <= at[i] <= max(c[i] for c in box) for i in (0, 1))


def test_space_lies_in_its_outline() -> None:
    _, drawn = example()
    for level in drawn.levels:
        for one in level.stalls:
            assert _inside(one.at, list(one.outline))
