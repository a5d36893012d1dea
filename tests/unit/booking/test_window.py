"""Slots of 15 minutes, in days that start at 04:00 where the mall is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.booking.window import (
    MAX_AHEAD,
    MAX_WINDOW,
    SLOT,
    ServiceTime,
    Span,
    Window,
    check_service_time,
    day_of,
    day_start,
    parking_window,
    slot_ceil,
    slot_floor,
    spans,
)
from baylock.domain.errors import PastTime, TooFarAhead, TooLong
from baylock.domain.venue.mall import LockWhen, LotSettings, MallRef, MerchantId, MerchantRef

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Asia/Kathmandu",  # +05:45
    "Europe/Athens",  # its clocks go from 03:00 to 04:00, and from 04:00 to 03:00
    "Antarctica/Casey",  # they went from 04:00 to 01:00 and to 07:00 in 2018
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",  # at 02:45, +12:45
    "Africa/Casablanca",
    "America/Santiago",  # at midnight
]
MINUTES_2018_TO_2030 = 12 * 365 * 24 * 60
moments = st.integers(0, MINUTES_2018_TO_2030).map(
    lambda minute: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)  # Casey's changes are among them
lengths = st.timedeltas(timedelta(minutes=1), MAX_WINDOW - timedelta(hours=1))
zones = st.sampled_from(ZONES).map(ZoneInfo)
TERMS = LotSettings()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# ── slots and windows ────────────────────────────────────────────────────────────────────────────


@given(moments)
def test_slots_enclose_the_moment(moment: datetime) -> None:
    floor, ceil = slot_floor(moment), slot_ceil(moment)
    assert floor <= moment <= ceil
    assert ceil - floor in (timedelta(), SLOT)
    assert floor.timestamp() % 900 == ceil.timestamp() % 900 == 0


@given(moments, lengths)
def test_window_is_rounded_outwards(service: datetime, length: timedelta) -> None:
    window = parking_window(service, length, TERMS, now=service)
    start, end = service - TERMS.arrive_early, service + length + TERMS.leave_late
    assert timedelta() <= start - window.start < SLOT
    assert timedelta() <= window.end - end < SLOT
    assert (window.end - window.start) % SLOT == timedelta()


def test_the_contracts_example() -> None:
    service = datetime.fromisoformat("2026-12-01T18:30:00+08:00")
    assert parking_window(service, minutes(90), TERMS, service) == Window(
        datetime(2026, 12, 1, 10, 15, tzinfo=UTC), datetime(2026, 12, 1, 12, 15, tzinfo=UTC)
    )


def test_window_is_never_longer_than_a_day() -> None:
    service = datetime(2026, 12, 1, 12, tzinfo=UTC)
    longest = parking_window(service, MAX_WINDOW - minutes(30), TERMS, service)
    assert longest.end - longest.start == MAX_WINDOW
    with pytest.raises(TooLong):
        parking_window(service, MAX_WINDOW - minutes(29), TERMS, service)


def test_lot_that_locks_at_booking_starts_now() -> None:
    now = datetime(2026, 12, 1, 12, 7, tzinfo=UTC)
    settings = LotSettings(lock_when=LockWhen.AT_BOOKING)
    window = parking_window(now + minutes(180), minutes(60), settings, now)
    assert window.start == datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("edge", "error"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), PastTime),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), TooFarAhead),
    ],
)
def test_ends_of_the_calendar_are_refused(edge: datetime, error: type[Exception]) -> None:
    with pytest.raises(error):
        parking_window(edge, minutes(90), TERMS, datetime(2026, 12, 1, tzinfo=UTC))


def test_service_time_from_the_last_minute_to_90_days() -> None:
    now = datetime(2026, 12, 1, 12, 0, 45, tzinfo=UTC)
    check_service_time(now.replace(second=0), now)
    check_service_time(now.replace(second=0) - minutes(1), now)
    check_service_time(now + MAX_AHEAD, now)
    with pytest.raises(PastTime):
        check_service_time(now - minutes(2), now)
    with pytest.raises(TooFarAhead):
        check_service_time(now + MAX_AHEAD + timedelta(seconds=1), now)


# ── days ─────────────────────────────────────────────────────────────────────────────────────────


def slots_in(day: date, zone: str) -> int:
    there = ZoneInfo(zone)
    return (day_start(day + timedelta(days=1), there) - day_start(day, there)) // SLOT


@pytest.mark.parametrize(
    ("zone", "day", "slots"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 92),
        ("Europe/Berlin", date(2026, 10, 24), 100),
        ("America/New_York", date(2026, 3, 7), 92),
        ("America/New_York", date(2026, 10, 31), 100),
        ("Europe/Athens", date(2026, 3, 28), 92),
        ("Europe/Athens", date(2026, 10, 24), 100),
        ("Asia/Shanghai", date(2026, 3, 28), 96),
        ("Asia/Kathmandu", date(2026, 3, 28), 96),
        ("Australia/Lord_Howe", date(2026, 10, 3), 94),
        ("Antarctica/Casey", date(2018, 3, 10), 108),
        ("Antarctica/Casey", date(2018, 10, 7), 84),
    ],
)
def test_days_of_clock_changes_have_fewer_or_more_slots(zone: str, day: date, slots: int) -> None:
    assert slots_in(day, zone) == slots


@given(st.dates(date(2018, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
def test_a_days_slots_fit_in_a_byte(day: date, zone: str) -> None:
    assert 0 < slots_in(day, zone) <= 255


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-12-01T03:59:59", date(2026, 11, 30)), ("2026-12-01T04:00:00", date(2026, 12, 1))],
)
def test_day_starts_at_four(moment: str, day: date) -> None:
    for zone in map(ZoneInfo, ("Europe/Berlin", "Asia/Shanghai", "Asia/Kathmandu")):
        assert day_of(datetime.fromisoformat(moment).replace(tzinfo=zone), zone) == day


@given(moments, zones)
def test_every_moment_is_in_its_day(moment: datetime, zone: ZoneInfo) -> None:
    day = day_of(moment, zone)
    assert day_start(day, zone) <= moment < day_start(day + timedelta(days=1), zone)


# ── spans ────────────────────────────────────────────────────────────────────────────────────────


@given(moments, lengths, zones)
def test_spans_cover_exactly_the_window(
    service: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    window = parking_window(service, length, TERMS, now=service)
    found = spans(window, zone)
    assert 1 <= len(found) <= 3
    at = window.start
    for span in found:
        starts = day_start(span.day, zone)
        assert starts + span.first * SLOT == at
        at = starts + span.end * SLOT
        assert at <= day_start(span.day + timedelta(days=1), zone)
        assert span.first < span.end
    assert at == window.end


@given(moments, lengths, st.integers(-96, 96), zones)
def test_windows_that_do_not_overlap_share_no_slot(
    service: datetime, length: timedelta, slots: int, zone: ZoneInfo
) -> None:
    one = parking_window(service, length, TERMS, now=service)
    other = Window(one.start + slots * SLOT, one.end + slots * SLOT)

    def filled(window: Window) -> set[tuple[date, int]]:
        return {
            (span.day, slot) for span in spans(window, zone) for slot in range(span.first, span.end)
        }

    overlap = one.start < other.end and other.start < one.end
    assert bool(filled(one) & filled(other)) is overlap
    assert len(filled(one)) == (one.end - one.start) // SLOT


def test_window_across_four_o_clock_has_two_spans() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    window = Window(
        datetime(2026, 12, 1, 3, 30, tzinfo=zone).astimezone(UTC),
        datetime(2026, 12, 1, 5, tzinfo=zone).astimezone(UTC),
    )
    assert spans(window, zone) == (
        Span(date(2026, 11, 30), 94, 96),
        Span(date(2026, 12, 1), 0, 4),
    )


def test_hour_that_comes_twice_has_slots_of_its_own() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = Window(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    )
    second = Window(first.start + timedelta(hours=1), first.end + timedelta(hours=1))
    assert first.start.astimezone(zone).time() == second.start.astimezone(zone).time()
    assert spans(first, zone) != spans(second, zone)


@given(
    st.integers(-2_000_000, 2_000_000),
    st.integers(1, 3 * 3_600_000_000),
    st.integers(0, 3_600),
)
def test_service_in_whole_seconds_has_the_window_of_the_service_itself(
    micros: int, lasts: int, margin: int
) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    start, duration = now + timedelta(hours=2, microseconds=micros), timedelta(microseconds=lasts)
    terms = replace(TERMS, leave_late=timedelta(seconds=margin))
    kept = ServiceTime.of(start, duration)
    assert kept.start.microsecond == 0
    assert kept.duration is not None
    assert kept.duration % timedelta(seconds=1) == timedelta(0)
    booking = Booking(
        MerchantId(MallRef("m"), MerchantRef("n")),
        Reference("A"),
        kept.start,
        kept.duration,
        parking_needed=False,
        within_second=kept.within_second,
    )
    assert parking_window(
        booking.service_time, booking.lasts(timedelta()), terms, now
    ) == parking_window(start, duration, terms, now)
