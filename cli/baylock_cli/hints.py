"""The hint of large lots, rebuilt for every day that can be booked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from baylock.domain.allocation.hint import has_hint
from baylock.domain.booking.window import MAX_AHEAD, MAX_WINDOW, day_of
from baylock.domain.venue.mall import Mall
from baylock_cli.errors import CommandError
from baylock_cli.progress import Counting
from baylock_cli.site import Site, now

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was rebuilt: lots, days of each, and zones with bookings on them."""

    lots: int
    days: int
    zones: int


def rebuild_hints(site: Site, mall: Mall, only: str | None, progress: Counting) -> Rebuilt:
    """Every day on which somebody may park; `progress(done, total)`."""
    if only is not None and mall.lot(only) is None:  # type: ignore[arg-type]
        raise CommandError(f"{mall.name} has no lot {only}")
    lots = [lot for lot in mall.lots if has_hint(lot) and only in {None, lot.ref}]
    first = day_of(now(), mall.zone)
    last = day_of(now() + MAX_AHEAD + MAX_WINDOW, mall.zone)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    asked = [(lot.ref, day) for lot in lots for day in days]
    zones = 0
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = threads.map(lambda one: site.hints.rebuild(mall.ref, *one), asked)
        for done, there in enumerate(found, start=1):
            zones += there
            progress(done, len(asked))
    return Rebuilt(len(lots), len(days), zones)
