"""The command `make chaos`: run, check and report. Exits with 1 if the check found anything."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from tests.chaos.faults import Rates
from tests.chaos.run import RATES, WORKERS, Chaos, Report

MAX_LINES = 40

console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
errors = Console(stderr=True, highlight=False)


def main(
    seed: Annotated[int, typer.Option(help="Repeat a run: the same seed gives the same run.")] = 1,
    ops: Annotated[int, typer.Option(help="Number of operations.", min=1)] = 10_000,
    workers: Annotated[
        int, typer.Option(help="Number of concurrent workers.", min=1, max=256)
    ] = WORKERS,
    crash: Annotated[
        float, typer.Option(help="Share of calls before or after which the caller crashes.")
    ] = RATES.crash,
    conflict: Annotated[
        float, typer.Option(help="Share of calls that are refused or whose response is lost.")
    ] = RATES.conflict,
    stall: Annotated[
        float, typer.Option(help="Share of calls that hang for minutes.")
    ] = RATES.stall,
    stale: Annotated[
        float, typer.Option(help="Share of outdated items in eventually consistent reads.")
    ] = RATES.stale,
    trace: Annotated[Path | None, typer.Option(help="Write every call to this file.")] = None,
) -> None:
    """Run concurrent operations on a small mall with every fault, then check what is stored."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(f"seed {seed}", total=ops)
        report = Chaos(
            seed,
            ops,
            workers,
            Rates(crash, conflict, stall, stale),
            began=lambda begun: progress.update(task, completed=begun),
            keep_trace=trace is not None,
        )()
    if trace is not None:
        trace.write_text("\n".join(report.trace) + "\n")
    show(report)
    raise typer.Exit(0 if report.is_clean else 1)


def show(report: Report) -> None:
    """Print the events of the run, then the findings."""
    tally, findings = report.tally, report.findings
    console.print(
        f"seed {report.seed}: {tally.total} operations in {report.seconds:.1f} s "
        f"({tally.total / report.seconds:.0f} per second), {report.virtual} of simulated time, "
        f"trace {report.trace_hash}"
    )
    console.print(f"operations  {_counts(tally.operations)}")
    console.print(f"outcomes    {_counts(tally.outcomes)}")
    console.print(
        f"calls {report.calls}, crashes {report.crashes}, conflicts {report.conflicts}, "
        f"stalls {report.stalls}, lost races {report.lost_races}, "
        f"stale reads {report.stale_reads}, swept {tally.swept}, "
        f"longest chain {report.longest_chain}"
    )
    console.print(f"left: {findings.live} live orders, {findings.entries} entries")
    for failure in tally.failures[:3]:
        console.print(failure, markup=False)
    for line in findings.lines()[:MAX_LINES]:
        console.print(line, markup=False)
    console.print(str(findings))


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


if __name__ == "__main__":
    typer.run(main)
