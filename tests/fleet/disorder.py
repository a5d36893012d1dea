"""Disorder of networks and queues: delays, changes of order, repetitions."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

from tests.fleet.timeline import Timeline

from baylock.domain.errors import Busy, LockChanged, LockHeld

_T = TypeVar("_T")

VISIBILITY_S = 60.0
"""When a queue delivers a failed message again, as in infra/messaging.yaml."""
TRIES = 8
"""Attempts until a message becomes a dead letter."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of messages; LATE_S and VERY_LATE_S are the delays of `late` and `very_late`."""

    repeated: float = 0.04
    late: float = 0.02
    very_late: float = 0.0005
    refused: float = 0.0005
    """Share of throttled calls to the shadow service."""


LATE_S = (1.0, 20.0)
VERY_LATE_S = (20.0, 300.0)
PROMPT_S = (0.02, 0.4)


@dataclass
class Disorder:
    """Delays and repetitions of messages. While `calm`, nothing is repeated or late."""

    random: Random
    rates: Rates
    counts: Counter[str] = field(default_factory=Counter)
    calm: bool = False

    def delays(self) -> list[float]:
        """Return the delays after which a message is delivered, in seconds: more than one if
        repeated."""
        copies = 1
        if not self.calm and self.random.random() < self.rates.repeated:
            copies = self.random.choice((2, 2, 2, 3))
            self.counts["repeated"] += copies - 1
        return [self._delay() for _ in range(copies)]

    def refuses(self) -> bool:
        """Tell whether a call is refused."""
        return not self.calm and self.random.random() < self.rates.refused

    def _delay(self) -> float:
        chance = 1.0 if self.calm else self.random.random()
        if chance < self.rates.very_late:
            return self.random.uniform(*VERY_LATE_S)
        if chance < self.rates.very_late + self.rates.late:
            return self.random.uniform(*LATE_S)
        return self.random.uniform(*PROMPT_S)


@dataclass
class Order:
    """Counts overtaken messages: `newest` is the newest message that has arrived, by key."""

    counts: Counter[str]
    newest: dict[str, int] = field(default_factory=dict)

    def arrived(self, key: str, number: int) -> None:
        """Count the message if a later one arrived before it."""
        if number < self.newest.get(key, 0):
            self.counts["overtaken"] += 1
        else:
            self.newest[key] = number


class Queue(Generic[_T]):
    """A standard SQS queue with a function behind it: at least once, in any order."""

    def __init__(
        self,
        name: str,
        timeline: Timeline,
        disorder: Disorder,
        handle: Callable[[_T], object],
    ) -> None:
        self.name = name
        self.waiting = 0
        self.dead: deque[_T] = deque()
        self._timeline, self._disorder, self._handle = timeline, disorder, handle
        self._order = Order(disorder.counts)
        self._sent = 0

    def send(self, message: _T, key: str) -> None:
        """Send a message; `key` is its subject, and messages overtake only others with the same
        key."""
        self._sent += 1
        self._disorder.counts["sent"] += 1
        for delay in self._disorder.delays():
            self._wait(delay, message, key, self._sent, 1)

    def _wait(self, delay: float, message: _T, key: str, number: int, tries: int) -> None:
        self.waiting += 1
        self._timeline.later(delay, lambda: self._deliver(message, key, number, tries))

    def _deliver(self, message: _T, key: str, number: int, tries: int) -> None:
        self.waiting -= 1
        self._order.arrived(key, number)
        try:
            self._handle(message)
        except (Busy, LockChanged) as error:
            self._disorder.counts["tried again"] += 1
            if tries < TRIES:
                self._wait(VISIBILITY_S, message, key, number, tries + 1)
            elif isinstance(error, LockHeld):
                self._disorder.counts["left to the clock"] += 1  # as functions/reconcile_lock does
            else:
                self.dead.append(message)
