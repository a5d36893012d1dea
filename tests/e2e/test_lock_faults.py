"""Faults of locks through the deployed stack; each number is a row of docs/faults.md.

An order is booked for later, so that its lock is known before anything is requested of it; then its
`secure_at` is advanced to now.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.e2e.conftest import World, eventually, soon

from baylock.domain.locks.lock import BarrierReport, Fault, Lock
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import LIVE, Reason, State
from baylock.domain.reports.incidents import IncidentType
from baylock.domain.venue.mall import MerchantId, MerchantRef, ThingName
from baylock.usecases.reports.list_incidents import ListIncidents
from baylock_lock.control import Control
from deployment import now
from local_cloud import Cloud, Merchant

pytestmark = pytest.mark.e2e


@dataclass
class Garage:
    """One test's order and locks, which are restored after it."""

    world: World
    merchant: Merchant
    phone: str
    reference: str
    used: list[ThingName] = field(default_factory=list)
    booked: list[str] = field(default_factory=list)
    later: datetime = field(default_factory=lambda: soon() + timedelta(hours=6))
    """So far off that nothing happens before the test ends, and within what is checked."""

    @property
    def control(self) -> Control:
        return self.world.seeded.control

    def book(self, reference: str = "") -> Order:
        """Book a space for later; its lock is idle, without a request."""
        reference = reference or self.reference
        self.booked.append(reference)
        answer = self.world.book(
            self.merchant, reference, self.phone, service_time=self.later.isoformat()
        )
        assert answer.status == 201, answer.body
        return self._booked(reference)

    def book_for_now(self, starts_in: timedelta = timedelta()) -> Order:
        """Book a space whose window begins then, rounded up to 15 minutes."""
        service = now() + starts_in + timedelta(minutes=15)
        self.booked.append(self.reference)
        answer = self.world.book(
            self.merchant, self.reference, self.phone, service_time=service.isoformat()
        )
        assert answer.status == 201, answer.body
        return self._booked(self.reference)

    def _booked(self, reference: str) -> Order:
        order = self.order(reference)
        self.used.append(order.claim.thing)
        # A driver of another test may have found the space taken; it would be left for an hour.
        self.world.deployment.orders.note_found_taken(order.claim.space, now())
        return order

    def order(self, reference: str = "") -> Order:
        order = self.world.order(self.merchant, reference or self.reference)
        assert order
        return order

    def lock(self, thing: ThingName) -> Lock:
        lock = self.world.deployment.locks.find(thing)
        assert lock
        return lock

    def status(self, thing: ThingName) -> dict[str, Any]:
        return self.control.status(thing)

    def secure(self, order: Order) -> None:
        """Make the order due to be secured."""
        self.world.deployment.orders.change(order, order.postpone(now(), now()))
        self.world.clock()

    def time_is_up(self) -> None:
        """Advance the order past the time in which the lock must confirm."""
        order = self.order()
        assert order.access.asked_at
        earlier = order.access.asked_at - CONFIRM_WITHIN - timedelta(seconds=1)
        access = replace(order.access, asked_at=earlier)
        self.world.deployment.orders.change(
            order, replace(order, version=order.version + 1, access=access)
        )
        self.world.clock()

    def held(self) -> Order:
        return self.world.held(self.merchant, self.reference)

    def wish(self, thing: ThingName, barrier: str, order: str | None, valid_s: float) -> int:
        """Write a desired state as the cloud would; returns the shadow's version."""
        desired = {"barrier": barrier, "order": order, "valid_until": int(time.time() + valid_s)}
        return self._write(thing, desired)

    def desired(self, thing: ThingName) -> dict[str, Any]:
        shadows = self.world.deployment.client("iot-data")
        read = shadows.get_thing_shadow(thingName=thing, shadowName="lock")["payload"].read()
        desired: dict[str, Any] = json.loads(read)["state"].get("desired", {})
        return desired

    def seen(self, thing: ThingName, version: int) -> dict[str, Any]:
        """Wait until the lock has seen a version, and return its status."""
        return eventually(
            lambda: said if (said := self.status(thing))["seen_version"] >= version else None,
            f"{thing} to see version {version}",
        )

    def moved_from(self, before: Order, reason: Reason) -> Order:
        """Assert that the order moved for this reason, and that the driver got a text."""
        order = self.order()
        assert order.claim.space != before.claim.space
        assert (order.reason, order.state) == (reason, State.RESERVED)
        assert self.world.holders(order) == 1
        self.used.append(order.claim.thing)
        eventually(
            lambda: any(order.claim.space.space in text for text in self.world.inbox(self.phone)),
            "the driver's text",
        )
        return order

    def mall_is_told(self, order: Order, what: str) -> None:
        """Wait for the mall's text about this order's space; the example mall's phone reads
        Chinese."""
        phone, space = self.world.seeded.mall.phone, order.claim.space.space
        assert phone
        eventually(
            lambda: any(space in text and what in text for text in self.world.inbox(phone)),
            "the mall's text",
        )

    def incidents(self) -> set[tuple[IncidentType, ThingName]]:
        """The incidents that `baylock incidents` lists now."""
        deployed = self.world.deployment
        list_incidents = ListIncidents(
            deployed.venues, deployed.orders, deployed.locks, deployed.now
        )
        found = list_incidents(self.world.seeded.mall, lambda *_: None)
        return {(incident.type, incident.thing) for incident in found.incidents}

    def put_right(self) -> None:
        for reference in self.booked:
            self.world.api(self.merchant).call("DELETE", f"/v1/bookings/{reference}")
        self.world.settle()
        for thing in set(self.used):
            self.control.vehicle(thing, False)
            self.control.mend(thing)
            self._write(thing, {"barrier": "lowered", "order": None, "valid_until": 0})
            eventually(lambda thing=thing: self.lock(thing).online, f"{thing} to connect again")  # type: ignore[misc]
            self.control.by_hand(thing, "lowered")
        self.world.settle()

    def _write(self, thing: ThingName, desired: dict[str, Any]) -> int:
        answer = self.world.deployment.client("iot-data").update_thing_shadow(
            thingName=thing,
            shadowName="lock",
            payload=json.dumps({"state": {"desired": desired}}).encode(),
        )
        version: int = json.loads(answer["payload"].read())["version"]
        return version


