"""Reads a GeoJSON FeatureCollection (RFC 7946) into features with tags and metres.

Everything that can be wrong with the file itself ends here, as findings. Metres are those of a
local equirectangular projection on the WGS 84 ellipsoid: over a mall it is true to centimetres, and
needs no projection library and its data.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from baylock.domain.venue.mall import MAX_REF_LENGTH
from venue_import.findings import WHOLE, Findings
from venue_import.near import report_near, spelt_as_known
from venue_import.tags import read_tags

FAR_M = 20_000.0
MAX_BYTES = 64 * 2**20
MAX_LISTS = 4_000_000
"""Lists and objects of a file: each position is one."""
MAX_VALUES = 12_000_000
MAX_FEATURES = 250_000
MAX_OF_FEATURE = 30_000
"""Values of a feature: some 9,000 positions."""
MAX_DEPTH = 24
MAX_TEXT = 20_000
"""Characters of a text: tags that are packed into one."""
DECIMALS = 7
"""Decimals of a degree, as in OpenStreetMap: a centimetre. Equal positions are one node."""

XY = tuple[float, float]
Position = tuple[float, float]

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_2 = 6.694379990141316e-3
_TYPES = frozenset(
    {
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)
_MAIN = (
    "amenity", "highway", "shop", "indoor", "building", "building:part", "leisure", "landuse",
    "natural", "barrier", "man_made", "railway", "public_transport", "office", "tourism", "power",
    "emergency", "waterway", "boundary", "place", "area:highway", "room", "type",
)  # fmt: skip
_WGS_84 = re.compile(r"\b(CRS84|EPSG:(\d\.?)*:?4326)\b")


@dataclass(frozen=True, slots=True)
class Projection:
    """A projection from degrees to metres east and north of an origin, and back."""

    lon: float
    lat: float

    def xy(self, position: Position) -> XY:
        """Metres east and north of the origin."""
        east, north = self._metres_per_degree()
        lon = (position[0] - self.lon + 540) % 360 - 180
        return lon * east, (position[1] - self.lat) * north

    def position(self, xy: XY) -> Position:
        """Longitude and latitude."""
        east, north = self._metres_per_degree()
        lon = (self.lon + xy[0] / east + 540) % 360 - 180
        return round(lon, DECIMALS), round(self.lat + xy[1] / north, DECIMALS)

    def _metres_per_degree(self) -> tuple[float, float]:
        sine = math.sin(math.radians(self.lat))
        bend = 1 - _ECCENTRICITY_2 * sine * sine
        normal = _SEMI_MAJOR_M / math.sqrt(bend)
        meridional = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / bend**1.5
        # At a pole there is no east; a metre avoids a division by zero.
        east = max(normal * math.cos(math.radians(self.lat)), 1.0)
        return math.radians(1) * east, math.radians(1) * meridional


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts of a feature's geometry, in degrees, as drawn."""

    points: tuple[Position, ...] = ()
    lines: tuple[tuple[Position, ...], ...] = ()
    areas: tuple[tuple[tuple[Position, ...], ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.points or self.lines or self.areas)

    def positions(self) -> Iterator[Position]:
        """Every position, in the order drawn."""
        yield from self.points
        for line in self.lines:
            yield from line
        for rings in self.areas:
            for ring in rings:
                yield from ring


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: its id as reported, its tags as text, and its geometry."""

    id: str
    tags: Mapping[str, str]
    shape: Shape
    given_id: bool

    def get(self, key: str, default: str = "") -> str:
        """Return a tag's value, stripped, or the default."""
        return self.tags.get(key, default)

    def derived_ref(self) -> str:
        """A ref for a feature without a `ref` tag: its id, or its position."""
        if self.given_id:
            return self.id.replace("/", "-").strip("-") or "id"
        digest = hashlib.sha256(repr(self.shape).encode()).hexdigest()
        return f"at-{digest[:8]}"

    def point(self) -> bool:
        """Whether the geometry is a point."""
        return bool(self.shape.points) and not (self.shape.lines or self.shape.areas)


@dataclass(frozen=True, slots=True)
class Collection:
    """The readable features of a plan, and their projection to metres."""

    features: tuple[Feature, ...]
    projection: Projection
    unused: Counter[str] = field(default_factory=Counter)
    """How many features were not read, by reason."""

    def area(self, feature: Feature) -> BaseGeometry:
        """Return a feature's shape in metres: closed lines are areas."""
        rings: list[BaseGeometry] = []
        for outer, *holes in self._areas(feature):
            rings.append(Polygon(self.line(outer), [self.line(hole) for hole in holes]))
        if not rings:
            lines: list[BaseGeometry] = [LineString(self.line(one)) for one in feature.shape.lines]
            points: list[BaseGeometry] = [Point(*self.line([at])) for at in feature.shape.points]
            return shapely.union_all(lines or points)
        whole = rings[0] if len(rings) == 1 else MultiPolygon(_polygons(rings))
        return whole if whole.is_valid else shapely.make_valid(whole)

    def line(self, positions: Iterable[Position]) -> tuple[XY, ...]:
        """A line in metres."""
        return tuple(self.projection.xy(position) for position in positions)

    @staticmethod
    def _areas(feature: Feature) -> tuple[tuple[tuple[Position, ...], ...], ...]:
        closed = tuple((line,) for line in feature.shape.lines if _closed(line))
        return feature.shape.areas or closed


def _polygons(shapes: Iterable[BaseGeometry]) -> list[Polygon]:
    return [shape for shape in shapes if isinstance(shape, Polygon)]


def _closed(line: tuple[Position, ...]) -> bool:
    return len(line) >= 4 and line[0] == line[-1]  # noqa: PLR2004 (a triangle and back)


def well_drawn(collection: Collection, feature: Feature) -> bool:
    """Whether every area has an inside, and no outline crosses itself."""
    return all(
        Polygon(collection.line(outer), [collection.line(hole) for hole in holes]).is_valid
        for outer, *holes in feature.shape.areas
    )


def load(path: Path, findings: Findings) -> Mapping[str, Any] | None:
    """Return the JSON object in a file; None, with an error in `findings`, where there is none.

    What is larger than any mall is not even parsed: a small file may fill the memory.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if too_large := _too_large(raw):
            findings.error(WHOLE, f"{too_large}: cut the mall out of the map first")
            return None
        data = json.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        findings.error(WHOLE, f"can't be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        findings.error(WHOLE, f"is not UTF-8 text: byte {error.start} can't be read")
    except json.JSONDecodeError as error:
        findings.error(
            WHOLE, f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        )
    except (RecursionError, ValueError) as error:
        findings.error(WHOLE, f"is not JSON that can be read: {error}")
    else:
        if isinstance(data, dict):
            return data
        findings.error(WHOLE, "is not GeoJSON: a FeatureCollection is a JSON object")
    return None


def _too_large(raw: bytes) -> str:
    """Return which limit a file exceeds, empty where it is of the size of a mall."""
    if len(raw) > MAX_BYTES:
        return f"is larger than {MAX_BYTES // 2**20} MB"
    if raw.count(b"[") + raw.count(b"{") > MAX_LISTS or raw.count(b",") > MAX_VALUES:
        return f"has more than {MAX_LISTS:,} lists or {MAX_VALUES:,} values"
    return ""


def _excess(raw: object) -> str:
    """Return which limit a feature exceeds, empty where it is of the size of a feature."""
    values = 0
    level: list[object] = [raw]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for value in level:
            if isinstance(value, str) and len(value) > MAX_TEXT:
                return f"has a text of more than {MAX_TEXT:,} characters"
            if isinstance(value, dict):
                inner += value
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        values += len(inner)
        if values > MAX_OF_FEATURE:
            return f"has more than {MAX_OF_FEATURE:,} values"
        if not inner:
            return ""
        level = inner
    return f"is nested more than {MAX_DEPTH} deep"


def read_collection(
    data: Mapping[str, Any], matters: Callable[[Mapping[str, str]], bool], findings: Findings
) -> Collection:
    """Read the features with relevant tags; all others are ignored, errors included."""
    reader = _Reader(matters, findings)
    features = tuple(reader.features(data))
    projection = _centred(features)
    near = tuple(_near(features, projection, findings))
    return Collection(near, projection, reader.unused)


def _centred(features: Iterable[Feature]) -> Projection:
    first = [next(feature.shape.positions()) for feature in features]
    if not first:
        return Projection(0.0, 0.0)
    return Projection(
        median_low(position[0] for position in first), median_low(position[1] for position in first)
    )


def _near(
    features: Iterable[Feature], projection: Projection, findings: Findings
) -> Iterator[Feature]:
    drawn = [
        (feature, max(math.hypot(*projection.xy(at)) for at in feature.shape.positions()))
        for feature in features
    ]
    if sum(far > FAR_M for _, far in drawn) > len(drawn) / 2:
        findings.error(
            WHOLE,
            f"is {max(far for _, far in drawn) / 1000:,.0f} km wide, read as degrees: it looks "
            "like a drawing in metres; export the plan in WGS 84 (EPSG:4326)",
        )
        return
    for feature, far in drawn:
        if far <= FAR_M:
            yield feature
        else:
            findings.error(
                feature.id,
                f"lies {far / 1000:,.0f} km from the rest of the plan",
                f"lies more than {FAR_M / 1000:.0f} km from the rest of the plan",
            )


class _Reader:
    def __init__(self, matters: Callable[[Mapping[str, str]], bool], findings: Findings) -> None:
        self._matters = matters
        self._findings = findings
        self._seen: dict[str, tuple[Mapping[str, str], Shape]] = {}
        self.unused: Counter[str] = Counter()

    def features(self, data: Mapping[str, Any]) -> Iterator[Feature]:
        if data.get("type") != "FeatureCollection":
            self._findings.error(
                WHOLE, f"is not a GeoJSON FeatureCollection: its type is {data.get('type')!r}"
            )
            return
        raws = data.get("features")
        if not isinstance(raws, list):
            self._findings.error(WHOLE, "has no list of features")
            return
        crs = data.get("crs")
        if crs is not None and (excess := _excess(crs)):
            self._findings.error(WHOLE, f"has a coordinate system that {excess}")
            return
        if crs is not None and not _WGS_84.search(json.dumps(crs)):
            self._findings.error(
                WHOLE,
                f"is in another coordinate system ({json.dumps(crs):.80}): GeoJSON wants WGS 84 "
                "longitude, latitude (EPSG:4326)",
            )
            return
        if len(raws) > MAX_FEATURES:
            self._findings.error(WHOLE, f"has more than {MAX_FEATURES:,} features")
            return
        if not raws:
            self._findings.error(WHOLE, "has no features")
        for index, raw in enumerate(raws):
            feature = self._feature(index, raw)
            if feature is not None:
                yield feature

    def _feature(self, index: int, raw: object) -> Feature | None:
        place = f"features[{index}]"
        if not isinstance(raw, dict) or raw.get("type") != "Feature":
            self._findings.error(place, "is not a GeoJSON Feature")
            return None
        if excess := _excess(raw):
            self._findings.error(place, f"{excess}, which nothing in a mall has")
            return None
        properties = raw.get("properties")
        if properties is not None and not isinstance(properties, dict):
            self._findings.error(place, "has properties that are not an object")
            return None
        if isinstance(raw.get("tags"), dict):
            properties = {"tags": raw["tags"], **(properties or {})}
        given = _given_id(raw, properties or {})
        name = given or place
        tags = self._tags(name, properties or {})
        if not self._matters(tags):
            report_near(name, tags, self._findings)
            self.unused[_why_unused(tags)] += 1
            return None
        shape = self._shape(name, raw.get("geometry"))
        if shape is None:
            return None
        if given and self._repeated(given, tags, shape):
            return None
        return Feature(name, tags, shape, given_id=bool(given))

    def _repeated(self, given: str, tags: Mapping[str, str], shape: Shape) -> bool:
        if given not in self._seen:
            self._seen[given] = (tags, shape)
            return False
        if self._seen[given] != (tags, shape):
            self._findings.warn(given, "another feature has this id too, and differs from it")
            return False
        self._findings.warn(given, "is in the file more than once; it counts once")
        return True

    def _tags(self, name: str, properties: Mapping[object, object]) -> dict[str, str]:
        tags = read_tags(name, properties, self._findings)
        if not _utf8(tags):
            self._findings.error(name, "has a tag that is not text: half of a character pair")
            return {}
        if "ref" in tags:
            if len(tags["ref"]) > MAX_REF_LENGTH:
                self._findings.error(name, f"has a ref of more than {MAX_REF_LENGTH} characters")
                tags["ref"] = tags["ref"][:MAX_REF_LENGTH]
            self._findings.refs[name] = tags["ref"]
        return spelt_as_known(name, tags, self._findings)

    def _shape(self, name: str, geometry: object) -> Shape | None:
        try:
            shape = _shape(geometry)
        except (_Malformed, RecursionError) as error:
            self._findings.error(
                name,
                f"has a geometry that can't be read: {error}",
                getattr(error, "cause", "has a geometry that can't be read"),
            )
            return None
        if not shape:
            self._findings.error(name, "has no geometry")
            return None
        return shape


def _why_unused(tags: Mapping[str, str]) -> str:
    """Return the tag that tells best what a feature is that is not read."""
    if not tags:
        return "no tags"
    key = next((key for key in _MAIN if key in tags), None)
    return f"{key}={tags[key]}" if key else "no tag of a kind that is read"


def _utf8(tags: Mapping[str, str]) -> bool:
    try:
        "".join((*tags, *tags.values())).encode()
    except UnicodeEncodeError:
        return False
    return True


def _given_id(raw: Mapping[str, object], properties: Mapping[object, object]) -> str:
    """Return the id as exporters write it: overpass turbo, osmium, osmtogeojson, ogr, JOSM."""
    kinds = (properties.get("@type"), properties.get("osm_type"), properties.get("type"))
    kind = next((kind for kind in kinds if kind in ("node", "way", "relation")), None)
    # ogr2ogr: an area drawn as a closed way has this one instead of `osm_id`.
    way = properties.get("osm_way_id")
    way_id = f"way/{way}" if isinstance(way, str | int) and str(way).strip().isdigit() else None
    for value in (
        properties.get("@id"),
        raw.get("id"),
        properties.get("id"),
        properties.get("osm_id"),
        way_id,
        properties.get("full_id"),
    ):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        text = f"{value:.17g}" if isinstance(value, float) else str(value).strip()
        if text and text.isprintable():
            return f"{kind}/{text}" if kind and text.isdigit() else text
    return ""


class _Malformed(ValueError):
    """The geometry violates RFC 7946."""

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.cause = f"has a geometry that can't be read: {cause or message}"


def _shape(geometry: object) -> Shape:
    if geometry is None:
        return Shape()
    if not isinstance(geometry, dict) or geometry.get("type") not in _TYPES:
        raise _Malformed("it is of no GeoJSON type")
    kind = geometry["type"]
    if kind == "GeometryCollection":
        parts = [_shape(part) for part in _list(geometry.get("geometries"))]
        return Shape(
            tuple(at for part in parts for at in part.points),
            tuple(line for part in parts for line in part.lines),
            tuple(area for part in parts for area in part.areas),
        )
    at = geometry.get("coordinates")
    match kind:
        case "Point":
            return Shape(points=(_position(at),))
        case "MultiPoint":
            return Shape(points=tuple(_position(one) for one in _list(at)))
        case "LineString":
            return Shape(lines=(_line(at),))
        case "MultiLineString":
            return Shape(lines=tuple(_line(one) for one in _list(at)))
        case "Polygon":
            return Shape(areas=(_rings(at),)) if _list(at) else Shape()
        case _:
            return Shape(areas=tuple(_rings(one) for one in _list(at)))


def _rings(value: object) -> tuple[tuple[Position, ...], ...]:
    rings = tuple(_ring(ring) for ring in _list(value))
    if not rings:
        raise _Malformed("an area has no outline")
    return rings


def _ring(value: object) -> tuple[Position, ...]:
    ring = tuple(_position(one) for one in _list(value))
    if len(set(ring)) < 3:  # noqa: PLR2004 (corners of a triangle)
        raise _Malformed("an area has fewer than three corners")
    return ring if ring[0] == ring[-1] else (*ring, ring[0])


def _line(value: object) -> tuple[Position, ...]:
    line = [_position(one) for one in _list(value)]
    kept = tuple(line[:1]) + tuple(at for before, at in pairwise(line) if at != before)
    if len(kept) < 2:  # noqa: PLR2004 (ends of a line)
        raise _Malformed("a line has no length")
    return kept


def _position(value: object) -> Position:
    numbers = _list(value)
    if len(numbers) < 2:  # noqa: PLR2004 (longitude and latitude)
        raise _Malformed("a position has no longitude and latitude")
    lon, lat = (_number(number) for number in numbers[:2])
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 (degrees)
        wrong = _not_degrees(lon, lat)
        raise _Malformed(
            f"({lon:g}, {lat:g}) is no WGS 84 longitude, latitude in degrees: {wrong}", wrong
        )
    return round(lon, DECIMALS), round(lat, DECIMALS)


def _not_degrees(lon: float, lat: float) -> str:
    """Return the likeliest reason why a position is outside of the world."""
    if abs(lon) <= 90 and abs(lat) <= 180:  # noqa: PLR2004 (degrees)
        return "latitude and longitude are swapped (GeoJSON wants longitude first)"
    return (
        "it looks like metres of a projected coordinate system; export the plan in WGS 84 "
        "(EPSG:4326)"
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Malformed(f"{value!r:.40} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _Malformed(f"{number} is not a place")
    return number


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _Malformed("its coordinates are not lists")
    return list(value)
