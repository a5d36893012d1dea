"""Needs, terms, and which space is best for whom."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.mall import P1, P2, merchants, small_mall

from baylock.domain.allocation.ranking import ranking
from baylock.domain.venue.mall import (
    NO_NEEDS,
    UNREACHABLE_DM,
    Feature,
    LockWhen,
    LotSettings,
    Needs,
    Overrides,
)

MALL = small_mall()
NOODLES, _ = merchants()


def ranked(*needs: str) -> list[str]:
    return [one.space.ref for one in ranking(MALL, NOODLES, Needs.parse(needs))]


def test_nearest_first_and_spaces_with_spare_features_last() -> None:
    assert ranked() == ["B2-017", "B2-018", "R1", "B2-020", "B2-019"]


def test_only_spaces_that_serve_every_need() -> None:
    assert ranked("ev") == ["B2-019"]
    assert ranked("accessible") == ["B2-020"]
    assert ranked("ev", "accessible") == []


def test_height_leaves_out_the_lower_and_keeps_the_unlimited() -> None:
    assert "B2-017" in ranked("height:2.1")
    assert "B2-017" not in ranked("height:2.2")
    assert "B2-018" in ranked("height:9")


def test_equal_walks_are_settled_by_lot_and_ref() -> None:
    walks = {P1: array("H", (500, 500, 500, 500)), P2: array("H", (500,))}
    level = ranking(MALL, replace(NOODLES, walks=walks), NO_NEEDS)
    assert [one.space.ref for one in level] == ["B2-017", "B2-018", "R1", "B2-019", "B2-020"]


def test_lots_without_a_walk_and_spaces_that_nothing_reaches_are_left_out() -> None:
    walks = {P1: array("H", (UNREACHABLE_DM, 500, 600, 300))}
    found = ranking(MALL, replace(NOODLES, walks=walks), NO_NEEDS)
    assert [one.space.ref for one in found] == ["B2-018", "B2-020", "B2-019"]


# ── needs ────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.frozensets(st.sampled_from(Feature)),
    st.none() | st.integers(5, 100).map(lambda decimetres: decimetres / 10),
)
def test_needs_come_back_from_their_words(
    features: frozenset[Feature], height_m: float | None
) -> None:
    needs = Needs(features, height_m)
    assert Needs.parse(needs.words()) == needs


@pytest.mark.parametrize("word", ["EV", " ev ", "height:2.10", "HEIGHT:2"])
def test_spelling_does_not_matter(word: str) -> None:
    assert Needs.parse([word]) != NO_NEEDS


@pytest.mark.parametrize(
    "word",
    [
        "",
        "valet",
        "ev:2",
        "height",
        "height:",
        "height:tall",
        "height:0.4",
        "height:11",
        "height:nan",
        "height:inf",
        "height:-2",
        "height:2_1",
        "height:٢",
        "height: 2",
        "height:1e0",
        "ev:",
    ],
)
def test_unknown_need_is_named(word: str) -> None:
    with pytest.raises(ValueError, match=r"need|height"):
        Needs.parse(["ev", word])


@pytest.mark.parametrize("heights", [["height:2.1", "height:1.9"], ["height:1.9", "height:2.1"]])
def test_of_several_heights_the_tallest_counts(heights: list[str]) -> None:
    assert Needs.parse(heights) == Needs.parse(["height:2.1"])


@given(st.floats(0.5, 10.0))
def test_any_height_that_is_taken_is_the_same_after_it_was_written(height_m: float) -> None:
    """Else a booking that is sent again would look like a change."""
    needs = Needs.parse([f"height:{height_m!r}"])
    assert Needs.parse(needs.words()) == needs


# ── terms ────────────────────────────────────────────────────────────────────────────────────────


def test_a_merchants_own_times_stand_in_for_the_lots() -> None:
    lots = LotSettings(lock_when=LockWhen.AT_BOOKING, grace=timedelta(minutes=10))
    own = Overrides(duration=timedelta(minutes=45), lead=timedelta()).of(lots)
    assert own == replace(lots, duration=timedelta(minutes=45), lead=timedelta())
    assert Overrides().of(lots) == lots
