"""Draw the example mall, Harbour Gate, as a map editor would: OpenStreetMap tags in GeoJSON.

    python -m examples.make_mall       writes examples/mall.geojson

Two lots on three levels (P1 under the mall on B2 and B1, P2 on the quay outside), 244 spaces, and
40 merchants on three levels. Place, people and numbers are fictitious; the real place is sea.
Metres east and north of the mall's south-western corner become degrees.
"""

# ruff: noqa: PLR2004  # a drawing is its numbers
from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

XY = tuple[float, float]

TARGET = Path(__file__).with_name("mall.geojson")
CORNER = (113.915000, 22.470000)
METRES_PER_DEGREE = 111_320.0

WIDTH, DEPTH = 96.0, 42.0
MIDDLE = 21.0
NAMES = {-2: "B2", -1: "B1", 0: "L1", 1: "L2"}

STALL_WIDTH, STALL_LENGTH = 2.5, 5.0
WEST, EAST = 4.0, 54.5
"""The beginnings of the rows of stalls, on both sides of the lifts."""

# Each merchant: its name in both languages and the tags of its trade, in the order of their units:
# along the north of each corridor from the west, then along the south.
MERCHANTS = {
    0: [
        ("Harbour Books", "海港书店", {"shop": "books"}),
        ("Pearl & Co", "明珠珠宝", {"shop": "jewelry"}),
        ("Lantern Café", "灯笼咖啡", {"amenity": "cafe"}),
        ("Stem", "花间", {"shop": "florist"}),
        ("Tide Pharmacy", "潮汐药房", {"amenity": "pharmacy"}),
        ("Northwind Outdoor", "北风户外", {"shop": "outdoor"}),
        ("Golden Junk Seafood", "金帆海鲜酒家", {"amenity": "restaurant"}),
        ("Loom & Thread", "织造", {"shop": "clothes"}),
        ("Ming Optics", "明视眼镜", {"shop": "optician"}),
        ("Quay Bank", "码头银行", {"amenity": "bank"}),
        ("Hop Bakery", "合记面包", {"shop": "bakery"}),
        ("Volt Electronics", "伏特电子", {"shop": "electronics"}),
        ("Mistral Shoes", "西风鞋履", {"shop": "shoes"}),
        ("Sugar Cane", "甘蔗甜品", {"amenity": "ice_cream"}),
        ("Little Dragon Toys", "小龙玩具", {"shop": "toys"}),
        ("Jade Tea House", "翠玉茶馆", {"amenity": "cafe", "cuisine": "tea"}),
    ],
    1: [
        (
            "Lighthouse Cinema",
            "灯塔影城",
            {"amenity": "cinema", "baylock:duration": "150", "baylock:arrive_early": "30"},
        ),
        ("Noodle Lane", "面巷", {"amenity": "restaurant"}),
        ("Bamboo Hotpot", "竹里火锅", {"amenity": "restaurant", "baylock:duration": "150"}),
        ("Bright Dental", "亮齿牙科", {"amenity": "dentist", "baylock:duration": "60"}),
        ("Studio Scissor", "剪艺沙龙", {"shop": "hairdresser", "baylock:duration": "90"}),
        ("Pier Fitness", "栈桥健身", {"leisure": "fitness_centre"}),
        ("Crane Yoga", "鹤瑜伽", {"leisure": "fitness_centre", "sport": "yoga"}),
        ("Tandoor Bay", "湾畔印度餐厅", {"amenity": "restaurant"}),
        ("Osteria Mare", "海之意餐厅", {"amenity": "restaurant"}),
        ("Sakura Sushi", "樱寿司", {"amenity": "restaurant"}),
        ("Silk Spa", "丝绸水疗", {"shop": "beauty", "baylock:duration": "120"}),
        ("Peking Duck Hall", "京鸭堂", {"amenity": "restaurant"}),
        ("Melody KTV", "旋律歌厅", {"amenity": "karaoke_box", "baylock:duration": "180"}),
        ("Abacus School", "算盘学堂", {"amenity": "prep_school", "baylock:duration": "90"}),
        ("Old Mill Diner", "老磨坊西餐", {"amenity": "restaurant"}),
        ("Harbour Clinic", "海港诊所", {"amenity": "clinic", "baylock:duration": "60"}),
    ],
    -1: [
        ("Fresh Market", "鲜市超市", {"shop": "supermarket"}),
        ("Dim Sum Yard", "点心坊", {"amenity": "fast_food"}),
        ("Claypot Corner", "煲仔饭", {"amenity": "fast_food"}),
        ("Paws Vet", "爪爪宠物医院", {"amenity": "veterinary"}),
        ("Wok Star", "镬气", {"amenity": "fast_food"}),
        ("Bubble Tea Bar", "泡泡奶茶", {"amenity": "cafe"}),
        ("Key & Heel", "锁匙鞋匠", {"shop": "shoe_repair"}),
        ("Sail Laundry", "帆洗衣", {"shop": "laundry"}),
    ],
}
NORTH = {0: [14, 10, 10, 8, -12, 10, 12, 10, 10], 1: [26, 8, 10, 10, 10, 12, 10, 10]}
SOUTH = {0: [10, 12, 8, 12, -12, 14, 8, 10, 10], 1: [12, 12, 10, 14, 10, 16, 10, 12]}
BASEMENT = {"north": [12, 10, 10, 10], "south": [10, 10, 12, 10]}
"""Widths of the units in metres; a negative width is a passage to an entrance."""


