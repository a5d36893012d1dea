"""PostgreSQL on the same work: two strategies that suit one machine best, and the naive one.

A reservation is a row whose window excludes every overlapping window of the same space. Each
strategy runs in one transaction and writes the same row, under the merchant's reference:

- `skip locked` locks the nearest free space that nobody else has locked, and inserts;
- `skip locked, hashed` is the same statement, but the planner must not probe the index once for
  each nearer space that is taken: its preferred plan is slow in a busy lot;
- `naive` takes the nearest free space, inserts, and starts again if another transaction was faster.

Durability is the default: a commit waits for the disk (`fsync`, `synchronous_commit`).
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from threading import Timer

import psycopg
from psycopg.errors import DeadlockDetected, ExclusionViolation, QueryCanceled

from baylock.domain.venue.mall import Mall, Merchant
from bench.alone import WARM_UP
from bench.fill import ASKED, DRIVER, Day, some_taken
from bench.race import REQUESTS, TAKEN, Run, run_race
from bench.results import PeerAlone, PeerRace, Spread
from local_cloud.child import Child
from local_cloud.environment import tool_environment
from local_cloud.home import Home

SKIP_LOCKED, HASHED, NAIVE = "skip locked", "skip locked, hashed", "naive"
STRATEGIES = (SKIP_LOCKED, HASHED, NAIVE)

MAX_RACE_SECONDS = 5.0
"""When a race is stopped: racers who insert blindly deadlock, and each deadlock takes a second to
be detected (`deadlock_timeout`)."""

_ACCOUNT = "postgres"
"""Debian's account for the server, which refuses to run as root."""
_START_SECONDS = 20.0
_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
_SERVER = Path(__file__).with_name("postgres_server.py")

_TABLES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE space (id int PRIMARY KEY);
CREATE TABLE walk (merchant text, walk_dm int, space int, PRIMARY KEY (merchant, walk_dm, space));
CREATE TABLE reservation (
    reference text PRIMARY KEY,
    merchant text NOT NULL,
    phone text NOT NULL,
    space int NOT NULL,
    during int4range NOT NULL,
    EXCLUDE USING gist (space WITH =, during WITH &&)
);
"""

_NEAREST = """
SELECT walk.space, walk.walk_dm FROM walk JOIN space ON space.id = walk.space
WHERE walk.merchant = %s
  AND NOT EXISTS (
    SELECT FROM reservation
    WHERE reservation.space = walk.space AND reservation.during && %s::int4range
  )
ORDER BY walk.walk_dm, walk.space LIMIT 1
"""
_NEAREST_SKIPPING = _NEAREST + " FOR UPDATE OF space SKIP LOCKED"
_INSERT = (
    "INSERT INTO reservation (reference, merchant, phone, space, during)"
    " VALUES (%s, %s, %s, %s, %s::int4range)"
)


class NotInstalled(Exception):
    """PostgreSQL is not installed."""


@dataclass(frozen=True)
class Postgres:
    """A running server, reached through a socket in `sockets`."""

    version: str
    sockets: Path

    def connect(self) -> psycopg.Connection:
        """Open a new connection."""
        return psycopg.connect(host=str(self.sockets), user=_ACCOUNT, dbname="postgres")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a throw-away cluster in a temporary folder; NotInstalled without Debian's package."""
    binaries = _binaries()
    account = _ACCOUNT if os.geteuid() == 0 else None
    if account and not _exists(account):
        raise NotInstalled(f"PostgreSQL does not run as root, and there is no account {account}")
    folder = Path(tempfile.mkdtemp(prefix="baylock-pg-"))
    try:
        if account:
            shutil.chown(folder, account, account)
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", *_INITDB, "-U", _ACCOUNT, "-D", data],
            check=True,
            capture_output=True,
            cwd=folder,
            user=account,
        )
        child = Child.start(
            "postgres",
            [str(_SERVER), str(binaries), str(data), str(folder), *([account] if account else [])],
            python=Path(sys.executable),
            log=Home.named("bench").log("postgres"),
            environment=tool_environment(),
        )
        try:
            yield _awaited(folder, child)
        finally:
            child.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """Find the server's programs; Debian keeps them by version, outside the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version_of)
    found = debian[-1] if debian else shutil.which("initdb")
    if found is None:
        raise NotInstalled("PostgreSQL is not installed (Debian: apt install postgresql)")
    return Path(found).parent


def _version_of(initdb: Path) -> float:
    try:
        return float(initdb.parents[1].name)
    except ValueError:
        return 0.0


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _awaited(sockets: Path, child: Child) -> Postgres:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with Postgres("", sockets).connect() as connection:
                (version,) = connection.execute("SHOW server_version").fetchone() or ("",)
        except psycopg.OperationalError:
            if time.monotonic() > deadline or child.exit_code is not None:
                raise
            time.sleep(0.05)
        else:
            return Postgres(str(version), sockets)


# ── a lot and its days ───────────────────────────────────────────────────────────────────────────


def load_lot(connection: psycopg.Connection, mall: Mall, merchants: Sequence[Merchant]) -> None:
    """Load the mall's lot, replacing the previous lot."""
    lot = mall.lots[0]
    connection.execute("DROP TABLE IF EXISTS reservation, walk, space")
    connection.execute(_TABLES)
    with connection.cursor().copy("COPY space FROM STDIN") as copy:
        for space in range(len(lot.spaces)):
            copy.write_row((space,))
    with connection.cursor().copy("COPY walk FROM STDIN") as copy:
        for merchant in merchants:
            for space, walk_dm in enumerate(merchant.walks[lot.ref]):
                copy.write_row((merchant.ref, walk_dm, space))
    connection.commit()


