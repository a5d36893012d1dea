"""The promise ledger: whether each order's promise was kept, and the totals of many orders.

The promise: a space with its barrier up at the start of the window, and down within seconds of the
driver's request. The table in docs/report.md explains how each case is judged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import assert_never
from zoneinfo import ZoneInfo

from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Window
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import LIVE, Reason, State
from baylock.domain.venue.mall import LotRef, Mall, MallRef, MerchantId, MerchantRef, SpaceId

LOWERED_WITHIN = timedelta(seconds=30)
"""The longest time from the driver's request to the report of a lowered barrier.

A barrier moves in a few seconds, and each hop to it and back may wait for a cold start. A driver
who waits longer, with other cars behind, thinks that the barrier is broken.
"""

ONE_DAY = timedelta(days=1)


class PromiseOutcome(StrEnum):
    """The outcomes of a promise; docs/report.md."""

    KEPT = "kept"
    LATE = "late"
    SLOW = "slow"
    NOT_LOWERED = "not_lowered"
    FAILED = "failed"
    OPEN = "open"
    VOID = "void"
    UNKNOWN = "unknown"


BROKEN = (
    PromiseOutcome.LATE,
    PromiseOutcome.SLOW,
    PromiseOutcome.NOT_LOWERED,
    PromiseOutcome.FAILED,
)
"""The outcomes of a broken promise."""

NOT_COUNTED = (PromiseOutcome.OPEN, PromiseOutcome.VOID, PromiseOutcome.UNKNOWN)
"""Neither kept nor broken: not due yet, never due, or from before there was a ledger."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An order in the ledger: its outcome as of now, and the facts behind it.

    `reason` is that of the order's last move, or of its end. `lowered_after` is the time from
    the driver's request to the lowered barrier; `booked` the time for which the space was kept
    within the window, `used` the time for which its driver had it.
    """

    order: OrderId
    merchant: MerchantId
    space: SpaceId
    window: Window
    state: State
    outcome: PromiseOutcome
    reason: Reason | None
    ready_by: datetime
    held_at: datetime | None
    lowered_after: timedelta | None
    moves: int
    failures: int
    booked: timedelta
    used: timedelta


def judge(order: Order, now: datetime) -> Entry:
    """Return an order's entry, with its outcome as far as it is known at `now`."""
    return Entry(
        order=order.id,
        merchant=order.booking.merchant,
        space=order.claim.space,
        window=order.claim.window,
        state=order.state,
        outcome=_outcome(order, now),
        reason=order.reason,
        ready_by=ready_by(order),
        held_at=order.access.held_at,
        lowered_after=_lowered_after(order),
        moves=order.promise.moves,
        failures=order.promise.failures,
        booked=_booked(order),
        used=_used(order, now),
    )


def ready_by(order: Order) -> datetime:
    """Return when the barrier should be up: in most cases at the start of the window.

    A booking that came late, or a space that another order rightly had until the start, adds the
    time that a lock usually takes.
    """
    start = order.claim.window.start
    promised_at = order.promise.promised_at or order.promise.created_at
    # A wait beyond the start of the window is no excuse.
    may_be_asked = max(promised_at, min(order.schedule.secure_at, start))
    return max(start, may_be_asked + CONFIRM_WITHIN)


def _outcome(order: Order, now: datetime) -> PromiseOutcome:
    if not _is_recorded(order):
        return PromiseOutcome.UNKNOWN
    if order.state is State.FAILED:
        return PromiseOutcome.FAILED
    if order.access.admitted_at:
        return _with_driver(order, order.access.admitted_at, order.promise.ended_at or now)
    return _without_driver(order, order.promise.ended_at or now)


def _is_recorded(order: Order) -> bool:
    """Whether the order has the times that its state implies: old orders lack them."""
    match order.state:
        case State.RESERVED:
            return True
        case State.HELD:
            return order.access.held_at is not None
        case State.ARRIVED:
            return order.access.arrived_at is not None
        case State.COMPLETED | State.CANCELLED | State.NO_SHOW | State.FAILED:
            return order.promise.ended_at is not None
        case _:
            assert_never(order.state)


def _with_driver(order: Order, came: datetime, until: datetime) -> PromiseOutcome:
    waited = (order.access.arrived_at or until) - came
    if waited > LOWERED_WITHIN and not (order.access.arrived_at or order.is_live):
        return PromiseOutcome.NOT_LOWERED
    due = ready_by(order)
    # A driver who comes before the barrier is due, and finds it down, misses nothing.
    if came > due and not _was_up_by(order, due):
        return PromiseOutcome.LATE
    if waited > LOWERED_WITHIN:
        return PromiseOutcome.SLOW
    if order.access.arrived_at:
        return PromiseOutcome.KEPT
    return PromiseOutcome.OPEN if order.is_live else PromiseOutcome.VOID


def _without_driver(order: Order, until: datetime) -> PromiseOutcome:
    due = ready_by(order)
    ready = _was_up_by(order, due)
    if until > due and not ready:
        return PromiseOutcome.LATE
    match order.state:
        case State.RESERVED | State.HELD:
            return PromiseOutcome.OPEN
        case State.NO_SHOW:
            return PromiseOutcome.KEPT if ready else PromiseOutcome.VOID
        case State.CANCELLED:
            return PromiseOutcome.KEPT if until > due else PromiseOutcome.VOID
        case State.ARRIVED | State.COMPLETED | State.FAILED:
            # Impossible without a driver. An odd order must not prevent the report of others.
            return PromiseOutcome.UNKNOWN
        case _:
            assert_never(order.state)