@dataclass
class Drawing:
    """The features drawn so far; each new one gets the next free id."""

    features: list[dict[str, Any]] = field(default_factory=list)

    def node(self, at: XY, **tags: str) -> None:
        """A point."""
        self._add("node", "Point", position(at), tags)

    def way(self, *path: XY, **tags: str) -> None:
        """An open line."""
        self._add("way", "LineString", [position(at) for at in path], tags)

    def box(self, west: float, south: float, east: float, north: float, **tags: str) -> None:
        """A rectangle."""
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        self._add("way", "Polygon", [[position(at) for at in corners]], tags)

    def _add(self, kind: str, geometry: str, coordinates: object, tags: dict[str, str]) -> None:
        self.features.append(
            {
                "type": "Feature",
                "id": f"{kind}/{len(self.features) + 1}",
                "properties": {key.replace("__", ":"): value for key, value in tags.items()},
                "geometry": {"type": geometry, "coordinates": coordinates},
            }
        )


def position(at: XY) -> list[float]:
    """Return longitude and latitude, to about a centimetre."""
    lon, lat = CORNER
    east = METRES_PER_DEGREE * math.cos(math.radians(lat))
    return [round(lon + at[0] / east, 7), round(lat + at[1] / METRES_PER_DEGREE, 7)]


def make_mall() -> dict[str, Any]:
    """Return the whole plan as a FeatureCollection."""
    drawing = Drawing()
    _building(drawing)
    _upright(drawing)
    for level in (-2, -1):
        _basement_walkways(drawing, level)
    _corridors(drawing)
    _quay(drawing)
    for ref, row in _basement_rows():
        _stall(drawing, ref, row)
    _quay_stalls(drawing)
    _merchants(drawing)
    _roads(drawing)
    return {"type": "FeatureCollection", "features": drawing.features}


def _building(drawing: Drawing) -> None:
    drawing.box(
        0, 0, WIDTH, DEPTH,
        shop="mall", building="mall", ref="harbour", name="Harbour Gate",
        name__zh="海港城门", timezone="Asia/Shanghai", addr__country="CN",
        phone=_phone(0),
        # Its customers have American phones too, as those of most examples in the docs.
        baylock__countries="CN;US",
    )  # fmt: skip
    for level, name in NAMES.items():
        drawing.box(
            0, 0, WIDTH, DEPTH,
            indoor="level", level=str(level), level__ref=name, height="4.5",
        )  # fmt: skip
    drawing.box(
        0, 0, WIDTH, DEPTH,
        amenity="parking", parking="underground", ref="P1", name="Basement 地下",
        level="-2;-1", level__ref="B2;B1", maxheight="2.2", capacity="180",
    )  # fmt: skip
    drawing.box(
        2, -23.5, 94, -4,
        amenity="parking", parking="surface", ref="P2", name="Quay 码头",
        level="0", level__ref="L1", capacity="64", baylock__grace="20",
    )  # fmt: skip


