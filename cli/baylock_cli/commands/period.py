"""Days and times that a command is asked for, in the mall's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from baylock.domain.venue.mall import Mall
from baylock_cli.errors import CommandError

DAY_OR_TIME = "DAY[ TIME]"
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WRITTEN = re.compile(r"(?P<day>\S+?)(?:[T ](?P<time>\d{1,2}:\d{2}))?")
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """The time from `start` up to `end`, and how it was asked for, for people."""

    start: datetime
    end: datetime
    asked: str


def period_of(mall: Mall, now: datetime, first: str | None, last: str | None) -> Period:
    """Return the period from `first` to `last`; today where neither is given.

    Each is a day (2026-12-01, today, tomorrow, yesterday), with a time or without. Without one
    `last` counts to its end. With only one of them the other side is open. Raises CommandError.
    """
    today = now.astimezone(mall.zone).date()
    if first is None and last is None:
        start, end = _midnight(mall, today), _midnight(mall, today + timedelta(days=1))
        return Period(start, end, f"today, {today}")
    start, end = _EARLIEST, _LATEST
    words = []
    if first is not None:
        day, at = _read("--from", first, today)
        start = _midnight(mall, day) if at is None else _local(mall, day, at)
        words.append(f"from {day}" + ("" if at is None else f" {at:%H:%M}"))
    if last is not None:
        day, at = _read("--to", last, today)
        end = _midnight(mall, day + timedelta(days=1)) if at is None else _local(mall, day, at)
        words.append(f"to {day}" + ("" if at is None else f" {at:%H:%M}"))
    else:
        words.append("on")
    if start >= end:
        raise CommandError(f"--from {first} is not before --to {last}")
    return Period(start, end, " ".join(words))


def day_of(mall: Mall, now: datetime, option: str, written: str | None) -> date | None:
    """Return a day of the mall; None where none was asked for. Raises CommandError."""
    if written is None:
        return None
    day, at = _read(option, written, now.astimezone(mall.zone).date())
    if at is not None:
        raise CommandError(f"{option} {written} has a time; a whole day is wanted, as {day}")
    return day


def _read(option: str, written: str, today: date) -> tuple[date, time | None]:
    found = _WRITTEN.fullmatch(written.strip())
    try:
        if found is None:
            raise ValueError
        named = found["day"].lower()
        day = (
            today + timedelta(days=_DAYS[named])
            if named in _DAYS
            else datetime.strptime(named, "%Y-%m-%d").replace(tzinfo=UTC).date()
        )
        at = None
        if found["time"]:
            hour, minute = found["time"].split(":")
            at = time(int(hour), int(minute))
        if not _EARLIEST.date() <= day < _LATEST.date():
            raise ValueError
    except ValueError:
        raise CommandError(
            f"{option} {written.strip() or repr(written)} is no day that we understand; "
            f"write it as {today}, with a time as '{today} 18:30', or as today, tomorrow or "
            "yesterday"
        ) from None
    return day, at


def _midnight(mall: Mall, day: date) -> datetime:
    return _local(mall, day, time())


def _local(mall: Mall, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=mall.zone).astimezone(UTC)
