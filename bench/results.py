"""A run's results, as stored in results.json. Times are of this machine, with an emulator."""

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
    """Mean, percentiles, lowest and highest of some measurements."""

    mean: float
    p50: float
    p95: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Compute the spread; percentiles are measured values (nearest rank), not interpolated."""
        ranked = sorted(values)

        def rank(part: float) -> float:
            return ranked[max(0, ceil(part * len(ranked)) - 1)]

        return cls(fmean(ranked), rank(0.5), rank(0.95), ranked[0], ranked[-1])


@dataclass(frozen=True, slots=True)
class Alone:
    """Reservations one after another in a lot that is and stays `full` (0 to 1)."""

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
    """The refresh of the hint after a reservation, if no other change shares its batch."""
    hint_write_units: Spread
    first_cpu_ms: Spread
    """CPU time of a merchant's first reservation in a process, which ranks the spaces for that
    merchant."""
    cpu_ms: Spread
    wall_ms: Spread
    walk_ratio: float
    """The sum of all walks over the sum of the shortest possible walks."""


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
    """The most calls of a request, not counting one for each race that it lost."""
    wall_ms: Spread
    """Duration of the race per success."""
    latency_ms: Spread
    """Latency of single requests."""
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
    """The upload of a function or a layer; kilobytes, unpacked."""

    name: str
    kb: float
    is_layer: bool


@dataclass(frozen=True, slots=True)
class Disorder:
    """The findings after chaos operations.

    `bugs` is how many bugs were planted, one at a time, to see whether the check notices them; it
    `missed` so many.
    """

    operations: int
    found: Findings
    bugs: int
    missed: int


@dataclass
class Results:
    """The results of a run. What could not be measured is absent, and `notes` says why."""

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
        """Return the reservations in one lot at one fullness."""
        found = (cell for cell in self.alone if (cell.spaces, cell.full) == (spaces, full))
        return next(found, None)

    def race(self, racers: int) -> Race | None:
        """Return the race with this many racers."""
        return next((race for race in self.races if race.racers == racers), None)

    def peer(self, strategy: str, spaces: int, full: float) -> PeerAlone | None:
        """Return PostgreSQL's reservations in one lot at one fullness."""
        return next(
            (
                peer
                for peer in self.peer_alone
                if (peer.strategy, peer.spaces, peer.full) == (strategy, spaces, full)
            ),
            None,
        )