def leave_nobody_there(world: World) -> None:
    """End what other tests have left in the mall, as its orders would keep their locks."""
    for merchant in world.seeded.stack.merchants:
        who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
        for order in world.deployment.orders.of_merchant(
            who, states=[one.value for one in LIVE]
        ).orders:
            if order.claim.window.start < now() + timedelta(hours=1):
                is_in = order.access.admitted_at is not None
                ended = order.complete(now()) if is_in else order.cancel(Reason.MERCHANT, now())
                world.deployment.orders.change(order, ended)
                world.seeded.control.vehicle(order.claim.thing, False)
    world.settle()


@pytest.fixture
def garage(world: World) -> Iterator[Garage]:
    leave_nobody_there(world)
    number = next(world.numbers)
    made = Garage(world, world.merchant(), world.phone(), f"LOCK-{number}")
    yield made
    made.put_right()


def said_by(cloud: Cloud, thing: ThingName, event: str) -> list[dict[str, Any]]:
    """Return the events of one kind that a lock has logged."""
    lines = cloud.home.log("locks").read_text().splitlines()
    events = (json.loads(line) for line in lines if line.startswith("{"))
    return [one for one in events if one.get("lock") == thing and one["event"] == event]


def reported(world: World, thing: ThingName, barrier: str) -> bool:
    """Tell whether the cloud has recorded such a report of a lock."""
    logs = world.deployment.client("logs")
    pages = logs.get_paginator("filter_log_events")
    return any(
        page["events"]
        for group in logs.describe_log_groups()["logGroups"]
        for page in pages.paginate(
            logGroupName=group["logGroupName"], filterPattern=f'"{thing} is {barrier}"'
        )
    )


def test_fault_15_order_leaves_a_lock_that_is_out_of_contact(garage: Garage) -> None:
    order = garage.book()
    thing = order.claim.thing
    garage.control.fault(thing, "network")
    eventually(lambda: not garage.lock(thing).online, "the lock to be offline")
    garage.secure(order)
    garage.moved_from(order, Reason.LOCK_UNUSABLE)
    assert garage.book("LATER").claim.thing != thing, "the space takes no new orders"


def test_fault_16_old_desired_state_is_refused_and_renewed(garage: Garage, cloud: Cloud) -> None:
    order = garage.book()
    thing = order.claim.thing
    garage.secure(order)
    garage.held()
    movements = garage.status(thing)["movements"]
    garage.control.fault(thing, "network")
    eventually(lambda: not garage.lock(thing).online, "the lock to be offline")
    old = garage.wish(thing, "lowered", order.id, valid_s=1)
    time.sleep(2)
    garage.control.mend(thing, "network")
    anew = eventually(
        lambda: asked if (asked := garage.desired(thing))["barrier"] == "raised" else None,
        "a new desired state",
    )
    assert anew["order"] == order.id
    assert anew["valid_until"] == order.claim.window.end.timestamp()
    assert garage.seen(thing, old + 1)["movements"] == movements
    garage.world.settle()
    # The cloud may have renewed it before the lock read the old one, so write another here.
    said = garage.seen(thing, garage.wish(thing, "lowered", order.id, valid_s=-1))
    assert said_by(cloud, thing, "refused")[-1]["reason"] == "expired"
    assert (said["barrier"], said["order"]) == ("raised", order.id)
    assert said["movements"] == movements
    assert garage.order().state is State.HELD


