"""Draw the picture of the example mall: its levels, and the walk of one order.

    python -m examples.draw_mall       writes examples/mall.svg

The walk is the importer's own: the space that a booking with a need would get, and the way along
which its distance was measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import networkx as nx
from examples.make_mall import CORNER, METRES_PER_DEGREE, position

from baylock.domain.allocation.ranking import Candidate, ranking
from baylock.domain.venue.mall import Merchant, Needs
from venue_import import read_plan
from venue_import.findings import Findings
from venue_import.geojson import XY, Feature, read_collection
from venue_import.levels import LevelBook
from venue_import.network import Network
from venue_import.ways import is_walked, read_way

PLAN = Path(__file__).with_name("mall.geojson")
TARGET = Path(__file__).with_name("mall.svg")

GUEST, NEEDS = "M07", ("ev",)
"""The merchant whose customer walks from the car, and the needs of the car."""

SCALE = 5.6
GAP, HEAD, MARGIN = 14.0, 30.0, 6.0
WEST, EAST = -6.0, 102.0
COLUMN = (EAST - WEST) * SCALE
CARD = 96 * SCALE
PAGE_WIDTH = 2 * COLUMN + GAP + 2 * MARGIN

FONTS = (
    "Inter, 'Helvetica Neue', 'Noto Sans', 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', "
    "sans-serif"
)
INK, SOFT, FLOOR, LINE, ROUTE = "#22303c", "#71808c", "#ffffff", "#d5dadd", "#e0473e"
STALLS = {
    "charging": ("#2f9e6e", "electric"),
    "disabled": ("#3a74d4", "accessible"),
    "family": ("#e9a13b", "family"),
    "": ("#c3ccd4", "space"),
}
SHOPS = {
    "eat": ("#fbe3d6", {"restaurant", "cafe", "fast_food", "ice_cream"}),
    "care": (
        "#d9ecf3",
        {"dentist", "clinic", "pharmacy", "veterinary", "hairdresser", "beauty", "optician"},
    ),
    "play": (
        "#e8e0f4",
        {"cinema", "karaoke_box", "fitness_centre", "prep_school", "toys", "books"},
    ),
    "shop": ("#f6efcf", set[str]()),
}
LOT_NAMES: Mapping[int, Sequence[tuple[XY, str]]] = {
    -2: [((22.75, 12), "P1 · Basement 地下")],
    -1: [((22.75, 12), "P1 · Basement 地下")],
    0: [((27, -12.75), "P2 · Quay 码头")],
}
_CJK = 0x2E80
SHOP_WORDS = {"eat": "food", "care": "health, beauty", "play": "leisure", "shop": "shops, services"}


@dataclass(frozen=True)
class Panel:
    """A level's place on the page, and the part of it that is shown, in metres."""

    level: int
    title: str
    left: float
    top: float
    south: float
    north: float

    def xy(self, at: XY) -> tuple[float, float]:
        """Convert metres to pixels."""
        return (
            round(self.left + (at[0] - WEST) * SCALE, 1),
            round(self.top + HEAD + (self.north - at[1]) * SCALE, 1),
        )

    @property
    def bottom(self) -> float:
        """The lower edge, in pixels."""
        return self.top + HEAD + (self.north - self.south) * SCALE


@dataclass(frozen=True)
class Walk:
    """The way from a space to a merchant, level by level."""

    candidate: Candidate
    merchant: Merchant
    legs: Sequence[tuple[XY, float]]


def draw() -> str:
    """Return the picture as SVG."""
    data = json.loads(PLAN.read_text("utf-8"))
    walk = _walk(data)
    right = MARGIN + COLUMN + GAP
    top = 96.0
    upper = Panel(1, "L2", MARGIN, top, -1, 43)
    ground = Panel(0, "L1", MARGIN, upper.bottom + 26, -25, 46)
    first = Panel(-1, "B1", right, top, -1, 43)
    second = Panel(-2, "B2", right, first.bottom + 26, -1, 43)
    height = ground.bottom + 26
    width, edge = PAGE_WIDTH, MARGIN - WEST * SCALE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"',
        f'font-family="{FONTS}" fill="{INK}">',
        "<title>Harbour Gate, the example mall: spaces, merchants and one order's walk</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="18" fill="#f3f5f6"/>',
        _text(edge, 50, "Harbour Gate 海港城门", 27, weight=700),
        _text(
            edge, 74,
            "The example mall: 244 spaces in two lots, 40 merchants, lifts, stairs, escalators",
            13.5, fill=SOFT,
        ),
    ]  # fmt: skip
    for panel in (upper, ground, first, second):
        parts += _panel(panel, data["features"], walk)
    parts += _card(walk, right - WEST * SCALE, second.bottom + 22, ground.bottom)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


