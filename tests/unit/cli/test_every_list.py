"""Every command that lists: three formats, and nothing to be copied is cut at 80 columns."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from io import StringIO

import pytest
import typer
from tests.fakes.mall import DRIVER, NOODLES, thing
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.access.merchant_key import MerchantKey, digest_of
from baylock.domain.access.scope import DEFAULT_SCOPES
from baylock.domain.connect.connection import (
    AppointmentOutcome,
    Connection,
    ConnectionId,
    Questions,
    System,
)
from baylock.domain.locks.lock import Fault
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import Salt, new_delivery, new_endpoint
from baylock_cli.commands import context
from baylock_cli.main import app
from deployment import phones

CONNECTION = ConnectionId("con_" + "a2b3c4d5e6f7" * 2)
EVENT = EventId("evt_" + "a2b3c4d5e6f7" * 2)
BOOKING = "con:a-booking-with-a-long-id-0123456789"
KEY = "blk_live_" + "x" * 43
PLATE = "7ABC123"
LONG_NAME = "a note of many words that has to give way to what is copied " * 2

LISTS: Mapping[str, tuple[str, ...]] = {
    "orders": ("order", PLATE, "noodles"),
    "incidents": ("order", PLATE),
    "lock list": ("order", thing("B2-017"), thing("B2-019")),
    "locks list": ("order", thing("B2-017")),
    "lock show " + thing("B2-019"): (thing("B2-019"),),
    "keys list": ("order-ids", "links"),
    "merchant list": ("noodles",),
    "merchant key list": (digest_of(KEY)[:12], "noodles"),
    "connect list": (CONNECTION, "harbour/noodles"),
    f"connect show {CONNECTION}": (CONNECTION, BOOKING),
    "webhook list": ("noodles",),
    "webhook show noodles": (EVENT,),
    "report --orders": ("order",),
    f"inbox {DRIVER}": (),
}
"""By command: what its table holds whole; `order` stands for the id of the order."""


Run = Callable[..., str]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def order(world: World) -> str:
    """An order whose driver stays too long, and something in every other list."""
    order = world.arrived(plate=PLATE)
    world.at(order.claim.window.end + timedelta(minutes=20))
    world.lock_says("B2-019", fault=Fault.JAMMED)
    world.merchant_keys.save_key(
        MerchantKey(digest_of(KEY), NOODLES, DEFAULT_SCOPES, world.clock.now, note="till 2, " * 9)
    )
    world.connections.save(
        Connection(
            CONNECTION,
            System.CALCOM,
            NOODLES,
            "https://api.example.com/v1/connections/" + CONNECTION,
            Questions(LONG_NAME),
            world.clock.now,
        )
    )
    unclear, now = AppointmentOutcome.UNCLEAR, world.clock.now
    world.connections.note_trouble(CONNECTION, unclear, BOOKING, now)
    endpoint = new_endpoint(NOODLES, "https://noodles.example.com/" + "hook/" * 30, Salt("1"), now)
    world.webhooks.save_endpoint(None, endpoint)
    world.webhooks.add_delivery(new_delivery(NOODLES, EVENT, Event.HELD, "{}", now))
    return order.id


@pytest.fixture
def run(world: World, order: str, deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> Run:
    del order
    deploy(world)
    monkeypatch.setattr(phones, "inbox", lambda *_: ["one", "two"])

    def command(line: str, *more: str, width: int = 80) -> str:
        monkeypatch.setattr(context.console, "width", width)
        done = CliRunner().invoke(app, [*line.split(), *more])
        assert done.exit_code == 0, done.output
        return done.stdout

    return command


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("line", LISTS)
def test_table_cuts_nothing(run: Run, order: str, line: str, width: int) -> None:
    shown = run(line, width=width)
    assert "…" not in shown
    for whole in LISTS[line]:
        assert (order if whole == "order" else whole) in shown


@pytest.mark.parametrize("line", LISTS)
def test_json_and_csv_have_the_same_rows_and_nothing_else_is_printed(run: Run, line: str) -> None:
    listed = json.loads(run(line, "--format", "json"))
    lines = list(csv.DictReader(StringIO(run(line, "--format", "csv"))))
    assert lines
    if line.startswith("report"):  # one document, with totals
        listed = [order for mall in listed["malls"] for order in mall["orders"]]
    if line.startswith("connect show"):  # the connection, with its history
        assert len(listed["troubles"]) == len(lines)
        return
    assert len(listed) == len(lines)
    assert [list(row) for row in listed] == [list(row) for row in lines]


def test_every_command_that_lists_is_here() -> None:
    def lists(command: object, path: str = "") -> list[str]:
        below = getattr(command, "commands", {})
        found = [name for name, one in below.items() for name in lists(one, f"{path} {name}")]
        has_format = any(one.name == "written" for one in getattr(command, "params", ()))
        return [*found, *([path.strip()] if has_format else [])]

    asked = {" ".join(word for word in line.split() if word.islower()) for line in LISTS}
    for command in lists(typer.main.get_command(app)):
        if command not in {"attention", "locks", "locks show"}:  # other names of these
            assert any(line.startswith(command) for line in asked), command
