"""The bookings of spaces: the bytes kept per space and day, and the choice among free spaces.

A space's day is a sorted run of 10-byte entries `[first slot][end slot][order tag, 7][attempt, 1]`.
The format and its reasons: docs/allocation.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random
from typing import Self, TypeVar

from baylock.domain.booking.booking import OrderTag
from baylock.domain.errors import SpaceTaken
from baylock.domain.venue.mall import LotRef

_T = TypeVar("_T")


ENTRY_BYTES = 10
ATTEMPTS = 256
"""The number of attempts after which the count starts again."""
MAX_SPREAD = 64
SPREAD_BASE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking of a space on a day, slots `[first, end)`."""

    first: int
    end: int
    tag: OrderTag
    attempt: int

    def pack(self) -> bytes:
        """The 10 bytes."""
        return bytes((self.first, self.end)) + self.tag + bytes((self.attempt % ATTEMPTS,))

    @classmethod
    def unpack(cls, raw: bytes) -> Self:
        """From 10 bytes."""
        return cls(raw[0], raw[1], raw[2:9], raw[9])


def entries(day: bytes) -> Iterator[Entry]:
    """The bookings of a space's day, earliest first."""
    for at in range(0, len(day), ENTRY_BYTES):
        yield Entry.unpack(day[at : at + ENTRY_BYTES])


def is_free(day: bytes, first: int, end: int) -> bool:
    """Whether slots `[first, end)` of a space's day are free."""
    return all(day[at + 1] <= first or day[at] >= end for at in range(0, len(day), ENTRY_BYTES))


def with_entry(day: bytes, entry: Entry) -> bytes:
    """The day with one more booking; SpaceTaken where it overlaps another."""
    if not is_free(day, entry.first, entry.end):
        raise SpaceTaken
    packed = entry.pack()
    runs = [day[at : at + ENTRY_BYTES] for at in range(0, len(day), ENTRY_BYTES)]
    runs.insert(bisect_left(runs, packed), packed)
    return b"".join(runs)


def without_entry(day: bytes, entry: Entry) -> bytes:
    """The day without this very booking; the same day where it does not have it."""
    packed = entry.pack()
    return b"".join(
        run
        for at in range(0, len(day), ENTRY_BYTES)
        if (run := day[at : at + ENTRY_BYTES]) != packed
    )


def slots_taken(day: bytes) -> int:
    """The slots that are taken on a space's day, as bits."""
    taken = 0
    for at in range(0, len(day), ENTRY_BYTES):
        first, end = day[at], day[at + 1]
        taken |= (1 << end) - (1 << first)
    return taken


@dataclass(frozen=True, slots=True)
class ZoneDay:
    """The place at which the bookings of up to 32 spaces for a day are kept together."""

    lot: LotRef
    day: date
    zone: str


Written = tuple[ZoneDay, str, Entry]
"""An entry and its place: zone and day, position."""


@dataclass(frozen=True)
class Occupancy:
    """The occupancy of some lots as read: per zone and day, per position, the day's bytes.

    A zone or a position that is absent has no bookings; but of a `partial` lot only the zones that
    are present were read. Per lot, `out` names the spaces whose lock is unusable at present,
    `unheard` those of them whose lock has never reported, `vehicles` the spaces with a vehicle on
    them, and `found_taken` the spaces that a driver could not use, with the moment until which that
    counts.
    """

    zones: Mapping[ZoneDay, Mapping[str, bytes]] = field(default_factory=dict)
    out: Mapping[LotRef, frozenset[str]] = field(default_factory=dict)
    vehicles: Mapping[LotRef, frozenset[str]] = field(default_factory=dict)
    partial: frozenset[LotRef] = frozenset()
    found_taken: Mapping[LotRef, Mapping[str, datetime]] = field(default_factory=dict)
    unheard: Mapping[LotRef, frozenset[str]] = field(default_factory=dict)

    def knows(self, key: ZoneDay) -> bool:
        """Whether this zone was read."""
        return key in self.zones or key.lot not in self.partial

    def day(self, key: ZoneDay, position: str) -> bytes:
        """The bookings of one space on one day."""
        return self.zones.get(key, {}).get(position, b"")

    def with_zone(self, key: ZoneDay, positions: Mapping[str, bytes]) -> Self:
        """The same, with a zone as it was read later."""
        return self.with_zones({key: positions})

    def with_zones(self, zones: Mapping[ZoneDay, Mapping[str, bytes]]) -> Self:
        """The same, with some zones as they were read later."""
        return replace(self, zones={**self.zones, **zones})

    def without(self, written: Iterable[Written]) -> Self:
        """The same without these entries."""
        seen = self
        for key, position, entry in written:
            if key in seen.zones:
                left = without_entry(seen.day(key, position), entry)
                seen = seen.with_zone(key, {**seen.zones[key], position: left})
        return seen

    def holds(self, written: Iterable[Written]) -> bool:
        """Whether it has all of these very entries."""
        return all(entry in entries(self.day(key, position)) for key, position, entry in written)

    def has_room(self, written: Iterable[Written]) -> bool:
        """Whether these entries would overlap no others; False for a zone that was not read."""
        return all(
            self.knows(key) and is_free(self.day(key, position), entry.first, entry.end)
            for key, position, entry in written
        )


def choose(free: Iterator[_T], attempt: int, random: Random) -> _T | None:
    """A choice among what is free, best first: the best, and later at random among the best few.

    Attempt n (from 0) picks among the best `min(64, 8ⁿ)`, so that racers who lost spread out
    instead of meeting again at the same space.
    """
    width = min(MAX_SPREAD, SPREAD_BASE**attempt)
    among = [candidate for candidate, _ in zip(free, range(width), strict=False)]
    return random.choice(among) if among else None