def _upright(drawing: Drawing) -> None:
    """Draw lifts, stairs and escalators."""
    for x, ref in ((45, "A"), (51, "B")):
        drawing.node((x, MIDDLE), highway="elevator", ref=ref, level="-2;-1;0;1", wheelchair="yes")
    west = ((0, 21), (-4, 21), (-4, 19), (0, 19))
    east = ((96, 21), (100, 21), (100, 23), (96, 23))
    drawing.way(*west, highway="steps", level="-2;-1", incline="up")
    drawing.way(*reversed(west), highway="steps", level="-1;0", incline="up")
    drawing.way(*east, highway="steps", level="0;1", incline="up")
    for low, high, foot, head in ((-1, 0, 57.0, 68.0), (0, 1, 39.0, 28.0)):
        levels = {"level": f"{low};{high}", "highway": "steps", "conveying": "forward"}
        drawing.way((foot, 20), (head, 20), **levels, incline="up")
        drawing.way((head, 22), (foot, 22), **levels, incline="down")


def _basement_walkways(drawing: Drawing, level: int) -> None:
    walked = {"highway": "footway", "level": str(level)}
    hall = level == -1
    ends = (2.0, 48.0) if hall else (2.0, 48.0, 94.0)
    for y in (3.0, 39.0):
        drawing.way(*((x, y) for x in ends), **walked)
    drawing.way((2, 21), (45, 21), (48, 21), (51, 21), *(() if hall else ((94, 21),)), **walked)
    for x in ends:
        between = (19.0,) if x == 2 else ()
        drawing.way((x, 3), *((x, y) for y in between), (x, 21), (x, 39), **walked)
    drawing.way((2, 19), (0, 19), **walked) if hall else drawing.way((2, 21), (0, 21), **walked)


def _corridors(drawing: Drawing) -> None:
    indoor = {"highway": "corridor", "indoor": "yes"}
    hall = [(x, MIDDLE) for x in (51.0, 57.0, 68.0, 94.0)]
    drawing.way(*hall, **indoor, level="-1")
    ground = [(x, MIDDLE) for x in (0.0, 28.0, 39.0, 45.0, 48.0, 51.0, 57.0, 68.0, 96.0)]
    drawing.way(*ground, **indoor, level="0")
    upper = [(x, MIDDLE) for x in (2.0, 28.0, 39.0, 45.0, 48.0, 51.0, 93.0)]
    drawing.way(*upper, (93.0, 23.0), (96.0, 23.0), **indoor, level="1")
    for level, x in ((-1, 57.0), (0, 68.0), (0, 39.0), (1, 28.0)):
        drawing.way((x, 20), (x, MIDDLE), (x, 22), **indoor, level=str(level))
    drawing.way((48, MIDDLE), (48, 0), **indoor, level="0")
    drawing.way((48, MIDDLE), (48, DEPTH), **indoor, level="0")
    drawing.node((48, 0), entrance="main", door="sliding", level="0", name="Quay entrance")
    drawing.node((48, DEPTH), entrance="yes", door="sliding", level="0", name="City entrance")
    drawing.way((48, DEPTH), (48, DEPTH + 4), highway="footway")


def _quay(drawing: Drawing) -> None:
    for y in (-3.0, -22.5):
        drawing.way((4, y), (48, y), (92, y), highway="footway")
    drawing.way((48, 0), (48, -3), highway="footway")
    for x in (4.0, 48.0, 92.0):
        drawing.way((x, -3), (x, -22.5), highway="footway", footway="crossing")


@dataclass(frozen=True)
class _Stall:
    west: float
    south: float
    level: int
    lot: str
    row: int
    from_middle: int
    """The number of stalls in its row, on its side, that are nearer to the lifts."""


def _basement_rows() -> Iterator[tuple[str, _Stall]]:
    for level, starts in ((-2, (WEST, EAST)), (-1, (WEST,))):
        number = 0
        for row, south in enumerate((4.0, 15.0, 22.0, 33.0)):
            for start in starts:
                for index in range(15):
                    number += 1
                    inner = 14 - index if start == WEST else index
                    place = start + STALL_WIDTH * index
                    yield (
                        f"{NAMES[level]}-{number:03}",
                        _Stall(place, south, level, "P1", row, inner),
                    )


