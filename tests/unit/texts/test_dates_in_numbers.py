"""Dates in numbers mean the same with every separator; what may be two dates is asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.texts.reading.commands import MerchantCommand, Park, Unclear
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.writing.kinds import TextKind

MALLS = {
    "US": ("America/Los_Angeles", "4255550123"),
    "GB": ("Europe/London", "07911123456"),
    "DE": ("Europe/Berlin", "015123456789"),
    "CN": ("Asia/Shanghai", "13800138000"),
}
SEPARATORS = ["-", ".", "/", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\uff0f", "\uff0e"]
APART = [" ", " - ", " / ", " \u2013 "]
TODAY = date(2026, 11, 25)

each_mall = pytest.mark.parametrize("country", MALLS)


def read(text: str, country: str) -> MerchantCommand:
    name, phone = MALLS[country]
    zone = ZoneInfo(name)
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 15, tzinfo=zone).astimezone(UTC)
    return read_merchant_text(f"PARK {text} {phone}", now=now, zone=zone, country=country)


def day_of(command: MerchantCommand, country: str) -> date | TextKind:
    """The day that is booked, or the question."""
    if isinstance(command, Unclear):
        return command.kind
    assert isinstance(command, Park)
    assert command.service_time is not None
    local = command.service_time.astimezone(ZoneInfo(MALLS[country][0]))
    assert (local.hour, local.minute) == (18, 30)
    return local.date()


@each_mall
@pytest.mark.parametrize("between", SEPARATORS + APART)
@pytest.mark.parametrize(
    ("numbers", "day"),
    [
        ("1 12", TextKind.MERCHANT_WHICH_TIME),
        ("12 1", TextKind.MERCHANT_WHICH_TIME),
        ("3 4", TextKind.MERCHANT_WHICH_TIME),
        ("25 12", date(2026, 12, 25)),
        ("31 1", date(2027, 1, 31)),
        ("1 12 2026", TextKind.MERCHANT_WHICH_TIME),
        ("25 12 2026", date(2026, 12, 25)),
        ("2026 12 1", date(2026, 12, 1)),
    ],
)
def test_every_separator_means_the_same(
    country: str, between: str, numbers: str, day: date | TextKind
) -> None:
    asked = f"{numbers.replace(' ', between)} 18:30"
    assert day_of(read(asked, country), country) == day


@each_mall
@pytest.mark.parametrize("between", SEPARATORS)
def test_year_that_is_short_and_first(country: str, between: str) -> None:
    asked = f"{between.join(('26', '12', '1'))} 18:30"
    assert day_of(read(asked, country), country) == date(2026, 12, 1)


@each_mall
@given(day=st.dates(TODAY, TODAY + timedelta(days=80)), between=st.sampled_from(SEPARATORS + APART))
def test_no_date_in_numbers_is_guessed(country: str, day: date, between: str) -> None:
    """Only `12-01`, in two digits each and with a hyphen, has an order of its own: ISO 8601."""
    for numbers in ((day.day, day.month), (day.month, day.day)):
        found = day_of(read(f"{between.join(map(str, numbers))} 18:30", country), country)
        is_iso = between not in APART and "." not in between and min(numbers) >= 10
        may_differ = day.day <= 12 and day.day != day.month
        if may_differ and not (is_iso and "/" not in between and "\uff0f" not in between):
            assert found is TextKind.MERCHANT_WHICH_TIME
        elif not may_differ:
            assert found in {day, TextKind.MERCHANT_WHICH_TIME}


@each_mall
def test_two_digits_each_with_a_hyphen_are_in_the_order_of_iso_8601(country: str) -> None:
    assert day_of(read("12-01 18:30", country), country) == date(2026, 12, 1)
    assert day_of(read("25-12 18:30", country), country) == date(2026, 12, 25)


@pytest.mark.parametrize("length", ["1.30h", "1,30 h", "2.30 hours", "1.15h", "0.45 hrs"])
def test_hours_with_a_part_that_may_be_minutes_are_asked_about(length: str) -> None:
    command = read(f"18:30 {length}", "US")
    assert isinstance(command, Unclear)
    assert (command.kind, command.facts["text"]) == (TextKind.MERCHANT_BAD_LENGTH, length)
    assert "more" not in type(read_driver_text(f"MORE {length}")).__name__.lower()


@pytest.mark.parametrize(
    ("length", "minutes"), [("1.5h", 90), ("1.25h", 75), ("0,75 h", 45), ("1.50h", 90), (".5h", 30)]
)
def test_hours_with_a_plain_part_are_a_length(length: str, minutes: int) -> None:
    command = read(f"18:30 {length}", "US")
    assert isinstance(command, Park)
    assert command.duration == timedelta(minutes=minutes)


@each_mall
def test_time_with_the_mark_of_hours_is_a_time(country: str) -> None:
    assert day_of(read("18.30h", country), country) == TODAY
    assert day_of(read("18.30 h 2-3 people", country), country) == TODAY