def test_fault_17_late_repeated_and_reordered_desired_states_make_one_movement_each(
    garage: Garage,
) -> None:
    order = garage.book()
    thing = order.claim.thing
    movements = garage.status(thing)["movements"]
    garage.control.fault(thing, "flaky", by=0.8)
    garage.secure(order)
    garage.held()
    assert garage.status(thing)["movements"] == movements + 1
    garage.world.api(garage.merchant).call("DELETE", f"/v1/bookings/{garage.reference}")
    eventually(lambda: garage.status(thing)["barrier"] == "lowered", "the barrier to go down")
    time.sleep(2)
    assert garage.status(thing)["barrier"] == "lowered"
    assert garage.status(thing)["movements"] == movements + 2


def test_fault_19_jammed_motor_is_shown_and_its_space_is_left(garage: Garage) -> None:
    """The test does not wait for 90 seconds: it writes the order as if they had passed."""
    order = garage.book()
    thing = order.claim.thing
    garage.control.fault(thing, "jam")
    garage.secure(order)
    report = eventually(
        lambda: said if (said := garage.lock(thing).report) and said.fault else None, "the fault"
    )
    assert (report.barrier, report.fault) == (BarrierReport.BLOCKED, Fault.JAMMED)
    assert not garage.lock(thing).is_usable
    other = garage.book("LATER")
    assert other.claim.thing != thing, "the space takes no new orders"
    garage.mall_is_told(order, "卡住")
    assert (IncidentType.JAMMED, thing) in garage.incidents()
    garage.time_is_up()
    garage.moved_from(order, Reason.LOCK_SILENT)
    garage.control.mend(thing)
    eventually(lambda: garage.lock(thing).is_usable, "the lock to be usable again")
    assert (IncidentType.JAMMED, thing) not in garage.incidents()


def test_fault_20_no_barrier_rises_under_a_vehicle(garage: Garage, cloud: Cloud) -> None:
    order = garage.book()
    thing = order.claim.thing
    garage.control.vehicle(thing, True)
    eventually(lambda: garage.lock(thing).has_vehicle, "the vehicle to be seen")
    garage.secure(order)
    garage.moved_from(order, Reason.VEHICLE_PRESENT)
    garage.mall_is_told(order, "有车停着")
    assert (IncidentType.VEHICLE, thing) in garage.incidents()
    assert garage.desired(thing).get("barrier") != "raised", "the cloud does not request it"
    before = garage.status(thing)
    said = garage.seen(thing, garage.wish(thing, "raised", order.id, valid_s=60))
    assert said_by(cloud, thing, "refused")[-1]["reason"] == "vehicle", "the lock refuses it"
    assert (said["barrier"], said["vehicle"], said["fault"]) == ("lowered", True, None)
    assert (said["movements"], said["rose_under_vehicle"]) == (before["movements"], 0)


def test_barrier_moved_by_hand_is_restored(garage: Garage) -> None:
    """The test does not wait for the minute that the order leaves for moving it back."""
    garage.book_for_now()
    order = garage.held()
    thing = order.claim.thing
    garage.control.by_hand(thing, "lowered")
    eventually(lambda: garage.order().state is State.RESERVED, "the order to be reserved again")
    assert garage.order().schedule.secure_at > now() + timedelta(seconds=30)
    garage.secure(garage.order())
    garage.held()
    assert garage.status(thing)["barrier"] == "raised"
    garage.world.text(garage.phone, garage.world.code_told(garage.phone))
    eventually(lambda: garage.order().state is State.ARRIVED, "the driver to be admitted")
    movements = garage.status(thing)["movements"]
    garage.control.by_hand(thing, "raised")
    eventually(lambda: garage.status(thing)["movements"] > movements, "the motor to start")
    eventually(lambda: garage.status(thing)["barrier"] == "lowered", "the barrier to go down")
    assert garage.order().state is State.ARRIVED


