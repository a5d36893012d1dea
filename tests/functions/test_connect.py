"""Booking systems' webhooks, as API Gateway passes them on: recorded bodies, with signatures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.booking_systems import QUESTIONS, REFERENCE, SAID, signature
from tests.fakes.keys import order_id
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOON
from tests.fakes.world import World
from tests.functions.conftest import Context, Logged

from baylock.adapters.dynamodb.order_item import item_of
from baylock.bootstrap import connect, stores
from baylock.domain.access.limits import Limits
from baylock.domain.connect.connection import Connection, ConnectionId, Questions, System
from baylock.domain.errors import Busy
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import MerchantRef
from connect.app import handler

Event = dict[str, Any]
Change = Callable[[dict[str, Any]], object]

SECRET = "a secret that only the booking system and we know"
CALCOM, CALENDLY, SQUARE = System.CALCOM, System.CALENDLY, System.SQUARE

each_system = pytest.mark.parametrize("system", list(System))


def connection(system: System) -> Connection:
    id_ = ConnectionId(f"con_{system}")
    return Connection(
        id=id_,
        system=system,
        merchant=NOODLES,
        url=f"https://api.example/v1/connect/{system}?c={id_}",
        questions=QUESTIONS[system],
        created_at=NOON,
        secret=SECRET,
    )


@dataclass
class Systems:
    """Booking systems that send their bookings."""

    world: World
    load: Callable[[str], Event]

    def body(self, name: str, change: Change | None = None) -> str:
        event = self.load(f"connect/{name}")
        if change:
            change(event)
        return json.dumps(event, ensure_ascii=False)

    def event(
        self, system: System, body: str, headers: dict[str, str], id_: str | None = None
    ) -> Event:
        event = self.load("api_connect")
        path = f"/v1/connect/{system}"
        event |= {"resource": path, "path": path, "body": body}
        del event["headers"]["X-Cal-Signature-256"]
        event["headers"] |= headers
        event["queryStringParameters"] = {"c": id_ or f"con_{system}"}
        event["multiValueQueryStringParameters"] = {"c": [id_ or f"con_{system}"]}
        return event

    def say(
        self, system: System, name: str, change: Change | None = None
    ) -> tuple[int, dict[str, Any]]:
        body = self.body(name, change)
        at = int(self.world.clock.now.timestamp())
        return self.send(self.event(system, body, signature(connection(system), body, at)))

    def send(self, event: Event) -> tuple[int, dict[str, Any]]:
        answer = handler(event, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"])

    def order(self, system: System) -> Order:
        known = self.world.orders.find(order_id(NOODLES, REFERENCE[system]))
        assert isinstance(known, Order)
        return known


@pytest.fixture
def systems(world: World, load: Callable[[str], Event], monkeypatch: pytest.MonkeyPatch) -> Systems:
    for system in System:
        world.connections.save(connection(system))
    monkeypatch.setattr(stores, "connections", lambda: world.connections)
    monkeypatch.setattr(connect, "accept_webhook", lambda: world.accept_webhook)
    monkeypatch.setattr(connect, "connect_booking", lambda: world.connect)
    return Systems(world, load)


# ── what becomes of a booking ────────────────────────────────────────────────────────────────────


@each_system
def test_a_booking_gets_a_space(systems: Systems, system: System) -> None:
    status, result = systems.say(system, SAID[system][0])
    order = systems.order(system)
    assert (status, result["outcome"]) == (200, "placed")
    assert (result["reference"], result["order"]["id"]) == (REFERENCE[system], order.id)
    booking = order.booking
    assert (booking.phone, booking.plate) == (DRIVER, "7ABC123")
    assert booking.duration == timedelta(minutes=90)
    assert booking.service_time.isoformat() == "2026-12-03T02:30:00+00:00"
    assert "Jo Rivers" not in str(item_of(order))
    assert booking.locale == ("en" if system is CALCOM else None)


@each_system
def test_a_rescheduled_booking_moves_its_order(systems: Systems, system: System) -> None:
    systems.say(system, SAID[system][0])
    first = systems.order(system)
    if system is CALENDLY:
        assert systems.say(system, "calendly_rescheduled_from")[1]["outcome"] == "ignored"
    status, result = systems.say(system, SAID[system][1])
    moved = systems.order(system)
    assert (status, result["outcome"], result["order"]["id"]) == (200, "placed", first.id)
    assert moved.booking.service_time == first.booking.service_time + timedelta(hours=1)
    live = [one for one in systems.world.orders.records() if isinstance(one, Order) and one.is_live]
    assert live == [moved]


@each_system
def test_a_cancelled_booking_gives_its_space_back(systems: Systems, system: System) -> None:
    for name in SAID[system]:
        status, result = systems.say(system, name)
    assert (status, result["outcome"], result["order"]["state"]) == (200, "cancelled", "cancelled")
    assert not systems.order(system).is_live
    assert systems.say(system, SAID[system][2]) == (status, result)


@each_system
def test_a_webhook_that_comes_twice_changes_nothing(systems: Systems, system: System) -> None:
    first = systems.say(system, SAID[system][0])
    assert systems.say(system, SAID[system][0]) == first
    systems.say(system, SAID[system][1])
    moved = systems.order(system)
    systems.say(system, SAID[system][0])
    assert systems.order(system) == moved


def without_question(event: Event) -> None:
    payload = event["payload"] if "payload" in event else event["data"]["object"]["booking"]
    payload |= {
        "responses": {},
        "userFieldsResponses": {},
        "questions_and_answers": [],
        "customer_note": "A table by the window, please.",
    }


@each_system
def test_a_form_without_the_question_takes_no_space(systems: Systems, system: System) -> None:
    status, result = systems.say(system, SAID[system][0], without_question)
    assert (status, result["outcome"], result["order"]) == (200, "not-asked", None)


def without_phone(event: Event) -> None:
    if "data" in event:
        event["data"]["object"]["booking"]["customer_note"] = "Parking: yes\nPhone: ask the office"
        return
    payload = event["payload"]
    payload["text_reminder_number"] = None
    if "responses" in payload:
        del payload["responses"]["attendeePhoneNumber"]
        payload["attendees"][0]["phoneNumber"] = None


@each_system
def test_no_space_without_a_phone(systems: Systems, system: System) -> None:
    status, result = systems.say(system, SAID[system][0], without_phone)
    assert (status, result["outcome"], result["order"]) == (200, "no-phone", None)


# ── what each system writes in its own way ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (True, "placed"),
        (False, "not-needed"),
        ("Yes", "placed"),
        ("No", "not-needed"),
        (["Yes, by car"], "placed"),
        ([], "not-needed"),
        ({"value": "Yes", "optionValue": ""}, "placed"),
        (None, "not-needed"),
        ("by bus", "unclear"),
        (0, "unclear"),
    ],
)
def test_kinds_of_answers_in_calcom(systems: Systems, value: object, outcome: str) -> None:
    def answered(event: Event) -> None:
        asked = {"label": "Do you come by car?", "value": value}
        for responses in ("responses", "userFieldsResponses"):
            event["payload"][responses]["parking"] = asked
            del event["payload"][responses]["plate"]

    assert systems.say(CALCOM, "calcom_created", answered)[1]["outcome"] == outcome


def test_calcom_question_by_its_identifier(systems: Systems) -> None:
    known = connection(CALCOM)
    systems.world.connections.save(replace(known, questions=Questions("parking", "plate")))
    assert systems.say(CALCOM, "calcom_created")[1]["outcome"] == "placed"
    assert systems.order(CALCOM).booking.plate == "7ABC123"


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.update(triggerEvent="MEETING_ENDED"),
        lambda event: event.update(triggerEvent="PING", payload={"type": "Test"}),
        lambda event: event.update(triggerEvent="BOOKING_REQUESTED"),
        lambda event: event["payload"].update(status="PENDING"),
        lambda event: event["payload"].update(seatsPerTimeSlot=4),
    ],
)
def test_what_is_none_of_our_business_in_calcom(systems: Systems, change: Change) -> None:
    assert systems.say(CALCOM, "calcom_created", change)[1] == {
        "outcome": "ignored",
        "reference": None,
        "order": None,
    }


def test_a_request_that_is_rejected_in_calcom(systems: Systems) -> None:
    systems.say(CALCOM, "calcom_created")
    rejected = {"triggerEvent": "BOOKING_REJECTED", "createdAt": "2026-12-01T19:35:00.000Z"}
    result = systems.say(CALCOM, "calcom_created", lambda event: event.update(rejected))[1]
    assert result["outcome"] == "cancelled"


def test_phone_that_a_calcom_host_is_to_call(systems: Systems) -> None:
    def by_phone(event: Event) -> None:
        without_phone(event)
        called = {"value": {"value": "phone", "optionValue": "+14255550123"}}
        event["payload"]["responses"]["location"] = called

    systems.say(CALCOM, "calcom_created", by_phone)
    assert systems.order(CALCOM).booking.phone == DRIVER


def test_phone_that_a_calendly_host_is_to_call(systems: Systems) -> None:
    def by_phone(event: Event) -> None:
        without_phone(event)
        called = {"type": "outbound_call", "location": "+1 425-555-0123"}
        event["payload"]["scheduled_event"]["location"] = called

    systems.say(CALENDLY, "calendly_created", by_phone)
    assert systems.order(CALENDLY).booking.phone == DRIVER


def test_what_is_none_of_our_business_in_calendly(systems: Systems) -> None:
    other = {"event": "routing_form_submission.created", "payload": {}}
    result = systems.say(CALENDLY, "calendly_created", lambda event: event.update(other))[1]
    assert result["outcome"] == "ignored"


def booking_of(event: Event) -> Event:
    booking: Event = event["data"]["object"]["booking"]
    return booking


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.update(type="payment.updated", data={}),
        lambda event: booking_of(event).update(status="PENDING"),
        lambda event: booking_of(event).update(location_type="CUSTOMER_LOCATION"),
    ],
)
def test_what_is_none_of_our_business_in_square(systems: Systems, change: Change) -> None:
    assert systems.say(SQUARE, "square_created", change)[1]["outcome"] == "ignored"


@pytest.mark.parametrize(
    ("customer", "seller", "outcome"),
    [
        ("parking? yes, (425) 555-0123", None, "placed"),
        ("停车: 是", "Parking: yes\nPhone: 425 555 0123", "placed"),
        ("Parking: yes\nPhone: 425 555 0123", "Parking: no", "not-needed"),
        ("Parking", None, "not-asked"),
        (None, None, "not-asked"),
    ],
)
def test_notes_in_square(
    systems: Systems, customer: str | None, seller: str | None, outcome: str
) -> None:
    notes = {"customer_note": customer, "seller_note": seller}
    result = systems.say(SQUARE, "square_created", lambda event: booking_of(event).update(notes))[1]
    assert result["outcome"] == outcome


# ── what is not from them ────────────────────────────────────────────────────────────────────────


def refused(systems: Systems, event: Event) -> bool:
    status, problem = systems.send(event)
    nothing = not list(systems.world.orders.records())
    return (status, problem["type"], nothing) == (401, "/v1/problems/bad-signature", True)


@each_system
def test_fault_29_a_wrong_signature(systems: Systems, system: System) -> None:
    body, at = systems.body(SAID[system][0]), int(NOON.timestamp())
    right = signature(connection(system), body, at)
    ((name, value),) = right.items()
    assert refused(systems, systems.event(system, body, {}))
    assert refused(systems, systems.event(system, body, {name: ""}))
    assert refused(systems, systems.event(system, body, {name: value[:-1]}))
    assert refused(systems, systems.event(system, body, {name: "锁"}))
    assert refused(systems, systems.event(system, f"{body} ", right))
    other = signature(replace(connection(system), secret="another"), body, at)
    assert refused(systems, systems.event(system, body, other))


@each_system
def test_fault_29_another_connection(systems: Systems, system: System) -> None:
    """A merchant's webhook is valid neither for another merchant nor for an unknown connection."""
    theirs = replace(
        connection(system), id=ConnectionId("con_cinema"), merchant=CINEMA, secret="theirs"
    )
    systems.world.connections.save(theirs)
    body = systems.body(SAID[system][0])
    right = signature(connection(system), body, int(NOON.timestamp()))
    assert refused(systems, systems.event(system, body, right, "con_cinema"))
    assert refused(systems, systems.event(system, body, right, "con_nobody"))
    other = next(one for one in System if one is not system)
    assert refused(systems, systems.event(system, body, right, f"con_{other}"))


