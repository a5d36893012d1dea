"""A chaos run: concurrent operations on a small mall with every fault, and the check after it."""

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
"""The largest lot that is read as a whole in runs that treat the garage as a large one."""


@dataclass(frozen=True)
class Report:
    """The events of a run, and the findings after it."""

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
        """Tell whether there are no findings and no unexpected errors."""
        return self.findings.is_clean and not self.tally.failures


@dataclass(frozen=True)
class Chaos:
    """A run, configured. The same seed gives the same run.

    `planted` plants a bug in the world for the duration of the run; `began` is called with the
    number of operations begun so far.
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
        """Whether the garage counts as a large lot, in which spaces are found by the hint."""
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
        """Let the sweep finish, after all workers have stopped."""
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
            crashes=sum(counts[fault] for fault in CRASHES),
            conflicts=sum(counts[fault] for fault in CONFLICTS),
            stalls=sum(counts[fault] for fault in STALLS),
            lost_races=counts["lost races"],
            stale_reads=counts["stale reads"],
            longest_chain=f"{chain.calls} calls ({chain.name})",
            virtual=world.scheduler.now - world.venue.begins,
            seconds=seconds,
            trace_hash=world.client.trace_hash,
            trace=tuple(world.client.trace or ()),
            findings=world.check(),
        )
