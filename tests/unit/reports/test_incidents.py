"""Incidents at a mall, worked out from its orders and locks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import CINEMA, DRIVER, space_id, thing
from tests.fakes.world import World

from baylock.domain.locks.lock import MIN_BATTERY, BarrierReport, Fault, Lock, Session
from baylock.domain.orders.state import State
from baylock.domain.reports.incidents import LONG_OUT, LOW_BATTERY, Incident, IncidentType
from baylock.domain.venue.mall import Barrier, LotSettings
from baylock.usecases.reports.list_incidents import ListIncidents

OTHER_DRIVER = "+14255550155"


@pytest.fixture
def world() -> World:
    return World()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def incidents(world: World) -> list[Incident]:
    list_incidents = ListIncidents(world.venues, world.orders, world.locks, world.clock)
    return list(list_incidents(world.mall, lambda *_: None).incidents)


def seen(world: World) -> list[tuple[IncidentType, str]]:
    return [(incident.type, incident.space.space) for incident in incidents(world)]


def test_no_incidents_where_all_is_well(world: World) -> None:
    world.held("TBL-1")
    world.arrived("TBL-2", merchant=CINEMA)
    assert incidents(world) == []


# ── drivers ──────────────────────────────────────────────────────────────────────────────────────


def test_waiting_driver_is_an_incident_until_they_are_admitted() -> None:
    world = World(spaces=["B2-017"])
    order = world.held(plate="7ABC123")
    world.settle()
    world.text(DRIVER, f"HELP blocked {world.code(order)}")
    (incident,) = incidents(world)
    assert (incident.type, incident.order, incident.plate) == (
        IncidentType.DRIVER_WAITS,
        order.id,
        "7ABC123",
    )
    assert (incident.since, incident.level, incident.thing) == (
        world.clock.now,
        "B2",
        thing("B2-017"),
    )
    world.clock.forward(minutes=3)
    world.admit(order.id)
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert incidents(world) == []


def test_unusable_space_is_an_incident_until_the_drivers_window_ends(world: World) -> None:
    order = world.held(plate="7ABC123")
    world.settle()
    world.text(DRIVER, f"HELP taken {world.code(order)}")
    (incident,) = incidents(world)
    assert (incident.type, incident.space.space) == (IncidentType.LOOK, "B2-017"), (
        "the space that they left"
    )
    assert incident.plate is None, "theirs is not the vehicle that stands there"
    world.at(order.claim.window.end)
    assert incidents(world) == []


def test_overstay_is_an_incident_until_the_vehicle_has_left(world: World) -> None:
    order = world.arrived(plate="7ABC123")
    world.at(order.claim.window.end + timedelta(days=4))
    (incident,) = incidents(world)
    assert (incident.type, incident.since, incident.plate) == (
        IncidentType.OVERSTAY,
        order.claim.window.end,
        "7ABC123",
    )
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert incidents(world) == []


# ── vehicles ─────────────────────────────────────────────────────────────────────────────────────


def test_vehicle_that_moved_an_order_is_an_incident_while_it_is_parked(world: World) -> None:
    order = world.book()
    world.lock_says("B2-017", vehicle=True)
    assert incidents(world) == [], "anybody may park there until it is wanted"
    world.at(order.schedule.secure_at)
    world.clock_runs()
    (incident,) = incidents(world)
    assert (incident.type, incident.space.space, incident.order) == (
        IncidentType.VEHICLE,
        "B2-017",
        order.id,
    )
    world.lock_says("B2-017")
    assert incidents(world) == []


def test_vehicle_where_a_barrier_should_rise(world: World) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.lock_says("B2-017", vehicle=True)
    assert seen(world) == [(IncidentType.VEHICLE, "B2-017")]


def test_vehicle_without_an_order_in_a_lot_for_reservations_only() -> None:
    world = World(settings=LotSettings(idle_barrier=Barrier.RAISED))
    world.lock_says("B2-019", vehicle=True)
    assert seen(world) == [(IncidentType.VEHICLE, "B2-019")]


def test_vehicle_of_an_order_is_no_incident() -> None:
    world = World(settings=LotSettings(idle_barrier=Barrier.RAISED))
    world.arrived()
    assert incidents(world) == []


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "type_"),
    [
        (Fault.TAMPERED, IncidentType.TAMPERED),
        (Fault.JAMMED, IncidentType.JAMMED),
        (Fault.OBSTRUCTED, IncidentType.FAULT),
        (Fault.SENSOR, IncidentType.FAULT),
    ],
)
def test_faulty_lock_is_an_incident_until_it_is_mended(
    world: World, fault: Fault, type_: IncidentType
) -> None:
    world.lock_says("B2-019", fault=fault)
    began = world.clock.now
    world.clock.forward(minutes=10)
    world.lock_says("B2-019", fault=fault)
    (incident,) = incidents(world)
    assert incident.type is type_
    if type_ is not IncidentType.FAULT:
        assert incident.since == began
    world.lock_says("B2-019")
    assert incidents(world) == []


def test_battery_is_an_incident_before_the_lock_takes_no_more_orders(world: World) -> None:
    world.lock_says("B2-018", battery=LOW_BATTERY)
    world.lock_says("B2-019", battery=LOW_BATTERY - 1)
    world.lock_says("B2-020", battery=MIN_BATTERY - 1)
    assert {incident.space.space for incident in incidents(world)} == {"B2-019", "B2-020"}


def test_lock_out_of_contact_for_long_and_back(world: World) -> None:
    world.lock_goes("B2-019", offline=True)
    gone = world.clock.now
    world.at(gone + LONG_OUT - minutes(1))
    assert incidents(world) == []
    world.at(gone + LONG_OUT)
    (incident,) = incidents(world)
    assert (incident.type, incident.since) == (IncidentType.NO_CONTACT, gone)
    world.lock_goes("B2-019", offline=False)
    assert incidents(world) == []


def test_lock_that_never_came_into_contact(world: World) -> None:
    known = world.locks.find(thing("B2-019"))
    assert known
    world.locks._locks[known.thing] = Lock(known.thing, known.space)
    (incident,) = incidents(world)
    assert (incident.type, incident.since) == (IncidentType.NEVER_HEARD, None)


def test_locks_of_a_lot_that_were_never_heard_from_are_one_incident(world: World) -> None:
    for ref in ("B2-018", "B2-019"):
        world.locks._locks[thing(ref)] = Lock(thing(ref), space_id(ref))
    world.locks._locks[thing("R1")] = Lock(thing("R1"), space_id("R1"))
    assert {(one.type, one.space.space, one.detail) for one in incidents(world)} == {
        (IncidentType.NEVER_HEARD, "B2-018", "2 locks"),
        (IncidentType.NEVER_HEARD, "R1", "1 lock"),
    }


def test_lock_that_has_just_connected_is_given_time_to_report(world: World) -> None:
    connected = Lock(thing("R1"), space_id("R1"), True, Session(1, world.clock.now))
    world.locks._locks[connected.thing] = connected
    assert incidents(world) == []
    world.clock.forward(minutes=15)
    (incident,) = incidents(world)
    assert (incident.type, incident.detail) == (IncidentType.NEVER_HEARD, "1 lock")


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


def test_ended_orders_are_no_incidents(world: World) -> None:
    order = world.held()
    world.settle()
    world.text(DRIVER, f"HELP taken {world.code(order)}")
    known = world.order(order)
    world.orders._records[order.id] = replace(known, state=State.NO_SHOW)
    world.at(order.claim.window.end)
    assert incidents(world) == []
