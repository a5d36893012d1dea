"""The walking network: where one can walk, joined where ways share a node, a lift or stairs.

Ways that share a node on a level are joined there; ways that merely cross are not. Metres are those
of the plan: a lift adds none, stairs and escalators what is drawn of them. Only a level without a
network adds its height.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, pairwise, permutations
from math import dist, inf, isfinite, nan

import networkx as nx
import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from venue_import.findings import Findings, listed
from venue_import.geojson import XY, Collection, Feature
from venue_import.levels import LevelBook
from venue_import.ways import Kind, Way, climbs

Node = int
Exit = tuple[Node, float]
"""A node of the network, and the metres from a space to it."""

LIFT_REACH_M = 1.0
"""Metres from a lift to a way within which the lift opens onto it without a shared node."""
TOUCH_M = 0.05
_NOT_YET = {"weight": inf}
MAX_SIGHTLINES = 400
"""Corners of an open area up to which all pairs are joined; beyond, each with its nearest."""


@dataclass(slots=True)
class _Segment:
    start: Node
    end: Node
    length: float
    forward: bool
    backward: bool
    stops: list[tuple[float, Node]] = field(default_factory=list)
    """The places (0 to 1) along it at which other ways join."""


@dataclass(slots=True)
class _Area:
    shape: Polygon
    keys: dict[Node, XY]
    roomy: BaseGeometry = field(init=False)
    """The area, slightly enlarged, so that a walk along its edge lies in it."""

    def __post_init__(self) -> None:
        self.roomy = shapely.buffer(self.shape, TOUCH_M / 2)
        shapely.prepare(self.roomy)


_Item = _Segment | _Area | Node


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact with the network: a point of one of its parts, and the metres to it."""

    item: _Item
    at: XY
    level: float
    off_m: float


@dataclass(slots=True)
class _Floor:
    """The parts of a level that can be joined, with a spatial index."""

    items: list[_Item] = field(default_factory=list)
    shapes: list[BaseGeometry] = field(default_factory=list)
    _tree: shapely.STRtree | None = None

    def add(self, item: _Item, shape: BaseGeometry) -> None:
        self.items.append(item)
        self.shapes.append(shape)
        self._tree = None

    @property
    def tree(self) -> shapely.STRtree:
        if self._tree is None:
            self._tree = shapely.STRtree(self.shapes)
        return self._tree


