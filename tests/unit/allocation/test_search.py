"""The search of a booking in the lots, and the free space that it finds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random

import pytest
from tests.fakes.mall import DRIVER, NOODLES, NOON, P1, P2, merchants, small_mall

from baylock.domain.allocation.claim import Choice, Claim
from baylock.domain.allocation.occupancy import Entry, Occupancy, ZoneDay
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.errors import PastTime, TooLong
from baylock.domain.venue.mall import LockWhen, LotSettings, Needs

TWO_O_CLOCK = NOON + timedelta(hours=2)


def search(*needs: str, settings: LotSettings = LotSettings(), **said: object) -> Search:  # noqa: B008 (frozen)
    booking = Booking(
        NOODLES,
        Reference("TBL-1"),
        **{"service_time": TWO_O_CLOCK, "phone": DRIVER, "needs": Needs.parse(needs), **said},  # type: ignore[arg-type]
    )
    return Search.of(small_mall(settings), merchants()[0], booking, NOON)


def best(asked: Search, occupancy: Occupancy = Occupancy()) -> Claim | None:  # noqa: B008 (frozen)
    return asked.nearest(occupancy, attempt=0, lost=0, random=Random(1))


def place(asked: Search, occupancy: Occupancy = Occupancy()) -> str | None:  # noqa: B008 (frozen)
    claim = best(asked, occupancy)
    return claim.place if claim else None


def taken(asked: Search, positions: Mapping[str, tuple[int, int]], day: int = 0) -> Occupancy:
    """Of the garage, on the first or the second day that is asked for."""
    key = ZoneDay(P1, asked.spans[P1][day].day, "z0")
    days = {at: Entry(*slots, bytes(7), 0).pack() for at, slots in positions.items()}
    return Occupancy({key: days})


def test_absent_zones_and_positions_are_free() -> None:
    assert place(search()) == "P1/B2-017"
    assert place(search(), taken(search(), {"1": (0, 96)})) == "P1/B2-017"


def test_next_nearest_where_the_nearest_is_taken() -> None:
    assert place(search(), taken(search(), {"0": (0, 96)})) == "P1/B2-018"


def test_neighbours_in_time_do_not_matter() -> None:
    ((first, end),) = [(span.first, span.end) for span in search().spans[P1]]
    around = taken(search(), {"0": (0, first), "1": (end, 96)})
    assert place(search(), around) == "P1/B2-017"
    assert place(search(), taken(search(), {"0": (end - 1, 96)})) == "P1/B2-018"
    assert place(search(), taken(search(), {"0": (0, first + 1)})) == "P1/B2-018"


def test_spaces_that_are_out_are_not_free() -> None:
    assert place(search(), Occupancy(out={P1: frozenset({"B2-017"})})) == "P1/B2-018"


def test_every_day_of_the_window_must_be_free() -> None:
    late = search(service_time=NOON + timedelta(hours=15, minutes=30))
    assert len(late.spans[P1]) == 2
    assert place(late, taken(late, {"0": (0, 4)}, day=1)) == "P1/B2-018"
    assert place(late, taken(late, {"0": (95, 96)}, day=0)) == "P1/B2-018"
    assert place(late, taken(late, {"0": (40, 50)}, day=1)) == "P1/B2-017"


def test_partly_read_lot_has_nothing_free_in_unread_zones() -> None:
    asked = search()
    read = Occupancy(partial=frozenset({P1}))
    assert place(asked, read) == "P2/R1", "the other lot was read"
    key = ZoneDay(P1, asked.spans[P1][0].day, "z0")
    assert place(asked, read.with_zone(key, {})) == "P1/B2-017"


def test_why_a_space_was_chosen() -> None:
    claim = best(search(), taken(search(), {"0": (0, 96)}))
    assert claim
    assert claim.choice == Choice(rank=2, suitable=5, out=0, kept=1, lost=0)
    assert claim.choice.taken == 1
    claim = best(search(), Occupancy(out={P1: frozenset({"B2-017"})}))
    assert claim
    assert claim.choice == Choice(rank=2, suitable=5, out=1, kept=1, lost=0)
    assert claim.choice.taken == 0


def test_choice_makes_no_difference_to_a_claim() -> None:
    asked = search()
    claim, again = best(asked), asked.nearest(Occupancy(), attempt=0, lost=1, random=Random(9))
    assert claim
    while again and again.place != claim.place:
        again = asked.nearest(Occupancy(), attempt=0, lost=1, random=Random())
    assert again == claim
    assert again.choice != claim.choice


# ── when ─────────────────────────────────────────────────────────────────────────────────────────


def test_next_free_times_follow_what_is_taken() -> None:
    asked = search("ev")
    ((first, end),) = [(span.first, span.end) for span in asked.spans[P1]]
    assert asked.full(taken(asked, {"2": (first, end)})).next_free == tuple(
        TWO_O_CLOCK + (end - first + more) * timedelta(minutes=15) for more in range(3)
    )
    assert asked.full(taken(asked, {"2": (first, end - 3)})).next_free == tuple(
        TWO_O_CLOCK + (end - first - 3 + more) * timedelta(minutes=15) for more in range(3)
    )
    assert asked.full(taken(asked, {"2": (0, 96)})).next_free == ()
    assert asked.full(taken(asked, {"2": (0, 95)})).next_free == ()


def test_no_later_time_is_free_in_a_full_lot_that_locks_at_booking() -> None:
    asked = search("ev", settings=LotSettings(lock_when=LockWhen.AT_BOOKING))
    ((first, end),) = [(span.first, span.end) for span in asked.spans[P1]]
    assert asked.full(taken(asked, {"2": (first, end)})).next_free == ()


def test_no_time_beyond_ninety_days_is_offered() -> None:
    last = NOON + timedelta(days=90)
    asked = search("ev", service_time=last - timedelta(minutes=15))
    ((first, _),) = [(span.first, span.end) for span in asked.spans[P1]]
    assert asked.full(taken(asked, {"2": (first, first + 1)})).next_free == (last,)


def test_next_free_time_is_not_at_a_space_that_is_out() -> None:
    asked = search("ev")
    assert asked.full(Occupancy(out={P1: frozenset({"B2-019"})})).next_free == ()


def test_next_free_time_may_lie_across_the_day() -> None:
    late = search("ev", service_time=NOON + timedelta(hours=15, minutes=30))
    (span, _) = late.spans[P1]
    found = late.full(taken(late, {"2": (0, span.first + 1)})).next_free
    assert found[0] == late.booking.service_time + timedelta(minutes=15)


def test_lots_by_their_own_terms() -> None:
    assert {P1, P2} == search().windows.keys()
    with pytest.raises(TooLong):
        search(duration=timedelta(hours=24))


def test_window_that_is_over_before_it_starts() -> None:
    at_booking = LotSettings(lock_when=LockWhen.AT_BOOKING)
    with pytest.raises(PastTime):
        search(service_time=NOON - timedelta(hours=5), settings=at_booking)
