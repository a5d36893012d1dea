"""Write docs/performance.md from a run's results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.budgets import Verdict, verdicts
from bench.cold_start import BASELINE
from bench.postgres import HASHED, MAX_RACE_SECONDS, STRATEGIES
from bench.prices import LAMBDA_GB, PRICES, Unit, bill, lambda_duration, usd_per_million
from bench.race import NETWORK_SECONDS, REQUESTS, SPACES, TAKEN
from bench.results import Alone, Disorder, PeerRace, Race, Results

CHART = "performance.svg"
_WORDS = Path(__file__).with_name("page.md")

Cells = Sequence[object]


def table(heads: Sequence[str], rows: Iterable[Cells]) -> str:
    """Render a Markdown table; every column but the first is right-aligned."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def page(results: Results) -> str:
    """Render the page; its prose is in page.md."""
    words = _WORDS.read_text().format(
        **results.about,
        chart=CHART,
        reserves=max((cell.reserves for cell in results.alone), default=0),
        hashed=HASHED,
        taken=TAKEN,
        spaces=SPACES,
        requests=REQUESTS,
        wait_ms=round(NETWORK_SECONDS * 1000),
        longest_race=round(MAX_RACE_SECONDS),
        chaos=_chaos(results.disorder),
        sweep=usd_per_million(Unit.WRITE) + usd_per_million(Unit.READ),
        api=usd_per_million(Unit.API_CALL),
        request=usd_per_million(Unit.LAMBDA_REQUEST),
        duration=lambda_duration(10),
        lambda_gb=LAMBDA_GB,
        notes=_notes(results.notes),
        budget_table=_budget_table(verdicts(results)),
        units_table=_units_table(results.alone),
        time_table=_time_table(results),
        growth=_growth(results),
        race_table=_race_table(results.races),
        peer_race_table=_peer_race_table(results.peer_races),
        cost_table=_cost_table(results.alone),
        price_table=_price_table(),
        cold_table=_cold_table(results),
    )
    return re.sub(r"\n{3,}", "\n\n", words)


def _notes(notes: Sequence[str]) -> str:
    return "\n".join(f"> {note}" for note in notes)


def _chaos(disorder: Disorder | None) -> str:
    if disorder is None:
        return "not part of this run"
    return (
        f"{disorder.operations:,} operations of `make chaos` in the same run, "
        f"with {disorder.bugs} planted bugs one by one"
    )


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def _budget_table(found: Iterable[Verdict]) -> str:
    """Render one row for each budget."""
    return table(
        ("budget", "at most", "measured", ""),
        (
            (
                verdict.budget.what,
                _number(verdict.budget.limit, verdict.budget.digits),
                "–"
                if verdict.measured is None
                else _number(verdict.measured, verdict.budget.digits),
                verdict.word if verdict.word == "met" else f"**{verdict.word}**",
            )
            for verdict in found
        ),
    )


def _units_table(cells: Iterable[Alone]) -> str:
    return table(
        ("spaces, full", "free", "round trips", "read units", "p95", "write units", "for indexes",
         "items read", "KB read", "walk ÷ shortest"),
        (
            (
                _cell(cell.spaces, cell.full),
                _number(cell.free),
                _number(cell.round_trips.mean, 1),
                _number(cell.read_units.mean, 1),
                _number(cell.read_units.p95, 1),
                _number(cell.write_units.mean, 1),
                _number(cell.index_units.mean, 1),
                _number(cell.items_read.mean),
                _number(cell.bytes_read.mean / 1024, 1),
                _number(cell.walk_ratio, 3),
            )
            for cell in cells
        ),
    )  # fmt: skip


def _time_table(results: Results) -> str:
    heads = (
        "spaces, full",
        "CPU",
        "p95",
        "CPU, first",
        "time",
        "p95",
        *(f"PostgreSQL, {strategy}" for strategy in STRATEGIES),
    )
    return table(heads, (_time_row(results, cell) for cell in results.alone))


def _time_row(results: Results, cell: Alone) -> Cells:
    peers = [results.peer(strategy, cell.spaces, cell.full) for strategy in STRATEGIES]
    return (
        _cell(cell.spaces, cell.full),
        *(_number(value, 1) for value in (cell.cpu_ms.p50, cell.cpu_ms.p95, cell.first_cpu_ms.p50)),
        *(_number(value, 1) for value in (cell.wall_ms.p50, cell.wall_ms.p95)),
        *("–" if peer is None else _number(peer.wall_ms.p50, 1) for peer in peers),
    )


