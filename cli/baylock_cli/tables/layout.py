"""The layout that tables share."""

from __future__ import annotations

from datetime import datetime

from rich.table import Table

from baylock.domain.venue.mall import Mall


def new_table(*titles: str) -> Table:
    """Return a table without borders."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def counted(number: int, noun: str) -> str:
    """Return `1 order` or `2 orders`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def clock_time(mall: Mall, moment: datetime) -> str:
    """Return a moment as `18:30` in the mall's time zone."""
    return f"{moment.astimezone(mall.zone):%H:%M}"


def date_and_time(mall: Mall, moment: datetime) -> str:
    """Return a moment as `2026-12-01 18:30` in the mall's time zone."""
    return f"{moment.astimezone(mall.zone):%Y-%m-%d %H:%M}"