@pytest.mark.parametrize(
    ("said", "reason"), [("taken", Reason.SPACE_TAKEN), ("挡住", Reason.SPACE_BLOCKED)]
)
def test_driver_who_cannot_park_is_moved_and_the_mall_gets_a_text(
    garage: Garage, said: str, reason: Reason
) -> None:
    garage.book_for_now()
    order = garage.held()
    garage.world.text(garage.phone, f"HELP {said} {garage.world.code_told(garage.phone)}")
    eventually(lambda: garage.order().claim.space != order.claim.space, "another space")
    garage.moved_from(order, reason)
    garage.mall_is_told(order, "司机")
    garage.held()
    # The next driver is not sent there either.
    garage.booked.append(f"{garage.reference}-2")
    answer = garage.world.book(garage.merchant, garage.booked[-1], garage.world.phone())
    assert answer.status == 201, answer.body
    another = garage.order(garage.booked[-1])
    garage.used.append(another.claim.thing)
    assert another.claim.space not in (order.claim.space, garage.order().claim.space)
    # This lasts until a vehicle there is seen to leave.
    garage.world.free_again(order)


def test_early_driver_comes_in_before_the_barrier_was_ever_up(garage: Garage) -> None:
    """The driver comes half an hour before the window; no order needs the space until then."""
    order = garage.book_for_now(starts_in=timedelta(minutes=45))
    assert (order.state, order.access.asked_at) == (State.RESERVED, None)
    code = garage.world.code_told(garage.phone)
    garage.world.text(garage.phone, code)
    eventually(lambda: garage.order().state is State.ARRIVED, "the driver to have arrived")
    garage.world.text(garage.phone, f"DONE {code}")
    eventually(lambda: garage.order().state is State.COMPLETED, "the driver to have left")


def test_previous_driver_gets_one_text_when_a_booking_names_another_phone(
    garage: Garage,
) -> None:
    garage.book()
    eventually(lambda: garage.world.told(garage.phone), "the driver's text")
    other = garage.world.phone()
    for _ in range(2):
        answer = garage.world.book(
            garage.merchant, garage.reference, other, service_time=garage.later.isoformat()
        )
        assert answer.status == 200
    eventually(lambda: garage.world.told(other), "the new driver's text")
    garage.world.settle()
    assert len(garage.world.told(garage.phone)) == 2
    assert "no longer kept" in garage.world.told(garage.phone)[-1]
    assert len(garage.world.told(other)) == 1


def test_fault_21_power_lost_half_way_is_reported_and_the_barrier_restored(garage: Garage) -> None:
    order = garage.book()
    thing = order.claim.thing
    movements = garage.status(thing)["movements"]
    garage.control.fault(thing, "power-moving")
    garage.secure(order)
    eventually(lambda: not garage.status(thing)["powered"], "the power to fail")
    assert 0.2 < garage.status(thing)["position"] < 0.8
    eventually(lambda: not garage.lock(thing).online, "the lock to be offline")
    assert garage.order().state is State.RESERVED, "it does not count as raised"
    garage.control.mend(thing, "power")
    garage.held()
    said = garage.status(thing)
    assert (said["barrier"], said["order"]) == ("raised", order.id)
    assert said["movements"] == movements + 2
    eventually(lambda: reported(garage.world, thing, "blocked"), "the report of where it stopped")


def test_lock_with_a_low_battery_takes_no_new_orders(garage: Garage) -> None:
    order = garage.book()
    thing = order.claim.thing
    garage.control.battery(thing, 11)
    garage.control.fault(thing, "drain", by=2)
    eventually(lambda: not garage.lock(thing).is_usable, "the alarm")
    assert garage.book("LATER").claim.thing != thing
    garage.control.mend(thing)
    eventually(lambda: garage.lock(thing).is_usable, "the report of the new battery")


@pytest.mark.parametrize("minutes", [-120, 120])
def test_lock_with_a_wrong_clock_tells_an_old_desired_state_from_a_new_one(
    garage: Garage, minutes: float
) -> None:
    thing = garage.book().claim.thing
    before = garage.lock(thing).session
    garage.control.fault(thing, "clock", by=minutes)
    garage.control.fault(thing, "power", for_s=0.5)
    eventually(lambda: garage.status(thing)["powered"], "power")
    eventually(lambda: garage.status(thing)["connected"], "the lock to connect again")
    eventually(lambda: abs(garage.status(thing)["at"] - time.time()) < 5, "the corrected time")
    # The cloud looks at a lock that has come back, and may ask it for what it wants of it; were it
    # late, that would take the place of what is asked for here.
    eventually(
        lambda: (lock := garage.lock(thing)).online and lock.session != before, "the cloud's notice"
    )
    garage.world.settle()
    assert abs(garage.status(thing)["clock_ahead_s"] - minutes * 60) < 5
    movements = garage.status(thing)["movements"]
    said = garage.seen(thing, garage.wish(thing, "raised", "ord_old", valid_s=-30))
    assert (said["barrier"], said["movements"]) == ("lowered", movements)
    garage.wish(thing, "raised", "ord_new", valid_s=600)
    eventually(lambda: garage.status(thing)["barrier"] == "raised", "the barrier")
