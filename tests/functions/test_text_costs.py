"""Phones that cost, at each handler that takes bookings, and what a text may cost in the end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.fakes.booking_systems import SAID
from tests.fakes.hostile_phones import HOSTILE
from tests.fakes.mall import DRIVER, HARBOUR, NOODLES_PHONE
from tests.fakes.world import World
from tests.functions.caller import BOOKING, DAY_BEFORE, Caller
from tests.functions.conftest import Load, Logged, failed, sqs_event
from tests.functions.test_connect import Systems, each_system, systems

import inbound_sms.app
import send_text.app
from baylock.domain.booking.booking import Channel
from baylock.domain.connect.connection import System
from baylock.domain.orders.order import Order

pytestmark = pytest.mark.threat(2)

__all__ = ["systems"]

each_number = pytest.mark.parametrize("phone", HOSTILE.values(), ids=HOSTILE.keys())


@pytest.fixture
def call(world: World, load: Load, context: Any) -> Caller:
    world.clock.now = DAY_BEFORE
    return Caller(world, load, context)


def orders(world: World) -> list[Order]:
    return [one for one in world.orders.records() if isinstance(one, Order)]


@each_number
def test_api_names_the_field_and_the_countries(call: Caller, phone: str) -> None:
    status, problem = call.put({**BOOKING, "customer": {"phone": phone}})
    assert (status, problem["type"]) == (422, "/v1/problems/invalid")
    (error,) = problem["errors"]
    assert error["field"] == "customer.phone"
    assert "US, CN" in error["reason"]
    assert phone not in json.dumps(problem)
    assert orders(call.world) == []


@each_number
def test_api_refuses_to_give_a_booking_such_a_phone(call: Caller, phone: str) -> None:
    assert call.put(BOOKING)[0] == 201
    assert call.put({**BOOKING, "customer": {"phone": phone}})[0] == 422
    assert call.put(BOOKING)[0] == 200
    (order,) = orders(call.world)
    assert order.booking.phone == BOOKING["customer"]["phone"]


@each_number
def test_text_is_answered_and_books_nothing(
    world: World, load: Load, context: Any, phone: str
) -> None:
    envelope = json.loads(load("sqs_inbound_sms")["Records"][0]["body"])
    message = json.loads(envelope["Message"]) | {"messageBody": f"PARK 18:30 {phone}"}
    event = sqs_event(load("sqs_inbound_sms"), envelope | {"Message": json.dumps(message)})
    assert failed(inbound_sms.app.handler(event, context)) == []
    assert orders(world) == []
    world.settle()
    ((to, told),) = world.phones.sent
    assert to == NOODLES_PHONE
    assert "US, CN" in told


def with_phone(event: dict[str, Any], phone: str) -> None:
    """Enter a phone in a recorded form, wherever it has one."""
    written = json.dumps(event).replace(DRIVER, phone).replace("(425) 555-0123", phone)
    event.clear()
    event |= json.loads(written.replace("+1 425-555-0123", phone))


@each_system
@each_number
def test_form_takes_no_space_and_tells_the_merchant_once(
    systems: Systems, system: System, phone: str
) -> None:
    for _ in range(3):
        status, result = systems.say(
            system, SAID[system][0], lambda event: with_phone(event, phone)
        )
        assert (status, result["outcome"], result["order"]) == (200, "phone-refused", None)
    systems.world.settle()
    ((to, told),) = systems.world.phones.sent
    assert to == NOODLES_PHONE
    assert "US, CN" in told
    assert systems.world.kept() == set()


@each_system
def test_form_is_known_to_be_public(systems: Systems, system: System) -> None:
    systems.say(system, SAID[system][0])
    assert systems.order(system).booking.channel is Channel.FORM


def test_text_that_is_refused_before_it_is_sent_is_logged_without_its_number(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    order = world.book(phone="+8613800138000")
    mall = replace(world.venues.mall(HARBOUR), countries=(), version="2")
    world.venues.save(mall, list(world.venues.merchants(HARBOUR)))
    body = {"order": order.id, "version": 1, "notice": "driver_reserved"}
    send_text.app.handler(sqs_event(load("sqs_send_text"), body), context)
    assert logged.messages()[-1].endswith("not sent: refused: country")
    assert "13800138000" not in "".join(logged.messages())
    assert world.phones.sent == []
