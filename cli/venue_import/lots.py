"""Lots and their stalls: the features of each stall, and its lot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from baylock.domain.venue.mall import Feature as Special
from baylock.domain.venue.mall import LotRef, LotSettings, SpaceRef
from venue_import.findings import Findings
from venue_import.geojson import Collection, Feature, well_drawn
from venue_import.levels import LevelBook, Levels, parse_levels
from venue_import.settings import read_lot_settings, read_max_height
from venue_import.ways import read_levels

NEAR_M = 50.0

_KINDS: Mapping[str, Special | None] = {
    "disabled": Special.ACCESSIBLE,
    "handicapped": Special.ACCESSIBLE,
    "wheelchair": Special.ACCESSIBLE,
    "charging": Special.EV,
    "electric": Special.EV,
    "family": Special.FAMILY,
    "parent": Special.FAMILY,
    "parent_child": Special.FAMILY,
    "normal": None,
    "standard": None,
    "car": None,
    "regular": None,
    "yes": None,
}
_CAPACITIES = {
    "capacity:disabled": Special.ACCESSIBLE,
    "capacity:charging": Special.EV,
    "capacity:family": Special.FAMILY,
    "capacity:parent": Special.FAMILY,
}
_NOT_FOR_CARS = frozenset({"motorcycle", "bicycle", "moped", "truck", "hgv", "bus", "cargo_bike"})


@dataclass(frozen=True, slots=True)
class LotPlan:
    """A lot as drawn."""

    feature: Feature
    ref: LotRef
    name: str
    settings: LotSettings
    levels: Levels | None
    """None where the plan gives no level: any level matches."""
    shape: BaseGeometry
    max_height_m: float | None


@dataclass(frozen=True, slots=True)
class Stall:
    """A parking space as drawn, in the lot that it belongs to."""

    feature: Feature
    lot: LotRef
    ref: SpaceRef
    levels: Levels
    at: Point
    specials: frozenset[Special]
    max_height_m: float | None


def is_lot(tags: Mapping[str, str]) -> bool:
    """Whether tags make a parking lot."""
    return tags.get("amenity") == "parking"


def is_stall(tags: Mapping[str, str]) -> bool:
    """Whether tags make a parking space."""
    return tags.get("amenity") == "parking_space"


def read_lots(
    collection: Collection, features: Iterable[Feature], book: LevelBook, findings: Findings
) -> list[LotPlan]:
    """Return every lot, also those without stalls."""
    lots: list[LotPlan] = []
    for feature in features:
        if not well_drawn(collection, feature):
            findings.warn(feature.id, "has an outline that crosses itself; what it encloses counts")
        levels = read_levels(feature, book, findings, otherwise=())
        ref = LotRef(feature.get("ref") or feature.derived_ref())
        lots.append(
            LotPlan(
                feature,
                ref,
                feature.get("name") or ref,
                LotSettings(),
                levels or None,
                collection.area(feature),
                None,
            )
        )
    return lots


def read_lot_tags(lot: LotPlan, stalls: int, findings: Findings) -> LotPlan:
    """Read the tags of a lot with stalls: those of an empty lot are ignored."""
    feature = lot.feature
    if not feature.get("ref"):
        findings.warn(feature.id, f"has no ref; called {lot.ref}")
    capacity = feature.get("capacity")
    if capacity.isdecimal() and int(capacity) != stalls:
        findings.warn(feature.id, f"says capacity={capacity}, but {stalls} spaces are drawn")
    return LotPlan(
        feature,
        lot.ref,
        lot.name,
        read_lot_settings(feature, findings),
        lot.levels,
        lot.shape,
        read_max_height(feature, findings),
    )


def read_stalls(
    collection: Collection,
    features: Sequence[Feature],
    lots: Sequence[LotPlan],
    book: LevelBook,
    findings: Findings,
) -> list[Stall]:
    """Return every readable stall that has a lot."""
    middles = [_middle(collection.area(feature)) for feature in features]
    inside = _inside(middles, lots)
    stalls: list[Stall] = []
    for index, (feature, at) in enumerate(zip(features, middles, strict=True)):
        if not well_drawn(collection, feature):
            findings.warn(feature.id, "has an outline that crosses itself")
        specials = _specials(feature, findings)
        if specials is None:
            continue
        _check_count(feature, findings)
        levels = read_levels(feature, book, findings, otherwise=())
        if levels is None:
            continue
        lot = _lot_of(feature, at, levels, inside[index], lots, findings)
        if lot is None:
            continue
        ref = feature.get("ref")
        if not ref:
            ref = feature.derived_ref()
            findings.warn(feature.id, f"has no ref; called {ref}")
        stalls.append(
            Stall(
                feature,
                lot.ref,
                SpaceRef(ref),
                levels or _level_in(feature, lot, findings),
                at,
                specials,
                read_max_height(feature, findings),
            )
        )
    return stalls


def _middle(shape: BaseGeometry) -> Point:
    middle = shapely.centroid(shape)
    middle = middle if shapely.intersects(shape, middle) else shapely.point_on_surface(shape)
    return Point(middle.x, middle.y)


def _inside(points: Sequence[Point], lots: Sequence[LotPlan]) -> list[list[LotPlan]]:
    inside: list[list[LotPlan]] = [[] for _ in points]
    for lot in lots:
        shapely.prepare(lot.shape)
        for index, covered in enumerate(shapely.covers(lot.shape, list(points))):
            if covered and lot.shape.area > 0:
                inside[index].append(lot)
    return inside


def _lot_of(
    feature: Feature,
    at: Point,
    levels: Levels,
    inside: Sequence[LotPlan],
    lots: Sequence[LotPlan],
    findings: Findings,
) -> LotPlan | None:
    """Return the lot that a stall lies in, or of its `lot` tag, or the nearest within 50 m.

    Lots lie above each other, so one on another level is not the one it lies in while a better is
    to be had.
    """
    tag = feature.get("lot")
    named = [lot for lot in lots if lot.ref == tag]
    same = [lot for lot in inside if _on(lot, levels)]
    explicit = [lot for lot in same if lot.levels is not None and levels]
    around = explicit or same
    if around:
        both = [lot for lot in around if lot.ref == tag]
        chosen = both or sorted(around, key=lambda lot: lot.shape.area)
        if len(around) > 1 and not both:
            findings.warn(
                feature.id, f"lies in more than one lot; taken to the smallest, {chosen[0].ref}"
            )
        return chosen[0]
    if named:
        return named[0]
    if inside:
        lot = min(inside, key=lambda lot: lot.shape.area)
        findings.warn(feature.id, f"lies in lot {lot.ref}, but on none of its levels")
        return lot
    near = [(at.distance(lot.shape), not _on(lot, levels), lot.ref, lot) for lot in lots]
    near = [one for one in near if one[0] <= NEAR_M]
    if tag:
        findings.warn(feature.id, f"names a lot that is not in the plan: {tag}")
    if not near:
        findings.error(feature.id, "lies in no lot, names none, and none is within 50 m")
        return None
    far, _, _, lot = min(near, key=lambda one: one[:3])
    findings.warn(feature.id, f"lies in no lot; taken to the nearest, {lot.ref}, {far:.0f} m away")
    return lot


def _on(lot: LotPlan, levels: Levels) -> bool:
    return lot.levels is None or not levels or bool(set(levels) & set(lot.levels))


def _level_in(feature: Feature, lot: LotPlan, findings: Findings) -> Levels:
    """Return the level of a stall without `level`: its lot's, or the ground."""
    if lot.levels is None:
        return (0.0,)
    if len(lot.levels) > 1:
        level = 0.0 if 0.0 in lot.levels else lot.levels[0]
        findings.warn(feature.id, f"has no level, and lot {lot.ref} has several; put on {level:g}")
        return (level,)
    return lot.levels


