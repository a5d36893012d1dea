"""Days that are full to a given share, and the shortest walks that remain in them.

A day has three shifts. In each, random merchants take that share of the spaces greedily: the
nearest free space, for a window that covers the shift's core. So the near zones of a busy lot are
full, and a space has about three bookings a day. A request for the core of a shift finds exactly
that share taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from baylock.domain.allocation.occupancy import Entry
from baylock.domain.booking.booking import TAG_BYTES, Booking, Reference
from baylock.domain.booking.window import SLOT, day_start
from baylock.domain.venue.mall import Lot, Mall, Merchant, MerchantId, Space

CORES = ((24, 32), (40, 48), (56, 64))
"""Slots from 04:00: 10 to 12, 14 to 16 and 18 to 20 o'clock."""
JITTER = 4
"""How many slots before the core a window may begin, and after the core it may end; windows of two
shifts never overlap."""
ASKED = CORES[1]
DRIVER = "+14255550123"


@dataclass(frozen=True)
class Day:
    """A lot on a day: the bookings of each space, in the order of `Lot.spaces`, earliest first."""

    mall: Mall
    date: date
    bookings: tuple[tuple[Entry, ...], ...]

    @property
    def lot(self) -> Lot:
        """Return the mall's one lot."""
        return self.mall.lots[0]

    @property
    def spaces(self) -> Iterator[tuple[Space, tuple[Entry, ...]]]:
        """Yield each space with its bookings."""
        return zip(self.lot.spaces, self.bookings, strict=True)

    def free_walks(self, merchant: Merchant) -> list[int]:
        """Return the walks to all spaces that are free in the requested window, in decimetres,
        shortest first.

        It checks every space: the search is measured against this.
        """
        first, end = ASKED
        return sorted(
            walk
            for walk, entries in zip(merchant.walks[self.lot.ref], self.bookings, strict=True)
            if not any(entry.first < end and first < entry.end for entry in entries)
        )

    def booking(self, merchant: Merchant, reference: str) -> Booking:
        """Build a booking whose parking window is the requested one."""
        first, end = ASKED
        settings = self.lot.settings
        starts = day_start(self.date, self.mall.zone)
        return Booking(
            MerchantId(self.mall.ref, merchant.ref),
            Reference(reference),
            service_time=starts + first * SLOT + settings.arrive_early,
            duration=(end - first) * SLOT - settings.arrive_early - settings.leave_late,
            phone=DRIVER,
        )


def taken(spaces: int, full: float) -> int:
    """Return how many spaces of a lot are taken; at least one stays free."""
    return min(round(spaces * full), spaces - 1)


def filled(
    mall: Mall, merchants: Sequence[Merchant], when: date, count: int, random: Random
) -> Day:
    """Build a day with `count` spaces taken in each shift."""
    lot = mall.lots[0]
    nearest = {
        merchant.ref: sorted(range(len(lot.spaces)), key=merchant.walks[lot.ref].__getitem__)
        for merchant in merchants
    }
    bookings: list[list[Entry]] = [[] for _ in lot.spaces]
    for first, end in CORES:
        queues = {ref: iter(order) for ref, order in nearest.items()}
        held: set[int] = set()
        for _ in range(count):
            queue = queues[random.choice(merchants).ref]
            space = next(space for space in queue if space not in held)
            held.add(space)
            bookings[space].append(
                Entry(
                    first - random.randint(0, JITTER),
                    end + random.randint(0, JITTER),
                    random.randbytes(TAG_BYTES),
                    0,
                )
            )
    return Day(mall, when, tuple(tuple(entries) for entries in bookings))


def some_taken(mall: Mall, when: date, count: int, random: Random) -> Day:
    """Build a day with `count` random spaces taken in the requested window, for the races."""
    lot = mall.lots[0]
    held = set(random.sample(range(len(lot.spaces)), count))
    first, end = ASKED
    return Day(
        mall,
        when,
        tuple(
            (Entry(first, end, random.randbytes(TAG_BYTES), 0),) if space in held else ()
            for space in range(len(lot.spaces))
        ),
    )


def days_from(start: datetime, mall: Mall) -> Iterator[date]:
    """Yield the days after `start`; each can be filled afresh."""
    today = start.astimezone(mall.zone).date()
    while True:
        today += timedelta(days=1)
        yield today
