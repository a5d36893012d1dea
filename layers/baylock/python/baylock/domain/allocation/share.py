"""The share of a lot that one merchant has, counted from the occupancy that was read anyway."""

from __future__ import annotations

from collections.abc import Sequence

from baylock.domain.allocation.hint import ALL_FREE, Hint
from baylock.domain.allocation.occupancy import Occupancy, entries
from baylock.domain.booking.booking import OrderTag
from baylock.domain.booking.window import Span
from baylock.domain.venue.mall import LotRef


def tags_in(occupancy: Occupancy, lot: LotRef, spans: Sequence[Span]) -> frozenset[OrderTag]:
    """The orders that have a space of a lot in these spans; of a lot that was read as a whole."""
    asked = {span.day: span for span in spans}
    return frozenset(
        entry.tag
        for key, positions in occupancy.zones.items()
        if key.lot == lot and (span := asked.get(key.day))
        for day in positions.values()
        for entry in entries(day)
        if entry.first < span.end and span.first < entry.end
    )


def taken_by_hint(hint: Hint, lot: LotRef, spans: Sequence[Span]) -> int:
    """How many spaces of a large lot are taken in these spans, as far as its hint knows."""
    free = hint.may_be_free(lot, spans)
    zones = {zone for (of, _, _), known in hint.known.items() if of == lot for zone in known}
    return sum((ALL_FREE & ~free(zone)).bit_count() for zone in zones)