def _specials(feature: Feature, findings: Findings) -> frozenset[Special] | None:
    """Return the features that a stall offers; None if it is not for cars."""
    found = {special for key, special in _CAPACITIES.items() if _some(feature.get(key))}
    if feature.get("wheelchair") == "designated":
        found.add(Special.ACCESSIBLE)
    for kind in filter(None, (part.strip() for part in feature.get("parking_space").split(";"))):
        if kind in _NOT_FOR_CARS:
            findings.warn(feature.id, f"is left out: parking_space={kind} is not for cars")
            return None
        if kind not in _KINDS:
            findings.warn(feature.id, f"parking_space={kind} is not known; an ordinary space")
        special = _KINDS.get(kind)
        if special is not None:
            found.add(special)
    return frozenset(found)


def _some(text: str) -> bool:
    return text in {"yes", "designated"} or (text.isdecimal() and int(text) > 0)


def _check_count(feature: Feature, findings: Findings) -> None:
    capacity = feature.get("capacity")
    if capacity.isdecimal() and int(capacity) != 1:
        findings.warn(
            feature.id, f"says capacity={capacity}; one space with one lock is made of it"
        )
    if feature.get("repeat_on"):
        try:
            several = len(parse_levels(feature.get("repeat_on"))) > 1
        except ValueError:
            several = True
        if several:
            findings.warn(feature.id, "is repeated on other levels; only the one drawn counts")


def by_lot(stalls: Iterable[Stall]) -> Mapping[LotRef, list[Stall]]:
    """The stalls of each lot."""
    found: defaultdict[LotRef, list[Stall]] = defaultdict(list)
    for stall in stalls:
        found[stall.lot].append(stall)
    return found
