"""The orders stream, record by record."""

from __future__ import annotations

import copy
import json
from itertools import chain, repeat
from typing import Any

import pytest
from msgspec import to_builtins
from tests.fakes import example_orders as orders
from tests.fakes.mall import DRIVER, NOODLES
from tests.fakes.world import World
from tests.functions.conftest import FakeSqs, Load, Logged, failed

import order_changed.app
import refresh_hint.app
from baylock.adapters.dynamodb.order_item import item_of
from baylock.domain.errors import Busy
from baylock.domain.orders.effects import LockEffect, NoticeEffect
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.record import Record
from web.order_resource import order_resource

ORDER = orders.reserved().id
THING = orders.reserved().claim.thing
FOLLOWS = [
    NoticeEffect(ORDER, 1, Notice.DRIVER_RESERVED),
    LockEffect(ORDER, 2, THING),
]


def image(record: Record) -> dict[str, Any]:
    return item_of(record)


def test_changes_as_aws_sends_them(world: World, load: Load, context: Any) -> None:
    answer = order_changed.app.handler(load("dynamodb_order_changes"), context)
    assert answer == {"batchItemFailures": []}
    assert world.effect_queues.effects == FOLLOWS


def test_recorded_event_has_the_items_that_are_written_now(load: Load) -> None:
    records = load("dynamodb_order_changes")["Records"]
    written = [image(order) for order in (orders.reserved(), orders.secured(), orders.held())]
    for item in written:
        # The keys of an index that is younger than the recorded event.
        del item["driver_partition"], item["driver_at"]
    assert [record["dynamodb"]["NewImage"] for record in records] == written


def test_fault_11_replayed_batch_asks_for_the_very_same(
    world: World, load: Load, context: Any
) -> None:
    for _ in range(2):
        order_changed.app.handler(load("dynamodb_order_changes"), context)
    assert world.effect_queues.effects == FOLLOWS * 2
    assert len(set(FOLLOWS)) == 2, "and the same effect twice is one: see send_text"


def test_old_and_new_the_same_has_no_effect(world: World, load: Load, context: Any) -> None:
    event = load("dynamodb_order_changes")
    for record in event["Records"]:
        record["dynamodb"]["OldImage"] = record["dynamodb"]["NewImage"]
    order_changed.app.handler(event, context)
    assert world.effect_queues.effects == []


def test_deleted_item_has_no_effect(world: World, load: Load, context: Any) -> None:
    event = load("dynamodb_order_changes")
    del event["Records"][0]["dynamodb"]["NewImage"]
    event["Records"][0]["dynamodb"]["OldImage"] = image(orders.held())
    event["Records"] = event["Records"][:1]
    order_changed.app.handler(event, context)
    assert world.effect_queues.effects == []


def test_change_whose_queue_fails_comes_again_alone(world: World, load: Load, context: Any) -> None:
    world.effect_queues.failures = 1
    event = load("dynamodb_order_changes")
    answer = order_changed.app.handler(event, context)
    assert failed(answer) == [event["Records"][0]["dynamodb"]["SequenceNumber"]]
    assert world.effect_queues.effects == FOLLOWS[1:], "the later changes went on"
    assert failed(order_changed.app.handler(event, context)) == []
    assert world.effect_queues.effects == FOLLOWS[1:] + FOLLOWS


