"""Inbound texts: two-way SMS → topic → queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE
from tests.fakes.world import World
from tests.functions.conftest import Event, FakeSqs, Load, Logged, failed, sqs_event

import inbound_sms.app
from baylock.domain.errors import Busy


def sms(load: Load, **changes: Any) -> dict[str, Any]:
    """A body as SNS queues it; `None` leaves out a field of the text."""
    envelope: dict[str, Any] = json.loads(load("sqs_inbound_sms")["Records"][0]["body"])
    message = json.loads(envelope["Message"]) | changes
    envelope["Message"] = json.dumps({k: v for k, v in message.items() if v is not None})
    return envelope


def handle(load: Load, context: Any, *bodies: object, tries: int = 1) -> list[str]:
    event: Event = sqs_event(load("sqs_inbound_sms"), *bodies, tries=tries)
    return failed(inbound_sms.app.handler(event, context))


def test_text_as_aws_sends_it_makes_an_order(world: World, load: Load, context: Any) -> None:
    answer = inbound_sms.app.handler(load("sqs_inbound_sms"), context)
    assert failed(answer) == []
    order = world.order(order_id(NOODLES, "TBL-20461"))
    assert order.booking.phone == DRIVER
    assert world.effect_queues.answers == ["cae173d2-66b9-564c-8309-21f858e9fb84"]


def test_fault_01_same_message_twice_in_a_batch(world: World, load: Load, context: Any) -> None:
    assert handle(load, context, sms(load), sms(load)) == []
    assert len(world.orders.changes) == 1
    world.settle()
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 1


def test_time_of_day_is_that_of_the_text_however_late_it_is_read(
    world: World, load: Load, context: Any
) -> None:
    world.clock.forward(hours=1)
    late = sms(load, messageBody=f"PARK 12:30pm {DRIVER} ref:A")
    assert handle(load, context, late) == []
    assert world.effect_queues.answers, "it is told that the time has passed, not given tomorrow's"
    assert world.orders.records() == []


def test_one_that_fails_does_not_hold_up_the_others(world: World, load: Load, context: Any) -> None:
    def busy() -> None:
        raise Busy

    world.orders.before["snapshot"] = busy
    first = sms(load, inboundMessageId="1")
    second = sms(load, inboundMessageId="2", messageBody=f"PARK 19:30 {DRIVER} ref:B")
    assert handle(load, context, first, second) == ["message-0"]
    assert world.order(order_id(NOODLES, "B")).is_live


def test_fault_35_one_that_keeps_failing_is_set_aside_without_naming_anybody(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    def fails() -> None:
        raise RuntimeError(f"could not read {DRIVER}")

    world.orders.before["snapshot"] = fails
    assert handle(load, context, sms(load), tries=inbound_sms.app.TRIES - 1) == ["message-0"]
    world.orders.before["snapshot"] = fails
    assert handle(load, context, sms(load), tries=inbound_sms.app.TRIES) == []
    (note,) = dead_letters.notes
    assert note == {"record": "message-0", "reason": "RuntimeError", "tries": inbound_sms.app.TRIES}


def test_note_that_cannot_be_left_leaves_the_message_in_the_queue(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    dead_letters.fails = True
    assert handle(load, context, "not JSON") == ["message-0"]


MALFORMED: dict[str, Any] = {
    "not JSON": f"hello from {DRIVER}",
    "empty": "",
    "a list": [DRIVER],
    "no message": {"Type": "Notification", "Timestamp": "2026-12-01T20:00:00.000Z"},
    "message not JSON": {"Message": DRIVER, "Timestamp": "2026-12-01T20:00:00.000Z"},
    "message a list": {"Message": f'["{DRIVER}"]', "Timestamp": "2026-12-01T20:00:00.000Z"},
    "message a number": {"Message": 7, "Timestamp": "2026-12-01T20:00:00.000Z"},
    "message null": {"Message": "null", "Timestamp": "2026-12-01T20:00:00.000Z"},
    "message deep": {"Message": "[" * 50_000, "Timestamp": "2026-12-01T20:00:00.000Z"},
    "deep": "[" * 50_000,
}
BROKEN_TEXTS: dict[str, dict[str, Any]] = {
    "no id": {"inboundMessageId": None},
    "empty id": {"inboundMessageId": ""},
    "id a number": {"inboundMessageId": 7},
    "no sender": {"originationNumber": None},
    "sender a list": {"originationNumber": [DRIVER]},
    "body a list": {"messageBody": ["PARK"]},
}


@pytest.mark.parametrize("case", [*MALFORMED, *BROKEN_TEXTS])
def test_malformed_is_set_aside_at_once_without_number_or_body(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, case: str
) -> None:
    body = MALFORMED[case] if case in MALFORMED else sms(load, **BROKEN_TEXTS[case])
    good = sms(load, inboundMessageId="good")
    assert handle(load, context, body, good) == []
    (note,) = dead_letters.notes
    assert note["record"] == "message-0"
    assert note["reason"].startswith("malformed")
    assert DRIVER not in json.dumps(note)
    assert world.effect_queues.answers == ["good"]


def test_time_without_a_zone_is_malformed(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    handle(load, context, sms(load) | {"Timestamp": "2026-12-01T20:00:00"})
    assert len(dead_letters.notes) == 1


@pytest.mark.parametrize("body", [None, "", "\x00", "\ud83d", "🚗" * 500, "x" * 2048, "١٢٣"])
@pytest.mark.parametrize("sender", [NOODLES_PHONE, DRIVER, "+14255550999", "55555", "BANK"])
def test_fault_24_and_25_whatever_is_sent_is_handled_at_the_first_try(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, sender: str, body: str | None
) -> None:
    text = sms(load, originationNumber=sender, messageBody=body)
    assert handle(load, context, text) == []
    assert dead_letters.notes == []
    assert len(world.effect_queues.answers) == (sender == NOODLES_PHONE)


def test_fault_35_driver_code_and_number_stay_out_of_the_log(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    code = world.code(order)
    body = sms(load, originationNumber=DRIVER, messageBody=f"HERE {code}")
    assert handle(load, context, body) == []
    assert "answered: driver_welcome" in logged.messages()
    assert f" {code}" not in logged.text
    assert f'"{code}"' not in logged.text
