"""The promise ledger of a mall for some days (docs/report.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from baylock.domain.booking.window import CALENDAR_LIMIT
from baylock.domain.errors import InvalidPeriod
from baylock.domain.reports.ledger import By, Entry, Period, Tally, judge, tally, tally_by
from baylock.domain.venue.mall import Mall, MerchantId, MerchantRef
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.progress import Progress
from baylock.usecases.reports.read_orders import ReadOrders

DEFAULT_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class MallReport:
    """The ledger of a mall for some days, as of `made_at`: newest window last."""

    mall: Mall
    made_at: datetime
    period: Period
    entries: Sequence[Entry]
    rows: Sequence[Tally]
    total: Tally


@dataclass(frozen=True)
class ReadReport:
    """Judge the orders of all merchants of a mall, by the start of their windows.

    Those of a merchant that has moved out count by themselves.
    """

    venues: Venues
    orders: Orders
    clock: Clock

    def __call__(
        self,
        mall: Mall,
        first: date | None,
        last: date | None,
        by: Collection[By],
        progress: Progress,
    ) -> MallReport:
        """Return the report with a row a group; raise InvalidPeriod. `progress` counts merchants.

        Days are the mall's own. `last` is today by default, `first` six days before `last`.
        """
        now = self.clock()
        period = period_of(mall, first, last, now)
        starts, ends = period.starts(mall.zone), period.ends(mall.zone)
        found = ReadOrders(self.venues, self.orders).of_mall(mall, starts, ends, progress)
        present = {one.id_in(mall.ref) for one in self.venues.merchants(mall.ref)}
        entries = [_named(judge(order, now), present) for order in found]
        entries.sort(key=lambda entry: (entry.window.start, entry.order))
        rows = tally_by(by, mall, period, entries)
        return MallReport(mall, now, period, entries, rows, tally(mall, period, entries))


def _named(entry: Entry, present: Collection[MerchantId]) -> Entry:
    """Keep the orders of a merchant that has moved out apart from those of the next at its ref."""
    if entry.merchant in present:
        return entry
    left = MerchantRef(f"{entry.merchant.merchant} (left)")
    return replace(entry, merchant=replace(entry.merchant, merchant=left))


def period_of(mall: Mall, first: date | None, last: date | None, now: datetime) -> Period:
    """Return the days in the mall's time zone; raise InvalidPeriod."""
    today = now.astimezone(mall.zone).date()
    last = last or today
    for day in (first or today, last):
        if abs(day - today) > CALENDAR_LIMIT:
            raise InvalidPeriod(f"there are no orders near {day}")
    try:
        return Period(first or last - DEFAULT_DAYS + timedelta(days=1), last)
    except ValueError:
        raise InvalidPeriod(f"the first day, {first}, comes after the last, {last}") from None