def test_failed_record_without_a_number_brings_the_batch_again(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    """Lambda takes an empty identifier for the whole batch."""
    dead_letters.fails = True
    event = load("dynamodb_order_changes")
    event["Records"].insert(0, {"eventID": "1"})
    assert failed(order_changed.app.handler(event, context)) == [""]
    assert world.effect_queues.effects == FOLLOWS


def test_changes_for_which_no_time_is_left_come_again(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    event = load("dynamodb_order_changes")
    numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
    # A record looks at the time before it begins, and for its deadline.
    context.remaining = chain([20_000] * 2, repeat(5_999))
    assert failed(order_changed.app.handler(event, context)) == numbers[1:]
    assert world.effect_queues.effects == FOLLOWS[:1]
    assert logged.messages().count("no time left") == len(numbers) - 1


POISON: dict[str, Any] = {
    "state": {"S": "flying"},
    "version": {"S": "one"},
    "service_time": {"N": "soon"},
    "spans": {"S": "+14255550123"},
    "merchant": None,
    "phone": None,
    "channel": {"S": "+14255550123"},
}


@pytest.mark.parametrize("name", POISON)
@pytest.mark.parametrize("which", ["NewImage", "OldImage"])
def test_fault_10_poison_is_set_aside_and_the_rest_goes_on(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, name: str, which: str
) -> None:
    event = load("dynamodb_order_changes")
    broken = copy.deepcopy(event["Records"][1])
    broken["dynamodb"]["SequenceNumber"] = "999"
    poisoned = broken["dynamodb"][which]
    if POISON[name] is None:
        del poisoned[name]
    else:
        poisoned[name] = POISON[name]
    event["Records"].insert(0, broken)
    assert order_changed.app.handler(event, context) == {"batchItemFailures": []}
    assert world.effect_queues.effects == FOLLOWS
    (note,) = dead_letters.notes
    assert note == {"record": "999", "reason": "unreadable change", "tries": 1}


def test_fault_10_record_without_anything_in_it(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    event = load("dynamodb_order_changes")
    event["Records"].insert(0, {"eventID": "1"})
    order_changed.app.handler(event, context)
    assert len(dead_letters.notes) == 1
    assert world.effect_queues.effects == FOLLOWS


def test_attribute_of_a_later_version_is_passed_over(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    event = load("dynamodb_order_changes")
    event["Records"][0]["dynamodb"]["NewImage"]["colour"] = {"SS": ["red"]}
    order_changed.app.handler(event, context)
    assert dead_letters.notes == []


def test_log_names_the_order_and_what_follows(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    order_changed.app.handler(load("dynamodb_order_changes"), context)
    assert [(line["order"], line["effects"]) for line in logged.read()] == [
        (ORDER, ["NoticeEffect", "WebhookEffect"]),
        (ORDER, ["LockEffect"]),
        (ORDER, ["WebhookEffect"]),
    ]


# ── events ───────────────────────────────────────────────────────────────────────────────────────


def test_events_are_kept_as_the_order_was_and_queued(
    world: World, load: Load, context: Any
) -> None:
    world.set_webhook(NOODLES, "https://noodles.example.com/hook")
    order_changed.app.handler(load("dynamodb_order_changes"), context)
    number = ORDER.removeprefix("ord_")
    queued = [f"evt_{number}_1_order-reserved", f"evt_{number}_3_order-held"]
    assert [event for _, event, _ in world.effect_queues.events] == queued
    bodies = [json.loads(one.body) for one in reversed(world.webhooks.deliveries(NOODLES))]
    assert [(body["type"], body["data"]["state"], body["data"]["version"]) for body in bodies] == [
        ("order.reserved", "reserved", 1),
        ("order.held", "held", 3),
    ]
    changed = orders.held().changed_at
    assert bodies[1]["timestamp"] == f"{changed:%Y-%m-%dT%H:%M:%SZ}"
    assert bodies[1]["data"] == to_builtins(order_resource(orders.held()))


def test_no_event_names_the_driver(world: World, load: Load, context: Any) -> None:
    world.set_webhook(NOODLES, "https://noodles.example.com/hook")
    order_changed.app.handler(load("dynamodb_order_changes"), context)
    (*_, one) = world.webhooks.deliveries(NOODLES)
    assert DRIVER.lstrip("+") not in one.body
    assert DRIVER.lstrip("+") not in repr(world.effect_queues.events)


def test_locks_and_texts_do_not_wait_for_events(
    world: World, load: Load, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise Busy

    monkeypatch.setattr(world.webhooks, "endpoint", fails)
    event = load("dynamodb_order_changes")
    assert failed(order_changed.app.handler(event, context)) == [
        event["Records"][0]["dynamodb"]["SequenceNumber"],
        event["Records"][2]["dynamodb"]["SequenceNumber"],
    ]
    assert world.effect_queues.effects == FOLLOWS


# ── the hint, from the same stream ───────────────────────────────────────────────────────────────


def test_small_lots_are_none_of_the_hints_business(world: World, load: Load, context: Any) -> None:
    answer = refresh_hint.app.handler(load("dynamodb_order_changes"), context)
    assert answer == {"batchItemFailures": []}
    assert not world.orders.hints


def test_fault_10_unreadable_change_does_not_hold_up_the_hint(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    event = load("dynamodb_order_changes")
    event["Records"][0]["dynamodb"]["NewImage"] = {"id": {"S": "no order"}}
    assert refresh_hint.app.handler(event, context) == {"batchItemFailures": []}
    assert "unreadable change" in logged.messages()