@each_system
def test_fault_29_a_connection_without_a_secret_takes_nothing(
    systems: Systems, system: System
) -> None:
    unsigned = replace(connection(system), secret="")
    systems.world.connections.save(unsigned)
    body = systems.body(SAID[system][0])
    headers = signature(unsigned, body, int(NOON.timestamp()))
    assert refused(systems, systems.event(system, body, headers))


@pytest.mark.parametrize("late", [-181, 181])
def test_an_old_webhook_of_calendly_is_not_taken_again(systems: Systems, late: int) -> None:
    body = systems.body("calendly_created")
    headers = signature(connection(CALENDLY), body, int(NOON.timestamp()) + late)
    assert refused(systems, systems.event(CALENDLY, body, headers))


@pytest.mark.parametrize(
    "header", ["t=,v1=", "t=now,v1=00", "v1=00", "t=²,v1=00", "t=" + "9" * 5000 + ",v1=00", ",,=="]
)
def test_a_calendly_header_that_is_none(systems: Systems, header: str) -> None:
    body = systems.body("calendly_created")
    headers = {"Calendly-Webhook-Signature": header}
    assert refused(systems, systems.event(CALENDLY, body, headers))


def test_square_signs_the_address_that_it_was_given(systems: Systems) -> None:
    moved = replace(
        connection(SQUARE), url="https://parking.example/v1/connect/square?c=con_square"
    )
    body = systems.body("square_created")
    headers = signature(moved, body, 0)
    assert refused(systems, systems.event(SQUARE, body, headers))
    systems.world.connections.save(moved)
    assert systems.send(systems.event(SQUARE, body, headers))[0] == 200


