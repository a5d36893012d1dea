"""`baylock venue import`: its report, and the question about live orders."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fakes.venues import FakeVenues
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from tests.unit.venue_import.drawing import straight
from typer.testing import CliRunner, Result

from baylock.domain.locks.lock import BarrierReport, LockReport
from baylock.domain.venue.mall import MallRef
from baylock_cli.main import app

HARBOUR = ("--mall", "harbour", "--timezone", "America/Los_Angeles", "--country", "US")
Run = Callable[..., Result]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def venues(world: World) -> FakeVenues:
    return world.venues


@pytest.fixture
def run(
    world: World,
    venues: FakeVenues,
    deploy: Deploy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    monkeypatch.chdir(tmp_path)
    deploy(world, register_locks=world.register_locks)
    (tmp_path / "other.geojson").write_text(json.dumps(straight().data()))

    def command(*options: str, answer: str | None = None) -> Result:
        monkeypatch.setattr("baylock_cli.commands.venue._interactive", lambda: answer is not None)
        asked = ["venue", "import", "other.geojson", *HARBOUR, *options]
        return CliRunner().invoke(app, asked, input=answer)

    return command


def replaced(venues: FakeVenues) -> bool:
    mall = venues.mall(MallRef("harbour"))
    return [space.ref for lot in mall.lots for space in lot.spaces] == ["S1"]


def test_plan_that_loses_live_orders_is_not_imported_unasked(
    world: World, venues: FakeVenues, run: Run
) -> None:
    order = world.arrived()
    done = run()
    assert done.exit_code == 1
    said = " ".join(done.output.split())
    assert f"merchant {order.booking.merchant.merchant}: 1 live order" in said
    assert f"{order.claim.space.space}" in said
    assert "--leave-orders" in said
    assert not replaced(venues)


@pytest.mark.parametrize(("answer", "does"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_plan_that_loses_live_orders_is_imported_if_told(
    world: World, venues: FakeVenues, run: Run, answer: str, does: bool
) -> None:
    world.arrived()
    done = run(answer=answer)
    assert "Import it all the same?" in done.output
    assert ((done.exit_code == 0), replaced(venues)) == (does, does)


def test_flag_answers_beforehand(world: World, venues: FakeVenues, run: Run) -> None:
    world.arrived()
    assert run("--leave-orders").exit_code == 0
    assert replaced(venues)


def test_without_live_orders_nothing_is_asked(venues: FakeVenues, run: Run) -> None:
    assert run().exit_code == 0
    assert replaced(venues)


def test_import_registers_locks_and_says_how_many_were_never_heard_from(
    world: World, venues: FakeVenues, run: Run
) -> None:
    said = " ".join(run().output.split())
    assert "1 space takes no bookings yet: its lock has never reported." in said
    (lot,) = venues.mall(MallRef("harbour")).lots
    lock = world.locks.find(lot.spaces[0].thing)
    assert lock is not None
    assert not lock.was_heard
    report = LockReport(
        lock.thing, 1, BarrierReport.LOWERED, None, False, 90, None, 0, world.clock.now
    )
    world.locks.save(lock, lock.reporting(report))
    world.clock.forward(minutes=1)
    assert "takes no bookings" not in run().output


def test_import_with_errors_registers_nothing(world: World, run: Run, tmp_path: Path) -> None:
    drawing = straight()
    drawing.stall((1, 1), ref="A1", maxheight="low")
    (tmp_path / "other.geojson").write_text(json.dumps(drawing.data()))
    before = dict(world.locks._locks)
    assert run().exit_code == 1
    assert world.locks._locks == before


def test_many_findings_of_one_cause_are_one_line_and_a_file(run: Run, tmp_path: Path) -> None:
    drawing = straight()
    for number in range(600):
        drawing.stall((number % 20 - 10, number // 60), ref=f"A{number}", maxheight="low")
    for number in range(3600):
        drawing.stall((number % 20 - 10, number // 360), ref=f"B{number}", access="private")
    (tmp_path / "other.geojson").write_text(json.dumps(drawing.data()))
    done = run()
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) < 20
    for words in ("600 errors", "3,60", "A0 (way/5)", "597 more", "other-findings.csv"):
        assert words in " ".join(done.stdout.split())
    with (tmp_path / "other-findings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["kind"] == "error" for row in rows) == 600
    assert sum("access=private" in row["message"] for row in rows) == 3600
