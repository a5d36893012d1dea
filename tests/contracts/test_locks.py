"""The contract of locks and shadows: their fakes, and AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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
from baylock.domain.venue.mall import Barrier, Lot, LotRef, MallRef, Space, SpaceRef
from baylock.ports.locks import Locks, Shadows
from baylock.ports.orders import Orders

if TYPE_CHECKING:
    pass

THING = thing("B2-017")
ORDER = OrderId("ord_5kabcdefghij")


@dataclass
class Kept:
    """Locks, and orders, which read the spaces that are out."""

    locks: Locks
    orders: Orders

    def out(self, lot: LotRef = P1) -> frozenset[str]:
        return self._occupancy(lot).out.get(lot, frozenset())

    def unheard(self, lot: LotRef = P1) -> frozenset[str]:
        return self._occupancy(lot).unheard.get(lot, frozenset())

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
        return Kept(FakeLocks(orders.out, orders.vehicles, orders.found, orders.unheard), orders)
    dynamodb = request.getfixturevalue("tables_made")
    return Kept(
        DynamoDBLocks(dynamodb, "locks", "occupancy"),
        DynamoDBOrders(dynamodb, "orders", "occupancy"),
    )


def lock(ref: str = "B2-017", *, online: bool = True) -> Lock:
    return Lock(thing(ref), space_id(ref), online, Session(1, NOON) if online else None)


def report(version: int = 1, **changes: Any) -> LockReport:
    return replace(
        LockReport(THING, version, BarrierReport.RAISED, ORDER, True, 87, Fault.JAMMED, 41, NOON),
        **changes,
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
def test_lock_is_read_as_it_was_saved(kept: Kept, one: Lock) -> None:
    kept.locks.save(None, one)
    assert kept.locks.find(one.thing) == one


def test_unknown_lock_is_none(kept: Kept) -> None:
    assert kept.locks.find(THING) is None


def test_lock_is_provisioned_once(kept: Kept) -> None:
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
def test_lock_that_changed_meanwhile_is_not_replaced(
    kept: Kept, change: Callable[[Lock], Lock]
) -> None:
    first = lock().reporting(report(1, fault=None))
    kept.locks.save(None, first)
    second = change(first)
    kept.locks.save(first, second)
    with pytest.raises(LockChanged):
        kept.locks.save(first, first.reporting(report(9)))
    assert kept.locks.find(THING) == second


def test_first_report_and_first_session_count_as_changes(kept: Kept) -> None:
    bare = lock(online=False)
    kept.locks.save(None, bare)
    connected = bare.in_session(Session(0, NOON))
    kept.locks.save(bare, connected)
    with pytest.raises(LockChanged):
        kept.locks.save(bare, bare.reporting(report()))


def test_locks_are_found_by_lot(kept: Kept) -> None:
    for ref in ("B2-017", "B2-018", "R1"):
        kept.locks.save(None, lock(ref))
    assert {one.thing for one in kept.locks.of_lot(HARBOUR, P1)} == {
        thing("B2-017"),
        thing("B2-018"),
    }
    assert [one.thing for one in kept.locks.of_lot(HARBOUR, P2)] == [thing("R1")]


# ── spaces that are out of use ───────────────────────────────────────────────────────────────────


def test_space_is_out_while_its_lock_cannot_be_used(kept: Kept) -> None:
    kept.locks.save(None, lock(online=False))
    assert kept.out() == {"B2-017"}
    connected = lock(online=False).in_session(Session(0, NOON))
    kept.locks.save(lock(online=False), connected)
    assert kept.out() == kept.unheard() == {"B2-017"}, "in contact, and not heard from yet"
    heard = connected.reporting(report(0, fault=None))
    kept.locks.save(connected, heard)
    assert kept.out() == kept.unheard() == frozenset()
    jammed = heard.reporting(report())
    kept.locks.save(heard, jammed)
    assert kept.out() == {"B2-017"}
    assert kept.unheard() == frozenset()
    gone = jammed.in_session(Session(0, NOON + timedelta(seconds=1), ended=True))
    kept.locks.save(jammed, gone)
    assert kept.out() == {"B2-017"}, "fault and no contact"
    repaired = gone.reporting(report(2, fault=None))
    kept.locks.save(gone, repaired)
    assert kept.out() == {"B2-017"}
    back = repaired.in_session(Session(1, NOON + timedelta(seconds=2)))
    kept.locks.save(repaired, back)
    assert kept.out() == frozenset()


def test_lock_provisioned_in_contact_is_out_until_its_first_report(kept: Kept) -> None:
    kept.locks.save(None, lock())
    assert kept.out() == kept.unheard() == {"B2-017"}
    kept.locks.save(lock(), lock().reporting(report(fault=None)))
    assert kept.out() == kept.unheard() == frozenset()


def test_first_report_of_a_fault_leaves_the_space_out(kept: Kept) -> None:
    kept.locks.save(None, lock())
    kept.locks.save(lock(), lock().reporting(report()))
    assert kept.out() == {"B2-017"}
    assert kept.unheard() == frozenset()


def test_lock_saved_with_a_report_is_never_out(kept: Kept) -> None:
    kept.locks.save(None, lock().reporting(report(fault=None)))
    assert kept.out() == kept.unheard() == frozenset()


# ── locks of an import ───────────────────────────────────────────────────────────────────────────


def lot(count: int) -> Lot:
    spaces = [
        Space(SpaceRef(f"B2-{number}"), "1", str(number // 28), "0", thing(f"B2-{number}"))
        for number in range(count)
    ]
    return Lot(P1, "Garage", tuple(spaces))


@pytest.mark.parametrize("count", [0, 1, 99, 100, 230])
def test_registered_locks_are_out_until_they_report(kept: Kept, count: int) -> None:
    refs = {f"B2-{number}" for number in range(count)}
    assert kept.locks.register(HARBOUR, lot(count)) == count
    assert kept.out() == kept.unheard() == refs
    assert {one.space.space for one in kept.locks.of_lot(HARBOUR, P1)} == refs
    for ref in refs & {"B2-0", "B2-99"}:
        known = kept.locks.find(thing(ref))
        assert known == Lock(thing(ref), space_id(ref))
        connected = known.in_session(Session(0, NOON))
        kept.locks.save(known, connected)
        kept.locks.save(connected, connected.reporting(first_report(ref)))
    assert kept.out() == kept.unheard() == refs - {"B2-0", "B2-99"}
    assert kept.locks.register(HARBOUR, lot(count)) == len(refs - {"B2-0", "B2-99"})
    assert kept.out() == kept.unheard() == refs - {"B2-0", "B2-99"}


def first_report(ref: str) -> LockReport:
    return report(order=None, vehicle=False, fault=None, thing=thing(ref))


def test_registered_again_a_lot_keeps_what_its_locks_reported(kept: Kept) -> None:
    kept.locks.register(HARBOUR, lot(3))
    jammed = Lock(thing("B2-1"), space_id("B2-1"), online=True).reporting(
        report(thing=thing("B2-1"))
    )
    kept.locks.save(Lock(thing("B2-1"), space_id("B2-1")), jammed)
    assert kept.locks.register(HARBOUR, lot(4)) == 3
    assert kept.locks.find(thing("B2-1")) == jammed
    assert kept.out() == {"B2-0", "B2-1", "B2-2", "B2-3"}
    assert kept.unheard() == {"B2-0", "B2-2", "B2-3"}


def test_registered_malls_are_noted_until_all_are(kept: Kept) -> None:
    assert kept.locks.registered_malls() == frozenset()
    kept.locks.note_registered(HARBOUR)
    kept.locks.note_registered(MallRef("airport"))
    assert kept.locks.registered_malls() == frozenset({HARBOUR, MallRef("airport")})
    kept.locks.note_registered(None)
    assert kept.locks.registered_malls() is None


def test_other_spaces_stay_out(kept: Kept) -> None:
    for ref in ("B2-017", "B2-018", "R1"):
        kept.locks.save(None, lock(ref, online=False))
    back = (
        lock("B2-018", online=False).in_session(Session(0, NOON)).reporting(first_report("B2-018"))
    )
    kept.locks.save(lock("B2-018", online=False), back)
    assert kept.out(P1) == {"B2-017"}
    assert kept.out(P2) == {"R1"}


def test_refused_change_leaves_the_space_unchanged(kept: Kept) -> None:
    first = lock()
    kept.locks.save(None, first)
    second = first.reporting(report(1, fault=None))
    kept.locks.save(first, second)
    with pytest.raises(LockChanged):
        kept.locks.save(first, first.in_session(Session(1, NOON, ended=True)))
    assert kept.out() == frozenset()


def test_space_with_a_vehicle_is_known(kept: Kept) -> None:
    kept.locks.save(None, lock())
    assert kept.vehicles() == frozenset()
    parked = lock().reporting(report(1, fault=None, vehicle=True))
    kept.locks.save(lock(), parked)
    assert kept.vehicles() == {"B2-017"}
    assert kept.out() == frozenset()
    assert kept.unheard() == frozenset()
    jammed = parked.reporting(report(2, vehicle=True))
    kept.locks.save(parked, jammed)
    assert kept.vehicles() == kept.out() == {"B2-017"}
    left = jammed.reporting(report(3, fault=None, vehicle=False))
    kept.locks.save(jammed, left)
    assert kept.vehicles() == kept.out() == frozenset()


def test_space_found_taken_stays_so_until_a_vehicle_leaves(kept: Kept) -> None:
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
    """Shadows, and a function that writes a lock's side of one."""

    shadows: Shadows
    report: Callable[[dict[str, Any]], None]


