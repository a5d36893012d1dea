"""Lists as tables that cut nothing, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from baylock_cli.tables.listing import Column, Format, fitting, list_of, show

LONG = "ord_" + "abcdefgh" * 8
COLUMNS: list[Column[tuple[str, str]]] = [
    Column("order", lambda one: one[0], whole=True),
    Column("note", lambda one: one[1]),
    Column(None, title="both", shown=lambda one: f"[red]{one[0]}[/]", whole=True),
    Column("hidden", lambda _: True, title=None),
]


def printed(width: int, written: Format, *items: tuple[str, str]) -> str:
    out = io.StringIO()
    show(Console(file=out, width=width), list_of(COLUMNS, items, caption="the end"), written)
    return out.getvalue()


@pytest.mark.parametrize("width", [1, 20, 80, 200])
def test_table_keeps_what_is_copied_on_one_line(width: int) -> None:
    shown = printed(width, Format.TABLE, (LONG, "a long note of words [and] brackets " * 3))
    assert shown.count(LONG) == 2
    assert "…" not in shown


@given(st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=99))
def test_table_folds_what_it_does_not_keep_whole(note: str) -> None:
    shown = printed(30, Format.TABLE, ("ord_1", note))
    for letter in set(note):
        assert shown.count(letter) >= note.count(letter)


@pytest.mark.parametrize("written", [Format.JSON, Format.CSV])
def test_programs_get_the_rows_and_nothing_else(written: Format) -> None:
    items = [("ord_1", 'says "[red]", and\nmore'), ("ord_2", "")]
    text = printed(20, written, *items)
    rows = json.loads(text) if written is Format.JSON else list(csv.DictReader(io.StringIO(text)))
    assert [(row["order"], row["note"]) for row in rows] == items
    assert {str(row["hidden"]).lower() for row in rows} == {"true"}


def test_an_empty_list_is_a_list_too() -> None:
    assert json.loads(printed(80, Format.JSON)) == []
    assert printed(80, Format.CSV) == "order,note,hidden\n"
    assert "the end" in printed(80, Format.TABLE)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40), st.booleans()), max_size=9),
    st.integers(0, 200),
)
def test_widths_use_the_room_and_keep_what_is_whole(
    columns: list[tuple[int, int, bool]], room: int
) -> None:
    least = [low for low, _, _ in columns]
    most = [low + more for low, more, _ in columns]
    foldable = [can_fold for _, _, can_fold in columns]
    widths = fitting(least, most, foldable, room)
    for width, low, high, can_fold in zip(widths, least, most, foldable, strict=True):
        assert width <= high
        assert can_fold or width >= low
    assert sum(widths) <= room or all(
        width <= 4 or not can_fold for width, can_fold in zip(widths, foldable, strict=True)
    )
    assert sum(widths) == room or widths == most or sum(widths) > room
