"""`baylock incidents`: the incidents of malls as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.mall import DRIVER, HARBOUR, P1, thing
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.locks.lock import MIN_BATTERY, Fault
from baylock.domain.reports.incidents import LOW_BATTERY, Incident, IncidentType
from baylock.domain.venue.mall import SpaceId, SpaceRef
from baylock_cli.main import app
from baylock_cli.tables.incidents import to_do, what


@pytest.fixture
def world() -> World:
    return World()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_each_type_has_its_words(world: World) -> None:
    space = world.mall.lots[0].spaces[0]
    lock = world.locks.find(space.thing)
    assert lock
    for type_ in IncidentType:
        incident = Incident(type_, lock.space, "B2", lock.thing, None, detail="9 %")
        assert what(incident)
        assert to_do(incident)


@pytest.fixture
def run(world: World, deploy: Deploy) -> Callable[..., str]:
    deploy(world)

    def incidents(*options: str, command: str = "incidents") -> str:
        done = CliRunner().invoke(app, [command, *options])
        assert done.exit_code == 0, done.output
        assert DRIVER not in done.output
        assert "TBL-1" not in done.output, "a reference may hold a number"
        return done.stdout

    return incidents


def test_command_says_where_and_what_to_do(world: World, run: Callable[..., str]) -> None:
    assert "all is well" in run()
    order = world.arrived(plate="7ABC123")
    world.at(order.claim.window.end + minutes(20))
    shown = run()
    for word in ("P1 level B2 space B2-017", order.id, "7ABC123", "stays too long", "leave"):
        assert word in shown


def test_command_as_json(world: World, run: Callable[..., str]) -> None:
    assert json.loads(run("--format", "json")) == []
    world.lock_says("B2-019", fault=Fault.JAMMED)
    (row,) = json.loads(run("--format", "json", "--mall", "harbour"))
    wanted: dict[str, Any] = {
        "type": "jammed",
        "mall": "harbour",
        "lot": "P1",
        "level": "B2",
        "space": "B2-019",
        "lock": thing("B2-019"),
        "since": "2026-12-01T20:00:00Z",
        "order": None,
        "plate": None,
        "detail": None,
    }
    assert row == wanted | {"do": row["do"]}


def test_battery_says_whether_the_lock_still_takes_orders(
    world: World, run: Callable[..., str]
) -> None:
    world.lock_says("B2-018", battery=LOW_BATTERY)
    world.lock_says("B2-019", battery=LOW_BATTERY - 1)
    world.lock_says("B2-020", battery=MIN_BATTERY - 1)
    found = {row["space"]: row["do"] for row in json.loads(run("--format", "json"))}
    assert found.keys() == {"B2-019", "B2-020"}
    assert "nobody is sent there" in found["B2-020"]
    assert "nobody is sent there" not in found["B2-019"]


def test_command_keeps_its_old_name(world: World, run: Callable[..., str]) -> None:
    assert run(command="attention") == run()
    assert "attention" not in CliRunner().invoke(app, ["--help"]).stdout


@pytest.mark.parametrize("plate", ["7ABC123", None])
def test_the_plate_of_a_waiting_driver_is_said_to_be_theirs(plate: str | None) -> None:
    space = SpaceId(HARBOUR, P1, SpaceRef("B2-017"))
    waits = Incident(
        IncidentType.DRIVER_WAITS, space, "B2", thing("B2-017"), None, plate=plate, detail="taken"
    )
    assert ("kept for 7ABC123" in to_do(waits)) is (plate is not None)
