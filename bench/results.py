"""What a run found, as it goes into results.json. Times are of this machine, with an emulator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from statistics import fmean
from typing import Self

from bench.cold_start import ColdStart
from bench.store import Findings


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some measurements."""

    mean: float
    p50: float
    p95: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Percentiles are measured values (nearest rank), never between two."""
        ranked = sorted(values)

        def rank(part: float) -> float:
            return ranked[max(0, ceil(part * len(ranked)) - 1)]

        return cls(fmean(ranked), rank(0.5), rank(0.95), ranked[0], ranked[-1])


@dataclass(frozen=True, slots=True)
class Alone:
    """Reservations one after another in a lot that is `full` (0 to 1) and stays so."""

    spaces: int
    full: float
    free: int
    reserves: int
    round_trips: Spread
    read_units: Spread
    write_units: Spread
    index_units: Spread
    items_read: Spread
    bytes_read: Spread
    hint_read_units: Spread
    """What it takes to bring the hint up to date after a reservation, if none shares the batch."""
    hint_write_units: Spread
    first_cpu_ms: Spread
    """Of a merchant's first reservation in a process, which ranks the spaces for it."""
    cpu_ms: Spread
    wall_ms: Spread
    walk_ratio: float
    """All walks together over the shortest that there were."""


@dataclass(frozen=True, slots=True)
class Race:
    """Reservations by several racers at once; spreads are over repetitions of the race."""

    racers: int
    repetitions: int
    requests: int
    successes: int
    attempts: Spread
    """Updates tried per success."""
    read_units: Spread
    write_units: Spread
    index_units: Spread
    round_trips: Spread
    calls_besides: int
    """The most calls that a request made besides one for each race that it lost."""
    wall_ms: Spread
    """The race's time per success."""
    latency_ms: Spread
    """Of single requests."""
    walk_ratio: Spread
    found: Findings


@dataclass(frozen=True, slots=True)
class PeerAlone:
    """PostgreSQL on the work of `Alone`."""

    strategy: str
    spaces: int
    full: float
    reserves: int
    wall_ms: Spread
    walk_ratio: float


@dataclass(frozen=True, slots=True)
class PeerRace:
    """PostgreSQL on the work of `Race`."""

    strategy: str
    racers: int
    repetitions: int
    requests: int
    successes: int
    attempts: Spread
    wall_ms: Spread
    latency_ms: Spread
    walk_ratio: Spread
    double_bookings: int


@dataclass(frozen=True, slots=True)
class Package:
    """What is uploaded for a function, or a layer; kilobytes, unpacked."""

    name: str
    kb: float
    is_layer: bool


@dataclass(frozen=True, slots=True)
class Disorder:
    """What was found after operations in which everything goes wrong.

    `bugs` were planted one by one, to see whether they are noticed; `missed` of them were not.
    """

    operations: int
    found: Findings
    bugs: int
    missed: int


@dataclass
class Results:
    """A whole run. What could not be measured is absent, and `notes` says why."""

    about: dict[str, str | int | float] = field(default_factory=dict)
    alone: list[Alone] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)
    peer_alone: list[PeerAlone] = field(default_factory=list)
    peer_races: list[PeerRace] = field(default_factory=list)
    disorder: Disorder | None = None
    cold_starts: list[ColdStart] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def cell(self, spaces: int, full: float) -> Alone | None:
        """The reservations in one lot at one fullness."""
        found = (one for one in self.alone if (one.spaces, one.full) == (spaces, full))
        return next(found, None)

    def race(self, racers: int) -> Race | None:
        """The race of so many."""
        return next((one for one in self.races if one.racers == racers), None)

    def peer(self, strategy: str, spaces: int, full: float) -> PeerAlone | None:
        """PostgreSQL's reservations in one lot at one fullness."""
        return next(
            (
                one
                for one in self.peer_alone
                if (one.strategy, one.spaces, one.full) == (strategy, spaces, full)
            ),
            None,
        )
