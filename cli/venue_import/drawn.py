"""The plan drawn for drivers: each level's shapes, and the networks through the mall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from baylock.domain.venue.mall import Mall, MerchantRef
from baylock.domain.venue.plan import (
    Exit,
    Guide,
    Level,
    Line,
    Mark,
    Marked,
    Net,
    Node,
    Place,
    Plan,
    Shop,
    Stall,
    Stalls,
    Step,
)
from venue_import.findings import Findings
from venue_import.geojson import XY, Collection, Feature
from venue_import.levels import LevelBook
from venue_import.lots import LotPlan
from venue_import.lots import Stall as StallPlan
from venue_import.merchants import Shop as ShopPlan
from venue_import.network import Network
from venue_import.ways import Kind, Way, is_door, is_road, read_levels, read_way

MAX_EXITS = 16
"""Corners of an open area that a space beside it joins: the nearest, by straight lines."""
ENTRANCE_REACH_M = 15.0
_CURVE_M = 0.3
"""The largest distance of a drawn line from the plan's."""


def is_car_entrance(tags: Mapping[str, str]) -> bool:
    """Whether tags make an entrance for vehicles."""
    return tags.get("amenity") == "parking_entrance" or tags.get("entrance") == "garage"


@dataclass(frozen=True)
class Draughtsman:
    """The drawing of an imported plan; features that can't be drawn are left out."""

    collection: Collection
    book: LevelBook
    mall: Mall
    lots: Sequence[LotPlan]
    stalls: Sequence[StallPlan]
    shops: Sequence[ShopPlan]
    ways: Sequence[Way]
    network: Network

    def plan(self, entries: Sequence[Sequence[tuple[Node, float]]]) -> Plan:
        """Return the plan. `entries` are the nodes at which each shop is entered."""
        roads = Network(self.collection, list(self._roads()), [], self.book, Findings())
        entrances = list(self._joined(self.network, self._entrances()))
        cars = list(self._joined(roads, self._car_entrances()))
        climbs = [*self.ways, *self._roads()]
        stalls = self._stalls(roads)
        paths, driven = _net(self.network, climbs), _net(roads, climbs)
        levels = self._levels(stalls, [*paths.places, *driven.places])
        doors = {
            shop.ref: tuple((node, round(off * 10)) for node, off in own)
            for shop, own in zip(self.shops, entries, strict=True)
        }
        guide = Guide(
            {level.number: (level.name, level.signs) for level in levels},
            paths,
            driven,
            {MerchantRef(ref): own for ref, own in doors.items()},
            tuple(entrances),
            tuple(cars),
        )
        return Plan(guide, tuple(levels))

    # ── networks ─────────────────────────────────────────────────────────────────────────────────

    def _roads(self) -> Iterator[Way]:
        """Reverse the ways of cars: they are searched from the space to the entrance."""
        for feature in self.collection.features:
            if is_road(feature.tags):
                for way in read_way(_open(feature), self.book, Findings()):
                    there, back = _directions(feature.tags)
                    yield replace(way, forward=back, backward=there)

    def _entrances(self) -> Iterator[Feature]:
        """Return the entrances of the mall, without the doors of shops."""
        for feature in self.collection.features:
            tags = feature.tags
            if "entrance" in tags and is_door(tags) and feature.shape.points:
                yield feature

    def _car_entrances(self) -> Iterator[Feature]:
        for feature in self.collection.features:
            if is_car_entrance(feature.tags):
                yield feature

    def _joined(self, network: Network, features: Iterable[Feature]) -> Iterator[tuple[Node, str]]:
        for feature in features:
            levels = read_levels(feature, self.book, Findings()) or ()
            contacts = network.contacts(feature.id, [self.collection.area(feature)], levels)
            near = [one for one in contacts if one.off_m <= ENTRANCE_REACH_M]
            if near:
                nearest = min(near, key=lambda one: one.off_m)
                yield network.join(nearest), feature.get("name")

    def _exits(self, network: Network, stall: StallPlan) -> tuple[Exit, ...]:
        found = []
        for contact in network.contacts(stall.feature.id, [stall.at], stall.levels):
            nodes = sorted(network.exits(contact), key=lambda one: one[1])[:MAX_EXITS]
            ends = tuple((node, round(metres * 10)) for node, metres in nodes)
            found.append(Exit(_dm(contact.at), contact.level, ends))
        return tuple(found)

    # ── levels ───────────────────────────────────────────────────────────────────────────────────

    def _stalls(self, roads: Network) -> Mapping[float, Sequence[Stall]]:
        found: defaultdict[float, list[Stall]] = defaultdict(list)
        for stall in self.stalls:
            drawn = Stall(
                stall.lot,
                stall.ref,
                _dm((stall.at.x, stall.at.y)),
                _box(self.collection.area(stall.feature)),
                self._exits(self.network, stall),
                self._exits(roads, stall),
            )
            found[stall.levels[0]].append(drawn)
        return found

    def _levels(
        self, stalls: Mapping[float, Sequence[Stall]], places: Iterable[Place]
    ) -> list[Level]:
        numbers = {place.level for place in places if place.level is not None} | set(stalls)
        return [self._level(number, stalls.get(number, ())) for number in sorted(numbers)]

    def _level(self, number: float, stalls: Sequence[Stall]) -> Level:
        signs = {
            (lot.ref, space.ref): space.level for lot in self.mall.lots for space in lot.spaces
        }
        names = {merchant.ref: merchant.name for merchant in self.shops}
        marks: list[Marked] = []
        floors: list[Line] = []
        paths: list[Line] = []
        roads: list[Line] = []
        for feature in self.collection.features:
            on = read_levels(feature, self.book, Findings())
            if not on or number not in on:
                continue
            tags = feature.tags
            if tags.get("indoor") == "level":
                floors += _rings(self.collection.area(feature))
            elif is_car_entrance(tags):
                marks.append(self._mark(Mark.CAR_ENTRANCE, feature))
            elif "entrance" in tags and is_door(tags) and feature.shape.points:
                marks.append(self._mark(Mark.ENTRANCE, feature))
            elif is_road(tags):
                roads += self._lines(feature)
        for way in self.ways:
            if number in way.levels:
                if way.kind is Kind.LIFT:
                    marks.append(self._mark(Mark.LIFT, way.feature))
                elif way.kind is Kind.CLIMB:
                    marks.append(self._mark(_climb(way.feature.tags), way.feature))
                else:
                    paths += self._lines(way.feature)
        return Level(
            number,
            self.book.name(number),
            frozenset(signs[one.lot, one.ref] for one in stalls),
            tuple(floors),
            tuple(
                ring
                for lot in self.lots
                if lot.levels is None or number in lot.levels
                for ring in _rings(lot.shape)
            ),
            Stalls.of(stalls),
            tuple(
                Shop(shop.ref, names[shop.ref], _middle(shop.shape), _first(shop.shape))
                for shop in self.shops
                if number in shop.levels
            ),
            tuple(paths),
            tuple(roads),
            tuple(marks),
        )

    def _mark(self, mark: Mark, feature: Feature) -> Marked:
        return Marked(
            mark,
            feature.get("name") or feature.get("ref"),
            _middle(self.collection.area(feature)),
        )

    def _lines(self, feature: Feature) -> Iterator[Line]:
        for line in feature.shape.lines:
            drawn = shapely.simplify(shapely.linestrings(self.collection.line(line)), _CURVE_M)
            yield _line(drawn)
        for rings in feature.shape.areas:
            yield _line(Polygon(self.collection.line(rings[0])).exterior.simplify(_CURVE_M))


