"""The rate limits of a merchant's key.

A bucket of `burst` calls that refills at `per_minute`, and a budget for the day, which begins at
midnight UTC. The state of the bucket is the time at which it will be full again (the generic cell
rate algorithm): each call postpones it by the time in which a call is refilled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import NamedTuple

MAX_BURST = 10_000
MAX_PER_MINUTE = 60_000
MAX_PER_DAY = 100_000_000

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """The calls that a key may make at once, a minute in the long run, and a day."""

    burst: int = 60
    per_minute: int = 300
    per_day: int = 20_000

    def __post_init__(self) -> None:
        """Raise ValueError where a limit is out of range."""
        for name, most in (
            ("burst", MAX_BURST),
            ("per_minute", MAX_PER_MINUTE),
            ("per_day", MAX_PER_DAY),
        ):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name} is a whole number from 1 to {most}")

    @property
    def apart(self) -> timedelta:
        """The time in which a call is refilled."""
        return timedelta(minutes=1) / self.per_minute


class Usage(NamedTuple):
    """A key's usage: its calls on `day`, and the time at which its bucket will be full again."""

    day: date
    calls: int = 0
    full_at: datetime = _NEVER

    def on(self, day: date) -> Usage:
        """Return the usage as it counts on `day`, which is not earlier than its own day."""
        return self if day <= self.day else self._replace(day=day, calls=0)

    def after(self, calls: int, limits: Limits, now: datetime) -> Usage:
        """Return the usage with so many calls more, made now."""
        today = self.on(now.date())
        full_at = max(self.full_at, now) + calls * limits.apart
        return today._replace(calls=today.calls + calls, full_at=full_at)


class RateStatus(NamedTuple):
    """The calls that are left at a moment, and the time until there are more."""

    limits: Limits
    left: int
    more_in: timedelta
    """The time until the bucket has another call; zero when it is full."""
    left_today: int
    day_ends_in: timedelta

    @property
    def wait(self) -> timedelta:
        """The time that the next call must wait; zero when it may come at once."""
        if self.left_today < 1:
            return self.day_ends_in
        return self.more_in if self.left < 1 else timedelta(0)


def rate_status(spent: Usage, limits: Limits, now: datetime) -> RateStatus:
    """Return a key's rate status at `now`."""
    owed = max(spent.full_at - now, timedelta(0))
    out = ceil(owed / limits.apart)
    # A bucket in debt is refilled to zero before it has another call.
    more_in = owed - (min(out, limits.burst) - 1) * limits.apart if out else timedelta(0)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(0), UTC)
    return RateStatus(
        limits,
        max(limits.burst - out, 0),
        more_in,
        max(limits.per_day - spent.on(now.date()).calls, 0),
        midnight - now,
    )