def _panel(panel: Panel, features: Sequence[Mapping[str, Any]], walk: Walk) -> Iterator[str]:
    shown = [feature for feature in features if _on(feature, panel.level)]
    spaces = sum(feature["properties"].get("amenity") == "parking_space" for feature in shown)
    merchants = sum("phone" in feature["properties"] for feature in shown)
    counts = [f"{merchants} merchants"] * bool(merchants) + [f"{spaces} spaces"] * bool(spaces)
    left = panel.left - WEST * SCALE
    yield _text(left, panel.top + 18, panel.title, 19, weight=700)
    yield _text(left + 34, panel.top + 18, " · ".join(counts), 12.5, fill=SOFT)
    layers: list[list[str]] = [[], [], [], [], []]
    for feature in shown:
        tags = feature["properties"]
        if tags.get("indoor") == "level":
            layers[0].append(_polygon(panel, feature, FLOOR, "#b9c2c9", 1.2))
        elif tags.get("parking") == "surface":
            layers[0].append(_polygon(panel, feature, "#e6eaec", LINE, 1))
        elif tags.get("amenity") == "parking_space":
            colour = STALLS[tags.get("parking_space", "")][0]
            layers[1].append(_polygon(panel, feature, colour, "#ffffff", 0.9))
        elif "phone" in tags:
            layers[2] += _shop(panel, feature, walk)
        elif tags.get("highway") == "elevator":
            layers[4].append(_lift(panel, _metres(feature["geometry"]["coordinates"])))
        elif tags.get("highway") == "steps":
            layers[3] += _climb(panel, feature)
        elif "highway" in tags and tags["highway"] != "service":
            layers[3].insert(0, _way(panel, feature))
        elif "entrance" in tags:
            layers[4].append(_entrance(panel, feature))
    for layer in layers[:4]:
        yield from layer
    yield from _lot_name(panel)
    yield from _route(panel, walk)
    yield from layers[4]


def _on(feature: Mapping[str, Any], level: int) -> bool:
    tags = feature["properties"]
    if tags.get("shop") == "mall" or tags.get("parking") == "underground":
        return False
    return str(level) in tags.get("level", "0").split(";")


def _shop(panel: Panel, feature: Mapping[str, Any], walk: Walk) -> Iterator[str]:
    tags = feature["properties"]
    chosen = tags["ref"] == walk.merchant.ref
    yield _polygon(
        panel, feature, SHOPS[_sort(tags)][0], ROUTE if chosen else "#c9b9a6", 2 if chosen else 0.8
    )
    ring = [panel.xy(_metres(at)) for at in feature["geometry"]["coordinates"][0]]
    xs, ys = zip(*ring, strict=True)
    middle, top, room = (min(xs) + max(xs)) / 2, min(ys), max(xs) - min(xs)
    words = list(_wrapped(tags["name:en"].split(), room - 5))
    chinese = tags["name:zh"]
    lines = len(words) + math.ceil(len(chinese) * 10.5 / (room - 6))
    y = (top + max(ys)) / 2 - lines * 6.5 + 2
    yield _text(middle, y - 5, tags["ref"], 8.5, fill=SOFT, anchor="middle")
    for line in words:
        y += 12.5
        yield _text(middle, y - 4, line, 10.4, weight=600, anchor="middle")
    rows = math.ceil(len(chinese) * 10.5 / (room - 6))
    per_line = math.ceil(len(chinese) / rows)
    for start in range(0, len(chinese), per_line):
        y += 12.5
        yield _text(middle, y - 3, chinese[start : start + per_line], 10, fill="#5a5148",
                    anchor="middle")  # fmt: skip


def _wrapped(words: Iterable[str], room: float) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word}".strip()
        if line and len(longer) * 5.75 > room:
            yield line
            longer = word
        line = longer
    yield line


def _sort(tags: Mapping[str, str]) -> str:
    kind = tags.get("shop") or tags.get("amenity") or tags.get("leisure") or ""
    return next((name for name, (_, kinds) in SHOPS.items() if kind in kinds), "shop")


def _way(panel: Panel, feature: Mapping[str, Any]) -> str:
    crossing = feature["properties"].get("footway") == "crossing"
    dash = "2.5 2.5" if crossing else "0.1 4.2"
    return (
        f'<path d="{_path(panel, feature)}" fill="none" stroke="#9aa7b1" '
        f'stroke-width="1.7" stroke-linecap="round" stroke-dasharray="{dash}"/>'
    )


