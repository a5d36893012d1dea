"""Locks that were never heard from, in the lists of operators."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.fakes.mall import thing
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock_cli.main import app

Run = Callable[..., str]


@pytest.fixture
def world() -> World:
    world = World()
    world.never_heard("B2-018", "B2-019")
    world.lock_goes("B2-017", offline=True)
    return world


@pytest.fixture
def run(world: World, deploy: Deploy) -> Run:
    deploy(world)

    def command(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return " ".join(done.stdout.split())

    return command


def test_list_says_which_were_never_heard_from(run: Run) -> None:
    shown = run("lock", "list")
    assert shown.count("never heard from") == 3, "two locks, and the last line"
    assert "5 locks, 3 of them take no orders (2 never heard from), times of" in shown


def test_list_for_programs_says_it_of_each(run: Run) -> None:
    listed = json.loads(run("lock", "list", "--format", "json"))
    silent = {one["lock"] for one in listed if not one["heard_from"]}
    assert silent == {thing("B2-018"), thing("B2-019")}
    assert {one["lock"] for one in listed if one["usable"]} == {thing("B2-020"), thing("R1")}


def test_one_lock_that_was_never_heard_from(run: Run) -> None:
    shown = run("lock", "show", thing("B2-018"))
    assert "takes no orders before its first report, times of" in shown
    assert "before its first report" not in run("lock", "show", thing("B2-017"))


def test_incidents_have_one_line_for_them(world: World, run: Run) -> None:
    world.clock.forward(minutes=20)
    incidents = json.loads(run("incidents", "--format", "json"))
    assert [(one["type"], one["space"], one["detail"]) for one in incidents] == [
        ("no_contact", "B2-017", None),
        ("never_heard", "B2-018", "2 locks"),
    ]
    assert "never heard from: 2 locks of the lot" in run("incidents")
