"""The suitable spaces for a merchant's customer, best first.

Best is nearest on foot; spaces that also serve a need which the booking does not have come after
all others, so that they stay free for those who need them. Equal walks are settled by lot and ref.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from baylock.domain.venue.mall import (
    POSITIONS,
    UNREACHABLE_DM,
    Lot,
    LotRef,
    Mall,
    Merchant,
    Needs,
    Space,
)

MAX_RANKINGS = 32
"""Per mall, in each process. A ranking of 20,000 spaces takes about half a megabyte."""

_WALK_BITS, _PLACE_BITS = 16, 32

BIT_OF = {position: 1 << index for index, position in enumerate(POSITIONS)}
"""The bit of each position, where a zone's spaces are the bits of a number."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A suitable space, and the walk from it."""

    lot: LotRef
    space: Space
    walk_dm: int

    @property
    def walk_m(self) -> float:
        """The same in metres."""
        return self.walk_dm / 10


@dataclass(frozen=True, slots=True)
class RankedZone:
    """The ranks of a zone's spaces, best first, and the bit of each space's position."""

    lot: LotRef
    zone: str
    ranks: array[int] = field(default_factory=lambda: array("I"))
    bits: array[int] = field(default_factory=lambda: array("I"))

    @property
    def every_bit(self) -> int:
        """All of its suitable spaces, as bits."""
        return sum(self.bits)

    def best_of(self, spaces: int) -> int | None:
        """The best rank among those of these spaces (`BIT_OF`) that are suitable."""
        for rank, bit in zip(self.ranks, self.bits, strict=True):
            if spaces & bit:
                return rank
        return None


@dataclass(frozen=True, eq=False)
class Ranking:
    """Every space that serves some needs, by rank: 0 is the best.

    Kept as numbers, and turned into candidates one by one on demand: a booking reads few of them.
    The first `ordinary` serve no need that the booking does not have.
    """

    lots: Sequence[Lot]
    ordinary: int
    _lot: array[int]
    _space: array[int]
    _walk_dm: array[int]

    def __len__(self) -> int:
        return len(self._space)

    def __getitem__(self, rank: int) -> Candidate:
        lot = self.lots[self._lot[rank]]
        return Candidate(lot.ref, lot.spaces[self._space[rank]], self._walk_dm[rank])

    def __iter__(self) -> Iterator[Candidate]:
        return (self[rank] for rank in range(len(self)))

    @cached_property
    def zones(self) -> Sequence[RankedZone]:
        """By the rank of the best space in each."""
        found: dict[tuple[int, str], RankedZone] = {}
        for rank, (at, index) in enumerate(zip(self._lot, self._space, strict=True)):
            lot = self.lots[at]
            space = lot.spaces[index]
            zone = found.get((at, space.zone))
            if zone is None:
                zone = found[at, space.zone] = RankedZone(lot.ref, space.zone)
            zone.ranks.append(rank)
            zone.bits.append(BIT_OF[space.position])
        return tuple(found.values())

    @cached_property
    def by_zone(self) -> Mapping[tuple[LotRef, str], RankedZone]:
        """The same, to be found by lot and zone."""
        return {(zone.lot, zone.zone): zone for zone in self.zones}

    @cached_property
    def _rank(self) -> Mapping[LotRef, array[int]]:
        """Per lot, the rank of each of its spaces, and `len(self)` for unsuitable ones."""
        ranks = {lot.ref: array("I", [len(self)]) * len(lot.spaces) for lot in self.lots}
        for rank, (at, index) in enumerate(zip(self._lot, self._space, strict=True)):
            ranks[self.lots[at].ref][index] = rank
        return ranks

    def rank_of(self, lot: LotRef, ref: str) -> int | None:
        """The rank of this space; None where it is unsuitable or unknown."""
        found = next((known for known in self.lots if known.ref == lot), None)
        place = found.places.get(ref) if found else None
        rank = len(self) if place is None else self._rank[lot][place]
        return rank if rank < len(self) else None

    def kept_nearer(self, rank: int) -> int:
        """How many spaces are nearer than this rank, but kept for those who need them."""
        if rank >= self.ordinary:
            return 0
        return bisect_left(self._walk_dm, self._walk_dm[rank], lo=self.ordinary) - self.ordinary


def ranking(mall: Mall, merchant: Merchant, needs: Needs) -> Ranking:
    """The ranking, found once per merchant and needs for as long as the mall stays as it is."""
    of, found = mall.rankings.get((merchant.ref, needs), (None, None))
    if of is merchant and isinstance(found, Ranking):
        return found
    found = _ranked(mall, merchant, needs)
    if len(mall.rankings) >= MAX_RANKINGS:
        mall.rankings.clear()
    mall.rankings[merchant.ref, needs] = (merchant, found)
    return found


def _ranked(mall: Mall, merchant: Merchant, needs: Needs) -> Ranking:
    walks = [merchant.walks.get(lot.ref) for lot in mall.lots]
    # Sorted as numbers: whether it is kept for others, the walk, and the place among equals.
    keys: list[int] = []
    ordinary = 0
    for place, (at, index) in enumerate(mall.in_order):
        space, walk = mall.lots[at].spaces[index], walks[at]
        if walk is None or walk[index] >= UNREACHABLE_DM or not space.serves(needs):
            continue
        kept = bool(space.features - needs.features)
        ordinary += not kept
        keys.append(((kept << _WALK_BITS | walk[index]) << _PLACE_BITS) | place)
    keys.sort()
    places = [mall.in_order[key & ((1 << _PLACE_BITS) - 1)] for key in keys]
    return Ranking(
        lots=mall.lots,
        ordinary=ordinary,
        _lot=array("H", [at for at, _ in places]),
        _space=array("I", [index for _, index in places]),
        _walk_dm=array("H", [key >> _PLACE_BITS & 0xFFFF for key in keys]),
    )
