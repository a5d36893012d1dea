"""`baylock person`: what it prints, what it refuses, and how it exits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.example_orders import BOOKING, completed, reserved
from tests.fakes.mall import DRIVER, NOODLES
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.booking.booking import OrderId, Reference
from baylock_cli.main import app
from deployment import person
from deployment.raw_tables import RawItem

pytestmark = pytest.mark.threat(8)

ENDED = replace(completed(), booking=replace(BOOKING, reference=Reference("ENDED")))
LEFT = RawItem("Webhooks", {"pk": {"S": "harbour/[red]x[/]"}, "sk": {"S": "event#1"}}, plain=True)


class Persons:
    """The deployment's person, with the calls."""

    def __init__(self, *records: Any, left: tuple[RawItem, ...] = ()) -> None:
        self.found = person.Person(DRIVER, records, ())
        self.left = left
        self.calls: list[str] = []

    def find(self, _: object, phone: str, seen: Any) -> person.Person:
        assert phone == DRIVER
        seen(100)
        return self.found

    def end_live(self, _: object, found: person.Person) -> int:
        self.calls.append("end_live")
        return len(found.live)

    def erase(self, _: object, found: person.Person, seen: Any) -> person.Erased:
        self.calls.append("erase")
        seen(100)
        return person.Erased(len(found.records), 2, self.left, opted_out=True)


@pytest.fixture
def run(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> Any:
    deploy(now=World().clock)

    def command(persons: Persons, *words: str) -> Any:
        monkeypatch.setattr(person, "find_person", persons.find)
        monkeypatch.setattr(person, "end_live", persons.end_live)
        monkeypatch.setattr(person, "erase", persons.erase)
        return CliRunner().invoke(app, ["person", *words])

    return command


def test_export_is_json(run: Any) -> None:
    done = run(Persons(ENDED), "export", DRIVER)
    assert done.exit_code == 0, done.output
    assert [one["reference"] for one in json.loads(done.stdout)["orders"]] == ["ENDED"]


def test_live_order_is_not_ended_unasked(run: Any) -> None:
    persons = Persons(ENDED, reserved())
    refused = run(persons, "erase", DRIVER)
    assert refused.exit_code == 1
    assert reserved().id in refused.output
    assert "--even-live" in refused.output
    assert persons.calls == []


def test_erase_says_what_it_did(run: Any) -> None:
    persons = Persons(ENDED, reserved())
    done = run(persons, "erase", DRIVER, "--even-live")
    assert done.exit_code == 0, done.output
    assert persons.calls == ["end_live", "erase"]
    assert "1 live order ended, 2 bookings and 2 records of texts cleared" in done.output
    assert "the opt-out of the number stays" in done.output
    assert "finds the number nowhere" in done.output


def test_what_is_left_is_named_and_the_command_fails(run: Any) -> None:
    done = run(Persons(ENDED, left=(LEFT,)), "erase", DRIVER)
    assert done.exit_code == 1
    assert "Webhooks: harbour/[red]x[/] event#1" in done.output


def test_shorter_time_is_applied_to_what_has_ended(deploy: Deploy) -> None:
    world = World()
    ids = []
    for number in range(3):
        order = world.book(f"F-{number}")
        world.cancel(NOODLES, order.booking.reference)
        ids.append(order.id)
        world.at(world.clock.now + timedelta(hours=20))
    week = replace(world.mall, version="v2", keep_for=timedelta(days=1))
    world.venues.save(week, world.merchants)
    deploy(world, forget_driver=world.forget)
    assert list(world.forget.due()) == []
    done = CliRunner().invoke(app, ["person", "forget"])
    assert "2 drivers forgotten; 1 order kept for now" in done.output
    known = [world.order(OrderId(id_)).booking.forgotten for id_ in ids]
    assert known == [True, True, False]
    assert world.order(OrderId(ids[2])).keep_for == timedelta(days=1)


@pytest.mark.parametrize("written", ["4255550123", "+1", "someone"])
def test_number_needs_its_country(run: Any, written: str) -> None:
    done = run(Persons(), "export", written)
    assert done.exit_code == 1
    assert "+14255550123" in done.output
