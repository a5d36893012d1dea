"""A run: a day of bookings, the check at its end, and the figures."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from unittest.mock import patch

from tests.fleet.disorder import Rates
from tests.fleet.ends import Ends
from tests.fleet.plan import HOUR_S, Wishes
from tests.fleet.promises import Promises
from tests.fleet.site import Site

CHECKED_FOR_S = 180.0
RUNS_OUT_WITHIN_S = 16 * HOUR_S


@dataclass(frozen=True)
class Report:
    """The results of a run."""

    wishes: Wishes
    promises: Promises
    counts: Counter[str]
    messages: Counter[str]
    stood: Counter[str]
    late: tuple[str, ...]
    dead_letters: tuple[str, ...]
    digest: str
    happened: int
    seconds: float


@dataclass(frozen=True)
class Fleet:
    """A run, configured. The same wishes give the same run.

    `moves`: whether orders move; otherwise those that can't keep their space fail. `passed` is
    called with the seconds of the day that are over. Raises Violation.
    """

    wishes: Wishes
    rates: Rates = field(default_factory=Rates)
    moves: bool = True
    report_every_s: float = 300.0
    passed: Callable[[float], object] = lambda _: None

    def __call__(self) -> Report:
        began = perf_counter()
        with _alike(self.wishes):
            site = Site(
                self.wishes,
                rates=self.rates,
                moves=self.moves,
                report_every_s=self.report_every_s,
            )
            site.start()
            site.run_day(self.passed)
            site.be_well()
            site.standing.check(CHECKED_FOR_S)
            site.run_out(RUNS_OUT_WITHIN_S)
            site.standing.check(CHECKED_FOR_S)
            Ends(site).check()
        return self._report(site, perf_counter() - began)

    def _report(self, site: Site, seconds: float) -> Report:
        return Report(
            wishes=self.wishes,
            promises=site.promises,
            counts=site.counts,
            messages=site.disorder.counts,
            stood=site.standing.stood,
            late=tuple(site.standing.late),
            dead_letters=tuple(sorted({letter for letter, _ in site.cloud.dead_letters})),
            digest=f"{site.trace.digest:08x}",
            happened=site.timeline.happened,
            seconds=seconds,
        )


@contextmanager
def _alike(wishes: Wishes) -> Iterator[None]:
    """Seed the agents' random numbers, and silence their log."""
    log = logging.getLogger("baylock_lock")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with patch("baylock_lock.spread.random", Random(wishes.seed)):
            yield
    finally:
        log.setLevel(level)
