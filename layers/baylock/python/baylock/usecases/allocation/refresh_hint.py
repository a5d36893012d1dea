"""Keep the hint of large lots up to date after changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from baylock.domain.allocation.hint import has_hint, parts_changed
from baylock.domain.allocation.occupancy import Entry, ZoneDay
from baylock.domain.errors import NoSuchMall
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.venue.mall import LotRef, MallRef
from baylock.ports.allocation import Hints
from baylock.ports.venue import Venues

Change = tuple[Record | None, Record | None]


@dataclass(frozen=True)
class RefreshHint:
    """Refresh the hint where spaces were taken or given back; small lots have none.

    Raises Busy.
    """

    venues: Venues
    hints: Hints

    def of_changes(self, changes: Iterable[Change]) -> int:
        """Refresh it after these changes of orders; how many parts of zones were written."""
        touched: defaultdict[MallRef, set[tuple[ZoneDay, Entry]]] = defaultdict(set)
        for old, new in changes:
            before, after = _entries(old), _entries(new)
            for mall, key, entry in before ^ after:
                touched[mall].add((key, entry))
        return sum(self.of_entries(mall, entries) for mall, entries in touched.items())

    def of_entries(self, mall: MallRef, entries: Iterable[tuple[ZoneDay, Entry]]) -> int:
        """Refresh it after these entries came or went; how many parts of zones were written."""
        hinted = self._hinted(mall) if entries else frozenset()
        parts = {
            (key, part)
            for key, entry in entries
            if key.lot in hinted
            for part in parts_changed(entry.first, entry.end)
        }
        if parts:
            self.hints.refresh(mall, parts)
        return len(parts)

    def _hinted(self, mall: MallRef) -> frozenset[LotRef]:
        try:
            return frozenset(lot.ref for lot in self.venues.mall(mall).lots if has_hint(lot))
        except NoSuchMall:
            return frozenset()


def _entries(record: Record | None) -> set[tuple[MallRef, ZoneDay, Entry]]:
    if not isinstance(record, Order) or (claim := record.kept_claim) is None:
        return set()
    return {(claim.space.mall, key, entry) for key, _, entry in claim.entries(record.id)}