@pytest.fixture(params=["fake", "iot"])
def cast(request: pytest.FixtureRequest) -> Cast:
    if request.param == "fake":
        fake = FakeShadows()

        def fake_report(reported: dict[str, Any]) -> None:
            fake.report(THING, BarrierReport(reported["barrier"]), vehicle=reported["vehicle"])

        return Cast(fake, fake_report)
    request.getfixturevalue("aws")
    client("iot").create_thing(thingName=THING)
    shadows = IotShadows(client("iot-data"))
    return Cast(shadows, lambda reported: write_shadow({"reported": reported}))


def write_shadow(state: dict[str, Any]) -> None:
    client("iot-data").update_thing_shadow(
        thingName=THING, shadowName=SHADOW, payload=json.dumps({"state": state}).encode()
    )


WISH = Desired(Barrier.RAISED, ORDER, NOON)


def test_lock_without_a_shadow_has_an_empty_one(cast: Cast) -> None:
    assert cast.shadows.read(THING) == Shadow()


def test_desired_state_is_read_as_it_was_written(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    shadow = cast.shadows.read(THING)
    assert (shadow.version, shadow.desired) == (1, WISH)


def test_order_is_removed_from_the_desired_state(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    idle = Desired(Barrier.LOWERED, None, NOON)
    cast.shadows.ask(THING, idle, 1)
    assert cast.shadows.read(THING).desired == idle


def test_desired_state_of_an_outdated_read_is_refused(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    cast.report({"barrier": "raised", "vehicle": True})
    with pytest.raises(LockChanged):
        cast.shadows.ask(THING, Desired(Barrier.LOWERED, None, NOON), 1)
    shadow = cast.shadows.read(THING)
    assert (shadow.version, shadow.desired) == (2, WISH)
    assert (shadow.barrier, shadow.vehicle) == (BarrierReport.RAISED, True)


def test_report_written_for_a_lock_is_read(cast: Cast) -> None:
    cast.shadows.ask(THING, WISH, 0)
    cast.shadows.write_report(report(1))
    shadow = cast.shadows.read(THING)
    assert (shadow.version, shadow.desired) == (2, WISH)
    assert (shadow.barrier, shadow.vehicle) == (BarrierReport.RAISED, True)


def test_report_of_an_outdated_read_is_refused(cast: Cast) -> None:
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


def test_desired_state_is_written_as_documented(shadows: IotShadows) -> None:
    shadows.ask(THING, WISH, 0)
    answer = client("iot-data").get_thing_shadow(thingName=THING, shadowName="lock")
    assert json.loads(answer["payload"].read())["state"]["desired"] == {
        "barrier": "raised",
        "order": ORDER,
        "valid_until": int(NOON.timestamp()),
    }


def test_report_is_written_as_documented(shadows: IotShadows) -> None:
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
def test_fault_22_shadow_full_of_nonsense_is_readable(
    shadows: IotShadows, state: dict[str, Any]
) -> None:
    """A lock's policy lets it write all of its own shadow, including the desired part."""
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
def test_fault_18_errors_of_the_shadow_service_become_domain_errors(
    shadows: IotShadows, code: str, error: type[Exception], operation: str
) -> None:
    refused = ClientError({"Error": {"Code": code}}, operation)
    disturbed = IotShadows(Disturbed(shadows.client, operation, refused))  # type: ignore[arg-type]
    with pytest.raises(error):
        disturbed.ask(THING, WISH, disturbed.read(THING).version)
