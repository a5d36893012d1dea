"""The rate limit of a merchant's key.

Many processes count calls in one counter per key. A process admits calls by the last value that it
read from the counter, and reports several calls at a time: the more, the more are left. It reports
in parallel to the call's own work, so a call needs no round trip of its own, and a write pays for
many calls. docs/decisions/0025 explains the design and its cost.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from baylock.domain.access.limits import Limits, RateStatus, Usage, rate_status
from baylock.ports.access import UsageCounters
from baylock.ports.clock import Clock

MAX_UNREPORTED = 16
SHARES = 8
"""A process uses a SHARES-th of the calls left before it reports, as others use theirs."""
FRESH = timedelta(seconds=10)
UNREPORTED_WHEN_STALE = 3
"""The calls that a process may admit when its value is older than `FRESH`."""
MAX_WAIT = timedelta(milliseconds=250)
"""The longest time that a finished call waits for its report."""


@dataclass(slots=True)
class _Tally:
    """A process's tally of a key: `spent` is the last value read, plus its own calls since."""

    spent: Usage
    heard: Usage | None = None
    heard_at: datetime | None = None
    unreported: int = 0
    reported: int = 0
    """The part of `unreported` that is being reported."""
    report: Future[Usage] | None = None


@dataclass(frozen=True)
class RateLimiter:
    """Call it before each call of the API, and `settle` after an admitted one; not thread-safe."""

    counts: UsageCounters
    clock: Clock
    beside: Executor
    _tallies: dict[str, _Tally] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, key: str, limits: Limits) -> RateStatus:
        """Return the key's status before this call; with a `wait`, the call is not admitted.

        An admitted call is counted. `key` is the key's id.
        """
        now = self.clock()
        tally = self._tallies.setdefault(key, _Tally(Usage(now.date())))
        self._take_report(tally, limits, now)
        before = rate_status(tally.spent, limits, now)
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
        """Return the key's status after its call, with the result of a report that was made.

        Raises the error of a failed report; its calls are reported with the next.
        """
        tally = self._tallies[key]
        if tally.report is not None:
            with suppress(NotYet):  # its result is read before the next call
                tally.report.exception(MAX_WAIT.total_seconds())
        failure = self._take_report(tally, limits, self.clock())
        if failure is not None:
            raise failure
        return rate_status(tally.spent, limits, self.clock())

    @staticmethod
    def _take_report(tally: _Tally, limits: Limits, now: datetime) -> BaseException | None:
        """Take the result of a finished report; return its error, if it failed."""
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
    """Return the number of calls to admit before they are reported."""
    if tally.heard_at is None:
        return 1
    if now - tally.heard_at > FRESH:
        return UNREPORTED_WHEN_STALE
    return max(1, min(MAX_UNREPORTED, before.left // SHARES, before.left_today // SHARES))
