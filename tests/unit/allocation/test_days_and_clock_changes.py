"""Windows and their slots where clocks change, against a clock that is read minute by minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baylock.domain.allocation.occupancy import Entry, entries, with_entry
from baylock.domain.booking.window import SLOT, Window, day_of, day_start, parking_window, spans
from baylock.domain.errors import SpaceTaken
from baylock.domain.venue.mall import LotSettings

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2027, 12, 31)

DAYS_BY_SLOTS = {
    "America/New_York": {92: 2, 96: 726, 100: 2},
    "Europe/London": {92: 2, 96: 726, 100: 2},
    "Australia/Lord_Howe": {94: 2, 96: 726, 98: 2},  # by half an hour
    "America/Santiago": {92: 2, 96: 726, 100: 2},  # at midnight
    "Asia/Shanghai": {96: 730},
}
zones = st.sampled_from(sorted(DAYS_BY_SLOTS)).map(ZoneInfo)


@cache
def clock_changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The minutes at which the clocks of a zone change in these two years."""
    found = []
    at = datetime.combine(FIRST_DAY, time(), UTC)
    while at.date() <= LAST_DAY:
        if at.astimezone(zone).utcoffset() != (at + DAY).astimezone(zone).utcoffset():
            minutes = (at + n * MINUTE for n in range(24 * 60))
            before = at.astimezone(zone).utcoffset()
            found.append(
                next(
                    one for one in minutes if (one + MINUTE).astimezone(zone).utcoffset() != before
                )
                + MINUTE
            )
        at += DAY
    return tuple(found)


