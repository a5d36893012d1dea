"""How often a merchant may have us call an address that has not asked for it.

A merchant chooses the address, and a test or a proof makes us call it. Without a limit anybody with
a key could have us call somebody else's server as often as they like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from baylock.domain.venue.keys import merchant_key
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.address import host_of

MAX_BY_MERCHANT = 12
"""Tests and proofs of a merchant in an hour."""
MAX_AT_HOST = 60
"""Tests and proofs at a host in an hour, by all merchants; some share the host of a service."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What tries are counted for: a merchant or a host, by `name`."""

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries of an hour since 1970; none yet where `count` is 0."""

    hour: int
    count: int = 0

    def at(self, now: datetime) -> Tries:
        """The tries of the hour that it is now."""
        hour = hour_of(now)
        return self if self.hour == hour else Tries(hour)

    def one_more(self) -> Tries:
        """The tries after another."""
        return Tries(self.hour, self.count + 1)


def counted(merchant: MerchantId, url: str) -> tuple[Counted, Counted]:
    """What a try of a merchant at an address counts for; it may be one that is refused by now."""
    who = f"merchant {merchant_key(merchant)}"
    return Counted(who, MAX_BY_MERCHANT), Counted(f"host {host_of(url)}", MAX_AT_HOST)


def hour_of(now: datetime) -> int:
    """The hour, counted since 1970."""
    return int(now.timestamp() // HOUR.total_seconds())


def next_hour(now: datetime) -> datetime:
    """The time at which tries are counted anew."""
    return now + HOUR - timedelta(seconds=now.timestamp() % HOUR.total_seconds())