def test_no_connection_in_the_address(systems: Systems) -> None:
    event = systems.event(CALCOM, "{}", {})
    event["queryStringParameters"] = event["multiValueQueryStringParameters"] = None
    status, problem = systems.send(event)
    assert (status, problem["errors"][0]["field"]) == (422, "c")


def test_fault_30_an_endless_connection_in_the_address(systems: Systems) -> None:
    """DynamoDB takes keys of at most 2,048 bytes, and would respond with an error."""
    event = systems.event(CALCOM, "{}", {})
    event["multiValueQueryStringParameters"] = {"c": ["x" * 5_000]}
    status, problem = systems.send(event)
    assert (status, problem["errors"][0]["field"]) == (422, "c")


EMPTY = json.dumps(
    {
        "triggerEvent": "BOOKING_CREATED",
        "event": "invitee.created",
        "type": "booking.created",
        "createdAt": "2026-12-01T19:30:00Z",
        "created_at": "2026-12-01T19:30:00Z",
        "payload": {},
        "data": {"object": None},
    }
)

# ── what can't be read ───────────────────────────────────────────────────────────────────────────


def signed(systems: Systems, system: System, body: str) -> tuple[int, dict[str, Any]]:
    headers = signature(connection(system), body, int(systems.world.clock.now.timestamp()))
    return systems.send(systems.event(system, body, headers))