def _growth(results: Results) -> str:
    """Compare the time of a reservation in the largest lot with smaller lots, Baylock's and
    PostgreSQL's."""
    lines = []
    large, middle, small = (results.cell(spaces, 0.9) for spaces in (20_000, 1_000, 500))
    if large and middle and small:
        lines.append(
            f"- Baylock, CPU: 20,000 ÷ 1,000 spaces {large.cpu_ms.p50 / middle.cpu_ms.p50:.1f}, "
            f"20,000 ÷ 500 spaces {large.cpu_ms.p50 / small.cpu_ms.p50:.1f}"
        )
    for strategy in STRATEGIES:
        most, mid, least = (results.peer(strategy, n, 0.9) for n in (20_000, 1_000, 500))
        if most and mid and least:
            lines.append(
                f"- PostgreSQL, {strategy}, time: 20,000 ÷ 1,000 spaces "
                f"{most.wall_ms.p50 / mid.wall_ms.p50:.1f}, 20,000 ÷ 500 spaces "
                f"{most.wall_ms.p50 / least.wall_ms.p50:.1f}"
            )
    return (
        "At 90 % full, a reservation takes this many times longer:\n\n" + "\n".join(lines)
        if lines
        else ""
    )


def _race_table(races: Iterable[Race]) -> str:
    return table(
        ("racers", "attempts", "lowest, highest", "write units", "read units", "round trips",
         "ms per success", "p50 of a request", "p95", "walk ÷ shortest", "found wrong"),
        (
            (
                race.racers,
                _number(race.attempts.mean, 2),
                f"{race.attempts.low:.2f}, {race.attempts.high:.2f}",
                _number(race.write_units.mean, 2),
                _number(race.read_units.mean, 2),
                _number(race.round_trips.mean, 2),
                _number(race.wall_ms.mean, 1),
                _number(race.latency_ms.p50),
                _number(race.latency_ms.p95),
                _number(race.walk_ratio.mean, 3),
                " / ".join(
                    str(count)
                    for count in (
                        race.found.double_bookings,
                        race.found.orders_without_space,
                        race.found.spaces_without_order,
                    )
                ),
            )
            for race in races
        ),
    )  # fmt: skip


def _peer_race_table(races: Sequence[PeerRace]) -> str:
    if not races:
        return ""
    return table(
        ("PostgreSQL", "racers", "placed", "attempts", "ms per success", "p50 of a request", "p95",
         "walk ÷ shortest"),
        (
            (
                race.strategy,
                race.racers,
                f"{race.successes} of {race.requests}",
                _number(race.attempts.mean, 2),
                _number(race.wall_ms.mean, 1),
                _number(race.latency_ms.p50),
                _number(race.latency_ms.p95),
                _number(race.walk_ratio.mean, 3),
            )
            for race in races
        ),
    )  # fmt: skip


def _cost_table(cells: Iterable[Alone]) -> str:
    def rows() -> Iterator[Cells]:
        for cell in cells:
            costs = bill(cell)
            amounts = (costs.reads, costs.writes, costs.indexes, costs.hint, costs.total)
            yield (_cell(cell.spaces, cell.full), *(_number(usd, 2) for usd in amounts))

    return table(("spaces, full", "reads", "writes", "indexes", "hint", "USD, together"), rows())


def _price_table() -> str:
    return table(
        ("a million of", "USD", "as of", "source"),
        (
            (
                price.unit,
                _number(price.usd_per_million, 4).rstrip("0").rstrip("."),
                price.as_of,
                f"<{price.source}>",
            )
            for price in PRICES
        ),
    )


def _cold_table(results: Results) -> str:
    sizes = {package.name: package.kb for package in results.packages if not package.is_layer}
    layers = ", ".join(
        f"`{package.name}` {package.kb / 1000:.2f} MB"
        for package in results.packages
        if package.is_layer
    )
    rows = [
        (
            f"`import {start.function}`" if start.function == BASELINE else f"`{start.function}`",
            _number(start.modules),
            _number(start.import_ms),
            _number(start.ratio, 2),
            _number(start.total_ms),
            _number(sizes[start.function], 1) if start.function in sizes else "–",
        )
        for start in results.cold_starts
    ]
    heads = ("function", "modules", "imports, ms", "÷ `import boto3`", "all, ms", "package, kB")
    after = f"\n\nThe two layers that every function has, unpacked: {layers}." if layers else ""
    return table(heads, rows) + after


def _cell(spaces: int, full: float) -> str:
    return f"{spaces:,}, {full:.0%}".replace("%", " %")


def _number(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}"
