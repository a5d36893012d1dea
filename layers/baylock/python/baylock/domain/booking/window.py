"""The parking window of a booking, and the slots it fills.

A day of slots starts at 04:00 in the mall's time zone, when few cars stay over, and has 96 slots of
15 minutes; 92 or 100 where the clocks change. Slots are counted along real (UTC) time, so a window
never has two meanings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from baylock.domain.errors import PastTime, TooFarAhead, TooLong
from baylock.domain.venue.mall import LockWhen, LotSettings

SLOT = timedelta(minutes=15)
DAY_STARTS = time(4)
MAX_WINDOW = timedelta(hours=24)
MAX_AHEAD = timedelta(days=90)

MAX_DELAY = timedelta(minutes=1)
"""How long a booking may take to reach us."""

SECOND = timedelta(seconds=1)
"""The unit in which bookings are kept."""

CALENDAR_LIMIT = timedelta(days=3650)
"""Times further off than this are refused before they are computed with."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """`[start, end)` in UTC, both on a slot boundary."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """The slots `[first, end)` of one day."""

    day: date
    first: int
    end: int


def slot_floor(moment: datetime) -> datetime:
    """The slot boundary at or before a moment."""
    return _EPOCH + (moment - _EPOCH) // SLOT * SLOT


def slot_ceil(moment: datetime) -> datetime:
    """The slot boundary at or after a moment."""
    return _EPOCH - (_EPOCH - moment) // SLOT * SLOT


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """When a service begins and how long it takes, in whole seconds, as bookings keep it.

    `within_second` where it begins after `start`, but within that second. So two services have the
    same value exactly where no choice of margins gives them different windows.
    """

    start: datetime
    duration: timedelta | None
    within_second: bool

    @classmethod
    def of(cls, start: datetime, duration: timedelta | None) -> Self:
        """The value of a service to the microsecond; None stays None, for the lot's duration."""
        whole = start.replace(microsecond=0)
        if duration is None:
            return cls(whole, None, whole < start)
        begun = start - whole
        lasts = -(-(begun + duration) // SECOND) * SECOND
        if begun and lasts > SECOND:
            return cls(whole, lasts - SECOND, within_second=True)
        return cls(whole, lasts, within_second=False)


def parking_window(
    service_time: datetime, duration: timedelta, settings: LotSettings, now: datetime
) -> Window:
    """When the space is needed: the service with time to arrive before it and to leave after it.

    In a lot that locks at booking the barrier goes up at once, so the window starts now. Raises
    TooLong, PastTime where it would be over before it starts, and PastTime or TooFarAhead for times
    beyond the calendar limit.
    """
    if now - service_time > CALENDAR_LIMIT:
        raise PastTime("service_time", "this time has passed")
    if service_time - now > CALENDAR_LIMIT:
        raise TooFarAhead("service_time", "bookings are taken up to 90 days ahead")
    service_time = service_time.astimezone(UTC)
    start = service_time - settings.arrive_early
    if settings.lock_when is LockWhen.AT_BOOKING:
        start = now
    window = Window(
        slot_floor(start.astimezone(UTC)),
        slot_ceil(service_time + duration + settings.leave_late),
    )
    if window.end <= window.start:
        raise PastTime("service_time", "this time has passed")
    if window.end - window.start > MAX_WINDOW:
        raise TooLong("duration_minutes", "a space is kept for 24 hours at most")
    return window


def has_passed(service_time: datetime, now: datetime) -> bool:
    """Whether a service time is too long ago for a new booking.

    Times are written to the minute, so the running minute still counts as now, and so does the
    minute before it: the request may have taken that long.
    """
    return service_time < now.replace(second=0, microsecond=0) - MAX_DELAY


def check_service_time(service_time: datetime, now: datetime) -> None:
    """Raise PastTime or TooFarAhead unless a new booking may have this service time."""
    if has_passed(service_time, now):
        raise PastTime("service_time", "this time has passed")
    if service_time > now + MAX_AHEAD:
        raise TooFarAhead("service_time", "bookings are taken up to 90 days ahead")


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a day of slots begins."""
    return datetime.combine(day, DAY_STARTS, zone).astimezone(UTC)


def slots_of_day(day: date, zone: ZoneInfo) -> int:
    """96; 92 or 100 where the clocks change by an hour."""
    return (day_start(day + timedelta(days=1), zone) - day_start(day, zone)) // SLOT


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day of slots that a moment belongs to."""
    local = moment.astimezone(zone)
    # Compared along UTC, as 04:00 may come twice or not at all where clocks change.
    today = local.date()
    return today if moment >= day_start(today, zone) else today - timedelta(days=1)


def spans(window: Window, zone: ZoneInfo) -> tuple[Span, ...]:
    """The slots of a window, by day: one span, or two where it crosses 04:00."""
    found: list[Span] = []
    day = day_of(window.start, zone)
    while (starts := day_start(day, zone)) < window.end:
        next_day = day + timedelta(days=1)
        first = max(window.start, starts)
        end = min(window.end, day_start(next_day, zone))
        found.append(Span(day, (first - starts) // SLOT, (end - starts) // SLOT))
        day = next_day
    return tuple(found)