@st.composite
def moments(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """A whole minute: near a clock change, near 04:00, or anywhere."""
    changes = clock_changes(zone)
    near = draw(st.sampled_from(["change", "four", "anywhere"]))
    if near == "change" and changes:
        return draw(st.sampled_from(changes)) + draw(st.integers(-1800, 1800)) * MINUTE
    day = draw(st.dates(FIRST_DAY, LAST_DAY))
    if near == "four":
        four = datetime.combine(day, time(4), zone).astimezone(UTC)
        return four + draw(st.integers(-90, 90)) * MINUTE
    return datetime.combine(day, time(), UTC) + draw(st.integers(0, 1439)) * MINUTE


@st.composite
def windows(draw: st.DrawFn, zone: ZoneInfo) -> Window:
    begins = draw(moments(zone))
    start = begins - timedelta(minutes=begins.minute % 15)
    return Window(start, start + draw(st.integers(1, 96)) * SLOT)


zones_and_windows = zones.flatmap(lambda zone: st.tuples(st.just(zone), windows(zone)))


def minute_by_minute(window: Window, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """The day and slot of every minute of a window, by somebody who watches the wall clock.

    A day begins when the clock shows four, and each quarter of an hour that passes is a slot.
    """

    def shows_four(moment: datetime) -> bool:
        return moment.astimezone(zone).time() == time(4)

    at = window.start
    while not shows_four(at):
        at -= MINUTE
    day, passed = at.astimezone(zone).date(), 0
    while at < window.end:
        if at >= window.start:
            yield day, passed // 15
        at, passed = at + MINUTE, passed + 1
        if shows_four(at):
            day, passed = at.astimezone(zone).date(), 0


def slots_of(window: Window, zone: ZoneInfo) -> list[tuple[date, int]]:
    return [
        (span.day, slot) for span in spans(window, zone) for slot in range(span.first, span.end)
    ]


@pytest.mark.parametrize("zone", DAYS_BY_SLOTS)
def test_number_of_slots_of_every_day_of_two_years(zone: str) -> None:
    there = ZoneInfo(zone)
    days = [FIRST_DAY + n * DAY for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    counted = Counter((day_start(day + DAY, there) - day_start(day, there)) / SLOT for day in days)
    assert counted == DAYS_BY_SLOTS[zone]


@pytest.mark.parametrize("zone", DAYS_BY_SLOTS)
def test_day_of_a_clock_change_is_counted_out(zone: str) -> None:
    """Window by window of an hour around each change: no slot is left out, none comes twice."""
    there = ZoneInfo(zone)
    for change in clock_changes(there):
        begin = day_start(day_of(change, there), there) - DAY
        hours = [begin + n * timedelta(hours=1) for n in range(72)]
        found = [slot for hour in hours for slot in slots_of(Window(hour, hour + 4 * SLOT), there)]
        assert len(found) == len(set(found)) == 72 * 4
        whole = Window(begin, begin + timedelta(hours=72))
        assert found == slots_of(whole, there)


@settings(max_examples=100)
@given(zones_and_windows)
def test_spans_are_what_a_watcher_of_the_clock_counts(given_: tuple[ZoneInfo, Window]) -> None:
    zone, window = given_
    counted = list(minute_by_minute(window, zone))
    assert [slot for slot in slots_of(window, zone) for _ in range(15)] == counted


@settings(max_examples=100)
@given(zones_and_windows)
def test_slots_of_a_window_follow_each_other(given_: tuple[ZoneInfo, Window]) -> None:
    zone, window = given_
    found = spans(window, zone)
    days = [span.day for span in found]
    assert days == [days[0] + n * DAY for n in range(len(days))]
    for span, later in pairwise(found):
        assert later.first == 0
        assert span.end == (day_start(later.day, zone) - day_start(span.day, zone)) / SLOT
    assert all(0 <= span.first < span.end <= 100 for span in found)
    assert len(slots_of(window, zone)) == (window.end - window.start) / SLOT


@settings(max_examples=100)
@given(
    zones.flatmap(lambda zone: st.tuples(st.just(zone), moments(zone))),
    st.integers(-200, 200),
)
def test_different_quarters_never_share_a_slot(
    given_: tuple[ZoneInfo, datetime], slots: int
) -> None:
    zone, moment = given_
    start = moment - timedelta(minutes=moment.minute % 15)
    one = slots_of(Window(start, start + SLOT), zone)
    other = slots_of(Window(start + slots * SLOT, start + (slots + 1) * SLOT), zone)
    assert len(one) == len(other) == 1
    assert (one == other) is (slots == 0)


@settings(max_examples=60)
@given(
    zones.flatmap(lambda zone: st.tuples(st.just(zone), moments(zone))),
    st.integers(1, 1380),
    st.integers(0, 59),
)
def test_window_has_every_minute_of_the_stay_and_no_idle_slot(
    given_: tuple[ZoneInfo, datetime], minutes: int, seconds: int
) -> None:
    zone, moment = given_
    exact, settings = moment + timedelta(seconds=seconds), LotSettings()
    # With its offset, as merchants write it.
    offset = exact.astimezone(zone).utcoffset()
    assert offset is not None
    service = exact.astimezone(timezone(offset))
    window = parking_window(service, minutes * MINUTE, settings, exact)
    begins, ends = exact - settings.arrive_early, exact + minutes * MINUTE + settings.leave_late
    assert window.start <= begins < window.start + SLOT
    assert window.end - SLOT < ends <= window.end
    assert (window.start.minute % 15, window.end.minute % 15) == (0, 0)


@settings(max_examples=60)
@given(zones.flatmap(lambda zone: st.tuples(st.just(zone), st.lists(windows(zone), max_size=12))))
def test_space_is_refused_exactly_where_stays_would_meet(
    given_: tuple[ZoneInfo, list[Window]],
) -> None:
    """All the bytes of a space, written window by window, against the windows themselves."""
    zone, asked = given_
    days: dict[date, bytes] = {}
    stays: list[Window] = []
    for n, window in enumerate(asked):
        meets = any(one.start < window.end and window.start < one.end for one in stays)
        after = dict(days)
        try:
            for span in spans(window, zone):
                entry = Entry(span.first, span.end, bytes(7), n)
                after[span.day] = with_entry(days.get(span.day, b""), entry)
        except SpaceTaken:
            assert meets
        else:
            assert not meets
            days = after
            stays.append(window)
    kept = sum(one.end - one.first for day in days.values() for one in entries(day))
    assert kept == sum((one.end - one.start) // SLOT for one in stays)
