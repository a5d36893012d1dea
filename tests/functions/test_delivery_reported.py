"""Reports in SNS's delivery log."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from tests.fakes.mall import DRIVER, NOODLES_PHONE
from tests.fakes.world import World
from tests.functions.conftest import Load, Logged

import delivery_reported.app
from baylock.domain.booking.booking import Channel
from baylock.domain.errors import Unreachable


def report(load: Load, context: Any, *messages: object, words: str | None = None) -> None:
    """Send log lines as CloudWatch Logs does; by default the line that SNS documents."""
    batch = inside(load)
    if words is not None:
        messages = (delivery_log(load, words),)
    if messages:
        batch["logEvents"] = [{"id": "1", "timestamp": 1, "message": one} for one in messages]
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
    delivery_reported.app.handler({"awslogs": {"data": data}}, context)


def inside(load: Load) -> dict[str, Any]:
    """The content of the event."""
    data = load("logs_delivery_failed")["awslogs"]["data"]
    batch: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(data)))
    return batch


def delivery_log(load: Load, words: str, phone: str = DRIVER, status: str = "FAILURE") -> str:
    line = json.loads(inside(load)["logEvents"][0]["message"])
    line["delivery"] |= {"providerResponse": words, "destination": phone}
    return json.dumps(line | {"status": status})


def test_fault_23_failure_as_sns_reports_it(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    order = world.book(channel=Channel.TEXT)
    world.settle()
    report(load, context)
    assert world.order(order).notes.unreachable is Unreachable.REFUSED
    assert world.order(order).is_live
    world.settle()
    assert "do not reach driver" in world.last_text_to(NOODLES_PHONE)
    assert "deliveries reported" in logged.messages()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Phone number is opted out", Unreachable.OPTED_OUT),
        ("No quota left for account", Unreachable.SPEND_LIMIT),
        ("This delivery would exceed max price", Unreachable.SPEND_LIMIT),
        ("Blocked as spam by phone carrier", Unreachable.REFUSED),
        ("Invalid phone number", Unreachable.REFUSED),
        ("", Unreachable.REFUSED),
    ],
)
def test_fault_23_why_a_text_failed_is_kept_on_the_order(
    world: World, load: Load, context: Any, words: str, reason: Unreachable
) -> None:
    order = world.book()
    world.settle()
    report(load, context, words=words)
    assert world.order(order).notes.unreachable is reason


def test_failures_of_others_and_of_orders_that_have_ended_change_nothing(
    world: World, load: Load, context: Any
) -> None:
    order = world.arrived()
    done = world.leave(order.id, "in-1")
    world.settle()
    report(
        load,
        context,
        delivery_log(load, "x"),
        delivery_log(load, "x", NOODLES_PHONE),
        delivery_log(load, "x", "+1"),
    )
    assert world.order(order) == done


@pytest.mark.parametrize(
    "line",
    [
        "",
        "not JSON",
        "[]",
        "7",
        "null",
        '{"status": "FAILURE"}',
        '{"status": "FAILURE", "delivery": 7}',
        '{"status": "FAILURE", "delivery": {"destination": null}}',
        "[" * 50_000,
    ],
)
def test_what_is_no_report_of_a_failure_is_passed_over(
    world: World, load: Load, context: Any, line: str
) -> None:
    order = world.book()
    world.settle()
    report(load, context, line, delivery_log(load, "delivered", status="SUCCESS"))
    assert world.order(order).notes.unreachable is None
    report(load, context, line, delivery_log(load, "x"))
    assert world.order(order).notes.unreachable is Unreachable.REFUSED