def _climb(panel: Panel, feature: Mapping[str, Any]) -> Iterator[str]:
    moving = "conveying" in feature["properties"]
    path = _path(panel, feature)
    yield (
        f'<path d="{path}" fill="none" stroke="{"#596874" if moving else "#8b98a3"}" '
        f'stroke-width="{7.5 if moving else 6.5}" stroke-linejoin="round"/>'
    )
    yield (
        f'<path d="{path}" fill="none" stroke="#ffffff" stroke-width="5.5" '
        f'stroke-dasharray="1.3 {3.2 if moving else 2.4}" stroke-opacity="0.85"/>'
    )
    if moving:
        start, end = (panel.xy(_metres(at)) for at in feature["geometry"]["coordinates"])
        way = 1 if end[0] > start[0] else -1
        x, y = end[0] - 4 * way, end[1]
        yield (
            f'<path d="M{x:.1f} {y - 5.5:.1f} l{8 * way} 5.5 l{-8 * way} 5.5 z" fill="#596874"/>'
        )


def _lift(panel: Panel, at: XY) -> str:
    x, y = panel.xy(at)
    return (
        f'<g transform="translate({x} {y})"><rect x="-8" y="-8" width="16" height="16" rx="3.5" '
        f'fill="{INK}"/><path d="M-4.6 1 L-2.3 -4 L0 1 z M0 1.2 L2.3 6.2 L4.6 1.2 z" '
        'transform="translate(0 -1)" fill="#ffffff"/></g>'
    )


def _entrance(panel: Panel, feature: Mapping[str, Any]) -> str:
    x, y = panel.xy(_metres(feature["geometry"]["coordinates"]))
    up = -1 if y > panel.top + 300 else 1
    return f'<path d="M{x - 7} {y - 5 * up} h14 l-7 {10 * up} z" fill="{SOFT}"/>'


def _lot_name(panel: Panel) -> Iterator[str]:
    for at, name in LOT_NAMES.get(panel.level, ()):
        x, y = panel.xy(at)
        yield _text(x, y + 4.5, name, 12, fill="#8a97a2", weight=600, anchor="middle")


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────


def _walk(data: Mapping[str, Any]) -> Walk:
    plan = read_plan(data)
    assert not plan.errors  # noqa: S101 (the example is right)
    merchant = next(known for known in plan.merchants if known.ref == GUEST)
    best = ranking(plan.mall, merchant, Needs.parse(NEEDS))[0]
    findings = Findings()
    collection = read_collection(data, bool, findings)
    book = LevelBook()
    for feature in collection.features:
        book.learn(feature.tags)
    ways = [
        way
        for feature in collection.features
        if is_walked(feature.tags)
        for way in read_way(feature, book, findings)
    ]
    network = Network(collection, ways, [], book, findings)
    named = {
        (feature.get("amenity") == "parking_space", feature.get("ref")): feature
        for feature in collection.features
    }
    stall, shop = named[True, best.space.ref], named[False, merchant.ref]
    levels = {
        name: float(number) for number, name in ((-2, "B2"), (-1, "B1"), (0, "L1"), (1, "L2"))
    }
    door = _door(shop)
    arrivals = network.contacts("", [collection.area(door)], [levels[merchant.level]])
    goals = [network.join(contact) for contact in arrivals]
    car = collection.area(stall).centroid
    start = network.contacts("", [car], [levels[best.space.level]])
    exits = [found for contact in start for found in network.exits(contact)]
    graph = network.graph()
    graph.add_weighted_edges_from((-1, node, metres) for node, metres in exits)
    graph.add_weighted_edges_from((goal, -2, 0.0) for goal in goals)
    nodes = nx.shortest_path(graph, -1, -2, weight="weight")[1:-1]
    places = [network.place(node) for node in nodes if not math.isnan(network.place(node)[1])]
    back = collection.projection.position
    legs = [
        ((car.x, car.y), levels[best.space.level]),
        (start[0].at, levels[best.space.level]),
        *places,
        (collection.line(door.shape.points)[0], levels[merchant.level]),
    ]
    return Walk(best, merchant, [(_metres(list(back(at))), level) for at, level in legs])


def _door(shop: Feature) -> Feature:
    """Return the door, in the middle of the side that faces the corridor."""
    ring = [_metres(list(at)) for at in shop.shape.areas[0][0]]
    xs, ys = zip(*ring, strict=True)
    front = min(ys) if min(ys) > 21 else max(ys)  # noqa: PLR2004 (the corridor's middle)
    lon, lat = position(((min(xs) + max(xs)) / 2, front))
    shape = type(shop.shape)(points=((lon, lat),))
    return Feature("door", {"door": "yes"}, shape, given_id=True)


