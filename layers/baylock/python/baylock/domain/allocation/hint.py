"""The hint: which spaces of a large lot were free lately, half hour by half hour.

Reading every zone of a large lot for each booking would cost too much. The hint has, per zone and
half hour of a day, a bit for each space that is free all through it. A space whose bit is 0 for a
half hour that lies wholly in a window can't be free for that window; the others may be. The hint is
refreshed a moment after each change, so it may be wrong, and is never trusted for safety: a zone is
read before one of its spaces is taken, and all zones before a lot counts as full.

Half hours begin at a quarter past and a quarter to, as windows do: most services begin at a full or
half hour, and their window a quarter before. docs/allocation.md has the reasons and the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from baylock.domain.allocation.occupancy import entries
from baylock.domain.allocation.ranking import BIT_OF
from baylock.domain.booking.window import Span
from baylock.domain.venue.mall import Lot, LotRef

HINT_ABOVE = 1024
"""Lots with more spaces than this have a hint; smaller ones are read as a whole."""

HALVES_IN_A_PART = 8
"""A day is cut into parts of four hours, so that a window needs one or two of them."""

PARTS = range(7)
"""All parts of the longest day, of 100 slots."""

BYTES_PER_HALF = 4
ALL_FREE = 0xFFFFFFFF


def has_hint(lot: Lot) -> bool:
    """Whether a lot is too large to be read as a whole for each booking."""
    return len(lot.spaces) > HINT_ABOVE


def halves_within(first: int, end: int) -> range:
    """The half hours that lie wholly in the slots `[first, end)`: half n is slots 2n-1 and 2n."""
    return range((first + 2) // 2, (end - 1) // 2 + 1)


def halves_touched(first: int, end: int) -> range:
    """The half hours that have a slot in common with `[first, end)`."""
    return range((first + 1) // 2, end // 2 + 1)


def parts(halves: range) -> range:
    """The parts of the day to which these half hours belong."""
    if not halves:
        return range(0)
    return range(halves[0] // HALVES_IN_A_PART, halves[-1] // HALVES_IN_A_PART + 1)


def parts_asked(span: Span) -> range:
    """The parts of its day whose hint is about a span."""
    return parts(halves_within(span.first, span.end))


def parts_changed(first: int, end: int) -> range:
    """The parts of a day that change with an entry."""
    return parts(halves_touched(first, end))


def hint_of(positions: Mapping[str, bytes], part: int) -> bytes:
    """The hint of a zone for a part of a day: 32 bits, big-endian, per half hour."""
    first = part * HALVES_IN_A_PART
    free = [ALL_FREE] * HALVES_IN_A_PART
    for position, day in positions.items():
        taken = ~BIT_OF[position]
        for entry in entries(day):
            for half in halves_touched(entry.first, entry.end):
                if 0 <= half - first < HALVES_IN_A_PART:
                    free[half - first] &= taken
    return b"".join(bits.to_bytes(BYTES_PER_HALF, "big") for bits in free)


@dataclass(frozen=True)
class Hint:
    """The hint as read: per lot, day and part of it, per zone, the bytes of `hint_of`.

    A zone that is absent has no bookings, as far as the hint knows.
    """

    known: Mapping[tuple[LotRef, date, int], Mapping[str, bytes]] = field(default_factory=dict)

    def may_be_free(self, lot: LotRef, spans: Sequence[Span]) -> Callable[[str], int]:
        """For a lot and all of these spans: by zone, the spaces that may be free, as bits."""
        asked = [
            (
                self.known.get((lot, span.day, half // HALVES_IN_A_PART), {}),
                half % HALVES_IN_A_PART * BYTES_PER_HALF,
            )
            for span in spans
            for half in halves_within(span.first, span.end)
        ]

        def of_zone(zone: str) -> int:
            bits = ALL_FREE
            for zones, at in asked:
                if zone in zones:
                    bits &= int.from_bytes(zones[zone][at : at + BYTES_PER_HALF], "big")
            return bits

        return of_zone
