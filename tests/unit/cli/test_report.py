"""`baylock report`: stored orders as a table, CSV and JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from tests.fakes.mall import CINEMA, DRIVER, HARBOUR, NOODLES, NOON
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.errors import InvalidPeriod
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import MallRef
from baylock.usecases.reports.read_report import period_of
from baylock_cli.main import app
from baylock_cli.tables.report import ORDER_COLUMNS, ROW_COLUMNS

DAY = "2026-12-01"


Run = Callable[..., str]


@pytest.fixture
def world() -> World:
    """Orders: completed, no-show, cancelled, and still to come."""
    world = World()
    come_and_go(world, world.held("TBL-1"), waits=timedelta(seconds=4.5))
    missed = world.held("TBL-2", merchant=CINEMA)
    world.at(missed.missed_at)
    world.clock_runs()
    world.book("TBL-3")
    world.cancel(NOODLES, world.booking("TBL-3").reference)
    world.book("TBL-4", service_time=NOON + timedelta(days=1))
    return world


def come_and_go(world: World, order: Order, waits: timedelta) -> None:
    space = order.claim.space.space
    world.at(order.booking.service_time)
    world.admit(order.id)
    world.clock.now += waits
    for vehicle in (False, True):
        world.lock_says(space, BarrierReport.LOWERED, order=order, vehicle=vehicle)
    world.clock.forward(hours=1)
    world.lock_says(space, BarrierReport.LOWERED, order=order)
    world.leave(order.id)


@pytest.fixture
def run(world: World, deploy: Deploy) -> Iterator[Run]:
    deploy(world)
    output: list[str] = []

    def report(*asked: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, ["report", *asked])
        assert done.exit_code == fails, done.output
        output.append(done.output)
        return done.stderr if fails else done.stdout

    yield report
    assert DRIVER not in "".join(output)
    assert not re.search(r"\+\d{7}|TBL", "".join(output)), "nor references, which may hold a number"


def rows(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(written)))


def test_csv_has_a_line_per_day(run: Run) -> None:
    written = run("--format", "csv")
    assert written.splitlines()[0] == ",".join(ROW_COLUMNS)
    (row,) = rows(written)
    assert (row["mall"], row["day"], row["lot"], row["merchant"]) == (HARBOUR, DAY, "", "")
    counts = ("orders", "due", "kept", "late", "open", "void", "no_shows", "cancelled")
    assert [row[name] for name in counts] == ["3", "2", "2", "0", "0", "1", "1", "1"]
    assert (row["share_kept"], row["lowered_median_seconds"]) == ("1.0", "4.5")
    assert (row["hours_used"], row["hours_there"]) == ("1.0", "120.0")


def test_csv_of_orders(run: Run) -> None:
    written = run("--format", "csv", "--orders")
    assert written.splitlines()[0] == ",".join(ORDER_COLUMNS)
    found = rows(written)
    assert [(row["merchant"], row["state"], row["promise"]) for row in found] == [
        ("noodles", "completed", "kept"),
        ("cinema", "no_show", "kept"),
        ("noodles", "cancelled", "void"),
    ]
    assert found[0]["window_start"] == "2026-12-01T21:45:00Z"
    assert (found[0]["lowered_seconds"], found[1]["lowered_seconds"]) == ("4.5", "")


def test_csv_of_no_orders_names_its_columns(run: Run) -> None:
    asked = ("--from", "2027-01-01", "--to", "2027-01-02", "--format", "csv")
    assert run(*asked) == ",".join(ROW_COLUMNS) + "\n"
    assert run(*asked, "--orders") == ",".join(ORDER_COLUMNS) + "\n"


def test_json_has_totals_rows_and_orders(run: Run) -> None:
    shown: dict[str, Any] = json.loads(run("--format", "json", "--by", "merchant", "--orders"))
    assert shown["by"] == ["merchant"]
    (mall,) = shown["malls"]
    assert (mall["mall"], mall["from"], mall["to"]) == (HARBOUR, "2026-11-25", DAY)
    assert [(row["merchant"], row["kept"]) for row in mall["rows"]] == [
        ("cinema", 1),
        ("noodles", 1),
    ]
    assert (mall["total"]["orders"], mall["total"]["share_kept"]) == (3, 1.0)
    assert mall["rows"][0]["lowered_median_seconds"] is None
    assert [tuple(order) for order in mall["orders"]] == [ORDER_COLUMNS] * 3
    assert tuple(mall["total"]) == ROW_COLUMNS
    assert "orders" not in json.loads(run("--format", "json"))["malls"][0]


def test_table_has_a_column_for_what_there_is(run: Run) -> None:
    shown = run("--by", "lot", "--by", "day")
    assert "Harbour, 2026-11-25 to 2026-12-01" in shown
    assert re.search(r"P1 +2026-12-01 +3 +2/2 +100\.0 +1 +1 +4\.5 +4\.5", shown)
    assert "late" not in shown
    assert "completed" not in shown
    assert "completed" in run("--orders")


def test_table_names_what_was_not_kept(run: Run, world: World) -> None:
    late = world.book("TBL-5", service_time=world.clock.now + timedelta(minutes=20))
    world.at(late.claim.window.start + timedelta(minutes=2))
    shown = run()
    assert "2/3" in shown
    assert "late" in shown


def test_days_are_chosen(run: Run) -> None:
    def orders(*asked: str) -> int:
        return int(json.loads(run("--format", "json", *asked))["malls"][0]["total"]["orders"])

    assert orders("--to", "2026-11-30") == 0
    assert orders("--from", "2026-12-02", "--to", "2026-12-02") == 1
    assert orders("--from", DAY, "--to", "2026-12-02") == 4
    assert orders("--from", "today", "--to", "tomorrow") == orders(
        "--from", DAY, "--to", "2026-12-02"
    )


@pytest.mark.parametrize("day", ["x", "", "2026-02-30", "30.11.2026", "2026-12-01 18:30"])
def test_days_that_are_none_are_refused_as_by_orders(run: Run, day: str) -> None:
    assert "is no day" in (said := run("--from", day, fails=True)) or "a whole day" in said


def test_every_mall_unless_one_is_named(run: Run, world: World) -> None:
    other = replace(world.mall, ref=MallRef("annex"), name="Annex", lots=world.mall.lots[:1])
    world.venues.save(other, ())

    def malls(*asked: str) -> list[str]:
        shown = json.loads(run("--format", "json", *asked))
        return [one["mall"] for one in shown["malls"]]

    assert malls() == ["annex", HARBOUR]
    assert malls("--mall", HARBOUR) == [HARBOUR]
    assert "there is no mall elsewhere" in run("--mall", "elsewhere", fails=True)


def test_more_orders_than_a_page(run: Run, world: World) -> None:
    for number in range(130):
        world.book(f"X{number}", service_time=NOON + timedelta(days=2, hours=3 * (number // 5)))
    shown = run("--from", DAY, "--to", "2027-01-30", "--format", "csv", "--orders")
    assert len({row["order"] for row in rows(shown)}) == 134


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 12, 2), date(2026, 12, 1)),
        (date(2026, 12, 2), None),
        (date(1, 1, 1), None),
        (None, date(9999, 12, 31)),
    ],
)
def test_days_that_make_no_sense(world: World, first: date | None, last: date | None) -> None:
    with pytest.raises(InvalidPeriod):
        period_of(world.mall, first, last, NOON)


def test_today_is_the_malls_today(world: World) -> None:
    late_evening = NOON + timedelta(hours=11)
    assert period_of(world.mall, None, None, late_evening).last == date(2026, 12, 1)
    assert period_of(world.mall, None, None, late_evening).first == date(2026, 11, 25)
    assert period_of(world.mall, date(2026, 12, 1), None, late_evening).first == date(2026, 12, 1)
