"""The budgets of a reservation as data, and whether a run kept to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil

from bench.results import Results, Spread
from bench.store import Findings

Measure = Callable[[Results], float | None]
"""The figure that a budget limits; None if the run did not measure it."""

ONE_QUERY = 1_024
"""Up to this many spaces, a lot's day is read whole."""
NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit`; both figures are shown with `digits` after the point."""

    what: str
    limit: float
    measure: Measure
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget and the measured figure."""

    budget: Budget
    measured: float | None

    @property
    def word(self) -> str:
        """Return `met`, `missed` or `not measured`."""
        if self.measured is None:
            return "not measured"
        return "met" if self.measured <= self.budget.limit + NEARLY else "missed"


def verdicts(results: Results) -> list[Verdict]:
    """Compare every budget with the results, in the order of `BUDGETS`."""
    return [Verdict(budget, budget.measure(results)) for budget in BUDGETS]


# ── measures ─────────────────────────────────────────────────────────────────────────────────────


def _most(values: Iterable[float]) -> float | None:
    return max(values, default=None)


def _write_units(results: Results) -> float | None:
    return _most(cell.write_units.mean for cell in results.alone)


def _round_trips(*, above: int, up_to: float) -> Measure:
    """Take the 95th percentile: a busy machine sometimes starts one of two parallel calls late."""
    return lambda results: _most(
        cell.round_trips.p95 for cell in results.alone if above < cell.spaces <= up_to
    )


def _calls_besides(racers: int) -> Measure:
    """Count the calls beyond those of an undisturbed reservation and one for each lost race."""

    def measure(results: Results) -> float | None:
        alone, race = results.race(1), results.race(racers)
        return race.calls_besides - alone.calls_besides if race and alone else None

    return measure


def _read_units(spaces: int) -> Measure:
    return lambda results: _most(
        cell.read_units.mean for cell in results.alone if cell.spaces == spaces
    )


def _read_units_busy(spaces: int, pick: Callable[[Spread], float]) -> Measure:
    def measure(results: Results) -> float | None:
        cell = results.cell(spaces, 0.9)
        return pick(cell.read_units) if cell else None

    return measure


def _attempts(racers: int) -> Measure:
    def measure(results: Results) -> float | None:
        race = results.race(racers)
        return race.attempts.mean if race else None

    return measure


def _race_write_units(results: Results) -> float | None:
    race = results.race(64)
    return race.write_units.mean if race else None


def _walk_alone(results: Results) -> float | None:
    race = results.race(1)
    return _most(
        [*(cell.walk_ratio for cell in results.alone), *([race.walk_ratio.mean] if race else [])]
    )


def _walk_racing(results: Results) -> float | None:
    race = results.race(64)
    return race.walk_ratio.mean if race else None


def _work(results: Results) -> float | None:
    large, small = results.cell(20_000, 0.9), results.cell(1_000, 0.9)
    return large.cpu_ms.p50 / small.cpu_ms.p50 if large and small else None


def _imports(function: str) -> Measure:
    return lambda results: next(
        (start.ratio for start in results.cold_starts if start.function == function), None
    )


def _found_wrong(what: Callable[[Findings], int]) -> Measure:
    """Sum the findings of the checks of raw items, after the races and after chaos."""

    def measure(results: Results) -> float | None:
        found = [race.found for race in results.races]
        found += [results.disorder.found] if results.disorder else []
        return float(sum(map(what, found))) if found else None

    return measure


def _not_noticed(results: Results) -> float | None:
    return results.disorder.missed if results.disorder else None


def _whole_day(spaces: int) -> int:
    """Read units of the order and of a lot's day with three bookings of ten bytes per space."""
    return 1 + ceil(31 * spaces / 4096)


# ── limits ───────────────────────────────────────────────────────────────────────────────────────

BUDGETS = (
    Budget("write units of a reservation alone, indexes aside", 2.0, _write_units),
    Budget("round trips alone, up to 1,024 spaces", 3, _round_trips(above=0, up_to=ONE_QUERY), 0),
    Budget(
        "round trips alone, above 1,024 spaces",
        4,
        _round_trips(above=ONE_QUERY, up_to=float("inf")),
        0,
    ),
    Budget("calls beyond one for each lost race, 64 racers", 0, _calls_besides(64), 0),
    Budget("read units, 50 spaces", _whole_day(50), _read_units(50)),
    Budget("read units, 500 spaces", _whole_day(500), _read_units(500)),
    Budget("read units, 1,000 spaces", _whole_day(1_000), _read_units(1_000)),
    Budget(
        "read units, 5,000 spaces, 90 % full: mean",
        12,
        _read_units_busy(5_000, lambda units: units.mean),
    ),
    Budget(
        "read units, 5,000 spaces, 90 % full: 95th percentile",
        24,
        _read_units_busy(5_000, lambda units: units.p95),
    ),
    Budget(
        "read units, 20,000 spaces, 90 % full: mean",
        12,
        _read_units_busy(20_000, lambda units: units.mean),
    ),
    Budget(
        "read units, 20,000 spaces, 90 % full: 95th percentile",
        24,
        _read_units_busy(20_000, lambda units: units.p95),
    ),
    Budget("attempts per success, 1 racer", 1.0, _attempts(1), 2),
    Budget("attempts per success, 8 racers", 2.2, _attempts(8), 2),
    Budget("attempts per success, 32 racers", 3.2, _attempts(32), 2),
    Budget("attempts per success, 64 racers", 3.8, _attempts(64), 2),
    Budget("write units per success, 64 racers", 4.5, _race_write_units, 2),
    Budget("walk ÷ shortest possible, alone", 1.0, _walk_alone, 3),
    Budget("walk ÷ shortest possible, 64 racers", 1.05, _walk_racing, 3),
    Budget("work at 20,000 spaces ÷ work at 1,000, 90 % full", 2, _work),
    Budget(
        "double bookings, after races and chaos", 0, _found_wrong(lambda it: it.double_bookings), 0
    ),
    Budget(
        "orders without space, after races and chaos",
        0,
        _found_wrong(lambda it: it.orders_without_space),
        0,
    ),
    Budget(
        "spaces without order, after races and chaos",
        0,
        _found_wrong(lambda it: it.spaces_without_order),
        0,
    ),
    Budget("planted bugs that the check did not notice", 0, _not_noticed, 0),
    Budget("imports of `inbound_sms` ÷ `import boto3`", 1.5, _imports("inbound_sms"), 2),
    Budget("imports of `clock` ÷ `import boto3`", 1.5, _imports("clock"), 2),
    Budget("imports of `merchant_api` ÷ `import boto3`", 1.9, _imports("merchant_api"), 2),
    Budget("imports of `connect` ÷ `import boto3`", 1.9, _imports("connect"), 2),
    Budget("imports of `driver_page` ÷ `import boto3`", 1.9, _imports("driver_page"), 2),
)
