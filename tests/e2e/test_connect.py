"""Webhooks of Cal.com, Calendly and Square become orders in the deployed stack."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.e2e.conftest import World, eventually, tomorrow
from tests.fakes.booking_systems import QUESTIONS, REFERENCE, SAID, dinner, signature

from baylock.domain.connect.connection import AppointmentOutcome, Connection, System
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.usecases.connect.add_connection import AddConnection
from baylock.usecases.connect.remove_connection import RemoveConnection
from baylock.usecases.connect.set_connection_secret import SetConnectionSecret
from local_cloud import Merchant

pytestmark = pytest.mark.e2e

EVENTS = Path(__file__).parents[1] / "events/connect"
STARTS = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)
"""The service time in the events; they move it, and its end, by an hour or two."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
DRIVER = re.compile(r"\+1 ?425-?555-?0123|\(425\) 555-0123")


@dataclass
class BookingSystem:
    """A merchant's booking system, with the merchant's own driver in its events."""

    world: World
    merchant: Merchant
    connection: Connection
    phone: str
    starts: datetime = field(default_factory=lambda: tomorrow(2) + timedelta(minutes=30))

    def say(self, name: str, **headers: str) -> tuple[int, dict[str, Any]]:
        return self.send(json.loads((EVENTS / f"{name}.json").read_text()), **headers)

    def send(self, event: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        return self.send_raw(json.dumps(self._with_times_of_now(event)), **headers)

    def send_raw(self, body: str, **headers: str) -> tuple[int, dict[str, Any]]:
        signed = headers or signature(self.connection, body, int(time.time()))
        request = Request(self.connection.url, body.encode(), signed, method="POST")  # noqa: S310
        request.add_header("Content-Type", "application/json")
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310 (the stack's own address)
                return answer.status, json.loads(answer.read())
        except HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())

    def _with_times_of_now(self, value: Any) -> Any:
        """Rewrite an event, or a value in it: the test's driver, and a service tomorrow.

        Each value is rewritten once, by its meaning and not by where its digits are in a text, so
        that no day of the calendar is taken for another. Times before the service become a month
        ago. The system's own format of times is kept.
        """
        if isinstance(value, dict):
            return {key: self._with_times_of_now(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._with_times_of_now(one) for one in value]
        if not isinstance(value, str):
            return value
        if not TIME.match(value):
            return DRIVER.sub(self.phone, value)
        at = datetime.fromisoformat(value)
        moved = at - timedelta(days=30) if at < STARTS else self.starts + (at - STARTS)
        return f"{moved:%Y-%m-%dT%H:%M:%S}{value[19:]}"


@pytest.fixture(params=list(System))
def system(request: pytest.FixtureRequest, world: World) -> BookingSystem:
    merchant = world.merchant()
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
    add = AddConnection(world.deployment.connections, world.deployment.api, world.deployment.now)
    made = add(request.param, who, QUESTIONS[request.param])
    if not made.secret:
        set_secret = SetConnectionSecret(world.deployment.connections)
        set_secret(made.id, "a signature key of Square's")
    known = world.deployment.connections.find(made.id)
    assert known is not None
    return BookingSystem(world, merchant, known, world.phone())


@pytest.mark.threat(6)
def test_a_note_that_is_made_to_stall_the_function_is_answered_at_once(
    system: BookingSystem,
) -> None:
    """4,000 blanks took 20 seconds, and the function had no more time."""
    note = {
        System.SQUARE: ("data", "object", "booking", "customer_note"),
        System.CALCOM: ("payload", "responses", "car", "value"),
        System.CALENDLY: ("payload", "questions_and_answers", 0, "answer"),
    }[system.connection.system]
    for text in (" " * 150_000, "a:" * 75_000, "Parking" + "\t" * 100_000 + "!", "[" * 150_000):
        event = json.loads((EVENTS / f"{SAID[system.connection.system][0]}.json").read_text())
        value = event
        for key in note[:-1]:
            value = value.setdefault(key, {}) if isinstance(value, dict) else value[key]
        value[note[-1]] = text
        status, said = system.send(event)
        assert status == 200, said


@pytest.mark.threat(6)
def test_json_that_nothing_can_read_is_malformed_and_no_fault(system: BookingSystem) -> None:
    for body in (
        "[" * 100_000,
        '{"a":' * 20_000,
        "9" * 5_000,
        '{"triggerEvent": "\\ud800"}',
        "NaN",
    ):
        assert system.send_raw(body)[0] == 400


def test_booking_is_made_moved_and_cancelled_by_its_system(system: BookingSystem) -> None:
    world, kind = system.world, system.connection.system
    created, moved, cancelled = SAID[kind]
    status, said = system.say(created)
    assert (status, said["outcome"], said["reference"]) == (200, "placed", REFERENCE[kind])
    first = world.order(system.merchant, REFERENCE[kind])
    assert first is not None
    assert (first.booking.phone, first.booking.plate) == (system.phone, "7ABC123")
    eventually(lambda: world.inbox(system.phone), "the driver's text")

    assert system.say(created)[1] == said
    said = system.say(moved)[1]
    later = world.order(system.merchant, REFERENCE[kind])
    assert later is not None
    assert (said["outcome"], said["order"]["id"]) == ("placed", first.id)
    assert later.booking.service_time == first.booking.service_time + timedelta(hours=1)
    assert world.holders(later) == 1
    # A notice that is no longer true is dropped, as one of a move is once the booking is cancelled.
    eventually(lambda: world.told(system.phone)[1:], "the driver's text about the move")

    said = system.say(cancelled)[1]
    assert (said["outcome"], said["order"]["state"]) == ("cancelled", State.CANCELLED)
    assert world.holders(later) == 0
    answer = world.api(system.merchant).booking(REFERENCE[kind])
    assert (answer.status, answer.body["order"]["state"]) == (200, "cancelled")
    world.settle()
    assert len(world.told(system.phone)) == 3
    known = world.deployment.connections.find(system.connection.id)
    assert known is not None
    assert known.last_webhook is not None
    assert known.last_webhook.outcome is AppointmentOutcome.CANCELLED


def test_fault_29_unsigned_webhook_is_refused(system: BookingSystem) -> None:
    created, *_ = SAID[system.connection.system]
    status, problem = system.say(created, Authorization=f"Bearer {system.merchant.key}")
    assert (status, problem["type"]) == (401, "/v1/problems/bad-signature")
    assert system.world.order(system.merchant, REFERENCE[system.connection.system]) is None
    RemoveConnection(system.world.deployment.connections)(system.connection.id)
    assert system.say(created)[0] == 401


WEEKLY = {"recurringEvent": {"freq": 2, "count": 3, "interval": 1}}
SEQUENCES: dict[str, tuple[list[tuple[str, dict[str, Any]]], set[str]]] = {
    "confirmed": (
        [
            ("BOOKING_CREATED", dinner("a", 3)),
            ("BOOKING_REQUESTED", dinner("b", 4, status="PENDING", rescheduleUid="a")),
            ("BOOKING_CREATED", dinner("b", 4)),
        ],
        {"a"},
    ),
    "rejected": (
        [
            ("BOOKING_CREATED", dinner("a", 3)),
            ("BOOKING_REQUESTED", dinner("b", 4, status="PENDING", rescheduleUid="a")),
            ("BOOKING_REJECTED", dinner("b", 4)),
        ],
        set(),
    ),
    "one link twice": (
        [
            ("BOOKING_CREATED", dinner("a", 3)),
            ("BOOKING_RESCHEDULED", dinner("b", 4, rescheduleUid="a")),
            ("BOOKING_RESCHEDULED", dinner("c", 5, rescheduleUid="a")),
            ("BOOKING_CANCELLED", dinner("b", 4)),
        ],
        {"c"},
    ),
    "series": (
        [
            ("BOOKING_CREATED", dinner("a", 3, **WEEKLY)),
            ("BOOKING_CREATED", dinner("b", 10, **WEEKLY)),
            ("BOOKING_CREATED", dinner("c", 17, **WEEKLY)),
            ("BOOKING_CANCELLED", dinner("a", 3, **WEEKLY)),
        ],
        set(),
    ),
    "series with one that was moved before it is heard of": (
        [
            ("BOOKING_CREATED", dinner("a", 3, **WEEKLY)),
            ("BOOKING_RESCHEDULED", dinner("c", 11, rescheduleUid="b")),
            ("BOOKING_CREATED", dinner("b", 10, **WEEKLY)),
            ("BOOKING_CANCELLED", dinner("a", 3, **WEEKLY)),
        ],
        set(),
    ),
}


@pytest.mark.parametrize("system", [System.CALCOM], indirect=True)
@pytest.mark.parametrize("name", SEQUENCES)
def test_what_is_left_of_a_sequence(system: BookingSystem, name: str) -> None:
    sequence, left = SEQUENCES[name]
    for minute, (trigger, booking) in enumerate(sequence):
        said = f"2026-12-01T19:{minute:02}:00.000Z"
        event = {"triggerEvent": trigger, "createdAt": said, "payload": booking}
        assert system.send(event)[0] == 200
    orders = {uid: system.world.order(system.merchant, uid) for uid in "abc"}
    assert {uid for uid, order in orders.items() if order and order.is_live} == left


@pytest.mark.parametrize("system", [System.CALCOM], indirect=True)
def test_an_answer_that_is_unclear_is_texted_once_and_kept(system: BookingSystem) -> None:
    car = {"car": {"label": "Do you come by car?", "value": "by tram"}}
    event = {
        "triggerEvent": "BOOKING_CREATED",
        "createdAt": "2026-12-01T19:00:00.000Z",
        "payload": dinner("a", 3, responses=car),
    }
    phone = system.world.deployment.venues.merchant(system.connection.merchant).phone
    assert phone
    before = len(system.world.inbox(phone))
    assert system.send(event)[1]["outcome"] == "unclear"
    assert system.send(event)[1]["outcome"] == "unclear"
    eventually(lambda: len(system.world.inbox(phone)) > before, "the merchant's text")
    (trouble,) = system.world.deployment.connections.troubles(system.connection.id)
    assert (trouble.outcome, trouble.count) == (AppointmentOutcome.UNCLEAR, 2)