class Network:
    """The walking network: a graph of ways, which spaces and shops join."""

    def __init__(
        self,
        collection: Collection,
        ways: Sequence[Way],
        doors: Sequence[tuple[Feature, tuple[float, ...]]],
        book: LevelBook,
        findings: Findings,
    ) -> None:
        self._collection = collection
        self._book = book
        self._findings = findings
        self._nodes: dict[tuple[XY, float], Node] = {}
        self._places: list[tuple[XY, float]] = []
        self._owners: defaultdict[Node, set[str]] = defaultdict(set)
        self._segments: list[_Segment] = []
        self._areas: list[_Area] = []
        self._links: list[tuple[Node, Node, float, bool]] = []
        self._floors: defaultdict[float, _Floor] = defaultdict(_Floor)
        self._bare: defaultdict[float, list[str]] = defaultdict(list)
        self._build(ways, doors)

    # ── what it is made of ───────────────────────────────────────────────────────────────────────

    def _build(
        self, ways: Sequence[Way], doors: Sequence[tuple[Feature, tuple[float, ...]]]
    ) -> None:
        for way in ways:
            if way.kind is Kind.FLAT:
                self._add_flat(way)
        for way in ways:
            if way.kind is Kind.LIFT:
                self._add_lift(way)
        for feature, levels in doors:
            for at in self._collection.line(feature.shape.points):
                self._link([(at, level) for level in levels if (at, level) in self._nodes])
        self._add_climbs([way for way in ways if way.kind is Kind.CLIMB])
        for one, other in combinations(self._areas, 2):
            self._overlap(one, other)
        for area, level in [(area, self._level(area)) for area in self._areas]:
            self._open_onto(area, level)
        for way in ways:
            self._check_level(way)

    def _check_level(self, way: Way) -> None:
        """Warn about stairs without `level`, the likeliest reason for a network in pieces."""
        if way.level_known or way.kind is Kind.LIFT or not climbs(way.feature.tags):
            return
        ends = self._collection.line(end for line in way.feature.shape.lines for end in line)
        met = {level for level in self._floors for at in ends if (at, level) in self._nodes}
        if met - set(way.levels):
            self._findings.warn(
                way.feature.id,
                "has no level, so it lies on level 0 and does not lead to level "
                + self._book.names(sorted(met - set(way.levels))),
            )

    def _node(self, at: XY, level: float, owner: str) -> Node:
        node = self._nodes.setdefault((at, level), len(self._places))
        if node == len(self._places):
            self._places.append((at, level))
        self._owners[node].add(owner)
        return node

    def _level(self, area: _Area) -> float:
        return self._places[next(iter(area.keys))][1]

    def _link(self, places: Iterable[tuple[XY, float]]) -> None:
        for one, other in pairwise(self._nodes[place] for place in places):
            self._links.append((one, other, 0.0, True))

    def _add_flat(self, way: Way) -> None:
        shape, owner = way.feature.shape, way.feature.id
        for level in way.levels:
            for line in shape.lines:
                self._add_line(self._collection.line(line), level, way)
            for outer, *holes in shape.areas:
                rings = [self._collection.line(ring) for ring in (outer, *holes)]
                for ring in rings:
                    self._add_line(ring, level, way)
                keys = {self._nodes[at, level]: at for ring in rings for at in ring}
                drawn = Polygon(rings[0], rings[1:])
                whole = drawn if drawn.is_valid else shapely.make_valid(drawn)
                for part in shapely.get_parts(whole):
                    if isinstance(part, Polygon):
                        area = _Area(part, dict(keys))
                        self._areas.append(area)
                        self._floors[level].add(area, part)
        for one, other in pairwise(way.levels):
            for at in self._collection.line(shape.positions()):
                self._node(at, one, owner)
                self._node(at, other, owner)
                self._link([(at, one), (at, other)])

    def _add_line(self, line: Sequence[XY], level: float, way: Way) -> None:
        for start, end in pairwise(line):
            segment = _Segment(
                self._node(start, level, way.feature.id),
                self._node(end, level, way.feature.id),
                dist(start, end),
                way.forward,
                way.backward,
            )
            self._segments.append(segment)
            self._floors[level].add(segment, LineString((start, end)))

    def _add_lift(self, way: Way) -> None:
        feature = way.feature
        footprint = self._collection.area(feature)
        corners = self._collection.line(feature.shape.positions())
        near = shapely.buffer(footprint, TOUCH_M)
        inside = self._inside(near)
        levels = way.levels
        if not way.level_known:
            met = {level for node in inside if isfinite(level := self._places[node][1])}
            levels = tuple(sorted(met)) if met else levels
        if len(levels) < 2:  # noqa: PLR2004 (from one to another)
            self._findings.warn(feature.id, "is a lift with one level, so it joins nothing")
        hub = self._node((footprint.centroid.x, footprint.centroid.y), nan, feature.id)
        for level in levels:
            stops = [node for node in inside if self._places[node][1] == level]
            if not stops:
                stops = [self._lift_stop(feature, footprint, corners[0], level)]
            for stop in stops:
                self._owners[stop].add(feature.id)
                self._links.append((stop, hub, 0.0, True))
                self._floors[level].add(stop, Point(self._places[stop][0]))

    def _inside(self, shape: BaseGeometry) -> list[Node]:
        if not self._places:
            return []
        places = shapely.points([at for at, _ in self._places])
        return [int(node) for node in np.flatnonzero(shapely.covers(shape, places))]

    def _lift_stop(self, feature: Feature, footprint: BaseGeometry, at: XY, level: float) -> Node:
        contacts = self._nearest(footprint, level) if level in self._floors else []
        stop = self._node(at, level, feature.id)
        if contacts and contacts[0].off_m <= LIFT_REACH_M:
            contact = contacts[0]
            self._links.append((stop, self.join(contact), contact.off_m, True))
            if contact.off_m > TOUCH_M:
                self._findings.warn(
                    feature.id,
                    f"shares no node with a way on level {self._book.name(level)}; "
                    f"joined to the nearest, {contact.off_m:.1f} m away",
                    "shares no node with a way; joined to the nearest",
                )
        return stop

    # ── stairs, escalators and ramps ─────────────────────────────────────────────────────────────

    def _add_climbs(self, ways: Sequence[Way]) -> None:
        """Join each flight at its ends only, so that levels change along it, not at a point.

        Flights that share a node are one staircase. Where both levels meet an end, and nothing
        says which way is up, either will do.
        """
        flights: nx.DiGraph[XY] = nx.DiGraph()
        own: defaultdict[XY, list[tuple[Way, int]]] = defaultdict(list)
        for way in ways:
            for line in chain(way.feature.shape.lines, *way.feature.shape.areas):
                path = self._collection.line(line)
                for start, end in pairwise(path):
                    if way.forward:
                        flights.add_edge(start, end, weight=dist(start, end))
                    if way.backward:
                        flights.add_edge(end, start, weight=dist(start, end))
                for index, at in enumerate(path):
                    own[at].append((way, (index == len(path) - 1) - (index == 0)))
        for staircase in nx.weakly_connected_components(flights):
            self._add_staircase(flights.subgraph(staircase), own)

    def _add_staircase(self, flights: nx.DiGraph[XY], own: dict[XY, list[tuple[Way, int]]]) -> None:
        stops: dict[XY, list[float]] = {}
        for at in sorted(flights):
            free = len(set(flights.predecessors(at)) | set(flights.successors(at))) == 1
            levels = {
                level for way, end in own[at] for level in self._levels_at(way, at, end, free=free)
            }
            if levels:
                stops[at] = sorted(levels)
        owners = {at: {way.feature.id for way, _ in own[at]} for at in stops}
        for at, on in stops.items():
            for level in on:
                for owner in sorted(owners[at]):
                    node = self._node(at, level, owner)
                self._floors[level].add(node, Point(at))
        lengths = {
            at: nx.single_source_dijkstra_path_length(flights, at, weight="weight") for at in stops
        }
        for start, end in permutations(stops, 2):
            if end in lengths[start]:
                for low in stops[start]:
                    for high in stops[end]:
                        one, other = self._nodes[start, low], self._nodes[end, high]
                        self._links.append((one, other, lengths[start][end], False))

    def _levels_at(self, way: Way, at: XY, end: int, *, free: bool) -> set[float]:
        """Return the levels at an end of a flight: `end` is 1 for its end, -1 for its start."""
        met = {level for level in way.levels if self._on_ground(at, level)}
        if not end:
            return met
        if not (met or free):
            return set()
        if len(way.levels) == 1:
            return set(way.levels)
        rising = self._leads_up(way)
        if rising is None:
            return met or set(way.levels)
        top = way.levels[-1] if rising == (end > 0) else way.levels[0]
        return {top} if top in met or not met else met

    def _leads_up(self, way: Way) -> bool | None:
        """Return the direction of a flight, by its ends or by `incline`; None where unknown."""
        if len(way.feature.shape.lines) != 1:
            return way.rising
        line = self._collection.line(way.feature.shape.lines[0])
        low, high = way.levels[0], way.levels[-1]
        up = self._on_ground(line[0], low) + self._on_ground(line[-1], high)
        down = self._on_ground(line[0], high) + self._on_ground(line[-1], low)
        return way.rising if up == down else up > down

    def _on_ground(self, at: XY, level: float) -> bool:
        return (at, level) in self._nodes or any(
            self._level(area) == level and area.shape.covers(Point(at)) for area in self._areas
        )

    # ── open areas ───────────────────────────────────────────────────────────────────────────────

    def _open_onto(self, area: _Area, level: float) -> None:
        """Join an open area with every way that reaches it on its level."""
        for node in self._inside(shapely.buffer(area.shape, TOUCH_M)):
            at, own = self._places[node]
            if own == level:
                area.keys[node] = at

    def _overlap(self, one: _Area, other: _Area) -> None:
        """Join open areas that overlap or share an edge."""
        level = self._level(one)
        if level != self._level(other) or not one.shape.intersects(other.shape):
            return
        owner = next(iter(self._owners[min(one.keys)]))
        for x, y in shapely.get_coordinates(one.shape.intersection(other.shape)):
            at = float(x), float(y)
            node = self._node(at, level, owner)
            one.keys[node] = other.keys[node] = at

    def _sightlines(self, area: _Area) -> list[tuple[Node, Node, float]]:
        """Add straight walks across an open area, between corners that see each other."""
        keys = list(area.keys.items())
        if len(keys) <= MAX_SIGHTLINES:
            pairs = list(combinations(keys, 2))
        else:
            tree = shapely.STRtree(shapely.points([at for _, at in keys]))
            pairs = []
            for index, (_, at) in enumerate(keys):
                near = tree.query(Point(at), predicate="dwithin", distance=50.0)
                by_far = sorted((dist(at, keys[other][1]), int(other)) for other in near)[:64]
                pairs += [(keys[index], keys[other]) for _, other in by_far if other != index]
        if not pairs:
            return []
        lines = shapely.linestrings([(one[1], other[1]) for one, other in pairs])
        seen = shapely.covers(area.roomy, lines)
        return [
            (one[0], other[0], dist(one[1], other[1]))
            for (one, other), clear in zip(pairs, seen, strict=True)
            if clear
        ]

    # ── joining it ───────────────────────────────────────────────────────────────────────────────

    @property
    def empty(self) -> bool:
        """Whether there is nothing to walk on."""
        return not self._floors

    def contacts(
        self, feature: str, shapes: Sequence[BaseGeometry], levels: Sequence[float]
    ) -> list[Contact]:
        """Return the contacts of a shape: the nearest point on each of its levels.

        If none of them has a network: at the nearest part of any, the level's height away.
        """
        if self.empty:
            return []
        walked = [level for level in levels if level in self._floors]
        if walked:
            return [
                at for shape in shapes for level in walked for at in self._nearest(shape, level)
            ]
        found: list[Contact] = []
        for shape in shapes:
            near = [
                (contact.off_m + self._book.height_m(level, other), contact)
                for level in levels
                for other in self._floors
                for contact in self._nearest(shape, other)
            ]
            least = min(off for off, _ in near)
            found += [
                Contact(contact.item, contact.at, contact.level, off)
                for off, contact in near
                if off == least
            ]
        for level in levels:
            self._bare[level].append(feature)
        return found

    def _nearest(self, shape: BaseGeometry, level: float) -> list[Contact]:
        floor = self._floors[level]
        found = floor.tree.query_nearest(shape, all_matches=True)
        contacts: list[Contact] = []
        for index in sorted(int(one) for one in found):
            item, part = floor.items[index], floor.shapes[index]
            off = float(shapely.distance(shape, part))
            contacts += [Contact(item, at, level, off) for at in _meeting(shape, part, off)]
        return contacts

    def join(self, contact: Contact) -> Node:
        """Return the node at a contact, made if need be, for a destination."""
        match contact.item:
            case _Segment() as segment:
                return self._stop(segment, contact.at, contact.level)
            case _Area() as area:
                node = self._node(
                    contact.at, contact.level, next(iter(self._owners[min(area.keys)]))
                )
                area.keys[node] = contact.at
                return node
            case node:
                return node

    def _stop(self, segment: _Segment, at: XY, level: float) -> Node:
        start, end = self._places[segment.start][0], self._places[segment.end][0]
        along = dist(start, at) / segment.length
        if at == start or along <= 0:
            return segment.start
        if at == end or along >= 1:
            return segment.end
        # Not found by its position: other ways can't share this node.
        node = len(self._places)
        self._places.append((at, level))
        self._owners[node] |= self._owners[segment.start] & self._owners[segment.end]
        segment.stops.append((along, node))
        segment.stops.sort()
        return node

    def exits(self, contact: Contact) -> list[Exit]:
        """Return the nodes that a contact leads to, with the metres, for a start."""
        match contact.item:
            case _Segment() as segment:
                return [(node, contact.off_m + far) for node, far in self._along(segment, contact)]
            case _Area() as area:
                nodes = list(area.keys)
                lines = shapely.linestrings([(contact.at, area.keys[node]) for node in nodes])
                seen = shapely.covers(area.roomy, lines)
                far = shapely.length(lines)
                return [
                    (node, contact.off_m + float(far[index]))
                    for index, node in enumerate(nodes)
                    if seen[index]
                ]
            case node:
                return [(node, contact.off_m)]

    def _along(self, segment: _Segment, contact: Contact) -> list[Exit]:
        along = dist(self._places[segment.start][0], contact.at) / segment.length
        stops = [(0.0, segment.start), *segment.stops, (1.0, segment.end)]
        before = max(stop for stop in stops if stop[0] <= along)
        after = min((stop for stop in stops if stop[0] >= along), default=(1.0, segment.end))
        return [
            (node, abs(along - there) * segment.length)
            for (there, node), open_ in (
                (before, segment.backward or before[0] == along),
                (after, segment.forward or after[0] == along),
            )
            if open_
        ]

    # ── walking it ───────────────────────────────────────────────────────────────────────────────

    def graph(self) -> nx.DiGraph[Node]:
        """Return the edges with their metres, once everything has joined the network."""
        graph: nx.DiGraph[Node] = nx.DiGraph()
        graph.add_nodes_from(range(len(self._places)))
        for start, end, metres in self.steps():
            if metres < graph.get_edge_data(start, end, _NOT_YET)["weight"]:
                graph.add_edge(start, end, weight=metres)
        return graph

    def steps(self) -> Iterator[tuple[Node, Node, float]]:
        """Yield the edges from node to node, and their metres."""
        for segment in self._segments:
            stops = [(0.0, segment.start), *segment.stops, (1.0, segment.end)]
            for (here, one), (there, other) in pairwise(stops):
                if segment.forward:
                    yield one, other, (there - here) * segment.length
                if segment.backward:
                    yield other, one, (there - here) * segment.length
        for area in self._areas:
            for one, other, metres in self._sightlines(area):
                yield one, other, metres
                yield other, one, metres
        for one, other, metres, both in self._links:
            yield one, other, metres
            if both:
                yield other, one, metres

    @property
    def size(self) -> int:
        """The number of nodes, which are numbered from 0."""
        return len(self._places)

    def owners(self, node: Node) -> frozenset[str]:
        """Return the feature ids of the ways that a node belongs to."""
        return frozenset(self._owners[node])

    def place(self, node: Node) -> tuple[XY, float]:
        """Return a node's position and level; a lift's own node has no level (nan)."""
        return self._places[node]

    def report(self, graph: nx.DiGraph[Node]) -> None:
        """Warn of levels without a network, and of a network in pieces."""
        for level, features in sorted(self._bare.items()):
            self._findings.warn(
                features[0],
                f"level {self._book.name(level)} has no walking network: {listed(features)} "
                "joined to the nearest part of another level's, by a straight line and the height",
                "is on a level without a walking network",
            )
        pieces = [
            sorted({owner for node in piece for owner in self._owners[node]})
            for piece in sorted(nx.weakly_connected_components(graph), key=min)
        ]
        pieces.sort(key=len, reverse=True)
        for ids in pieces[1:]:
            self._findings.warn(
                ids[0],
                f"the walking network is in {len(pieces)} pieces: {listed(ids)} "
                f"and the one with {pieces[0][0]} share no node",
                "is a piece of the walking network that shares no node with the largest",
            )


def _meeting(shape: BaseGeometry, part: BaseGeometry, off: float) -> list[XY]:
    """Return the points at which something meets a part of the network."""
    if off > 0 or isinstance(shape, Point):
        line = shapely.shortest_line(part, shape)
        at = shapely.get_coordinates(line)[0]
        return [(float(at[0]), float(at[1]))]
    shared = shapely.get_coordinates(shapely.intersection(shape, part))
    if isinstance(part, LineString) and len(shared):
        start = np.asarray(part.coords[0])
        far = np.hypot(*(shared - start).T)
        ends = shared[[int(far.argmin()), int(far.argmax())]]
        return [(float(x), float(y)) for x, y in np.unique(ends, axis=0)]
    middle = shapely.point_on_surface(shapely.intersection(shape, part))
    return [(middle.x, middle.y)]
