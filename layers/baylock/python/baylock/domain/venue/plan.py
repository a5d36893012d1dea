"""The plan of a mall as it is drawn for a driver, and the ways through it.

Lengths and places are in decimetres east and north of the plan's middle, as integers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush
from itertools import chain, pairwise
from typing import Any, NamedTuple, Self

from baylock.domain.venue.mall import LotRef, MerchantRef, SpaceRef

XY = tuple[int, int]
Line = tuple[XY, ...]
Node = int


class Mark(StrEnum):
    """A kind of mark on a level; some of them lead from one level to another."""

    CAR_ENTRANCE = "car_entrance"
    ENTRANCE = "entrance"
    LIFT = "lift"
    STAIRS = "stairs"
    ESCALATOR = "escalator"
    RAMP = "ramp"


class Marked(NamedTuple):
    """A mark, its name if it has one, and its place."""

    mark: Mark
    name: str
    at: XY


class Exit(NamedTuple):
    """Where a space joins a network: a point of it, its level, and the nodes it leads to."""

    at: XY
    level: float
    nodes: tuple[tuple[Node, int], ...]


class Stall(NamedTuple):
    """A space as drawn, with its ways out on foot, and by car against the traffic."""

    lot: LotRef
    ref: SpaceRef
    at: XY
    outline: Line
    on_foot: tuple[Exit, ...] = ()
    by_car: tuple[Exit, ...] = ()


@dataclass(frozen=True)
class Stalls:
    """The spaces of a level, as flat rows: of thousands, few are read closely.

    A row is lot, ref, x, y, the outline, and the ways out on foot and by car, `x, y, level, nodes`
    for each of them.
    """

    rows: Sequence[Sequence[Any]] = ()

    @classmethod
    def of(cls, stalls: Iterable[Stall]) -> Self:
        """Each space of these rows."""
        return cls(tuple(map(_row, stalls)))

    def __iter__(self) -> Iterator[Stall]:
        return map(_stall, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stalls) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def find(self, lot: LotRef, ref: SpaceRef) -> Stall | None:
        """The space with this ref."""
        rows = (row for row in self.rows if row[1] == ref and row[0] == lot)
        return next(map(_stall, rows), None)

    def within(self, south_west: XY, north_east: XY) -> list[Stall]:
        """The spaces whose middle lies in a rectangle."""
        (west, south), (east, north) = south_west, north_east
        return [
            _stall(row) for row in self.rows if west <= row[2] <= east and south <= row[3] <= north
        ]


def _row(stall: Stall) -> Sequence[Any]:
    ways = (
        [value for exit_ in exits for value in (*exit_.at, exit_.level, [*chain(*exit_.nodes)])]
        for exits in (stall.on_foot, stall.by_car)
    )
    return (stall.lot, stall.ref, *stall.at, [*chain(*stall.outline)], *ways)


def _stall(row: Sequence[Any]) -> Stall:
    lot, ref, x, y, outline, on_foot, by_car = row
    return Stall(lot, ref, (x, y), tuple(_pairs(outline)), _exits(on_foot), _exits(by_car))


def _exits(flat: Sequence[Any]) -> tuple[Exit, ...]:
    parts = zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True)
    return tuple(Exit((x, y), level, tuple(_pairs(nodes))) for x, y, level, nodes in parts)


def _pairs(flat: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(flat[::2], flat[1::2], strict=True)


class Shop(NamedTuple):
    """A merchant as drawn."""

    ref: MerchantRef
    name: str
    at: XY
    outline: Line


@dataclass(frozen=True)
class Level:
    """The drawing of a level. `signs` are the names that its spaces give to their level."""

    number: float
    name: str
    signs: frozenset[str] = frozenset()
    floors: tuple[Line, ...] = ()
    lots: tuple[Line, ...] = ()
    stalls: Stalls = Stalls()
    shops: tuple[Shop, ...] = ()
    paths: tuple[Line, ...] = ()
    roads: tuple[Line, ...] = ()
    marks: tuple[Marked, ...] = ()


class Place(NamedTuple):
    """A node: its place, and its level; None between levels (a lift's cabin)."""

    at: XY
    level: float | None


class Step(NamedTuple):
    """A straight line between two nodes; `by` where it leads to another level."""

    one: Node
    other: Node
    dm: int
    by: Mark | None = None


@dataclass(frozen=True)
class Net:
    """Places and the steps between them."""

    places: tuple[Place, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Guide:
    """The ways through a mall: levels by number, with names and signs, and two networks.

    `roads` is walked from a space to the entrance, against the traffic, and then turned round.
    """

    levels: Mapping[float, tuple[str, frozenset[str]]]
    paths: Net
    roads: Net
    doors: Mapping[MerchantRef, tuple[tuple[Node, int], ...]]
    entrances: tuple[tuple[Node, str], ...] = ()
    car_entrances: tuple[tuple[Node, str], ...] = ()

    def level_of(self, sign: str) -> float | None:
        """The number of the level with this sign."""
        return next((level for level, (_, signs) in self.levels.items() if sign in signs), None)


@dataclass(frozen=True)
class Plan:
    """The plan of a mall, as imported."""

    guide: Guide
    levels: tuple[Level, ...]


class Leg(NamedTuple):
    """A part of a way that stays on one level."""

    level: float
    line: Line
    dm: int


class Way(NamedTuple):
    """A way in legs, with the mark that leads from each to the next; `end` is its last node."""

    legs: tuple[Leg, ...]
    turns: tuple[Mark, ...]
    end: Node

    def turned_round(self) -> Way:
        """The same way from its end."""
        legs = tuple(leg._replace(line=leg.line[::-1]) for leg in reversed(self.legs))
        return Way(legs, self.turns[::-1], self.end)


def shortest(
    net: Net,
    start: XY,
    exits: Iterable[Exit],
    ends: Mapping[Node, int],
    *,
    backwards: bool = False,
) -> Way | None:
    """The shortest way from a space to the nearest of some nodes, with the metres beyond each.

    `backwards` takes every step from its other end: it finds the way to the space.
    """
    steps: defaultdict[Node, list[Step]] = defaultdict(list)
    for step in net.steps:
        if backwards:
            steps[step.other].append(Step(step.other, step.one, step.dm, step.by))
        else:
            steps[step.one].append(step)
    came: dict[Node, Step | Exit] = {}
    heap: list[tuple[int, int, Node, Step | Exit]] = []
    for exit_ in exits:
        for node, dm in exit_.nodes:
            heappush(heap, (dm, len(heap), node, exit_))
    pushed = len(heap)
    best: tuple[int, Node] | None = None
    while heap:
        dm, _, node, by = heappop(heap)
        if best and dm >= best[0]:
            break
        if node in came:
            continue
        came[node] = by
        if node in ends and (best is None or dm + ends[node] < best[0]):
            best = dm + ends[node], node
        for step in steps[node]:
            if step.other not in came:
                pushed += 1
                heappush(heap, (dm + step.dm, pushed, step.other, step))
    return _traced(net, start, came, best[1]) if best else None


def _traced(net: Net, start: XY, came: Mapping[Node, Step | Exit], end: Node) -> Way:
    nodes: list[tuple[Node, Mark | None]] = []
    node = end
    while isinstance(by := came[node], Step):
        nodes.append((node, by.by))
        node = by.one
    nodes.append((node, None))
    nodes.reverse()
    legs: list[tuple[float, list[XY]]] = [(by.level, [start, by.at])]
    turns: list[Mark] = []
    turn: Mark | None = None
    for node, mark in nodes:
        at, level = net.places[node]
        turn = mark or turn
        if level is None:
            continue
        if level == legs[-1][0]:
            legs[-1][1].append(at)
        else:
            legs.append((level, [at]))
            turns.append(turn or Mark.STAIRS)
        turn = None
    return Way(tuple(_leg(level, line) for level, line in legs), tuple(turns), end)


def _leg(level: float, line: Sequence[XY]) -> Leg:
    kept = [at for index, at in enumerate(line) if index == 0 or at != line[index - 1]]
    dm = sum(
        ((point[0] - other[0]) ** 2 + (point[1] - other[1]) ** 2) ** 0.5
        for point, other in pairwise(kept)
    )
    return Leg(level, tuple(kept), round(dm))
