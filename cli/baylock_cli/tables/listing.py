"""Lists: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from baylock.texts.writing.printable import spreadsheet_cell, visible_in_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Value = str | int | float | bool | list[str] | None
T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

_LEAST_WIDTH = 4
"""Columns that a cell of prose keeps, however narrow the terminal is."""


class Format(StrEnum):
    """The formats of a list."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Column(Generic[T_contra]):
    """A column of a list: what it is called in JSON and CSV, and how a table shows it.

    `shown` returns rich's markup; by default the value is shown. Without a `title` the field is
    the title; with the title None the table does without the column. A column with the `field`
    None is for the table only. What is copied (`whole`) stays on one line.
    """

    field: str | None
    value: Callable[[T_contra], Value] = lambda _: None
    title: str | None = ""
    shown: Callable[[T_contra], str] | None = None
    whole: bool = False


@dataclass(frozen=True)
class Listing:
    """A table, and the same as rows for programs; all rows have all the fields."""

    table: Table
    fields: Sequence[str]
    rows: Sequence[Mapping[str, Value]]


def list_of(columns: Sequence[Column[T]], items: Iterable[T], *, caption: str) -> Listing:
    """Return the list of these items; `caption` is rich's markup."""
    from rich.markup import escape

    from baylock_cli.tables.layout import new_table

    items = list(items)
    in_table = [column for column in columns if column.title is not None]
    table = new_table()
    for column in in_table:
        table.add_column(column.title or column.field or "", no_wrap=column.whole, overflow="fold")
    for item in items:
        table.add_row(
            *(
                column.shown(item) if column.shown else escape(_words(column.value(item)))
                for column in in_table
            )
        )
    table.caption = caption
    table.caption_justify = "left"
    in_data = [(column.field, column) for column in columns if column.field is not None]
    rows = [{field: column.value(item) for field, column in in_data} for item in items]
    return Listing(table, [field for field, _ in in_data], rows)


def _words(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case _:
            return str(value)


def show(console: Console, listing: Listing, written: Format) -> None:
    """Print a list in a format: as JSON or CSV nothing else goes to standard output."""
    match written:
        case Format.TABLE:
            print_table(console, listing.table)
        case Format.JSON:
            console.file.write(as_json(listing.rows))
        case Format.CSV:
            console.file.write(as_csv(listing.fields, listing.rows))


def print_table(console: Console, *tables: Table) -> None:
    """Print tables without cutting anything, on a terminal that is too narrow over several lines.

    Prose folds first. What is to be copied stays whole even where the line is then longer than the
    terminal, which breaks it without adding anything.
    """
    for table in tables:
        title, caption = table.title, table.caption
        table.title = table.caption = None
        if title:
            console.print(title, style="table.title")
        _print_whole(console, table)
        if caption:
            console.print(caption, style="table.caption")


def _print_whole(console: Console, table: Table) -> None:
    from rich.measure import Measurement

    endless = console.options.update(max_width=10_000)
    least, most = [], []
    for column in table.columns:
        cells = [
            Measurement.get(console, endless, cell)
            for cell in (column.header, *column.cells)
            if cell
        ]
        most.append(max((cell.maximum for cell in cells), default=1))
        words = max((cell.minimum for cell in cells), default=1)
        least.append(most[-1] if column.no_wrap else words)
    gaps = sum(table.padding[side] for side in (1, 3)) * (len(least) - 1)
    foldable = [not column.no_wrap for column in table.columns]
    widths = fitting(least, most, foldable, console.width - gaps)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    # Wider than the terminal only where what is copied leaves no room.
    usual, console.width = console.width, max(console.width, sum(widths) + gaps)
    try:
        console.print(table, crop=False)
    finally:
        console.width = usual


def fitting(
    least: Sequence[int], most: Sequence[int], foldable: Sequence[bool], room: int
) -> list[int]:
    """Return the widths of columns that have `room` together: from `least`, at best `most`.

    Where there is too little room words are folded, down to a few letters a line; columns that
    are not `foldable` keep their width, even if the sum is more than the room.
    """
    widths = list(least)
    while sum(widths) > room:
        can_fold = [i for i, yes in enumerate(foldable) if yes and widths[i] > _LEAST_WIDTH]
        if not can_fold:
            break
        widths[max(can_fold, key=widths.__getitem__)] -= 1
    while sum(widths) < room:
        wants = [i for i, width in enumerate(widths) if width < most[i]]
        if not wants:
            break
        widths[max(wants, key=lambda i: most[i] - widths[i])] += 1
    return widths


def as_json(rows: Any) -> str:
    """Return rows, or an object, as JSON with a line break at its end."""
    return visible_in_json(json.dumps(rows, ensure_ascii=False, indent=2)) + "\n"


def as_csv(fields: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> str:
    """Return a header, and a line per row.

    An unknown value is empty, a list has spaces, yes and no are true and false. What a spreadsheet
    would take for a formula gets an apostrophe.
    """
    written = StringIO()
    writer = csv.DictWriter(written, fields, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _in_csv(value) for name, value in row.items()})
    return written.getvalue()


def _in_csv(value: Value) -> Value:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return spreadsheet_cell(" ".join(value))
        case str():
            return spreadsheet_cell(value)
        case _:
            return value


def utc(moment: datetime | None) -> str | None:
    """Return RFC 3339 in UTC, to the second."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
