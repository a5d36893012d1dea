"""Lots and their stalls: the features of each stall, and its lot."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from baylock.domain.venue.mall import Feature as Special
from baylock.domain.venue.mall import LotRef, LotSettings, SpaceRef
from venue_import.access import says_open, specials_of, unread_times, why_closed
from venue_import.findings import Findings
from venue_import.geojson import Collection, Feature, well_drawn
from venue_import.levels import LevelBook, Levels, parse_levels
from venue_import.near import other_level
from venue_import.settings import read_lot_settings, read_max_height
from venue_import.ways import read_levels

NEAR_M = 50.0

_NOT_FOR_CARS = frozenset(
    {"motorcycle", "bicycle", "moped", "scooter", "truck", "hgv", "bus", "coach", "cargo_bike"}
)
_SEVERAL = frozenset({"multi-storey", "multi_storey", "multistorey"})
_PARKING_BUILDINGS = frozenset({"parking", "garage", "garages"})
_OFF_THE_GROUND: Mapping[str, frozenset[str]] = {
    "parking": frozenset({"underground", "rooftop"}),
    "location": frozenset({"underground", "basement", "rooftop", "roof"}),
    "tunnel": frozenset({"yes", "building_passage"}),
}
"""Tags that put a space elsewhere than on the ground without naming a level."""


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
        findings.warn(feature.id, f"has no ref; called {lot.ref}", "has no ref; named by its id")
    if hours := unread_times(feature.tags):
        findings.warn(
            feature.id,
            f"{hours} is not read; it can be booked at any hour",
            "has hours that are not read; it can be booked at any hour",
        )
    capacity = feature.get("capacity")
    if capacity.isdecimal() and int(capacity) != stalls:
        findings.warn(
            feature.id,
            f"says capacity={capacity}, but {stalls} spaces are drawn",
            "says another capacity than spaces are drawn",
        )
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
    told = _told(features, inside, book)
    stalls: list[Stall] = []
    for index, (feature, at) in enumerate(zip(features, middles, strict=True)):
        if not well_drawn(collection, feature):
            findings.warn(feature.id, "has an outline that crosses itself")
        if _left_out(feature, feature.tags, findings):
            continue
        levels = read_levels(feature, book, findings, otherwise=())
        if levels is None:
            continue
        _check_count(feature, levels, book, findings)
        lot = _lot_of(feature, at, levels, inside[index], lots, findings)
        if lot is None or (
            not says_open(feature.tags) and _left_out(feature, lot.feature.tags, findings, lot.ref)
        ):
            continue
        if not levels:
            levels = _level_in(feature, lot, inside[index], told[lot.ref], book, findings) or ()
            if not levels:
                continue
        ref = feature.get("ref")
        if not ref:
            ref = feature.derived_ref()
            findings.warn(feature.id, f"has no ref; called {ref}", "has no ref; named by its id")
        stalls.append(
            Stall(
                feature,
                lot.ref,
                SpaceRef(ref),
                levels,
                at,
                specials_of(feature.tags),
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
                feature.id,
                f"lies in more than one lot; taken to the smallest, {chosen[0].ref}",
                "lies in more than one lot; taken to the smallest",
            )
        return chosen[0]
    if named:
        return named[0]
    if inside:
        lot = min(inside, key=lambda lot: lot.shape.area)
        findings.warn(
            feature.id,
            f"lies in lot {lot.ref}, but on none of its levels",
            "lies in a lot, but on none of its levels",
        )
        return lot
    near = [(at.distance(lot.shape), not _on(lot, levels), lot.ref, lot) for lot in lots]
    near = [one for one in near if one[0] <= NEAR_M]
    if tag:
        findings.warn(
            feature.id,
            f"names a lot that is not in the plan: {tag}",
            "names a lot that is not in the plan",
        )
    if not near:
        findings.error(feature.id, "lies in no lot, names none, and none is within 50 m")
        return None
    far, _, _, lot = min(near, key=lambda one: one[:3])
    findings.warn(
        feature.id,
        f"lies in no lot; taken to the nearest, {lot.ref}, {far:.0f} m away",
        "lies in no lot; taken to the nearest",
    )
    return lot


def _on(lot: LotPlan, levels: Levels) -> bool:
    return lot.levels is None or not levels or bool(set(levels) & set(lot.levels))


def _level_in(
    feature: Feature,
    lot: LotPlan,
    inside: Sequence[LotPlan],
    told: frozenset[float],
    book: LevelBook,
    findings: Findings,
) -> Levels | None:
    """Return the level of a space without `level`: its lot's, or the ground.

    None, with an error, where there are several: no space is put on one of them by a guess.
    """
    halls = [other.levels for other in inside if other.levels is not None]
    several = {level for levels in [lot.levels or (), *halls] for level in levels}
    if len(several) > 1 or (not several and _has_several(lot.feature)):
        numbers = _written(several)
        findings.error(
            feature.id,
            f"has no level, and lot {lot.ref} has several{f' ({numbers})' if several else ''}",
            "has no level, and its lot has several",
        )
        return None
    if not several and told - {0.0}:
        numbers = _written(told)
        findings.error(
            feature.id,
            f"has no level, nor has lot {lot.ref}, whose other spaces are on level {numbers}",
            "has no level, nor has its lot, whose other spaces have",
        )
        return None
    if not several and (key := _other_level(feature, book)):
        findings.error(
            feature.id,
            f"has no level, nor has its lot, but {key}={feature.get(key)}; is level=* meant?",
            f"has no level, nor has its lot, but {key}=*; is level=* meant?",
        )
        return None
    if not several and (tag := _off_the_ground(feature) or _off_the_ground(lot.feature)):
        findings.warn(
            feature.id,
            f"has no level, but {tag}; taken to level 0",
            "has no level, though it is not on the ground; taken to level 0",
        )
    return lot.levels or (0.0,)


def _other_level(feature: Feature, book: LevelBook) -> str | None:
    """Return the key by which a space without `level` says that it is not on the ground."""
    key = other_level(feature.tags)
    if key is None:
        return None
    try:
        levels = parse_levels(feature.get(key), book.number)
    except ValueError:
        return key
    return None if levels == (0.0,) else key


def _has_several(lot: Feature) -> bool:
    """Whether the tags of a lot say that it has several levels, without naming them."""
    counts = [lot.get("parking:levels")]
    if lot.get("building") in _PARKING_BUILDINGS:
        counts.append(lot.get("building:levels"))
    if lot.get("parking") == "underground":
        counts.append(lot.get("building:levels:underground"))
    several = any(count.isdecimal() and int(count) > 1 for count in counts)
    return several or lot.get("parking") in _SEVERAL


def _off_the_ground(feature: Feature) -> str | None:
    """The tag by which a feature is not on the ground; None where it may be."""
    for name, values in _OFF_THE_GROUND.items():
        if (value := feature.get(name).casefold()) in values:
            return f"{name}={value}"
    layer = feature.get("layer")
    return f"layer={layer}" if re.fullmatch(r"-?[1-9]", layer) else None


def _written(levels: Iterable[float]) -> str:
    return ";".join(f"{level:g}" for level in sorted(levels))


def _told(
    features: Sequence[Feature], inside: Sequence[Sequence[LotPlan]], book: LevelBook
) -> Mapping[LotRef, frozenset[float]]:
    """Return the levels that the spaces in each lot say that they are on."""
    found: defaultdict[LotRef, frozenset[float]] = defaultdict(frozenset)
    for feature, lots in zip(features, inside, strict=True):
        levels = read_levels(feature, book, Findings(), otherwise=())
        for lot in lots:
            found[lot.ref] |= frozenset(levels or ())
    return found


def _left_out(feature: Feature, tags: Mapping[str, str], findings: Findings, lot: str = "") -> bool:
    """Warn of a space that is left out because of its own tags, or of its lot's; whether it is."""
    why = why_closed(tags)
    if why is None:
        if not lot and (hours := unread_times(tags)):
            findings.warn(
                feature.id,
                f"{hours} is not read; it can be booked at any hour",
                "has hours that are not read; it can be booked at any hour",
            )
        return False
    key, _, kind = why.partition("=")
    cars = key == "parking_space" and kind in _NOT_FOR_CARS
    reason = f"{why} is not for {'cars' if cars else 'the public'}"
    where = f"lot {lot} is closed: " if lot else ""
    cause = "its lot is closed" if lot else f"{key} says that it is not for all"
    findings.warn(feature.id, f"is left out: {where}{reason}", f"is left out: {cause}")
    return True


def _check_count(feature: Feature, levels: Levels, book: LevelBook, findings: Findings) -> None:
    """Warn of a feature that stands for several spaces: it becomes one, with one lock."""
    shape = feature.shape
    parts = len(shape.areas) or len(shape.lines) or len(shape.points)
    for_several = {
        "is drawn in several parts": parts > 1,
        "is on several levels": len(levels) > 1,
        "has several refs": bool(re.search(r"[^\s;,][;,]", feature.get("ref"))),
    }
    for what, is_so in for_several.items():
        if is_so:
            findings.warn(feature.id, f"{what}; one space with one lock is made of it")
    capacity = feature.get("capacity")
    if capacity.isdecimal() and int(capacity) != 1:
        findings.warn(
            feature.id,
            f"says capacity={capacity}; one space with one lock is made of it",
            "says a capacity of several; one space with one lock is made of it",
        )
    if feature.get("repeat_on"):
        try:
            several = len(parse_levels(feature.get("repeat_on"), book.number)) > 1
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