def _stall(drawing: Drawing, ref: str, stall: _Stall) -> None:
    tags = {"amenity": "parking_space", "ref": ref, "level": str(stall.level)}
    near = stall.row in (1, 2)
    if near and stall.from_middle < 2:
        tags["parking_space"] = "disabled"
    elif near and stall.from_middle < (4 if stall.level == -2 else 5):
        tags["parking_space"] = "family"
    elif stall.row == 2 and stall.from_middle < 9:
        tags["parking_space"] = "charging"
    if stall.row == 3 and stall.west < 20:
        tags["maxheight"] = "1.9"
    drawing.box(
        stall.west,
        stall.south,
        stall.west + STALL_WIDTH,
        stall.south + STALL_LENGTH,
        **tags,
    )


def _quay_stalls(drawing: Drawing) -> None:
    number = 0
    for row, south in enumerate((-9.5, -21.0)):
        for start, towards in ((7.0, True), (49.0, False)):
            for index in range(16):
                number += 1
                inner = 15 - index if towards else index
                tags = {"amenity": "parking_space", "ref": f"Q{number:02}", "level": "0"}
                if row == 0 and inner < 2:
                    tags["parking_space"] = "disabled"
                elif row == 0 and inner < 5:
                    tags["parking_space"] = "family"
                elif row == 0 and inner < 9:
                    tags["parking_space"] = "charging"
                west = start + STALL_WIDTH * index + (0.5 if towards else 0)
                drawing.box(west, south, west + STALL_WIDTH, south + STALL_LENGTH, **tags)


def _merchants(drawing: Drawing) -> None:
    number = 0
    for level in (0, 1, -1):
        for (english, chinese, tags), unit in zip(MERCHANTS[level], _units(level), strict=True):
            number += 1
            west, south, east, north = unit
            drawing.box(
                west, south, east, north,
                **tags,
                ref=f"M{number:02}",
                name=f"{english} {chinese}",
                name__en=english,
                name__zh=chinese,
                level=str(level),
                phone=_phone(number),
                baylock__locale="en" if number == AMERICAN else "zh-CN",
            )  # fmt: skip
            front = south if south > MIDDLE else north
            drawing.node(((west + east) / 2, front), door="yes", level=str(level))


def _roads(drawing: Drawing) -> None:
    """Draw the roads: a ramp from the street to B1 and B2, aisles between the rows, the quay."""
    road = {"highway": "service"}
    street = (-16.0, 30.0)
    drawing.node(street, amenity="parking_entrance", level="0", name="Harbour Street")
    drawing.way((-26, 30), street, **road, level="0")
    drawing.way((0, 30), street, **road, level="-1;0", incline="up")
    drawing.way((0, 8), (-8, 8), (-8, 12), (0, 12), **road, level="-2;-1", incline="up")
    for level, east in ((-1, 42.7), (-2, 93.0)):
        aisle = {**road, "service": "parking_aisle", "level": str(level)}
        for y in (12.0, 30.0):
            drawing.way((0, y), (42.7, y), *([(east, y)] if east > 43 else []), **aisle)
        drawing.way((42.7, 12), (42.7, 30), **aisle)
    drawing.way((0, 8), (0, 12), **road, level="-2")
    drawing.node((98, -13), amenity="parking_entrance", level="0", name="Quay Road")
    drawing.way((110, -13), (98, -13), **road, level="0")
    drawing.way((98, -13), (4, -13), **road, service="parking_aisle", level="0")


AMERICAN = 31
"""The diner's owner has an American number."""


def _phone(number: int) -> str:
    """555-01xx is reserved for fiction in North America; China reserves no such range."""
    return f"+1 425 555 01{number:02}" if number == AMERICAN else f"+86 755 5550 01{number:02}"


def _units(level: int) -> Iterator[tuple[float, float, float, float]]:
    rows = (
        (NORTH[level], SOUTH[level], 0.0)
        if level >= 0
        else (BASEMENT["north"], BASEMENT["south"], 54.0)
    )
    for widths, (south, north) in zip(rows[:2], ((24.0, DEPTH), (0.0, 18.0)), strict=True):
        west = rows[2]
        for width in widths:
            if width > 0:
                yield west, south, west + width, north
            west += abs(width)


def text() -> str:
    """Return the file: one feature per line, so that a diff shows single features."""
    lines = (
        json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        for feature in make_mall()["features"]
    )
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
