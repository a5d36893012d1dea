"""Draw docs/performance.svg: how work, reads and attempts grow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.postgres import STRATEGIES
from bench.results import PeerRace, Race, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OURS = "#0b6e4f"
_PEERS = ("#c8553d", "#e0a458", "#8d99ae")
_BUSY = 0.9
_FULLNESSES = ("#b7d3c6", "#7fb09a", "#3f8f71", "#0b6e4f")


def draw(results: Results, file: Path) -> None:
    """Draw four panels; the file's extension gives the format."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "svg.hashsalt": "baylock",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.25,
    }
    with rc_context(style):
        figure = Figure(figsize=(10, 7.6), layout="constrained")
        (work, reads), (attempts, racing) = figure.subplots(2, 2)
        _work(work, results)
        _reads(reads, results)
        _attempts(attempts, results)
        _racing(racing, results)
        undated = {"Date": None} if file.suffix == ".svg" else None
        figure.savefig(file, dpi=110, metadata=undated)


def _work(axes: Axes, results: Results) -> None:
    cells = [cell for cell in results.alone if cell.full == _BUSY]
    sizes = [cell.spaces for cell in cells]
    axes.plot(sizes, [cell.cpu_ms.p50 for cell in cells], "o-", color=_OURS, label="Baylock, CPU")
    axes.plot(
        sizes,
        [cell.wall_ms.p50 for cell in cells],
        "o:",
        color=_OURS,
        label="Baylock, with emulator",
    )
    for strategy, colour in zip(STRATEGIES, _PEERS, strict=True):
        peers = [peer for size in sizes if (peer := results.peer(strategy, size, _BUSY))]
        axes.plot(
            [cell.spaces for cell in peers],
            [cell.wall_ms.p50 for cell in peers],
            "s--",
            color=colour,
            markersize=4,
            label=f"PostgreSQL, {strategy}",
        )
    axes.set(xscale="log", yscale="log", xlabel="spaces", ylabel="ms")
    axes.set_title("A reservation in a lot 90 % full, on this machine")
    _name_sizes(axes, sizes)
    _plain_numbers(axes)
    axes.legend(frameon=False, fontsize=8)


def _reads(axes: Axes, results: Results) -> None:
    fullnesses = sorted({cell.full for cell in results.alone})
    for full, colour in zip(fullnesses, _FULLNESSES, strict=False):
        cells = [cell for cell in results.alone if cell.full == full]
        axes.plot(
            [cell.spaces for cell in cells],
            [cell.read_units.mean for cell in cells],
            "o-",
            color=colour,
            label=f"{full * 100:.0f} % full",
        )
    axes.set(xscale="log", xlabel="spaces", ylabel="read units", ylim=(0, None))
    axes.set_title("Read units of a reservation")
    _name_sizes(axes, sorted({cell.spaces for cell in results.alone}))
    axes.legend(frameon=False, fontsize=8)


def _attempts(axes: Axes, results: Results) -> None:
    _by_racers(axes, results, lambda race: race.attempts.mean)
    axes.set(ylabel="attempts per success")
    axes.legend(frameon=False, fontsize=8)
    axes.set_title("128 requests at once for 256 free spaces: attempts")


def _racing(axes: Axes, results: Results) -> None:
    _by_racers(axes, results, lambda race: race.wall_ms.mean)
    axes.set(ylabel="ms per success")
    axes.set_title("The same races: time, all racers in one process")


def _by_racers(axes: Axes, results: Results, pick: Callable[[Race | PeerRace], float]) -> None:
    racers = [race.racers for race in results.races]
    axes.plot(racers, [pick(race) for race in results.races], "o-", color=_OURS, label="Baylock")
    for strategy, colour in zip(STRATEGIES, _PEERS, strict=True):
        peers = [race for race in results.peer_races if race.strategy == strategy]
        axes.plot(
            [race.racers for race in peers],
            [pick(race) for race in peers],
            "s--",
            color=colour,
            markersize=4,
            label=f"PostgreSQL, {strategy}",
        )
    axes.set(xscale="log", yscale="log", xlabel="racers")
    _name_sizes(axes, racers)
    _plain_numbers(axes)


def _name_sizes(axes: Axes, sizes: list[int]) -> None:
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xticks([], minor=True)


def _plain_numbers(axes: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
