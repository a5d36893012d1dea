"""A table of locks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from baylock.domain.locks.lock import Lock
from baylock.domain.venue.mall import LotRef, Mall
from baylock_cli.tables.layout import clock_time, counted, new_table
from deployment import Deployment


def locks_table(
    deployment: Deployment, mall: Mall, lots: Sequence[LotRef], *, only_out: bool
) -> Table:
    """The locks of some lots."""
    table = new_table(
        "lock", "contact", "barrier", "order", "vehicle", "battery", "fault", "last report"
    )
    known = [lock for lot in lots for lock in deployment.locks.of_lot(mall.ref, lot)]
    shown = [lock for lock in known if not (only_out and lock.is_usable)]
    for lock in sorted(shown, key=lambda lock: lock.thing):
        table.add_row(*_lock_row(mall, lock))
    out = sum(not lock.is_usable for lock in known)
    table.caption = f"{counted(len(known), 'lock')}, {out} of them take no orders"
    return table


def _lock_row(mall: Mall, lock: Lock) -> tuple[str, ...]:
    contact = "[green]yes[/]" if lock.online else "[red]no[/]"
    report = lock.report
    if report is None:
        return lock.thing, contact, "", "", "", "", "", ""
    return (
        lock.thing,
        contact,
        report.barrier.value,
        report.order or "",
        "yes" if report.vehicle else "",
        f"{report.battery} %",
        f"[red]{report.fault.value}[/]" if report.fault else "",
        clock_time(mall, report.at),
    )
