"""What somebody of the mall should see to; and `baylock attention`, which lists it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.locks import FakeLocks
from tests.fakes.mall import CINEMA, DRIVER, thing
from tests.fakes.orders import FakeOrders
from tests.fakes.venues import FakeVenues
from tests.fakes.world import World
from typer.testing import CliRunner

from baylock.domain.locks.lock import MIN_BATTERY, BarrierReport, Fault, Lock
from baylock.domain.orders.state import State
from baylock.domain.reports.incidents import LONG_OUT, LOW_BATTERY, URGENCY, Incident, IncidentType
from baylock.domain.venue.mall import Barrier, LotSettings, MallRef
from baylock_cli.attention import read_cases, to_do, what
from baylock_cli.commands import orders
from baylock_cli.main import app
from baylock_cli.site import Site

OTHER_DRIVER = "+14255550155"


@pytest.fixture
def world() -> World:
    return World()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def cases(world: World) -> list[Incident]:
    found = read_cases(
        world.venues, world.orders, world.locks, world.mall, world.clock.now, lambda *_: None
    )
    return list(found.cases)


def seen(world: World) -> list[tuple[IncidentType, str]]:
    return [(case.matter, case.space.space) for case in cases(world)]


def test_nothing_where_all_is_well(world: World) -> None:
    world.held("TBL-1")
    world.arrived("TBL-2", merchant=CINEMA)
    assert cases(world) == []


# ── drivers ──────────────────────────────────────────────────────────────────────────────────────


def test_driver_who_waits_is_on_it_until_he_is_in() -> None:
    world = World(spaces=["B2-017"])
    order = world.held(plate="7ABC123")
    world.settle()
    world.text(DRIVER, "HELP blocked")
    (case,) = cases(world)
    assert (case.matter, case.order, case.plate) == (IncidentType.DRIVER_WAITS, order.id, "7ABC123")
    assert (case.since, case.level, case.thing) == (world.clock.now, "B2", thing("B2-017"))
    world.clock.forward(minutes=3)
    world.admit(order.id)
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert cases(world) == []


def test_space_that_a_driver_could_not_use_is_on_it_until_his_time_is_over(world: World) -> None:
    order = world.held()
    world.settle()
    world.text(DRIVER, "HELP taken")
    (case,) = cases(world)
    assert (case.matter, case.space.space) == (IncidentType.LOOK, "B2-017"), "the one he left"
    world.at(order.claim.window.end)
    assert cases(world) == []


def test_overstay_is_on_it_until_the_vehicle_is_gone_however_long_that_takes(world: World) -> None:
    order = world.arrived(plate="7ABC123")
    world.at(order.claim.window.end + timedelta(days=4))
    (case,) = cases(world)
    assert (case.matter, case.since, case.plate) == (
        IncidentType.OVERSTAY,
        order.claim.window.end,
        "7ABC123",
    )
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert cases(world) == []


# ── vehicles ─────────────────────────────────────────────────────────────────────────────────────


def test_vehicle_for_which_an_order_was_moved_is_on_it_while_it_stands_there(world: World) -> None:
    order = world.book()
    world.lock_says("B2-017", vehicle=True)
    assert cases(world) == [], "anybody may park there until it is wanted"
    world.at(order.schedule.secure_at)
    world.clock_runs()
    (case,) = cases(world)
    assert (case.matter, case.space.space, case.order) == (IncidentType.VEHICLE, "B2-017", order.id)
    world.lock_says("B2-017")
    assert cases(world) == []


def test_vehicle_under_a_barrier_that_is_awaited(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.lock_says("B2-017", vehicle=True)
    assert seen(world) == [(IncidentType.VEHICLE, "B2-017")]


def test_vehicle_without_an_order_in_a_lot_for_reservations_only() -> None:
    world = World(settings=LotSettings(idle_barrier=Barrier.RAISED))
    world.lock_says("B2-019", vehicle=True)
    assert seen(world) == [(IncidentType.VEHICLE, "B2-019")]


def test_vehicle_of_an_order_is_nobodys_business() -> None:
    world = World(settings=LotSettings(idle_barrier=Barrier.RAISED))
    world.arrived()
    assert cases(world) == []


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "matter"),
    [
        (Fault.TAMPERED, IncidentType.TAMPERED),
        (Fault.JAMMED, IncidentType.JAMMED),
        (Fault.OBSTRUCTED, IncidentType.FAULT),
        (Fault.SENSOR, IncidentType.FAULT),
    ],
)
def test_faulty_lock_until_it_is_mended(world: World, fault: Fault, matter: IncidentType) -> None:
    world.lock_says("B2-019", fault=fault)
    began = world.clock.now
    world.clock.forward(minutes=10)
    world.lock_says("B2-019", fault=fault)
    (case,) = cases(world)
    assert case.matter is matter
    if matter is not IncidentType.FAULT:
        assert case.since == began
    world.lock_says("B2-019")
    assert cases(world) == []


def test_battery_is_on_it_before_the_lock_takes_no_more_orders(world: World) -> None:
    world.lock_says("B2-018", battery=LOW_BATTERY)
    world.lock_says("B2-019", battery=LOW_BATTERY - 1)
    world.lock_says("B2-020", battery=MIN_BATTERY - 1)
    found = {str(case.space.space): to_do(case) for case in cases(world)}
    assert found.keys() == {"B2-019", "B2-020"}
    assert "nobody is sent there" in found["B2-020"]
    assert "nobody is sent there" not in found["B2-019"]


def test_lock_out_of_contact_for_long_and_back(world: World) -> None:
    world.lock_goes("B2-019", offline=True)
    gone = world.clock.now
    world.at(gone + LONG_OUT - minutes(1))
    assert cases(world) == []
    world.at(gone + LONG_OUT)
    (case,) = cases(world)
    assert (case.matter, case.since) == (IncidentType.NO_CONTACT, gone)
    world.lock_goes("B2-019", offline=False)
    assert cases(world) == []


def test_lock_that_never_came_into_contact(world: World) -> None:
    known = world.locks.find(thing("B2-019"))
    assert known
    world.locks._locks[known.thing] = Lock(known.thing, known.space)
    (case,) = cases(world)
    assert (case.matter, case.since) == (IncidentType.NO_CONTACT, None)


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


def test_most_urgent_first_then_the_newest(world: World) -> None:
    world.lock_says("B2-018", battery=12)
    world.lock_says("R1", fault=Fault.TAMPERED)
    world.clock.forward(minutes=1)
    world.lock_says("B2-020", fault=Fault.TAMPERED)
    world.lock_says("B2-019", fault=Fault.JAMMED)
    assert seen(world) == [
        (IncidentType.TAMPERED, "B2-020"),
        (IncidentType.TAMPERED, "R1"),
        (IncidentType.JAMMED, "B2-019"),
        (IncidentType.BATTERY, "B2-018"),
    ]


def test_each_matter_has_its_words(world: World) -> None:
    space = world.mall.lots[0].spaces[0]
    lock = world.locks.find(space.thing)
    assert lock
    for matter in URGENCY:
        case = Incident(matter, lock.space, "B2", lock.thing, None, detail="9 %")
        assert what(case)
        assert to_do(case)


class Venues(FakeVenues):
    def mall_refs(self) -> list[MallRef]:
        return sorted(self._malls)


@dataclass
class FakeSite:
    venues: FakeVenues
    orders: FakeOrders
    locks: FakeLocks


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    venues = Venues(world.venues._malls, world.venues._merchants)
    site = FakeSite(venues, world.orders, world.locks)
    monkeypatch.setattr(Site, "on_this_machine", lambda _: site)
    monkeypatch.setattr(orders, "now", world.clock)

    def attention(*asked: str) -> str:
        done = CliRunner().invoke(app, ["attention", *asked])
        assert done.exit_code == 0, done.output
        assert DRIVER not in done.output
        assert "TBL-1" not in done.output, "a reference may hold a number"
        return done.stdout

    return attention


def test_command_says_where_and_what_to_do(world: World, run: Callable[..., str]) -> None:
    assert "all is well" in run()
    order = world.arrived(plate="7ABC123")
    world.at(order.claim.window.end + minutes(20))
    said = run()
    for word in ("P1 level B2 space B2-017", order.id, "7ABC123", "stays too long", "leave"):
        assert word in said


def test_command_as_json(world: World, run: Callable[..., str]) -> None:
    assert json.loads(run("--format", "json")) == []
    world.lock_says("B2-019", fault=Fault.JAMMED)
    (row,) = json.loads(run("--format", "json", "--mall", "harbour"))
    wanted: dict[str, Any] = {
        "matter": "jammed",
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


def test_orders_that_have_ended_are_no_cases(world: World) -> None:
    order = world.held()
    world.settle()
    world.text(DRIVER, "HELP taken")
    known = world.order(order)
    world.orders._records[order.id] = replace(known, state=State.NO_SHOW)
    world.at(order.claim.window.end)
    assert cases(world) == []
