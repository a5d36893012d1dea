"""The hints of large lots, rebuilt for every day that can be booked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from baylock.domain.allocation.hint import has_hint
from baylock.domain.booking.window import MAX_AHEAD, MAX_WINDOW, day_of
from baylock.domain.errors import NoSuchLot
from baylock.domain.venue.mall import Mall
from baylock.ports.allocation import Hints
from baylock.ports.clock import Clock
from baylock.usecases.progress import Progress

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class RebuiltHints:
    """How many lots were rebuilt, for how many days each, and how many zones have bookings."""

    lots: int
    days: int
    zones: int


@dataclass(frozen=True)
class RebuildHints:
    """Rebuild the hints of a mall's large lots from their occupancy."""

    hints: Hints
    clock: Clock

    def __call__(self, mall: Mall, only: str | None, progress: Progress) -> RebuiltHints:
        """Rebuild the lot with the ref `only`, or all lots; raise NoSuchLot.

        `progress` counts days of lots.
        """
        if only is not None and not any(lot.ref == only for lot in mall.lots):
            raise NoSuchLot(only)
        lots = [lot for lot in mall.lots if has_hint(lot) and only in {None, lot.ref}]
        now = self.clock()
        first = day_of(now, mall.zone)
        last = day_of(now + MAX_AHEAD + MAX_WINDOW, mall.zone)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        steps = [(lot.ref, day) for lot in lots for day in days]
        zones = 0
        with ThreadPoolExecutor(AT_ONCE) as threads:
            counts = threads.map(lambda step: self.hints.rebuild(mall.ref, *step), steps)
            for done, count in enumerate(counts, start=1):
                zones += count
                progress(done, len(steps))
        return RebuiltHints(len(lots), len(days), zones)
