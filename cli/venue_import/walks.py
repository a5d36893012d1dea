"""The walk from every space to every merchant, in decimetres."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from baylock.domain.venue.mall import LotRef
from venue_import.findings import Findings
from venue_import.lots import Stall
from venue_import.merchants import Shop
from venue_import.network import Network, Node

UNREACHABLE = 65_535
"""The value for a missing walk, or one longer than 6.5 km."""

Progress = Callable[[int, int], None]
"""Takes the number of merchants that are done, and their total."""

Walks = dict[LotRef, "array[int]"]

Entries = list[tuple[Node, float]]
"""The nodes at which a shop is entered, with the metres from each."""


def measure(
    network: Network,
    stalls: Sequence[Stall],
    shops: Sequence[Shop],
    progress: Progress,
    findings: Findings,
) -> tuple[list[Walks], list[Entries]]:
    """Return each shop's walks, in the order of each lot's stalls, and its entries.

    One search per shop, against the direction of walking, so that a one-way escalator counts on
    the way from the car to the shop. Searches see the network's nodes only; spaces are then read
    off the nodes that they lead to, all at once.
    """
    doors = [_entries(network, shop) for shop in shops]
    exits = _Exits(network, stalls)
    graph = network.graph()
    network.report(graph)
    backwards = graph.reverse()
    reached = np.zeros(len(stalls), dtype=bool)
    walks: list[Walks] = []
    lots = _rows(stalls)
    for done, (shop, entries) in enumerate(zip(shops, doors, strict=True), start=1):
        metres = exits.walks(_search(backwards, entries))
        there = np.isfinite(metres)
        reached |= there
        if stalls and not there.any():
            findings.error(
                shop.feature.id,
                f"no parking space leads to {shop.name}",
                "no parking space leads here",
            )
        walks.append(_decimetres(shop, metres, lots, findings))
        progress(done, len(shops))
    if shops:
        for stall, seen in zip(stalls, reached, strict=True):
            if not seen:
                findings.error(stall.feature.id, "no merchant can be reached from here on foot")
    return walks, doors


def _entries(network: Network, shop: Shop) -> Entries:
    contacts = network.contacts(shop.feature.id, shop.entries, shop.levels)
    # An area without doors is entered at its nearest point, with doors at the nearest door.
    return [(network.join(contact), contact.off_m) for contact in contacts]


def _search(graph: nx.DiGraph[Node], entries: Sequence[tuple[Node, float]]) -> dict[Node, float]:
    start = -1
    graph.add_weighted_edges_from((start, node, metres) for node, metres in entries)
    try:
        if start not in graph:
            return {}
        lengths: dict[Node, float] = nx.single_source_dijkstra_path_length(graph, start)
        return lengths
    finally:
        graph.remove_nodes_from([start])


class _Exits:
    """The nodes that stalls lead to, as arrays, so that all are looked up at once."""

    def __init__(self, network: Network, stalls: Sequence[Stall]) -> None:
        rows: list[int] = []
        nodes: list[Node] = []
        metres: list[float] = []
        for row, stall in enumerate(stalls):
            for contact in network.contacts(stall.feature.id, [stall.at], stall.levels):
                for node, far in network.exits(contact):
                    rows.append(row)
                    nodes.append(node)
                    metres.append(far)
        self._rows: NDArray[np.int64] = np.asarray(rows, dtype=np.int64)
        self._nodes: NDArray[np.int64] = np.asarray(nodes, dtype=np.int64)
        self._metres: NDArray[np.float64] = np.asarray(metres, dtype=np.float64)
        self._count = len(stalls)
        self._known = 1 + max(nodes, default=0)

    def walks(self, lengths: dict[Node, float]) -> NDArray[np.float64]:
        """Return the metres from each stall; infinite where there is no way."""
        from_node = np.full(self._known, np.inf)
        for node, metres in lengths.items():
            if 0 <= node < self._known:
                from_node[node] = metres
        best = np.full(self._count, np.inf)
        np.minimum.at(best, self._rows, self._metres + from_node[self._nodes])
        return best


def _rows(stalls: Sequence[Stall]) -> dict[LotRef, NDArray[np.int64]]:
    rows: defaultdict[LotRef, list[int]] = defaultdict(list)
    for row, stall in enumerate(stalls):
        rows[stall.lot].append(row)
    return {lot: np.asarray(own, dtype=np.int64) for lot, own in rows.items()}


def _decimetres(
    shop: Shop,
    metres: NDArray[np.float64],
    lots: dict[LotRef, NDArray[np.int64]],
    findings: Findings,
) -> Walks:
    """Leave out lots without any way; single spaces without a way get UNREACHABLE."""
    walks: Walks = {}
    for lot, rows in lots.items():
        own = metres[rows]
        there = np.isfinite(own)
        if not there.any():
            if np.isfinite(metres).any():
                findings.warn(
                    shop.feature.id,
                    f"can't be reached from any space of lot {lot}",
                    "can't be reached from any space of a lot",
                )
            continue
        if not there.all():
            findings.warn(
                shop.feature.id,
                f"can't be reached from {int((~there).sum())} of the spaces of lot {lot}",
                "can't be reached from some of the spaces of a lot",
            )
        rounded = np.where(there, np.minimum(np.rint(own * 10), UNREACHABLE), UNREACHABLE)
        if (rounded[there] == UNREACHABLE).any():
            findings.warn(
                shop.feature.id,
                f"is more than 6.5 km from spaces of lot {lot}",
                "is more than 6.5 km from spaces of a lot",
            )
        walks[lot] = array("H", rounded.astype(np.uint16).tolist())
    return walks