def _route(panel: Panel, walk: Walk) -> Iterator[str]:
    mine = [panel.xy(at) for at, level in walk.legs if level == panel.level]
    if not mine:
        return
    path = " ".join(f"{x} {y}" for x, y in mine)
    yield (
        f'<polyline points="{path}" fill="none" stroke="#ffffff" stroke-width="7" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    yield (
        f'<polyline points="{path}" fill="none" stroke="{ROUTE}" stroke-width="3.6" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    if walk.legs[0][1] == panel.level:
        yield _car(mine[0])
    if walk.legs[-1][1] == panel.level:
        yield _dot(mine[-1])


def _car(at: tuple[float, float]) -> str:
    x, y = at
    return (
        f'<g transform="translate({x} {y})"><circle r="10.5" fill="{ROUTE}" stroke="#ffffff" '
        'stroke-width="2"/><text y="4.4" text-anchor="middle" font-size="12.5" font-weight="700" '
        'fill="#ffffff">P</text></g>'
    )


def _dot(at: tuple[float, float]) -> str:
    return (
        f'<circle cx="{at[0]}" cy="{at[1]}" r="5.5" fill="{ROUTE}" stroke="#ffffff" '
        'stroke-width="2"/>'
    )


# ── the card with the order and the legend ───────────────────────────────────────────────────────


def _card(walk: Walk, left: float, top: float, bottom: float) -> Iterator[str]:
    space, merchant = walk.candidate.space, walk.merchant
    yield (
        f'<rect x="{left}" y="{top}" width="{CARD}" height="{bottom - top:.1f}" rx="12" '
        f'fill="{FLOOR}" stroke="{LINE}"/>'
    )
    yield _car((left + 28, top + 30))
    english = "".join(letter for letter in merchant.name if ord(letter) < _CJK).strip()
    yield _text(
        left + 48, top + 28,
        f"{english} books a table for a guest with an electric car.", 14, weight=600,
    )  # fmt: skip
    yield _text(
        left + 48, top + 47,
        f"Baylock keeps {space.ref}: the nearest free charging space, "
        f"{walk.candidate.walk_dm / 10:.0f} m on foot.",
        12.5, fill=SOFT,
    )  # fmt: skip
    x, y = left + 22, top + 82
    for colour, word in STALLS.values():
        yield f'<rect x="{x}" y="{y - 10}" width="9" height="14" fill="{colour}"/>'
        yield _text(x + 15, y + 1, word, 12)
        x += 100
    yield f'<g transform="translate({x + 4} {y - 3})">{_symbol()}</g>'
    yield _text(x + 18, y + 1, "lift", 12)
    x, y = left + 22, y + 28
    for sort, (colour, _) in SHOPS.items():
        yield (
            f'<rect x="{x}" y="{y - 10}" width="14" height="13" rx="2" fill="{colour}" '
            'stroke="#c9b9a6" stroke-width="0.8"/>'
        )
        yield _text(x + 20, y + 1, SHOP_WORDS[sort], 12)
        x += {"eat": 76, "care": 124, "play": 84, "shop": 132}[sort]
    yield (
        f'<path d="M{x} {y - 3} h20" stroke="#596874" stroke-width="7.5"/>'
        f'<path d="M{x} {y - 3} h20" stroke="#fff" stroke-width="5.5" stroke-dasharray="1.3 3.2"/>'
        f'<path d="M{x + 18} {y - 8.5} l8 5.5 l-8 5.5 z" fill="#596874"/>'
    )
    yield _text(x + 32, y + 1, "escalator", 12)


def _symbol() -> str:
    return (
        f'<rect x="-8" y="-8" width="16" height="16" rx="3.5" fill="{INK}"/>'
        '<path d="M-4.6 0 L-2.3 -5 L0 0 z M0 0.2 L2.3 5.2 L4.6 0.2 z" fill="#ffffff"/>'
    )


# ── SVG ──────────────────────────────────────────────────────────────────────────────────────────


def _metres(at: Sequence[float]) -> XY:
    east = METRES_PER_DEGREE * math.cos(math.radians(CORNER[1]))
    return (at[0] - CORNER[0]) * east, (at[1] - CORNER[1]) * METRES_PER_DEGREE


def _path(panel: Panel, feature: Mapping[str, Any]) -> str:
    points = [panel.xy(_metres(at)) for at in feature["geometry"]["coordinates"]]
    return "M" + " L".join(f"{x} {y}" for x, y in points)


def _polygon(panel: Panel, feature: Mapping[str, Any], fill: str, stroke: str, width: float) -> str:
    ring = feature["geometry"]["coordinates"][0]
    points = " ".join("{} {}".format(*panel.xy(_metres(at))) for at in ring[:-1])
    return f'<polygon points="{points}" fill="{fill}" stroke="{stroke}" stroke-width="{width}"/>'


def _text(
    x: float, y: float, words: str, size: float,
    *, weight: int = 400, fill: str = INK, anchor: str = "start",
) -> str:  # fmt: skip
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


if __name__ == "__main__":
    TARGET.write_text(draw(), "utf-8")
