"""`baylock connect`: a connection is limited to a location, and shows what got no space."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.fakes.mall import NOON
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.connect.connection import AppointmentOutcome
from baylock_cli.main import app

Run = Callable[..., str]


@pytest.fixture
def run(world: World, deploy: Deploy) -> Run:
    deploy(world, api="https://api.example")

    def command(*asked: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, ["connect", *asked])
        assert (done.exit_code != 0) == fails, done.output
        return done.stderr if fails else done.stdout

    return command


@pytest.fixture
def world() -> World:
    return World()


def added(world: World, run: Run, *more: str) -> str:
    run(
        "add",
        "square",
        "--merchant",
        "noodles",
        "--question",
        "Parking",
        "--mall",
        "harbour",
        *more,
    )
    (made,) = world.connections.every()
    return made.id


def test_a_connection_is_limited_to_locations(world: World, run: Run) -> None:
    id_ = added(world, run, "--location", "LEQ", "--location", "LER")
    assert json.loads(run("show", id_, "--format", "json"))["locations"] == ["LEQ", "LER"]
    assert "LEQ, LER" in run("show", id_)


def test_a_connection_shows_what_got_no_space_and_no_secret(world: World, run: Run) -> None:
    id_ = added(world, run, "--secret", "the secret")
    (made,) = world.connections.every()
    for booking in ("a", "b"):
        world.connections.note_trouble(made.id, AppointmentOutcome.UNCLEAR, booking, NOON)
    shown = run("show", id_, "--format", "json")
    (trouble,) = json.loads(shown)["troubles"]
    assert (trouble["outcome"], trouble["count"], trouble["booking"]) == ("unclear", 2, "b")
    assert "unclear" in run("show", id_)
    assert "the secret" not in shown


def test_a_connection_that_is_none(run: Run) -> None:
    run("show", "con_none", fails=True)
