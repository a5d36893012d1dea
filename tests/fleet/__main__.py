"""The command `make fleet`: run a day of many locks and report. Exits with 1 if a rule was
broken."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from tests.fleet.plan import HOUR_S, Wishes
from tests.fleet.run import Fleet, Report
from tests.fleet.trace import Violation

console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
errors = Console(stderr=True, highlight=False)

USUAL = Wishes()


def main(
    *,
    seed: Annotated[
        int, typer.Option(help="Repeat a run: the same seed gives the same run.")
    ] = USUAL.seed,
    locks: Annotated[int, typer.Option(help="Number of locks.", min=8)] = USUAL.locks,
    hours: Annotated[
        float, typer.Option(help="Hours during which bookings are made.", min=1)
    ] = USUAL.hours,
    failing: Annotated[
        float, typer.Option(help="Share of locks that fail.", min=0, max=1)
    ] = USUAL.failing,
    overstaying: Annotated[
        float, typer.Option(help="Share of drivers who overstay.", min=0, max=1)
    ] = USUAL.overstaying,
    not_coming: Annotated[
        float, typer.Option(help="Share of drivers who don't come.", min=0, max=1)
    ] = USUAL.not_coming,
    dropping: Annotated[
        float, typer.Option(help="Share of locks whose connection drops.", min=0, max=1)
    ] = USUAL.dropping,
    bookings: Annotated[
        float, typer.Option(help="Bookings per space in 24 hours.", min=0)
    ] = USUAL.bookings_per_space,
    report_every: Annotated[
        float, typer.Option(help="Seconds between a lock's periodic reports.", min=30)
    ] = 300.0,
    compare: Annotated[bool, typer.Option(help="Repeat the run without moves.")] = True,
) -> None:
    """Run many locks through a day of bookings, with dropped connections and disordered
    messages."""
    wishes = Wishes(seed, locks, hours, failing, overstaying, not_coming, dropping, bookings)
    try:
        report = _run("with moves", wishes, report_every, moves=True)
        without = _run("without moves", wishes, report_every, moves=False) if compare else None
    except Violation as violation:
        errors.print(str(violation), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    show(report, without)


def _run(name: str, wishes: Wishes, report_every_s: float, *, moves: bool) -> Report:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(name, total=wishes.hours * HOUR_S)
        passed: Callable[[float], object] = lambda seconds: progress.update(  # noqa: E731
            task, completed=seconds
        )
        return Fleet(wishes, moves=moves, report_every_s=report_every_s, passed=passed)()


def show(report: Report, without: Report | None) -> None:
    """Print the report, the share of kept promises first."""
    wishes = report.wishes
    console.print(f"promises kept  {_share(report)}, with {wishes.failing:.0%} of locks failing,")
    console.print(
        f"               {wishes.overstaying:.0%} of drivers overstaying, {wishes.not_coming:.0%} "
        f"not coming, {wishes.dropping:.0%} of locks with dropped connections"
    )
    if without:
        console.print(f"without moves  {_share(without)}")
    console.print(f"broken         {_counts(report.promises.broken)}")
    if without:
        console.print(f"without moves  {_counts(without.promises.broken)}")
    counts, waits = report.counts, report.promises.waits
    if waits:
        console.print(
            f"wait at space  median {median(waits):.1f} s, 95 % within "
            f"{waits[len(waits) * 95 // 100]:.1f} s, {len(waits)} drivers"
        )
    names = ("booked", "no space", "changed", "cancelled", "completed", "no_show", "failed")
    console.print(f"orders         {_of(counts, *names)}")
    moved = {name: count for name, count in counts.items() if name.startswith("moved")}
    console.print(f"moves          {_counts(Counter(moved))}")
    shown = {*names, *moved, "most in use", "reserved", "held", "arrived"}
    others = {name: count for name, count in counts.items() if name not in shown}
    console.print(f"people         {_counts(Counter(others))}")
    console.print(
        f"in use         at most {counts['most in use'] / wishes.locks:.0%} of the spaces"
    )
    console.print(f"messages       {_counts(report.messages)}")
    console.print(f"one minute after connecting: {_counts(report.stood)}")
    for line in report.late[:10]:
        console.print(f"  {line}", markup=False)
    console.print(f"dead letters   {len(report.dead_letters)}")
    for line in report.dead_letters[:10]:
        console.print(f"  {line}", markup=False)
    console.print(
        f"seed {wishes.seed}: {wishes.locks} locks, {wishes.hours:g} h in "
        f"{report.seconds:.0f} s, {report.happened} events, trace {report.digest}"
    )


def _share(report: Report) -> str:
    promises = report.promises
    return f"{promises.share:.2%}  ({promises.kept} of {promises.due} due)"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


def _of(counts: Counter[str], *names: str) -> str:
    return ", ".join(f"{name} {counts[name]}" for name in names)


if __name__ == "__main__":
    typer.run(main)
