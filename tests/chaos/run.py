"""One chaos run: many at work on a small mall, everything going wrong, and the check after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.chaos.checker import Findings
from tests.chaos.engine import database
from tests.chaos.faults import CONFLICTS, CRASHES, NO_FAULTS, STALLS, RandomFaults, Rates
from tests.chaos.venue import venue
from tests.chaos.workload import Tally, Workload
from tests.chaos.world import World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WORKERS = 32
RATES = Rates()
SMALL = 8
"""Spaces of a lot that is read as a whole where the garage is taken for a large one."""


@dataclass(frozen=True)
class Report:
    """What happened in a run, and what was found after it."""

    seed: int
    tally: Tally
    calls: int
    crashes: int
    conflicts: int
    stalls: int
    lost_races: int
    stale_reads: int
    longest_chain: str
    virtual: timedelta
    seconds: float
    trace_hash: str
    trace: tuple[str, ...]
    findings: Findings

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found, and nothing failed in a way that nobody meant."""
        return self.findings.is_clean and not self.tally.failures


@dataclass(frozen=True)
class Chaos:
    """A run, before it is run. The same seed makes the same run.

    `planted` puts a bug into the world for as long as it runs; `began` is told how many operations
    have begun.
    """

    seed: int
    operations: int
    workers: int = WORKERS
    rates: Rates = RATES
    planted: Callable[[World], AbstractContextManager[None]] = lambda _: nullcontext()
    began: Callable[[int], object] = lambda _: None
    keep_trace: bool = False

    @property
    def hinted(self) -> bool:
        """Whether the garage is taken for a large lot, in which spaces are found by the hint."""
        return self.seed % 2 == 0

    def __call__(self) -> Report:
        with ExitStack() as stack:
            stack.enter_context(patch("baylock.adapters.dynamodb.client.FIRST_WAIT_SECONDS", 0))
            if self.hinted:
                stack.enter_context(patch("baylock.domain.allocation.hint.HINT_ABOVE", SMALL))
                stack.enter_context(patch("baylock.usecases.allocation.find_space.FIRST_ZONES", 1))
            return self._run(stack.enter_context(database()))

    def _run(self, database: DynamoDBClient) -> Report:
        began = perf_counter()
        random = Random(self.seed)
        where = venue(self.seed, random)
        world = World(database, where, random, RandomFaults(random, self.rates))
        if self.keep_trace:
            world.client.trace = deque()
        workload = Workload(world, random, self.operations, self.workers, self.began)
        with self.planted(world):
            workload.start()
            world.scheduler.run()
            self._settle(world, workload)
        return self._report(world, workload, perf_counter() - began)

    def _settle(self, world: World, workload: Workload) -> None:
        """Nobody is at work any more, and the sweep has the time that it asks for."""
        world.client.faults = RandomFaults(Random(), NO_FAULTS)
        for _ in range(2):
            world.scheduler.wait(timedelta(minutes=2))
            workload.sweep()

    def _report(self, world: World, workload: Workload, seconds: float) -> Report:
        counts = world.client.counts
        chain = world.client.longest
        return Report(
            seed=self.seed,
            tally=workload.tally,
            calls=counts["calls"],
            crashes=sum(counts[one] for one in CRASHES),
            conflicts=sum(counts[one] for one in CONFLICTS),
            stalls=sum(counts[one] for one in STALLS),
            lost_races=counts["lost races"],
            stale_reads=counts["stale reads"],
            longest_chain=f"{chain.calls} calls ({chain.name})",
            virtual=world.scheduler.now - world.venue.begins,
            seconds=seconds,
            trace_hash=world.client.trace_hash,
            trace=tuple(world.client.trace or ()),
            findings=world.check(),
        )