def _was_up_by(order: Order, due: datetime) -> bool:
    return order.access.held_at is not None and order.access.held_at <= due


def _lowered_after(order: Order) -> timedelta | None:
    if order.access.admitted_at is None or order.access.arrived_at is None:
        return None
    return order.access.arrived_at - order.access.admitted_at


def _booked(order: Order) -> timedelta:
    window = order.claim.window
    if order.state not in LIVE and order.promise.ended_at is None:
        return timedelta()
    end = min(window.end, order.promise.ended_at) if order.promise.ended_at else window.end
    return max(end - window.start, timedelta())


def _used(order: Order, now: datetime) -> timedelta:
    access = order.access
    if access.arrived_at is None:
        return timedelta()
    # A report may be later than `now`.
    until = access.left_at or order.promise.ended_at or now
    return max(until - access.arrived_at, timedelta())


# ── totals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last` inclusive, from midnight to midnight in the mall."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.first} comes after {self.last}")

    def starts(self, zone: ZoneInfo) -> datetime:
        """Return its beginning, in UTC."""
        return midnight(self.first, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Return its exclusive end, in UTC."""
        return midnight(self.last + ONE_DAY, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day of the calendar begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


class By(StrEnum):
    """The groups of a report within a mall."""

    LOT = "lot"
    MERCHANT = "merchant"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Group:
    """The common values of some entries; None where the group is not divided by that."""

    mall: MallRef
    lot: LotRef | None = None
    merchant: MerchantRef | None = None
    day: date | None = None

    @property
    def name(self) -> tuple[str, ...]:
        """The sort key of groups."""
        return tuple(str(part or "") for part in (self.day, self.lot, self.merchant))


@dataclass(frozen=True, slots=True)
class Tally:
    """The totals of a group's entries.

    `lowered_median` and `lowered_p95` are of the times from request to lowered barrier; `booked`
    and `used` are sums of space-time, and `there` is the space-time that existed.
    """

    group: Group
    orders: int
    outcomes: Mapping[PromiseOutcome, int]
    moved: int
    no_shows: int
    cancelled: int
    failures: int
    lowered_median: timedelta | None
    lowered_p95: timedelta | None
    booked: timedelta
    used: timedelta
    there: timedelta

    @property
    def kept(self) -> int:
        """The number of promises that were kept."""
        return self.outcomes[PromiseOutcome.KEPT]

    @property
    def due(self) -> int:
        """The number of promises that were kept or broken."""
        return self.kept + sum(self.outcomes[outcome] for outcome in BROKEN)

    @property
    def share_kept(self) -> float | None:
        """The share of kept promises in those that were due; None where none was."""
        return self.kept / self.due if self.due else None

    @property
    def share_booked(self) -> float | None:
        """The booked share of the space-time that existed; None where none did."""
        return self.booked / self.there if self.there else None

    @property
    def share_used(self) -> float | None:
        """The used share of the space-time that existed; None where none did."""
        return self.used / self.there if self.there else None


def tally(mall: Mall, period: Period, entries: Iterable[Entry]) -> Tally:
    """Return the totals of a mall's entries for some days."""
    return _tally(Group(mall.ref), list(entries), mall, period)


def tally_by(
    by: Collection[By], mall: Mall, period: Period, entries: Iterable[Entry]
) -> Sequence[Tally]:
    """Return the totals of each group; a group without entries is left out.

    An entry belongs to the day in the mall's time zone on which its window starts.
    """
    groups: defaultdict[Group, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_group(entry, by, mall)].append(entry)
    return [
        _tally(group, found, mall, period)
        for group, found in sorted(groups.items(), key=lambda one: one[0].name)
    ]


def _group(entry: Entry, by: Collection[By], mall: Mall) -> Group:
    group = Group(mall.ref)
    for one in by:
        match one:
            case By.LOT:
                group = replace(group, lot=entry.space.lot)
            case By.MERCHANT:
                group = replace(group, merchant=entry.merchant.merchant)
            case By.DAY:
                day = entry.window.start.astimezone(mall.zone).date()
                group = replace(group, day=day)
            case _:
                assert_never(one)
    return group


def _tally(group: Group, entries: Sequence[Entry], mall: Mall, period: Period) -> Tally:
    states = Counter(entry.state for entry in entries)
    lowered = sorted(entry.lowered_after for entry in entries if entry.lowered_after is not None)
    nothing = timedelta()
    return Tally(
        group=group,
        orders=len(entries),
        outcomes=Counter(entry.outcome for entry in entries),
        moved=sum(1 for entry in entries if entry.moves),
        no_shows=states[State.NO_SHOW],
        cancelled=states[State.CANCELLED],
        failures=sum(entry.failures for entry in entries),
        lowered_median=_median(lowered) if lowered else None,
        lowered_p95=_percentile(lowered, 95) if lowered else None,
        booked=sum((entry.booked for entry in entries), nothing),
        used=sum((entry.used for entry in entries), nothing),
        there=_there(group, mall, period),
    )


def _median(ordered: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in ordered))


def _percentile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    """Return the percentile by nearest rank."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _there(group: Group, mall: Mall, period: Period) -> timedelta:
    """Return the space-time that a group's entries could have used, around the clock.

    A merchant's share is of all spaces of the mall, or of the lot.
    """
    spaces = sum(len(lot.spaces) for lot in mall.lots if group.lot in {None, lot.ref})
    days = Period(group.day, group.day) if group.day else period
    return spaces * (days.ends(mall.zone) - days.starts(mall.zone))
