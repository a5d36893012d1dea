"""The promise ledger of some days, as a table, CSV or JSON (docs/report.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from functools import partial

from rich.markup import escape
from rich.table import Table

from baylock.domain.reports.ledger import (
    BROKEN,
    NOT_COUNTED,
    By,
    Entry,
    PromiseOutcome,
    Tally,
)
from baylock.usecases.reports.read_report import MallReport
from baylock_cli.tables.listing import Value, utc
from baylock_cli.tables.listing import as_csv as written_as_csv
from baylock_cli.tables.listing import as_json as written_as_json

_HOUR = timedelta(hours=1)

_COLOURS = {
    PromiseOutcome.KEPT: "green",
    PromiseOutcome.OPEN: "yellow",
    PromiseOutcome.VOID: "dim",
    PromiseOutcome.UNKNOWN: "dim",
    **dict.fromkeys(BROKEN, "red"),
}


# ── for people ───────────────────────────────────────────────────────────────────────────────────


def as_tables(reports: Iterable[MallReport], by: Collection[By], *, orders: bool) -> list[Table]:
    """Return a table per mall, each followed by one of its orders if `orders`."""
    tables: list[Table] = []
    for report in reports:
        tables.append(_table_of(report, by))
        if orders:
            tables.append(_table_of_orders(report))
    return tables


def _table_of(report: MallReport, by: Collection[By]) -> Table:
    mall, period = report.mall, report.period
    table = Table(
        box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", title_justify="left"
    )
    table.title = escape(f"{mall.name}, {period.first} to {period.last}")
    columns = _columns(report.total)
    for one in by:
        table.add_column(one.value, no_wrap=True)
    for title in columns:
        table.add_column(title.replace(" ", "\n"), justify="right", no_wrap=True)
    for row in report.rows:
        names = (escape(str(getattr(row.group, one.value))) for one in by)
        table.add_row(*names, *(cell(row) for cell in columns.values()))
    if len(report.rows) != 1:
        name = ("all", *[""] * (len(by) - 1))
        table.add_row(*name, *(cell(report.total) for cell in columns.values()), style="bold")
    table.caption_justify = "left"
    table.caption = (
        "kept: of those due; s: from a driver's request to the lowered barrier; booked, used: of "
        f"{_hours(report.total.there):,.0f} space-hours; days of {mall.timezone}"
    )
    return table


def _columns(total: Tally) -> Mapping[str, Callable[[Tally], str]]:
    """Return how each column's cell is made; a column without any value is left out."""
    outcomes = {
        outcome.value.replace("_", " "): partial(_count_of, outcome)
        for outcome in (*BROKEN, PromiseOutcome.OPEN, PromiseOutcome.UNKNOWN)
        if total.outcomes[outcome]
    }
    counts: dict[str, Callable[[Tally], int]] = {
        "moved": lambda row: row.moved,
        "no show": lambda row: row.no_shows,
        "cancelled": lambda row: row.cancelled,
    }
    return {
        "orders": lambda row: str(row.orders),
        "kept": lambda row: f"{row.kept}/{row.due}",
        "%": lambda row: _percent(row.share_kept),
        **outcomes,
        **{title: partial(_count_by, count) for title, count in counts.items() if count(total)},
        "p50 s": lambda row: _seconds_shown(row.lowered_median),
        "p95 s": lambda row: _seconds_shown(row.lowered_p95),
        "booked %": lambda row: _percent(row.share_booked),
        "used %": lambda row: _percent(row.share_used),
    }


def _count_of(outcome: PromiseOutcome, row: Tally) -> str:
    return _count(row.outcomes[outcome], _COLOURS[outcome])


def _count_by(count: Callable[[Tally], int], row: Tally) -> str:
    return _count(count(row))


def _table_of_orders(report: MallReport) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    titles = (
        "order",
        "merchant",
        "space",
        "window",
        "state",
        "promise",
        "lowered",
        "moved",
        "reason",
    )
    for title in titles:
        whole = title in {"order", "merchant"}
        table.add_column(title, no_wrap=whole, overflow="fold")
    for entry in report.entries:
        start, end = (
            moment.astimezone(report.mall.zone) for moment in (entry.window.start, entry.window.end)
        )
        table.add_row(
            entry.order,
            escape(entry.merchant.merchant),
            escape(f"{entry.space.lot} {entry.space.space}"),
            f"{start:%Y-%m-%d %H:%M} to {end:%H:%M}",
            entry.state.value,
            f"[{_COLOURS[entry.outcome]}]{entry.outcome.value}[/]",
            _seconds_shown(entry.lowered_after),
            _count(entry.moves),
            entry.reason.value if entry.reason else "",
        )
    return table