@each_system
@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '"text"',
        "{",
        "[" * 100_000,
        '{"triggerEvent": 1, "event": 1, "type": 1, "created_at": "", "createdAt": ""}',
        EMPTY,
        '{"triggerEvent": "\\ud800"}',
    ],
    ids=range(10),
)
def test_fault_30_a_body_that_can_not_be_read(systems: Systems, system: System, body: str) -> None:
    status, problem = signed(systems, system, body)
    assert (status, problem["type"]) == (400, "/v1/problems/malformed")
    assert problem["detail"]


@each_system
@pytest.mark.parametrize(
    "time", ["tomorrow", "2026-12-03T02:30:00", "", "9999-12-31T23:59:59-14:00"]
)
def test_fault_30_a_time_that_can_not_be_read(systems: Systems, system: System, time: str) -> None:
    def at(event: Event) -> None:
        payload = event.get("payload") or booking_of(event)
        payload |= {"startTime": time, "start_at": time}
        payload.get("scheduled_event", {}).update(start_time=time)

    assert systems.say(system, SAID[system][0], at)[0] == 400


@each_system
@pytest.mark.parametrize("id_", ["", "x" * 129, "a%2Fb", "a\nb"])
def test_fault_30_an_id_that_can_be_no_reference(
    systems: Systems, system: System, id_: str
) -> None:
    def named(event: Event) -> None:
        payload = event.get("payload") or booking_of(event)
        payload |= {"uid": id_, "id": id_, "uri": f"https://api.calendly.com/invitees/{id_}"}
        if not id_:
            payload["uri"] = ""

    assert systems.say(system, SAID[system][0], named)[0] == 400


