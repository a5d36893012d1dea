"""Zones and names of locks: compact, unique, and stable across imports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.venue_import.drawing import Drawing, only_lot, straight

from baylock.domain.venue.mall import (
    POSITIONS,
    Feature,
    Lot,
    LotRef,
    Mall,
    MallRef,
    Space,
    SpaceRef,
    ThingName,
)
from venue_import.things import MAX_LENGTH, thing_names
from venue_import.zones import MAX, Stand, assign_zones

HARBOUR = MallRef("harbour")

spots = st.tuples(st.integers(0, 200), st.integers(0, 200))
stands = st.lists(
    st.builds(
        lambda number, at, level: Stand(SpaceRef(str(number)), float(level), at),
        st.integers(0, 400),
        spots,
        st.integers(-2, 0),
    ),
    max_size=150,
    unique_by=lambda stand: stand.ref,
)
refs = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=90)
plain = st.text("ab-", min_size=1, max_size=4)
keys = st.lists(
    st.one_of(st.tuples(plain, plain), st.tuples(refs, refs)), max_size=12, unique=True
).map(lambda pairs: [(LotRef(lot), SpaceRef(space)) for lot, space in pairs])


def lot_of(these: Sequence[Stand], previous: Lot | None = None) -> Lot:
    places = assign_zones(these, previous)
    spaces = tuple(
        Space(stand.ref, f"{stand.level:g}", *places[stand.ref], ThingName(stand.ref))
        for stand in these
    )
    return Lot(LotRef("P1"), "P1", spaces)


def places(lot: Lot) -> dict[str, tuple[str, str]]:
    return {space.ref: (space.zone, space.position) for space in lot.spaces}


@given(stands, stands)
def test_a_space_keeps_its_place_and_no_two_share_one(
    before: list[Stand], after: list[Stand]
) -> None:
    first = lot_of(before)
    second = lot_of(after, first)
    old, new = places(first), places(second)
    assert len(set(new.values())) == len(new)
    assert all(new[ref] == old[ref] for ref in old.keys() & new.keys())
    gone = {old[ref] for ref in old.keys() - new.keys()}
    assert not gone & {new[ref] for ref in new.keys() - old.keys()}
    assert max(Counter(zone for zone, _ in new.values()).values(), default=0) <= MAX
    assert all(position in POSITIONS for _, position in new.values())


@given(stands)
def test_a_new_zone_is_on_one_level(these: list[Stand]) -> None:
    lot = lot_of(these)
    levels: dict[str, set[str]] = {}
    for space in lot.spaces:
        levels.setdefault(space.zone, set()).add(space.level)
    assert all(len(own) == 1 for own in levels.values())


@given(stands)
def test_a_new_zone_offers_the_same_everywhere(these: list[Stand]) -> None:
    chargers = [
        replace(one, offers=frozenset({Feature.EV} if number % 3 == 0 else ()))
        for number, one in enumerate(these)
    ]
    offers: dict[str, set[frozenset[Feature]]] = {}
    for one in chargers:
        offers.setdefault(assign_zones(chargers)[one.ref][0], set()).add(one.offers)
    assert all(len(own) == 1 for own in offers.values())


@given(stands)
def test_the_same_plan_again_changes_nothing(these: list[Stand]) -> None:
    assert places(lot_of(these, lot_of(these))) == places(lot_of(these))


def test_a_zone_is_compact_and_there_are_no_more_than_needed() -> None:
    grid = [
        Stand(SpaceRef(f"{x}.{y}"), 0.0, (x * 2.5, y * 5.0)) for x in range(40) for y in range(8)
    ]
    at = {stand.ref: stand.at for stand in grid}
    lot = lot_of(grid)
    zones: dict[str, list[tuple[float, float]]] = {}
    for space in lot.spaces:
        zones.setdefault(space.zone, []).append(at[space.ref])
    assert len(zones) == 12
    assert all(dist(one, other) < 40 for own in zones.values() for one in own for other in own)


def test_a_new_space_takes_a_free_position_near_by() -> None:
    old = [Stand(SpaceRef(str(x)), 0.0, (x * 2.5, 0.0)) for x in range(10)]
    near, far = Stand(SpaceRef("near"), 0.0, (26.0, 0.0)), Stand(SpaceRef("far"), 0.0, (500.0, 0.0))
    lot = lot_of(old)
    new = places(lot_of([*old, near, far], lot))
    assert new["near"][0] == new["0"][0]
    assert new["far"][0] != new["0"][0]


@given(refs, keys)
def test_thing_names_are_unique_and_fit(mall: str, these: list[tuple[LotRef, SpaceRef]]) -> None:
    names = thing_names(MallRef(mall), these)
    assert set(names) == set(these)
    assert len(set(names.values())) == len(these)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name) for name in names.values())


@given(keys, keys)
def test_thing_names_are_the_same_at_every_import(
    before: list[tuple[LotRef, SpaceRef]], after: list[tuple[LotRef, SpaceRef]]
) -> None:
    old = thing_names(HARBOUR, before)
    lots = tuple(
        Lot(lot, lot, (Space(space, "0", "z1", "0", old[lot, space]),)) for lot, space in before
    )
    new = thing_names(HARBOUR, after, Mall(HARBOUR, "", "UTC", "CN", lots))
    assert all(new[key] == old[key] for key in old.keys() & new.keys())
    assert len(set(new.values())) == len(new)


def test_a_thing_is_called_after_mall_lot_and_space() -> None:
    names = thing_names(HARBOUR, [(LotRef("P1"), SpaceRef("B2-017"))])
    assert list(names.values()) == ["harbour-P1-B2-017"]


def test_a_hash_tells_apart_what_the_dash_makes_one() -> None:
    names = thing_names(
        HARBOUR, [(LotRef("a-b"), SpaceRef("c")), (LotRef("a"), SpaceRef("b-c"))]
    ).values()
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"harbour-a-b-c-[0-9a-f]{8}", name) for name in names)


@pytest.mark.parametrize(("mall", "lot"), [("a", "b-c"), ("a-b-c", "1"), ("a", "b")])
def test_a_hash_tells_apart_the_things_of_malls_that_the_dash_makes_one(
    mall: str, lot: str
) -> None:
    there = Space(SpaceRef("1-2"), "0", "z1", "0", ThingName("a-b-c-1-2"))
    other = Mall(MallRef("a-b"), "", "UTC", "CN", (Lot(LotRef("c"), "", (there,)),))
    space = {"b-c": "1-2", "1": "2", "b": "c-1-2"}[lot]
    names = thing_names(
        MallRef(mall),
        [(LotRef(lot), SpaceRef(space)), (LotRef("P1"), SpaceRef("7"))],
        malls=lambda ref: other if ref == other.ref else None,
    )
    hashed, plain = names.values()
    assert re.fullmatch(r"a-b-c-1-2-[0-9a-f]{8}", hashed)
    assert plain == f"{mall}-P1-7"


def test_a_name_that_is_too_long_is_cut() -> None:
    (name,) = thing_names(HARBOUR, [(LotRef("P"), SpaceRef("x" * 300))]).values()
    assert len(name) == MAX_LENGTH


def many(count: int) -> Drawing:
    drawing = straight()
    for number in range(count):
        drawing.stall((-19 + number * 0.9, 3), ref=f"N{number}")
    return drawing


def test_an_import_keeps_zone_position_and_thing_of_what_was_there() -> None:
    first = many(40).plan()
    drawing = many(30)
    drawing.stall((0, 10), ref="A0")
    second = drawing.plan(previous=first.mall)
    before = {space.ref: space for space in only_lot(first).spaces}
    for space in only_lot(second).spaces:
        if known := before.get(space.ref):
            assert replace(space, lon=0, lat=0) == replace(known, lon=0, lat=0)