def load_day(connection: psycopg.Connection, day: Day) -> None:
    """Load the bookings of a day, replacing those of the previous day."""
    connection.execute("TRUNCATE reservation")
    with connection.cursor().copy("COPY reservation FROM STDIN") as copy:
        for space, entries in enumerate(day.bookings):
            for entry in entries:
                during = f"[{entry.first},{entry.end})"
                copy.write_row((f"{space}-{entry.first}", "fill", "", space, during))
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False


@dataclass
class Desk:
    """Reserves through one connection with one strategy; `attempts` counts transactions begun."""

    connection: psycopg.Connection
    strategy: str
    attempts: int = 0
    give_up_at: float = float("inf")

    def __post_init__(self) -> None:
        self.connection.autocommit = True
        if self.strategy == HASHED:
            self.connection.execute("SET enable_nestloop = off")

    def __call__(self, merchant: str, reference: str) -> int | None:
        """Return the walk in decimetres; None if nothing is free or the race was stopped."""
        during = f"[{ASKED[0]},{ASKED[1]})"
        nearest = _NEAREST if self.strategy == NAIVE else _NEAREST_SKIPPING
        while time.perf_counter() < self.give_up_at:
            self.attempts += 1
            try:
                with self.connection.transaction():
                    found = self.connection.execute(nearest, (merchant, during)).fetchone()
                    if found is None:
                        return None
                    row = (reference, merchant, DRIVER, found[0], during)
                    self.connection.execute(_INSERT, row)
            except (ExclusionViolation, DeadlockDetected):
                continue
            except QueryCanceled:
                break
            return int(found[1])
        return None


def reserve_alone(
    server: Postgres,
    day: Day,
    merchants: Sequence[Merchant],
    full: float,
    reserves: int,
    random: Random,
) -> list[PeerAlone]:
    """Reserve and undo, one after another, with each strategy; lot and day must be loaded."""
    return [
        _alone(server, strategy, day, merchants, full, reserves, random) for strategy in STRATEGIES
    ]


def _alone(
    server: Postgres,
    strategy: str,
    day: Day,
    merchants: Sequence[Merchant],
    full: float,
    reserves: int,
    random: Random,
) -> PeerAlone:
    times, walked, shortest = [], 0, 0
    with server.connect() as connection:
        desk = Desk(connection, strategy)
        for number in range(WARM_UP + reserves):
            merchant = random.choice(merchants)
            reference = f"alone-{number}"
            start = time.perf_counter()
            walk = desk(merchant.ref, reference)
            seconds = time.perf_counter() - start
            assert walk is not None
            connection.execute("DELETE FROM reservation WHERE reference = %s", (reference,))
            if number >= WARM_UP:
                times.append(seconds * 1000)
                walked += walk
                shortest += day.free_walks(merchant)[0]
    return PeerAlone(
        strategy, len(day.lot.spaces), full, reserves, Spread.of(times), walked / shortest
    )


def race_many(
    server: Postgres,
    strategy: str,
    mall: Mall,
    merchant: Merchant,
    racers: int,
    days: Iterable[date],
    random: Random,
) -> PeerRace:
    """Run a race on each day, with a connection for each racer."""
    runs: list[Run] = []
    attempts, ratios, doubles = [], [], 0
    connections = [server.connect() for _ in range(racers)]
    try:
        desks = [Desk(connection, strategy) for connection in connections]
        with server.connect() as clerk:
            for when in days:
                day = some_taken(mall, when, TAKEN, random)
                load_day(clerk, day)
                for desk in desks:
                    desk.attempts = 0
                    desk.give_up_at = time.perf_counter() + MAX_RACE_SECONDS
                with _stopped_in_time(connections):
                    run = run_race([_racer(desk, merchant.ref) for desk in desks])
                runs.append(run)
                attempts.append(sum(desk.attempts for desk in desks) / max(run.placed, 1))
                ratios.append(run.walked_dm / max(sum(day.free_walks(merchant)[: run.placed]), 1))
                doubles += _overlaps(clerk)
    finally:
        for connection in connections:
            connection.close()
    return PeerRace(
        strategy=strategy,
        racers=racers,
        repetitions=len(runs),
        requests=REQUESTS * len(runs),
        successes=sum(run.placed for run in runs),
        attempts=Spread.of(attempts),
        wall_ms=Spread.of(run.seconds / max(run.placed, 1) * 1000 for run in runs),
        latency_ms=Spread.of(seconds * 1000 for run in runs for seconds in run.latencies),
        walk_ratio=Spread.of(ratios),
        double_bookings=doubles,
    )


@contextmanager
def _stopped_in_time(connections: Sequence[psycopg.Connection]) -> Iterator[None]:
    def stop() -> None:
        for connection in connections:
            connection.cancel_safe()

    timer = Timer(MAX_RACE_SECONDS, stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _racer(desk: Desk, merchant: str) -> Callable[[int], int | None]:
    return lambda number: desk(merchant, f"race-{number}")


def _overlaps(connection: psycopg.Connection) -> int:
    counted = connection.execute(
        "SELECT count(*) FROM reservation a JOIN reservation b"
        " ON a.space = b.space AND a.during && b.during AND a.reference < b.reference"
    ).fetchone()
    connection.rollback()
    return int(counted[0]) if counted else 0