def test_fault_30_a_body_that_is_too_large(systems: Systems) -> None:
    status, problem = signed(systems, CALCOM, json.dumps({"x": "x" * 300_000}))
    assert (status, problem["type"]) == (400, "/v1/problems/malformed")


def test_fault_07_too_busy_is_said_so_that_it_is_sent_again(systems: Systems) -> None:
    def busy() -> None:
        raise Busy

    systems.world.orders.before["add"] = busy
    assert systems.say(CALCOM, "calcom_created")[0] == 503
    assert systems.say(CALCOM, "calcom_created")[1]["outcome"] == "placed"


def test_fault_31_a_flood_spends_its_own_budget(systems: Systems) -> None:
    ping = json.dumps({"triggerEvent": "PING", "createdAt": "2026-12-01T19:30:00Z"})
    answers = [signed(systems, CALCOM, ping)[0] for _ in range(Limits().burst + 1)]
    assert answers == [200] * Limits().burst + [429]
    assert systems.say(CALCOM, "calcom_created")[0] == 429
    assert systems.say(SQUARE, "square_created")[0] == 200


def test_fault_31_what_is_not_signed_spends_nothing(systems: Systems) -> None:
    body = systems.body("calcom_created")
    for _ in range(Limits().burst + 1):
        systems.send(systems.event(CALCOM, body, {"X-Cal-Signature-256": "0" * 64}))
    assert systems.say(CALCOM, "calcom_created")[0] == 200


def test_a_merchant_that_has_left_the_mall(systems: Systems) -> None:
    gone = replace(NOODLES, merchant=MerchantRef("gone"))
    systems.world.connections.save(replace(connection(CALCOM), merchant=gone))
    assert systems.say(CALCOM, "calcom_created")[0] == 403


@each_system
def test_fault_35_nobody_is_named_in_the_log(
    systems: Systems, system: System, logged: Logged
) -> None:
    systems.say(system, SAID[system][0])
    systems.say(system, SAID[system][1])
    lines = logged.read()
    assert [line["became"] for line in lines if line["message"] == "heard"] == ["placed"] * 2
    assert "Rivers" not in logged.text
    assert "7ABC123" not in logged.text
