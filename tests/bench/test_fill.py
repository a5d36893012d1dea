"""The measured days are as full as they claim to be."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from bench.fill import ASKED, CORES, Day, filled, some_taken, taken
from bench.lots import mall_of

WHEN = date(2026, 12, 2)


def free(day: Day, first: int, end: int) -> int:
    return sum(
        not any(entry.first < end and first < entry.end for entry in entries)
        for entries in day.bookings
    )


@pytest.mark.parametrize(("spaces", "full"), [(50, 0.0), (50, 0.5), (200, 0.9), (50, 0.99)])
def test_requested_number_is_free_in_each_shift(spaces: int, full: float) -> None:
    mall, merchants = mall_of(spaces)
    count = taken(spaces, full)
    day = filled(mall, merchants, WHEN, count, Random(1))
    assert [free(day, *core) for core in CORES] == [spaces - count] * len(CORES)
    assert len(day.free_walks(merchants[0])) == spaces - count


def test_bookings_of_a_space_are_in_order_and_do_not_overlap() -> None:
    mall, merchants = mall_of(200)
    day = filled(mall, merchants, WHEN, 190, Random(1))
    for entries in day.bookings:
        slots = [slot for entry in entries for slot in (entry.first, entry.end)]
        assert slots == sorted(slots)


def test_near_spaces_fill_first() -> None:
    mall, merchants = mall_of(200)
    day = filled(mall, merchants[:1], WHEN, 100, Random(1))
    walks = merchants[0].walks[day.lot.ref]
    held = [walk for walk, entries in zip(walks, day.bookings, strict=True) if entries]
    assert day.free_walks(merchants[0])[0] >= max(held)


def test_same_seed_gives_the_same_day() -> None:
    mall, merchants = mall_of(50)
    days = [filled(mall, merchants, WHEN, 25, Random(7)) for _ in range(2)]
    assert days[0] == days[1]


def test_booking_asks_for_the_core_of_the_second_shift() -> None:
    mall, merchants = mall_of(50)
    day = some_taken(mall, WHEN, 25, Random(1))
    booking = day.booking(merchants[0], "r1")
    settings = day.lot.settings
    assert booking.duration is not None
    start = booking.service_time - settings.arrive_early
    end = booking.service_time + booking.duration + settings.leave_late
    local = [moment.astimezone(mall.zone).hour for moment in (start, end)]
    assert local == [4 + slot // 4 for slot in ASKED]


def test_zones_stay_on_one_storey_and_positions_are_used_once() -> None:
    mall, _ = mall_of(2_000)
    places = {(space.zone, space.position) for space in mall.lots[0].spaces}
    assert len(places) == 2_000
    storeys = {(space.zone, space.level) for space in mall.lots[0].spaces}
    assert len(storeys) == len({space.zone for space in mall.lots[0].spaces})
