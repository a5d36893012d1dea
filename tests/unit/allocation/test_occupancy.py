"""The bytes kept per space and day, and the choice among free spaces."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.mall import P1, space

from baylock.domain.allocation.occupancy import (
    Entry,
    Occupancy,
    ZoneDay,
    choose,
    entries,
    is_free,
    with_entry,
    without_entry,
)
from baylock.domain.allocation.ranking import Candidate
from baylock.domain.errors import SpaceTaken
from baylock.domain.venue.mall import LotRef

DAY = date(2026, 12, 1)
Z0 = ZoneDay(P1, DAY, "z0")


@st.composite
def an_entry(draw: st.DrawFn) -> Entry:
    first = draw(st.integers(0, 107))
    end = draw(st.integers(first + 1, 108))
    return Entry(first, end, draw(st.binary(min_size=7, max_size=7)), draw(st.integers(0, 255)))


def filled(wanted: list[Entry]) -> tuple[bytes, list[Entry]]:
    """As many of these as there is room for, first come, first served."""
    day, taken = b"", list[Entry]()
    for entry in wanted:
        try:
            day = with_entry(day, entry)
        except SpaceTaken:
            continue
        taken.append(entry)
    return day, taken


@given(an_entry())
def test_entry_is_ten_bytes_and_comes_back(entry: Entry) -> None:
    assert len(entry.pack()) == 10
    assert Entry.unpack(entry.pack()) == entry


def test_the_format() -> None:
    packed = Entry(4, 12, b"\x01\x02\x03\x04\x05\x06\x07", 3).pack()
    assert packed.hex() == "040c" + "01020304050607" + "03"


def test_attempt_starts_over_after_255() -> None:
    assert Entry(0, 1, bytes(7), 256).pack() == Entry(0, 1, bytes(7), 0).pack()


@given(st.lists(an_entry(), max_size=20))
def test_never_overlapping_and_always_sorted(wanted: list[Entry]) -> None:
    day, taken = filled(wanted)
    there = list(entries(day))
    assert sorted(taken, key=lambda one: one.first) == there
    assert all(one.end <= other.first for one, other in pairwise(there))


@given(st.lists(an_entry(), max_size=20), an_entry())
def test_free_is_what_overlaps_nothing(wanted: list[Entry], entry: Entry) -> None:
    day, taken = filled(wanted)
    overlaps = any(one.first < entry.end and entry.first < one.end for one in taken)
    assert is_free(day, entry.first, entry.end) is not overlaps
    if overlaps:
        with pytest.raises(SpaceTaken):
            with_entry(day, entry)


@given(st.lists(an_entry(), max_size=20), an_entry())
def test_without_is_the_inverse_of_with(wanted: list[Entry], entry: Entry) -> None:
    day, _ = filled(wanted)
    if is_free(day, entry.first, entry.end):
        assert without_entry(with_entry(day, entry), entry) == day


@given(st.lists(an_entry(), min_size=1, max_size=20), an_entry())
def test_only_this_very_entry_is_taken_out(wanted: list[Entry], other: Entry) -> None:
    day, taken = filled(wanted)
    if other not in taken:
        assert without_entry(day, other) == day
    again = Entry(taken[0].first, taken[0].end, taken[0].tag, (taken[0].attempt + 1) % 256)
    assert without_entry(day, again) == day, "another attempt's"


# ── what was read of the lots ────────────────────────────────────────────────────────────────────

ENTRY = Entry(10, 20, bytes(7), 0)
OTHER = Entry(20, 30, bytes(7), 1)


def test_occupancy_without_and_with() -> None:
    read = Occupancy({Z0: {"0": ENTRY.pack() + OTHER.pack(), "1": ENTRY.pack()}})
    assert read.holds([(Z0, "0", ENTRY), (Z0, "0", OTHER)])
    assert not read.holds([(Z0, "0", ENTRY), (Z0, "1", OTHER)])
    less = read.without([(Z0, "0", ENTRY)])
    assert less.day(Z0, "0") == OTHER.pack()
    assert less.day(Z0, "1") == ENTRY.pack()
    assert less.has_room([(Z0, "0", ENTRY)])
    assert not read.has_room([(Z0, "0", ENTRY)])
    assert read.holds([(Z0, "0", ENTRY)]), "a value does not change"


def test_unread_zone_has_no_room() -> None:
    read = Occupancy(partial=frozenset({P1}))
    assert not read.has_room([(Z0, "0", ENTRY)])
    assert read.without([(Z0, "0", ENTRY)]) == read, "and does not become known"
    assert read.with_zone(Z0, {}).has_room([(Z0, "0", ENTRY)])


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────

FREE = [Candidate(LotRef("P1"), space(f"B2-{n:03}", n % 32), n) for n in range(200)]


def chosen_among(attempt: int) -> Counter[int]:
    random = Random(1)
    picks = (choose(iter(FREE), attempt, random) for _ in range(2000))
    return Counter(pick.walk_dm for pick in picks if pick)


def test_first_attempt_takes_the_nearest() -> None:
    assert set(chosen_among(0)) == {0}


@pytest.mark.parametrize(("attempt", "width"), [(1, 8), (2, 64), (3, 64), (23, 64)])
def test_later_attempts_spread_among_the_nearest(attempt: int, width: int) -> None:
    picks = chosen_among(attempt)
    assert set(picks) == set(range(width))
    assert max(picks.values()) < 4 * 2000 / width, "evenly"


def test_fewer_free_than_the_spread() -> None:
    assert choose(iter(FREE[:1]), 5, Random(1)) == FREE[0]
    assert choose(iter(()), 0, Random(1)) is None


def test_free_ones_are_looked_for_lazily() -> None:
    looked_at = iter(FREE)
    choose(looked_at, 0, Random(1))
    assert next(looked_at).walk_dm <= 2
