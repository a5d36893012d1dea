"""Zones: at most 28 neighbouring spaces of the same kind, each with a lasting position.

With three bookings a space and day, the item of 28 spaces still fits the kilobyte that one write
unit pays for; 32 would not. Spaces with chargers, or for wheelchairs, have zones of their own, so
that a zone in which only those are free does not look free to everybody (docs/allocation.md).

Live bookings are stored under zone and position, so a space that was there before keeps both; the
position of one that is gone is left empty for one import, in case its last bookings still run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import dist

from baylock.domain.venue.mall import POSITIONS, Feature, Lot, SpaceRef
from venue_import.geojson import XY

MAX = 28
"""Spaces of a new zone. Zones of an earlier import may have 32, one a position."""

NEAR_M = 40.0
"""The largest distance, in metres, from a zone's middle to a space that joins it."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A space of a lot, with its position."""

    ref: SpaceRef
    level: float
    at: XY
    offers: frozenset[Feature] = frozenset()

    @property
    def kind(self) -> tuple[float, tuple[Feature, ...]]:
        """The kind of a space: spaces of different kinds have different zones."""
        return self.level, tuple(sorted(self.offers))


@dataclass(slots=True)
class _Zone:
    name: str
    members: list[Stand] = field(default_factory=list)
    free: list[str] = field(default_factory=lambda: list(POSITIONS))

    def far(self, stand: Stand) -> float:
        xs, ys = zip(*(member.at for member in self.members), strict=True)
        return dist(stand.at, (sum(xs) / len(xs), sum(ys) / len(ys)))

    def has_room(self) -> bool:
        return bool(self.free) and len(self.members) < MAX

    def kind(self) -> tuple[float, tuple[Feature, ...]]:
        return Counter(member.kind for member in self.members).most_common(1)[0][0]


def assign_zones(
    stands: Sequence[Stand], previous: Lot | None = None
) -> Mapping[SpaceRef, tuple[str, str]]:
    """Return the zone and position of each space of a lot."""
    zones, places = _kept(stands, previous)
    used = {space.zone for space in previous.spaces} if previous else set[str]()
    by_kind: defaultdict[tuple[float, tuple[Feature, ...]], list[Stand]] = defaultdict(list)
    for stand in stands:
        if stand.ref not in places:
            by_kind[stand.kind].append(stand)
    names = _names(used)
    for kind, fresh in sorted(by_kind.items()):
        open_zones = [zone for zone in zones if zone.has_room() and zone.kind() == kind]
        homeless = [stand for stand in fresh if not _take_in(stand, open_zones, places)]
        for group in _groups(homeless):
            zone = next(names)
            for stand, position in zip(group, POSITIONS, strict=False):
                places[stand.ref] = (zone, position)
    return places


def _kept(
    stands: Iterable[Stand], previous: Lot | None
) -> tuple[list[_Zone], dict[SpaceRef, tuple[str, str]]]:
    if previous is None:
        return [], {}
    here = {stand.ref: stand for stand in stands}
    zones: dict[str, _Zone] = {}
    places: dict[SpaceRef, tuple[str, str]] = {}
    for space in previous.spaces:
        zone = zones.setdefault(space.zone, _Zone(space.zone))
        zone.free = [position for position in zone.free if position != space.position]
        if space.ref in here:
            zone.members.append(here[space.ref])
            places[space.ref] = (space.zone, space.position)
    return [zone for zone in zones.values() if zone.members], places


def _take_in(stand: Stand, zones: Iterable[_Zone], places: dict[SpaceRef, tuple[str, str]]) -> bool:
    near = [(far, zone) for zone in zones if zone.has_room() and (far := zone.far(stand)) <= NEAR_M]
    if not near:
        return False
    zone = min(near, key=lambda one: (one[0], one[1].name))[1]
    places[stand.ref] = (zone.name, zone.free.pop(0))
    zone.members.append(stand)
    return True


def _groups(stands: Sequence[Stand]) -> Iterator[Sequence[Stand]]:
    """Return as few compact groups as possible, by halving along the longer side."""
    if not stands:
        return
    if len(stands) <= MAX:
        yield sorted(stands, key=lambda stand: (stand.at, stand.ref))
        return
    xs, ys = zip(*(stand.at for stand in stands), strict=True)
    axis = 0 if max(xs) - min(xs) >= max(ys) - min(ys) else 1
    ordered = sorted(stands, key=lambda stand: (stand.at[axis], stand.at[1 - axis], stand.ref))
    groups = -(-len(stands) // MAX)
    half = groups // 2 * MAX
    # Spread evenly, so that new spaces find a free position in a zone near by.
    even = round(len(stands) * (groups // 2) / groups)
    cut = max(len(stands) - (groups - groups // 2) * MAX, min(half, even))
    yield from _groups(ordered[:cut])
    yield from _groups(ordered[cut:])


def _names(used: set[str]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if f"z{number}" not in used:
            yield f"z{number}"
