"""A drawing of a level (SVG): the space, the shop, the way, and what lies around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import hypot

from markupsafe import Markup, escape

from baylock.domain.venue.plan import XY, Level, Line, Mark, Marked, Shop, Stall

MARGIN_DM = 70
MIN_DM = 320
_SPACE_DM = 60
MAX_STALLS, MAX_SHOPS, MAX_LINES = 450, 60, 150
NEAR_DM = 45
"""A way begins, ends or changes levels by a mark that is at most this far from there."""
_LETTER = 0.042
"""The height of letters as a share of the width: legible on the smallest phone."""


@dataclass(frozen=True)
class Drawing:
    """The contents of a level's drawing. Lines are in decimetres, in the direction of the way."""

    level: Level
    title: str
    caption: str
    on_foot: Sequence[Line] = ()
    by_car: Sequence[Line] = ()
    stall: Stall | None = None
    stall_label: str = ""
    shop: Shop | None = None

    def svg(self, names: dict[Mark, str]) -> Markup:
        """A figure with its caption."""
        box = _Box.around(list(self._must_be_seen()))
        parts = Markup("").join(self._parts(box, names))
        return Markup(
            '<figure><svg viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="{}">{}</svg>'
            "<figcaption>{}</figcaption></figure>"
        ).format(box.width, box.height, self.title, round(box.letter), parts, self.caption)

    def _must_be_seen(self) -> Iterator[XY]:
        yield from chain.from_iterable([*self.on_foot, *self.by_car])
        if self.stall:
            yield self.stall.at
            yield from self.stall.outline
        if self.shop:
            yield self.shop.at
            yield from self.shop.outline if _span(self.shop.outline) <= MIN_DM else ()

    def _parts(self, box: _Box, names: dict[Mark, str]) -> Iterator[Markup]:
        level, middle = self.level, self.stall.at if self.stall else self._end()
        yield box.areas("f", level.floors)
        yield box.areas("l", level.lots)
        yield box.lines("o", box.seen(level.roads, middle, MAX_LINES))
        stalls = [one.outline for one in level.stalls.within(*box.corners) if one != self.stall]
        yield box.areas("s", box.seen(stalls, middle, MAX_STALLS))
        shops = [one.outline for one in level.shops if one is not self.shop]
        yield box.areas("h", box.seen(shops, middle, MAX_SHOPS))
        if self.shop and self.shop.outline:
            yield box.areas("t", [self.shop.outline])
        yield box.lines("w", box.seen(level.paths, middle, MAX_LINES))
        if self.stall and self.stall.outline:
            yield box.areas("m", [self.stall.outline])
        yield box.lines("d", self.by_car)
        yield box.lines("r", self.on_foot)
        yield from self._labels(box, names)

    def _end(self) -> XY:
        return next(chain.from_iterable(self.on_foot), (0, 0))

    def _labels(self, box: _Box, names: dict[Mark, str]) -> Iterator[Markup]:
        labels = _Labels(box)
        if self.stall:
            labels.add(self.stall.at, self.stall_label, "b")
        if self.shop:
            labels.add(self.shop.at, self.shop.name, "b", marked=not self.shop.outline)
        for mark in self._marks():
            text = (
                f"{names[mark.mark]} {mark.name}".strip()
                if mark.mark is Mark.LIFT
                else (names[mark.mark])
            )
            labels.add(mark.at, text, "", marked=True)
        for shop in self.level.shops:
            if shop is not self.shop and shop.outline and box.holds(shop.at):
                wide = max(x for x, _ in shop.outline) - min(x for x, _ in shop.outline)
                if len(shop.name) * box.letter * 0.5 < wide:
                    labels.add(shop.at, shop.name, "n")
        yield from labels.drawn()

    def _marks(self) -> Iterator[Marked]:
        """The marks nearest to those ends of the way that are not at the space or the shop."""
        own = [one.at for one in (self.stall, self.shop) if one]
        for line in [*self.on_foot, *self.by_car]:
            for end in (line[0], line[-1]):
                if any(_far(end, at) <= NEAR_DM for at in own):
                    continue
                near = [one for one in self.level.marks if _far(one.at, end) <= NEAR_DM]
                if near:
                    yield min(near, key=lambda one: _far(one.at, end))