def _net(network: Network, ways: Iterable[Way]) -> Net:
    climbs = {way.feature.id: _climb(way.feature.tags) for way in ways if way.kind is Kind.CLIMB}
    places = []
    for node in range(network.size):
        at, level = network.place(node)
        places.append(Place(_dm(at), level if isfinite(level) else None))
    steps = []
    for one, other, metres in network.steps():
        by = None
        if places[one].level != places[other].level:
            shared = network.owners(one) & network.owners(other)
            by = next((climbs[way] for way in sorted(shared) if way in climbs), None)
            if by is None and None in (places[one].level, places[other].level):
                by = Mark.LIFT
        steps.append(Step(one, other, round(metres * 10), by))
    return Net(tuple(places), tuple(steps))


def _climb(tags: Mapping[str, str]) -> Mark:
    if tags.get("conveying", "no") != "no":
        return Mark.ESCALATOR
    return Mark.STAIRS if tags.get("highway") == "steps" else Mark.RAMP


def _open(feature: Feature) -> Feature:
    """Return roads too that are closed to people on foot."""
    tags = {key: value for key, value in feature.tags.items() if key not in {"foot", "access"}}
    return replace(feature, tags=tags)


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    oneway = tags.get("oneway", "no")
    return oneway != "-1", oneway in {"no", "0", "false", "-1"}


def _dm(at: XY) -> tuple[int, int]:
    return round(at[0] * 10), round(at[1] * 10)


def _middle(shape: BaseGeometry) -> tuple[int, int]:
    at: Point = shape.representative_point()
    return _dm((at.x, at.y))


def _line(shape: BaseGeometry) -> Line:
    return tuple(_dm((float(x), float(y))) for x, y in shapely.get_coordinates(shape))


def _rings(shape: BaseGeometry) -> Iterator[Line]:
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon):
            yield _line(part.exterior.simplify(_CURVE_M))[:-1]


def _first(shape: BaseGeometry) -> Line:
    return next(_rings(shape), ())


def _box(shape: BaseGeometry) -> Line:
    """Return the four corners of a space."""
    box = shapely.minimum_rotated_rectangle(shape)
    return _line(box)[:4] if isinstance(box, Polygon) else ()
