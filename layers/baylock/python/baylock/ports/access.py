"""How much merchants' keys have called."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.access.limits import Limits, Usage


class UsageCounters(Protocol):
    """How much keys have called, over all processes. May raise Busy after bounded retries."""

    def add(self, key: str, calls: int, limits: Limits, expected: datetime, now: datetime) -> Usage:
        """Count calls of a key (by its id), and return what it has spent with them.

        `expected` is our guess of when its bucket will be full: a wrong one costs a write more.
        """

    def calls_on(self, day: date, keys: Collection[str]) -> Mapping[str, int]:
        """The calls of these keys on a day (UTC), of those that made any."""
