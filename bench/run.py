"""A run of the bench, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.domain.venue.mall import Mall, Merchant
from bench import alone, disorder, postgres, race
from bench.about import about
from bench.cold_start import cold_starts
from bench.engine import Engine, running_engine
from bench.fill import days_from, filled, taken
from bench.lots import mall_of
from bench.packages import packages
from bench.results import Results
from bench.store import VENUE, Store
from local_cloud import LocalCloudError


@dataclass(frozen=True)
class Scope:
    """How much is measured."""

    sizes: Sequence[int] = (50, 500, 1_000, 5_000, 20_000)
    fullnesses: Sequence[float] = (0.0, 0.5, 0.9, 0.99)
    reserves: int = 20
    racers: Sequence[int] = (1, 8, 32, 64)
    races: int = 6
    cold_runs: int = 7
    build: bool = True
    seed: int = 1


QUICK = Scope(
    sizes=(50, 1_000),
    fullnesses=(0.0, 0.9),
    reserves=5,
    racers=(1, 8),
    races=2,
    cold_runs=1,
    build=False,
)


class Run:
    """Measures each part and collects `results`."""

    def __init__(self, scope: Scope, progress: Progress) -> None:
        self.results = Results(about(scope.seed) | {"postgresql": "not measured"})
        self._scope = scope
        self._progress = progress

    def __call__(self) -> Results:
        with ExitStack() as stack:
            engine = stack.enter_context(running_engine())
            self._cold_starts(engine)
            self._packages()
            peer = self._peer(stack)
            self._alone(engine, peer)
            self._races(engine)
            self._disorder()
            if peer is not None:
                self._peer_races(peer)
        return self.results

    def _peer(self, stack: ExitStack) -> postgres.Postgres | None:
        try:
            peer = stack.enter_context(postgres.running_postgres())
        except postgres.NotInstalled as error:
            self.results.notes.append(f"PostgreSQL was not measured: {error}.")
            return None
        self.results.about["postgresql"] = peer.version
        return peer

    @contextmanager
    def _part(self, name: str, steps: int) -> Iterator[Callable[[], object]]:
        task = self._progress.add_task(name, total=steps)
        yield lambda: self._progress.advance(task)
        self._progress.update(task, completed=steps)

    def _random(self, *about: object) -> Random:
        return Random(f"{self._scope.seed} {about}")

    def _cold_starts(self, engine: Engine) -> None:
        runs = self._scope.cold_runs
        with self._part("cold starts", runs + 1) as done:
            self.results.cold_starts = cold_starts(
                engine, runs=runs, random=self._random("cold"), done=done
            )

    def _packages(self) -> None:
        if not self._scope.build:
            self.results.notes.append(
                "Package sizes were not measured: a quick run builds nothing."
            )
            return
        with self._part("packages", 1):
            try:
                self.results.packages = packages()
            except LocalCloudError as error:
                first_line = str(error).partition("\n")[0]
                self.results.notes.append(f"Package sizes were not measured: {first_line}")

    def _alone(self, engine: Engine, peer: postgres.Postgres | None) -> None:
        for size in self._scope.sizes:
            with self._part(f"{size:,} spaces", len(self._scope.fullnesses)) as done:
                mall, merchants = mall_of(size, seed=self._scope.seed)
                DynamoDBVenues(engine.dynamodb(), VENUE, alone.clock).save(mall, merchants)
                if peer is not None:
                    with peer.connect() as connection:
                        postgres.load_lot(connection, mall, merchants)
                for full in self._scope.fullnesses:
                    self._cell(engine, peer, mall, merchants, full)
                    done()

    def _cell(
        self,
        engine: Engine,
        peer: postgres.Postgres | None,
        mall: Mall,
        merchants: Sequence[Merchant],
        full: float,
    ) -> None:
        size, reserves = len(mall.lots[0].spaces), self._scope.reserves
        days = islice(days_from(alone.NOW, mall), self._scope.fullnesses.index(full), None)
        random = self._random("fill", size, full)
        day = filled(mall, merchants, next(days), taken(size, full), random)
        Store(engine.dynamodb()).write(day)
        self.results.alone.append(
            alone.reserve_alone(
                engine, day, merchants, full, reserves, self._random("reserve", size, full)
            )
        )
        if peer is not None:
            with peer.connect() as connection:
                postgres.load_day(connection, day)
            self.results.peer_alone += postgres.reserve_alone(
                peer, day, merchants, full, reserves, self._random("peer", size, full)
            )

    def _races(self, engine: Engine) -> None:
        mall, merchants = mall_of(race.SPACES, seed=self._scope.seed)
        DynamoDBVenues(engine.dynamodb(), VENUE, alone.clock).save(mall, merchants)
        days = days_from(alone.NOW, mall)
        venues = alone.warm_venues(engine, mall, merchants)
        track = race.Track(engine, mall, merchants[0], venues, max(self._scope.racers))
        for racers in self._scope.racers:
            with self._part(f"{racers} racers", self._scope.races) as done:
                self.results.races.append(
                    race.race_many(
                        track,
                        racers,
                        islice(days, self._scope.races),
                        self._random("race", racers),
                        done,
                    )
                )

    def _disorder(self) -> None:
        with self._part("chaos", disorder.STEPS) as done:
            self.results.disorder = disorder.disorder(done)

    def _peer_races(self, peer: postgres.Postgres) -> None:
        mall, merchants = mall_of(race.SPACES, seed=self._scope.seed)
        with peer.connect() as connection:
            postgres.load_lot(connection, mall, merchants)
        for strategy in postgres.STRATEGIES:
            races = 1 if strategy == postgres.NAIVE else self._scope.races // 2
            with self._part(f"PostgreSQL, {strategy}", len(self._scope.racers)) as done:
                for racers in self._scope.racers:
                    self.results.peer_races.append(
                        postgres.race_many(
                            peer,
                            strategy,
                            mall,
                            merchants[0],
                            racers,
                            islice(days_from(alone.NOW, mall), races),
                            self._random("race", racers),
                        )
                    )
                    done()


def shown(console: Console) -> Progress:
    """Show a line for each part, with its time."""
    return Progress(
        TextColumn("{task.description:28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