def _count(number: int, style: str = "default") -> str:
    return f"[{style}]{number}[/]" if number else "[dim]·[/]"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _seconds_shown(time: timedelta | None) -> str:
    return "" if time is None else f"{time.total_seconds():.1f}"


# ── for machines ─────────────────────────────────────────────────────────────────────────────────


def as_json(reports: Iterable[MallReport], by: Collection[By], *, orders: bool) -> str:
    """Return one document; a key never changes its meaning, and an unknown value is null."""
    malls = [
        {
            "mall": report.mall.ref,
            "time_zone": report.mall.timezone,
            "from": report.period.first.isoformat(),
            "to": report.period.last.isoformat(),
            "made_at": utc(report.made_at),
            "total": _row(report.total),
            "rows": [_row(row) for row in report.rows],
        }
        | ({"orders": [_line(entry) for entry in report.entries]} if orders else {})
        for report in reports
    ]
    return written_as_json({"by": list(by), "malls": malls})


def as_csv(reports: Iterable[MallReport], *, orders: bool) -> str:
    """Return a header, and a line per group, or per order if `orders`.

    Columns are named like the keys of the JSON; an unknown value is empty.
    """
    lines: list[Mapping[str, Value]] = []
    for report in reports:
        if orders:
            lines += [_line(entry) for entry in report.entries]
        else:
            lines += [_row(row) for row in report.rows]
    return written_as_csv(ORDER_COLUMNS if orders else ROW_COLUMNS, lines)


ROW_COLUMNS = (
    *("mall", "lot", "merchant", "day", "orders", "due", "kept", "share_kept"),
    *(outcome.value for outcome in (*BROKEN, *NOT_COUNTED)),
    *("moved", "no_shows", "cancelled", "failures"),
    *("lowered_median_seconds", "lowered_p95_seconds"),
    *("hours_booked", "hours_used", "hours_there", "share_booked", "share_used"),
)


def _row(row: Tally) -> dict[str, Value]:
    group = row.group
    return {
        "mall": group.mall,
        "lot": group.lot,
        "merchant": group.merchant,
        "day": group.day.isoformat() if group.day else None,
        "orders": row.orders,
        "due": row.due,
        "kept": row.kept,
        "share_kept": _share(row.share_kept),
        **{outcome.value: row.outcomes[outcome] for outcome in (*BROKEN, *NOT_COUNTED)},
        "moved": row.moved,
        "no_shows": row.no_shows,
        "cancelled": row.cancelled,
        "failures": row.failures,
        "lowered_median_seconds": _seconds(row.lowered_median),
        "lowered_p95_seconds": _seconds(row.lowered_p95),
        "hours_booked": _hours(row.booked),
        "hours_used": _hours(row.used),
        "hours_there": _hours(row.there),
        "share_booked": _share(row.share_booked),
        "share_used": _share(row.share_used),
    }


ORDER_COLUMNS = (
    *("order", "mall", "merchant", "lot", "space", "window_start", "window_end", "state"),
    *("promise", "reason", "ready_by", "held_at", "lowered_seconds", "moves", "failures"),
    *("hours_booked", "hours_used"),
)


def _line(entry: Entry) -> dict[str, Value]:
    """Leave out the driver, and the merchant's reference, which may hold a phone number."""
    return {
        "order": entry.order,
        "mall": entry.space.mall,
        "merchant": entry.merchant.merchant,
        "lot": entry.space.lot,
        "space": entry.space.space,
        "window_start": utc(entry.window.start),
        "window_end": utc(entry.window.end),
        "state": entry.state.value,
        "promise": entry.outcome.value,
        "reason": entry.reason.value if entry.reason else None,
        "ready_by": utc(entry.ready_by),
        "held_at": utc(entry.held_at),
        "lowered_seconds": _seconds(entry.lowered_after),
        "moves": entry.moves,
        "failures": entry.failures,
        "hours_booked": _hours(entry.booked),
        "hours_used": _hours(entry.used),
    }


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else round(time.total_seconds(), 3)


def _hours(time: timedelta) -> float:
    return round(time / _HOUR, 3)


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
