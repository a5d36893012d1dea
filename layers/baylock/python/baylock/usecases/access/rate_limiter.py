"""Whether a merchant's key may call once more.

Calls are counted by many processes, in one counter per key. A process lets calls in on what it last
heard from the counter, and reports a share of them at a time: the larger, the more is left. It
reports beside the call's own work and waits for the answer no longer than for that, so a call costs
no round trip more, and one write pays for many calls. docs/decisions tells why, and what it costs.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from baylock.domain.access.limits import Limits, RateStatus, Usage, standing
from baylock.ports.access import UsageCounters
from baylock.ports.clock import Clock

MAX_UNREPORTED = 16
SHARES = 8
"""A process takes this part of what is left before it reports, as others may be taking theirs."""
FRESH = timedelta(seconds=10)
UNREPORTED_WHEN_STALE = 3
"""What a process may let in that has not heard of a key for longer than `FRESH`."""
MAX_WAIT = timedelta(milliseconds=250)
"""How long a call that is done waits for its report."""


@dataclass(slots=True)
class _Tally:
    """What this process knows of a key: `spent` holds what it heard, and its own calls since."""

    spent: Usage
    heard: Usage | None = None
    heard_at: datetime | None = None
    unreported: int = 0
    reported: int = 0
    """Of those, what is being reported."""
    report: Future[Usage] | None = None


@dataclass(frozen=True)
class RateLimiter:
    """Ask before each call; where the answer is yes, `settle` after it. For one call at a time."""

    counts: UsageCounters
    clock: Clock
    beside: Executor
    _tallies: dict[str, _Tally] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, key: str, limits: Limits) -> RateStatus:
        """How the key stands before this call; with a `wait`, the call may not be made.

        A call that may be made is counted. `key` is the key's id.
        """
        now = self.clock()
        tally = self._tallies.setdefault(key, _Tally(Usage(now.date())))
        self._hear(tally, limits, now)
        before = standing(tally.spent, limits, now)
        if not before.wait:
            tally.spent = tally.spent.after(1, limits, now)
            tally.unreported += 1
            if tally.report is None and tally.unreported >= _share(tally, before, now):
                tally.reported = tally.unreported
                expected = tally.heard.full_at if tally.heard else now
                tally.report = self.beside.submit(
                    self.counts.add, key, tally.reported, limits, expected, now
                )
        return before

    def settle(self, key: str, limits: Limits) -> RateStatus:
        """How the key stands after its call, with what came of the report, if there was one.

        Whatever the report failed with is raised; its calls are then reported with the next.
        """
        tally = self._tallies[key]
        if tally.report is not None:
            with suppress(NotYet):  # then it is heard of before the next call
                tally.report.exception(MAX_WAIT.total_seconds())
        failure = self._hear(tally, limits, self.clock())
        if failure is not None:
            raise failure
        return standing(tally.spent, limits, self.clock())

    @staticmethod
    def _hear(tally: _Tally, limits: Limits, now: datetime) -> BaseException | None:
        """Take in the answer to a report that has come; what it failed with, if it did."""
        report = tally.report
        if report is None or not report.done():
            return None
        tally.report = None
        failure = report.exception()
        if failure is None:
            tally.unreported -= tally.reported
            tally.heard, tally.heard_at = report.result(), now
            tally.spent = tally.heard.after(tally.unreported, limits, now)
        return failure


def _share(tally: _Tally, before: RateStatus, now: datetime) -> int:
    """How many calls to let in before they are reported."""
    if tally.heard_at is None:
        return 1
    if now - tally.heard_at > FRESH:
        return UNREPORTED_WHEN_STALE
    return max(1, min(MAX_UNREPORTED, before.left // SHARES, before.left_today // SHARES))
