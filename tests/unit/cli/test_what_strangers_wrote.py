"""What strangers wrote is shown by a terminal and a spreadsheet, and obeyed by neither."""

from __future__ import annotations

import csv
import json
import re
from array import array
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.text import Text
from tests.fakes.mall import NOODLES
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.venue.mall import Merchant, MerchantRef
from baylock.texts.writing.printable import spreadsheet_cell, visible, visible_in_json
from baylock_cli.commands import context
from baylock_cli.commands.context import SafeConsole
from baylock_cli.main import app
from baylock_cli.tables.listing import Column, as_csv, as_json, list_of, print_table
from venue_import.findings import Finding
from venue_import.report import write_findings

pytestmark = pytest.mark.threat(11)

ESCAPES = {
    "colour": "\x1b[31mred",
    "title of the window": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\here",
    "C1": "\x9b2J",
    "carriage return": "order\rord_other",
    "backspace": "ab\x08\x08cd",
    "delete": "a\x7f",
    "right to left": "a\u202egnp.exe",
    "isolate": "\u2066a\u2069",
    "no width": "a\u200bb\ufeff",
    "tags": "a\U000e0041",
}
FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    "%0A=1+1",
]


def is_obeyed(text: str) -> bool:
    return any(
        (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in text
    ) or any(char in text for char in "\u202e\u2066\u200b\ufeff\U000e0041")


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
def test_terminal_shows_it(text: str) -> None:
    assert is_obeyed(text)
    assert not is_obeyed(visible(text))
    for shown in (text, Text(text)):
        console = SafeConsole(file=StringIO(), width=200)
        console.print(shown, markup=False)
        table = list_of([Column("name", lambda one: one)], [text], caption="").table
        print_table(console, table)
        assert not is_obeyed(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
def test_json_has_the_same_text_and_csv_shows_it(text: str) -> None:
    written = as_json([{"name": text}])
    assert not is_obeyed(written)
    assert json.loads(written) == [{"name": text}]
    assert json.loads(visible_in_json(json.dumps(text, ensure_ascii=False))) == text
    assert not is_obeyed(as_csv(["name"], [{"name": text}]))


def test_colours_of_ours_stay() -> None:
    console = SafeConsole(file=StringIO(), force_terminal=True, color_system="standard")
    console.print("[red]no[/]")
    assert console.file.getvalue() == "\x1b[31mno\x1b[0m\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", FORMULAS)
def test_spreadsheet_takes_no_cell_for_a_formula(text: str) -> None:
    (row,) = csv.DictReader(StringIO(as_csv(["a", "b"], [{"a": text, "b": [text, "x"]}])))
    assert all(cell.startswith("'") for cell in row.values())


@pytest.mark.parametrize(
    "text", ["x;=1+1", "x; =1+1", "x\t@SUM(1)", 'a";=1+1', 'a;"=1+1"', ";＝1+1"]
)
@pytest.mark.parametrize("separators", [",;\t", ";", "\t"])
def test_nor_where_it_splits_lines_at_other_separators(text: str, separators: str) -> None:
    """As LibreOffice does, and Excel in half of the countries."""
    line = as_csv(["a", "b"], [{"a": text, "b": text}]).splitlines()[1]
    cells = re.split(f"[{separators}]", line.replace('"', ""))
    assert not [cell for cell in cells if re.match(r"[ ]*[=@＝]", cell)]


@pytest.mark.parametrize(
    "text",
    [
        "+14255550123",
        "-1.5",
        "a; b",
        "a;b",
        "7ABC123",
        "a=b",
        "2026-12-01T10:30:00Z",
        "粤B12345",
        "",
    ],
)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert spreadsheet_cell(text) == text


def test_numbers_stay_numbers() -> None:
    assert as_csv(["a", "b"], [{"a": -1, "b": -0.5}]) == "a,b\n-1,-0.5\n"


def test_findings_of_a_plan_are_written_as_safely(tmp_path: Path) -> None:
    class Found:
        errors = (Finding("=cmd()", "@x", "-1+1\x1b[31m", "cause"),)
        warnings = ()
        unused = (("=1+1", 1),)

    path = tmp_path / "findings.csv"
    write_findings(Found(), path)  # type: ignore[arg-type]
    (_, *rows) = csv.reader(StringIO(path.read_text()))
    assert not any(cell[:1] in {"=", "@", "-"} for row in rows for cell in row)
    assert "\x1b" not in path.read_text()


def test_markup_of_strangers_is_shown_as_it_is(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every list that has their words."""
    world = World()
    name = "[red]Noodles[/] [link=https://evil.example]x[/link]"
    ref = MerchantRef("[bold]N[/]")
    walks = {lot.ref: array("H", [1] * len(lot.spaces)) for lot in world.mall.lots}
    stranger = Merchant(ref, name, phone=None, walks=walks)
    world.venues.save(replace(world.mall, version="v2"), [*world.merchants, stranger])
    world.book(reference="[red]TBL[/]", plate="[/]7A")
    world.book(merchant=replace(NOODLES, merchant=ref), reference="[/red]")

    deploy(world)
    monkeypatch.setattr(context.console, "width", 300)
    orders = CliRunner().invoke(app, ["orders", "--from", "2026-12-01"]).output
    for written in ("[red]TBL[/]", "[/]7A", "[bold]N[/]", "[/red]"):
        assert written in orders
    merchants = CliRunner().invoke(app, ["merchant", "list"]).output
    assert name in merchants
