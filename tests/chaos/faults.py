"""Faults of calls: random by rates, or planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Protocol


class Crashed(BaseException):
    """The process crashed, like a killed Lambda: no `except Exception` runs."""


class Fault(StrEnum):
    """The fault of one call."""

    NONE = "-"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    LOST_ANSWER = "lost response"
    STALL_BEFORE = "stall before"
    STALL_AFTER = "stall after"


CRASHES = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
CONFLICTS = (Fault.THROTTLED, Fault.CONFLICT, Fault.LOST_ANSWER)
STALLS = (Fault.STALL_BEFORE, Fault.STALL_AFTER)

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")


class Faults(Protocol):
    """Decides which calls fail."""

    def next(self, who: str, call: str) -> Fault:
        """Return the fault of the next call of `who`."""

    def is_stale(self) -> bool:
        """Tell whether an eventually consistent read returns an item's older version."""

    def stalls_for(self) -> timedelta:
        """Return how long a stall lasts."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of calls; `stale` is a share of the items in eventually consistent reads."""

    crash: float = 0.05
    conflict: float = 0.03
    stall: float = 0.01
    stale: float = 0.3


NO_FAULTS = Rates(0, 0, 0, 0)

STORM = 0.1
"""Share of conflicts that continue, for so many calls of the same caller that it gives up."""

MAX_STORM = 8


class RandomFaults:
    """Faults at random."""

    def __init__(self, random: Random, rates: Rates) -> None:
        self._random, self._rates = random, rates
        self._storms: Counter[str] = Counter()

    def next(self, who: str, call: str) -> Fault:
        if self._storms[who]:
            self._storms[who] -= 1
            return Fault.THROTTLED
        rates, roll = self._rates, self._random.random()
        if roll < rates.crash:
            return self._random.choice(CRASHES)
        if roll < rates.crash + rates.conflict:
            if self._random.random() < STORM:
                self._storms[who] = self._random.randint(1, MAX_STORM)
            return self._random.choice(CONFLICTS if call in WRITES else CONFLICTS[::2])
        if roll < rates.crash + rates.conflict + rates.stall:
            return self._random.choice(STALLS)
        return Fault.NONE

    def is_stale(self) -> bool:
        return self._random.random() < self._rates.stale

    def stalls_for(self) -> timedelta:
        """Return up to five minutes: a waiting caller has given up by then, and the sweep has
        run."""
        return timedelta(seconds=self._random.uniform(2, 300))


STALLED_BY_PLAN = timedelta(seconds=90)


class PlannedFaults:
    """Faults by plan: caller, call, and its number (from 1)."""

    def __init__(self, plan: Mapping[tuple[str, str, int], Fault]) -> None:
        self._plan = plan
        self._made: Counter[tuple[str, str]] = Counter()

    def next(self, who: str, call: str) -> Fault:
        self._made[who, call] += 1
        return self._plan.get((who, call, self._made[who, call]), Fault.NONE)

    def is_stale(self) -> bool:
        return False

    def stalls_for(self) -> timedelta:
        return STALLED_BY_PLAN
