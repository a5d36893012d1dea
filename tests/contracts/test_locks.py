"""The contract of the Locks and Shadows ports: the fakes of the tests, and AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.contracts.conftest import Disturbed, client
from tests.fakes.locks import FakeLocks, FakeShadows
from tests.fakes.mall import HARBOUR, NOON, P1, P2, space_id, thing
from tests.fakes.orders import FakeOrders

from baylock.adapters.dynamodb.locks import DynamoDBLocks
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.iot import SHADOW, IotShadows
from baylock.domain.allocation.occupancy import Occupancy
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Span
from baylock.domain.errors import Busy, LockChanged
from baylock.domain.locks.lock import (
    BarrierReport,
    Desired,
    Fault,
    Lock,
    LockReport,
    Session,
    Shadow,
)
from baylock.domain.venue.mall import Barrier, LotRef
from baylock.ports.locks import Locks, Shadows
from baylock.ports.orders import Orders

THING = thing("B2-017")
ORDER = OrderId("ord_5kabcdefghij")


@dataclass
class Kept:
    """Locks, and the orders that look where their spaces are out."""

    locks: Locks
    orders: Orders

    def out(self, lot: LotRef = P1) -> frozenset[str]:
        return self._occupancy(lot).out.get(lot, frozenset())

    def vehicles(self, lot: LotRef = P1) -> frozenset[str]:
        return self._occupancy(lot).vehicles.get(lot, frozenset())

    def found_taken(self, lot: LotRef = P1) -> Mapping[str, datetime]:
        return self._occupancy(lot).found_taken.get(lot, {})

    def _occupancy(self, lot: LotRef) -> Occupancy:
        spans = {lot: [Span(NOON.date(), 0, 1)]}
        return self.orders.snapshot(ORDER, HARBOUR, spans).occupancy


@pytest.fixture(params=["fake", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        orders = FakeOrders()
        return Kept(FakeLocks(orders.out, orders.vehicles, orders.found), orders)
    dynamodb = request.getfixturevalue("tables_made")
    return Kept(
        DynamoDBLocks(dynamodb, "locks", "occupancy"),
        DynamoDBOrders(dynamodb, "orders", "occupancy"),
    )


def lock(ref: str = "B2-017", *, online: bool = True) -> Lock:
    return Lock(thing(ref), space_id(ref), online, Session(1, NOON) if online else None)


def report(version: int = 1, **said: Any) -> LockReport:
    return replace(
        LockReport(THING, version, BarrierReport.RAISED, ORDER, True, 87, Fault.JAMMED, 41, NOON),
        **said,
    )


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "one",
    [
        lock(online=False),
        lock(),
        lock().reporting(report()),
        lock().reporting(report(order=None, fault=None, vehicle=False, battery=0)),
        lock().in_session(Session(1, NOON + timedelta(milliseconds=1), ended=True)),
        lock().reporting(report()).reporting(report(2, fault=None)),
    ],
)
def test_lock_comes_back_as_it_was(kept: Kept, one: Lock) -> None:
    kept.locks.save(None, one)
    assert kept.locks.find(one.thing) == one


def test_unknown_lock(kept: Kept) -> None:
    assert kept.locks.find(THING) is None


def test_provisioned_once(kept: Kept) -> None:
    kept.locks.save(None, lock())
    with pytest.raises(LockChanged):
        kept.locks.save(None, lock(online=False))
    assert kept.locks.find(THING) == lock()


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.reporting(report(2, fault=None)),
        lambda one: one.reporting(report(2)),
        lambda one: one.in_session(Session(1, NOON + timedelta(seconds=9), ended=True)),
        lambda one: one.in_session(Session(2, NOON + timedelta(seconds=9))),
    ],
)
def test_replaced_only_if_it_is_what_was_read(kept: Kept, change: Callable[[Lock], Lock]) -> None:
    first = lock().reporting(report(1, fault=None))
    kept.locks.save(None, first)
    second = change(first)
    kept.locks.save(first, second)
    with pytest.raises(LockChanged):
        kept.locks.save(first, first.reporting(report(9)))
    assert kept.locks.find(THING) == second


def test_first_report_and_first_session_are_changes_too(kept: Kept) -> None:
    bare = lock(online=False)
    kept.locks.save(None, bare)
    connected = bare.in_session(Session(0, NOON))
    kept.locks.save(bare, connected)
    with pytest.raises(LockChanged):
        kept.locks.save(bare, bare.reporting(report()))


def test_locks_of_a_lot(kept: Kept) -> None:
    for ref in ("B2-017", "B2-018", "R1"):
        kept.locks.save(None, lock(ref))
    assert {one.thing for one in kept.locks.of_lot(HARBOUR, P1)} == {
        thing("B2-017"),
        thing("B2-018"),
    }
    assert [one.thing for one in kept.locks.of_lot(HARBOUR, P2)] == [thing("R1")]


# ── the spaces that are out ──────────────────────────────────────────────────────────────────────


def test_space_is_out_while_its_lock_cannot_be_used(kept: Kept) -> None:
    kept.locks.save(None, lock(online=False))
    assert kept.out() == {"B2-017"}
    connected = lock(online=False).in_session(Session(0, NOON))
    kept.locks.save(lock(online=False), connected)
    assert kept.out() == frozenset()
    jammed = connected.reporting(report())
    kept.locks.save(connected, jammed)
    assert kept.out() == {"B2-017"}
    gone = jammed.in_session(Session(0, NOON + timedelta(seconds=1), ended=True))
    kept.locks.save(jammed, gone)
    assert kept.out() == {"B2-017"}, "for two reasons now"
    repaired = gone.reporting(report(2, fault=None))
    kept.locks.save(gone, repaired)
    assert kept.out() == {"B2-017"}
    back = repaired.in_session(Session(1, NOON + timedelta(seconds=2)))
    kept.locks.save(repaired, back)
    assert kept.out() == frozenset()


def test_lock_that_is_provisioned_in_contact_is_never_out(kept: Kept) -> None:
    kept.locks.save(None, lock())
    assert kept.out() == frozenset()


def test_others_stay_out(kept: Kept) -> None:
    for ref in ("B2-017", "B2-018", "R1"):
        kept.locks.save(None, lock(ref, online=False))
    back = lock("B2-018", online=False).in_session(Session(0, NOON))
    kept.locks.save(lock("B2-018", online=False), back)
    assert kept.out(P1) == {"B2-017"}
    assert kept.out(P2) == {"R1"}


def test_change_that_is_refused_leaves_the_space_as_it_was(kept: Kept) -> None:
    first = lock()
    kept.locks.save(None, first)
    second = first.reporting(report(1, fault=None))
    kept.locks.save(first, second)
    with pytest.raises(LockChanged):
        kept.locks.save(first, first.in_session(Session(1, NOON, ended=True)))
    assert kept.out() == frozenset()


def test_spaces_on_which_a_vehicle_stands(kept: Kept) -> None:
    kept.locks.save(None, lock())
    assert kept.vehicles() == frozenset()
    parked = lock().reporting(report(1, fault=None, vehicle=True))
    kept.locks.save(lock(), parked)
    assert kept.vehicles() == {"B2-017"}
    assert kept.out() == frozenset()
    jammed = parked.reporting(report(2, vehicle=True))
    kept.locks.save(parked, jammed)
    assert kept.vehicles() == kept.out() == {"B2-017"}
    left = jammed.reporting(report(3, fault=None, vehicle=False))
    kept.locks.save(jammed, left)
    assert kept.vehicles() == kept.out() == frozenset()


def test_space_that_a_driver_found_taken_until_a_vehicle_leaves_it(kept: Kept) -> None:
    until = NOON + timedelta(hours=1)
    assert kept.found_taken() == {}
    kept.locks.save(None, lock())
    for space, moment in (("B2-018", until), ("B2-017", NOON), ("B2-017", until)):
        kept.orders.note_found_taken(space_id(space), moment)
        assert kept.orders.found_taken_until(space_id(space)) == moment
    assert kept.found_taken() == {"B2-017": until, "B2-018": until}
    came = lock().reporting(report(1, fault=None, vehicle=True))
    kept.locks.save(lock(), came)
    assert kept.found_taken() == {"B2-017": until, "B2-018": until}
    left = came.reporting(report(2, fault=None, vehicle=False))
    kept.locks.save(came, left)
    assert kept.found_taken() == {"B2-018": until}
    assert kept.orders.found_taken_until(space_id("B2-017")) is None
    assert kept.vehicles() == frozenset()


# ── shadows ──────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Cast:
    """Shadows, and how a lock writes its side of one."""

    shadows: Shadows
    report: Callable[[dict[str, Any]], None]


@pytest.fixture(params=["fake", "iot"])
def cast(request: pytest.FixtureRequest) -> Cast:
    if request.param == "fake":
        fake = FakeShadows()

        def said(reported: dict[str, Any]) -> None:
            fake.report(THING, BarrierReport(reported["barrier"]), vehicle=reported["vehicle"])

        return Cast(fake, said)
    request.getfixturevalue("aws")
    client("iot").create_thing(thingName=THING)
    shadows = IotShadows(client("iot-data"))
    return Cast(shadows, lambda reported: write_shadow({"reported": reported}))


def write_shadow(state: dict[str, Any]) -> None:
    client("iot-data").update_thing_shadow(
        thingName=THING, shadowName=SHADOW, payload=json.dumps({"state": state}).encode()
    )


WISH = Desired(Barrier.RAISED, ORDER, NOON)


def test_no_shadow_yet(cast: Cast) -> None:
    assert cast.shadows.read(THING) == Shadow()


def test_desired_state_can_be_read(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    shadow = cast.shadows.read(THING)
    assert (shadow.version, shadow.desired) == (1, WISH)


def test_order_is_taken_out_of_the_desired_state(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    idle = Desired(Barrier.LOWERED, None, NOON)
    cast.shadows.ask(THING, idle, 1)
    assert cast.shadows.read(THING).desired == idle


def test_asked_only_if_it_is_what_was_read(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    cast.report({"barrier": "raised", "vehicle": True})
    with pytest.raises(LockChanged):
        cast.shadows.ask(THING, Desired(Barrier.LOWERED, None, NOON), 1)
    shadow = cast.shadows.read(THING)
    assert (shadow.version, shadow.desired) == (2, WISH)
    assert (shadow.barrier, shadow.vehicle) == (BarrierReport.RAISED, True)


def test_simulated_report_can_be_read(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    cast.shadows.write_report(report(1))
    shadow = cast.shadows.read(THING)
    assert (shadow.version, shadow.desired) == (2, WISH)
    assert (shadow.barrier, shadow.vehicle) == (BarrierReport.RAISED, True)


def test_said_only_of_what_was_read(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    cast.shadows.ask(THING, WISH, 1)
    with pytest.raises(LockChanged):
        cast.shadows.write_report(report(1))
    assert cast.shadows.read(THING).barrier is None


# ── IoT alone ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shadows(aws: None) -> IotShadows:
    client("iot").create_thing(thingName=THING)
    return IotShadows(client("iot-data"))


def test_wish_is_written_as_the_contract_has_it(shadows: IotShadows) -> None:
    shadows.ask(THING, WISH, 0)
    answer = client("iot-data").get_thing_shadow(thingName=THING, shadowName="lock")
    assert json.loads(answer["payload"].read())["state"]["desired"] == {
        "barrier": "raised",
        "order": ORDER,
        "valid_until": int(NOON.timestamp()),
    }


def test_report_is_written_as_the_contract_has_it(shadows: IotShadows) -> None:
    shadows.write_report(report(0, fault=None))
    shadows.write_report(report(1, order=None))
    answer = client("iot-data").get_thing_shadow(thingName=THING, shadowName="lock")
    assert json.loads(answer["payload"].read())["state"]["reported"] == {
        "barrier": "raised",
        "vehicle": True,
        "battery": 87,
        "fault": "jammed",
        "seen_version": 41,
        "at": int(NOON.timestamp()),
    }


@pytest.mark.parametrize(
    "state",
    [
        {"reported": {"barrier": "up", "vehicle": "yes"}},
        {"reported": {"barrier": None}},
        {"reported": {"barrier": ["raised"], "vehicle": 1}},
        {"reported": {"barrier": {"a": 1}}},
        {"desired": {"barrier": "flying", "order": 7}},
        {"desired": {"barrier": "raised", "order": 7, "valid_until": "soon"}},
        {"desired": {"barrier": "raised", "valid_until": 10**20}},
        {"desired": {"barrier": ["raised"]}},
        {"desired": {"barrier": "raised", "order": "o" * 2_000, "valid_until": 1}},
        {"desired": {"barrier": "raised", "order": {"id": 1}, "valid_until": [1]}},
    ],
)
def test_fault_22_shadow_that_a_lock_has_filled_with_nonsense_is_read(
    shadows: IotShadows, state: dict[str, Any]
) -> None:
    """A lock's policy lets it write all of its own shadow, the desired part too."""
    write_shadow(state)
    shadow = shadows.read(THING)
    assert shadow == Shadow(version=1)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ConflictException", LockChanged),
        ("ThrottlingException", Busy),
        ("ServiceUnavailableException", Busy),
        ("InternalFailureException", Busy),
    ],
)
@pytest.mark.parametrize("operation", ["get_thing_shadow", "update_thing_shadow"])
def test_fault_18_refusals_have_names(
    shadows: IotShadows, code: str, error: type[Exception], operation: str
) -> None:
    refused = ClientError({"Error": {"Code": code}}, operation)
    disturbed = IotShadows(Disturbed(shadows.client, operation, refused))  # type: ignore[arg-type]
    with pytest.raises(error):
        disturbed.ask(THING, WISH, disturbed.read(THING).version)
