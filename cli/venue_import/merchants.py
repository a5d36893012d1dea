"""Merchants: shops, restaurants and practices, and their entrances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from baylock.domain.venue.mall import MerchantRef, Overrides
from venue_import.findings import Findings, listed
from venue_import.geojson import Collection, Feature, well_drawn
from venue_import.levels import LevelBook, Levels
from venue_import.settings import Texted, read_locale, read_overrides, read_phone
from venue_import.ways import read_levels

ON_OUTLINE_M = 0.3

_MALLS = frozenset({"mall", "shopping_centre"})
_EMPTY = frozenset({"no", "vacant", "empty", "disused"})
_AMENITIES = frozenset(
    {
        "animal_boarding", "arts_centre", "bank", "bar", "biergarten", "bureau_de_change", "cafe",
        "car_rental", "car_wash", "casino", "childcare", "cinema", "clinic", "college",
        "conference_centre", "cooking_school", "courier", "coworking_space", "dancing_school",
        "dentist", "doctors", "dojo", "driving_school", "events_venue", "exhibition_centre",
        "fast_food", "food_court", "gambling", "hospital", "ice_cream", "internet_cafe",
        "karaoke_box", "kindergarten", "language_school", "library", "money_transfer",
        "music_school", "music_venue", "nightclub", "nursing_home", "payment_centre", "pharmacy",
        "planetarium", "post_office", "prep_school", "pub", "public_bath", "restaurant", "school",
        "social_centre", "spa", "studio", "theatre", "toy_library", "training", "university",
        "vehicle_inspection", "veterinary", "workshop",
    }
)  # fmt: skip
_FACILITIES = frozenset(
    {
        "atm", "baby_hatch", "baking_oven", "bbq", "bench", "bicycle_parking",
        "bicycle_rental", "bicycle_repair_station", "bus_station", "charging_station", "clock",
        "compressed_air", "device_charging_station", "dressing_room", "drinking_water",
        "ferry_terminal", "fire_station", "fountain", "fuel", "give_box", "grit_bin",
        "hunting_stand",
        "kneipp_water_cure", "lavoir", "letter_box", "lounge", "loading_dock", "locker",
        "luggage_locker", "monastery", "motorcycle_parking", "parcel_locker", "parking",
        "parking_entrance", "parking_space", "photo_booth", "place_of_worship", "police",
        "post_box",
        "post_depot", "prison", "public_bookcase", "ranger_station", "recycling", "reception_desk",
        "refugee_site", "sanitary_dump_station", "shelter", "shower", "smoking_area", "table",
        "taxi", "telephone", "ticket_validator", "toilets", "trolley_bay", "vending_machine",
        "waste_basket", "waste_disposal", "water_point", "watering_place", "weighbridge",
    }
)  # fmt: skip
_LEISURE = frozenset(
    {
        "adult_gaming_centre", "amusement_arcade", "bowling_alley", "dance", "escape_game",
        "fitness_centre", "ice_rink", "indoor_play", "miniature_golf", "sauna", "spa",
        "sports_centre", "sports_hall", "tanning_salon", "trampoline_park",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant as drawn."""

    feature: Feature
    ref: MerchantRef
    name: str
    levels: Levels
    shape: BaseGeometry
    entries: tuple[BaseGeometry, ...]
    """Its doors; without doors its whole shape."""
    phone: str | None
    locale: str | None
    overrides: Overrides


def is_shop(tags: Mapping[str, str]) -> bool:
    """Whether tags make a merchant, with or without a name."""
    if "shop" in tags and tags["shop"] not in _EMPTY | _MALLS:
        return True
    amenity = tags.get("amenity", "")
    if amenity in _AMENITIES:
        return True
    if not _name(tags) or tags.get("shop") in _MALLS:
        return False
    other = bool(amenity) and amenity not in _FACILITIES | _EMPTY
    return other or tags.get("leisure") in _LEISURE or bool({"healthcare", "craft"} & tags.keys())


def is_mall(tags: Mapping[str, str]) -> bool:
    """Whether tags make a mall."""
    if tags.get("shop") in _MALLS:
        return True
    grounds = tags.get("building") == "mall" or tags.get("landuse") == "retail"
    return grounds and not is_shop(tags)


def read_shops(
    collection: Collection,
    features: Iterable[Feature],
    doors: Sequence[tuple[Feature, Levels | None]],
    texted: Texted,
    book: LevelBook,
    findings: Findings,
) -> list[Shop]:
    """Return every readable merchant that has a name."""
    entrances = _Doors(collection, doors)
    shops: list[Shop] = []
    for feature in features:
        name = _name(feature.tags)
        if not name:
            findings.warn(feature.id, "is a shop without a name; left out")
            continue
        if not well_drawn(collection, feature):
            findings.warn(feature.id, "has an outline that crosses itself")
        levels = read_levels(feature, book, findings)
        if levels is None:
            continue
        ref = feature.get("ref")
        if not ref:
            ref = feature.derived_ref()
            findings.warn(feature.id, f"has no ref; called {ref}", "has no ref; named by its id")
        shape = collection.area(feature)
        shops.append(
            Shop(
                feature,
                MerchantRef(ref),
                name,
                levels,
                shape,
                entrances.of(shape, levels) or (shape,),
                read_phone(feature, texted, findings),
                read_locale(feature, findings),
                read_overrides(feature, findings),
            )
        )
    return _one_phone_each(shops, findings)


def _name(tags: Mapping[str, str]) -> str:
    if tags.get("name"):
        return tags["name"]
    names = sorted(key for key in tags if key.startswith("name:"))
    return tags[names[0]] if names else ""


class _Doors:
    """An index of doors and entrances by position."""

    def __init__(
        self, collection: Collection, doors: Sequence[tuple[Feature, Levels | None]]
    ) -> None:
        self._doors = [
            (Point(at), levels)
            for feature, levels in doors
            for at in collection.line(feature.shape.points)
        ]
        self._tree = shapely.STRtree([point for point, _ in self._doors])

    def of(self, shape: BaseGeometry, levels: Levels) -> tuple[Point, ...]:
        """Return the doors on an area's outline that are on one of its levels or give none."""
        if shape.area == 0:
            return ()
        near = self._tree.query(shape.boundary, predicate="dwithin", distance=ON_OUTLINE_M)
        found = [self._doors[index] for index in sorted(int(one) for one in near)]
        return tuple(at for at, own in found if own is None or set(own) & set(levels))


def _one_phone_each(shops: Sequence[Shop], findings: Findings) -> list[Shop]:
    """Drop a phone that two merchants share: a text from it would belong to neither."""
    owners: defaultdict[str | None, list[str]] = defaultdict(list)
    for shop in shops:
        owners[shop.phone].append(shop.feature.id)
    kept: list[Shop] = []
    for shop in shops:
        if shop.phone is not None and len(owners[shop.phone]) > 1:
            others = [owner for owner in owners[shop.phone] if owner != shop.feature.id]
            findings.warn(
                shop.feature.id,
                f"its phone is that of {listed(others)} too; left out of both",
                "its phone is another's too; left out of both",
            )
            kept.append(replace(shop, phone=None))
        else:
            kept.append(shop)
    return kept
