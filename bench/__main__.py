"""The command `python -m bench`, which `make bench` runs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.budgets import verdicts
from bench.chart import draw
from bench.page import CHART, page
from bench.results import Results
from bench.run import QUICK, Run, Scope, shown
from local_cloud import LocalCloudError
from local_cloud.home import PROJECT

_NOT_A_TERMINAL = 120
_COLOURS = {"met": "green", "missed": "red", "not measured": "yellow"}

console = Console(highlight=False, width=None if sys.stdout.isatty() else _NOT_A_TERMINAL)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Take one minute instead of ten, and leave docs/ unchanged."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write results, page and chart to this folder instead of bench/ and docs/."
        ),
    ] = None,
) -> None:
    """Measure the cost of a reservation and write docs/performance.md."""
    start = monotonic()
    try:
        with shown(console) as progress:
            results = Run(QUICK if quick else Scope(), progress)()
    except LocalCloudError as error:
        console.print(f"[red]error:[/] {error}")
        raise typer.Exit(1) from error
    results.about["seconds"] = round(monotonic() - start)
    if quick and out is None:
        out = PROJECT / ".baylock/bench/quick"
    _write(results, out)
    _print_verdicts(results)


def _write(results: Results, out: Path | None) -> None:
    docs = out or PROJECT / "docs"
    data = out or PROJECT / "bench"
    docs.mkdir(parents=True, exist_ok=True)
    found = [
        {
            "budget": verdict.budget.what,
            "at_most": verdict.budget.limit,
            "measured": verdict.measured,
            "verdict": verdict.word,
        }
        for verdict in verdicts(results)
    ]
    written = json.dumps({**asdict(results), "budgets": found}, indent=1, ensure_ascii=False)
    (data / "results.json").write_text(written + "\n")
    (docs / "performance.md").write_text(page(results))
    draw(results, docs / CHART)
    console.print(f"wrote {data / 'results.json'}, {docs / 'performance.md'}, {docs / CHART}")


def _print_verdicts(results: Results) -> None:
    table = Table("budget", "at most", "measured", "", box=None, pad_edge=False)
    for verdict in verdicts(results):
        digits = verdict.budget.digits
        table.add_row(
            verdict.budget.what,
            f"{verdict.budget.limit:,.{digits}f}",
            "–" if verdict.measured is None else f"{verdict.measured:,.{digits}f}",
            f"[{_COLOURS[verdict.word]}]{verdict.word}",
        )
    console.print(table)
    for note in results.notes:
        console.print(note)


if __name__ == "__main__":
    app()