@dataclass(frozen=True)
class _Box:
    """The part of a level that is drawn."""

    west: int
    north: int
    width: int
    height: int

    @classmethod
    def around(cls, points: Sequence[XY]) -> _Box:
        """A box around these points, with a margin, neither too flat nor too tall to read."""
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        width = max(east - west + 2 * MARGIN_DM, MIN_DM)
        height = max(north - south + 2 * MARGIN_DM, MIN_DM // 2, width // 2)
        width = max(width, height * 3 // 4)
        return cls((west + east - width) // 2, (south + north + height) // 2, width, height)

    @property
    def letter(self) -> float:
        return self.width * _LETTER

    @property
    def corners(self) -> tuple[XY, XY]:
        """The south-west and north-east corners, with a margin of a space's length."""
        south = self.north - self.height
        return (self.west - _SPACE_DM, south - _SPACE_DM), (
            self.west + self.width + _SPACE_DM,
            self.north + _SPACE_DM,
        )

    def xy(self, at: XY) -> XY:
        """A point in the drawing's coordinates, where y grows downwards."""
        return at[0] - self.west, self.north - at[1]

    def holds(self, at: XY) -> bool:
        x, y = self.xy(at)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def seen(self, lines: Iterable[Line], middle: XY, most: int) -> list[Line]:
        """The outlines that may lie in the box; if there are many, the nearest."""
        found = [line for line in lines if line and self._touches(line)]
        if len(found) > most:
            found.sort(key=lambda line: _far(line[0], middle))
        return found[:most]

    def _touches(self, line: Line) -> bool:
        at = [self.xy(one) for one in line]
        return (
            max(x for x, _ in at) >= 0
            and min(x for x, _ in at) <= self.width
            and max(y for _, y in at) >= 0
            and min(y for _, y in at) <= self.height
        )

    def areas(self, name: str, rings: Iterable[Line]) -> Markup:
        return self._path(name, [f"{self._moves(ring)}z" for ring in rings if ring])

    def lines(self, name: str, lines: Iterable[Line]) -> Markup:
        return self._path(name, [self._moves(line) for line in lines if line])

    @staticmethod
    def _path(name: str, parts: Sequence[str]) -> Markup:
        return (
            Markup('<path class="{}" d="{}"/>').format(name, "".join(parts)) if parts else Markup()
        )

    def _moves(self, line: Line) -> str:
        x, y = self.xy(line[0])
        steps = "".join(f"l{b[0] - a[0]} {a[1] - b[1]}" for a, b in pairwise(line) if a != b)
        return f"M{x} {y}{steps}"


class _Labels:
    """Labels, by priority: a label that would overlap an earlier label is left out."""

    def __init__(self, box: _Box) -> None:
        self._box = box
        self._taken: list[tuple[float, float, float, float]] = []
        self._drawn: list[Markup] = []

    def add(self, at: XY, text: str, name: str, *, marked: bool = False) -> None:
        box, letter = self._box, self._box.letter * (0.72 if name == "n" else 1)
        x, y = box.xy(at)
        if marked:
            circle = Markup('<circle class="k" cx="{}" cy="{}" r="{}"/>')
            self._drawn.append(circle.format(x, y, round(letter * 0.4)))
        wide = sum(1.05 if ord(char) > 0x2E80 else 0.62 for char in text) * letter  # noqa: PLR2004
        middle = min(max(x, wide / 2 + 4), box.width - wide / 2 - 4)
        shifts = (-0.9, 1.6, -2.2, 2.9) if marked or name == "b" else (0.35,)
        for shift in shifts:
            base = y + shift * letter
            place = (middle - wide / 2, base - letter, middle + wide / 2, base + letter * 0.2)
            if (
                place[1] >= 0
                and place[3] <= box.height
                and not any(_meet(place, other) for other in self._taken)
            ):
                self._taken.append(place)
                word = Markup('<text class="{}" x="{}" y="{}">{}</text>')
                self._drawn.append(word.format(name, round(middle), round(base), escape(text)))
                return

    def drawn(self) -> Iterable[Markup]:
        return self._drawn


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def to_the_door(line: Line, shop: Shop | None) -> Line:
    """Extend a way that ends near a shop to the nearest point of the shop's outline."""
    if shop is None or not shop.outline:
        return line
    ring = [*shop.outline, shop.outline[0]]
    door = min((_nearest(line[-1], *side) for side in pairwise(ring)), key=_from(line[-1]))
    return (*line, door)


def _from(at: XY) -> Callable[[XY], float]:
    return lambda other: _far(at, other)


def _nearest(at: XY, start: XY, end: XY) -> XY:
    """The nearest point of a side."""
    x, y = end[0] - start[0], end[1] - start[1]
    length = x * x + y * y
    along = ((at[0] - start[0]) * x + (at[1] - start[1]) * y) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return round(start[0] + along * x), round(start[1] + along * y)


def _span(line: Line) -> int:
    """The longer side of a line's bounding box."""
    return max((max(side) - min(side) for side in zip(*line, strict=True)), default=0)


def _far(one: XY, other: XY) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
