"""What is planted about a person is in no log, dead letter or history, and goes when it should."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.e2e.conftest import World, eventually, soon, tomorrow

from baylock.adapters.dynamodb.order_item import item_of
from baylock.domain.access.key_ring import Purpose
from baylock.domain.driver.code import arrival_code
from baylock.domain.orders.order import Order
from deployment import person
from deployment.raw_tables import TABLES, Spellings, texts_of
from local_cloud import Merchant

pytestmark = pytest.mark.e2e

PLATE = "8XYZ987"
NAME = "Wilhelmina Quixote"


def queued(world: World) -> Iterator[str]:
    """What waits in every queue, dead letters too."""
    queues = world.deployment.client("sqs")
    for url in queues.list_queues()["QueueUrls"]:
        held = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in held.get("Messages", []):
            yield json.dumps(message)


def stored(world: World, *tables: str) -> Iterator[str]:
    client = world.deployment.client("dynamodb")
    for table in tables:
        pages = client.get_paginator("scan").paginate(TableName=world.deployment.outputs[table])
        for page in pages:
            for item in page["Items"]:
                yield "\n".join(texts_of(item))


def get(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as response:  # noqa: S310 (our own)
            return int(response.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def drive(world: World, merchant: Merchant, phone: str, stranger: str) -> tuple[Order, str, str]:
    """The main job, with a rich set of failures around it; returns order, code and link."""
    booked = world.book(
        merchant,
        "PRIVATE-1",
        phone,
        customer={"phone": phone, "name": NAME, "locale": "en"},
        parking={"needed": True, "plate": PLATE},
    )
    assert booked.status == 201
    assert NAME not in json.dumps(booked.body)
    order = world.held(merchant, "PRIVATE-1")
    links = eventually(
        lambda: [word for text in world.inbox(phone) for word in text.split() if "/d/" in word],
        "the link",
    )
    link = links[0].rstrip(".")
    code = arrival_code(order, world.deployment.ring(Purpose.CODES))
    fail(world, merchant, phone, stranger, link)
    world.text(phone, f"HERE {code}")
    eventually(
        lambda: (known := world.order(merchant, "PRIVATE-1")) and known.access.arrived_at,
        "the driver to be in",
    )
    world.text(phone, f"DONE {code}")
    eventually(
        lambda: (known := world.order(merchant, "PRIVATE-1")) and not known.is_live, "the end"
    )
    world.settle()
    ended = world.order(merchant, "PRIVATE-1")
    assert ended is not None
    return ended, code, link


def fail(world: World, merchant: Merchant, phone: str, stranger: str, link: str) -> None:
    """What goes wrong, with the planted values in all of it."""
    deployment, api = world.deployment, world.api(merchant)
    national = f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    wrong: list[dict[str, Any]] = [
        {"service_time": soon().isoformat(), "customer": {"phone": national, "name": NAME}},
        {"service_time": phone, "parking": {"needed": True, "plate": PLATE}},
        {"customer": {"phone": phone, "nom": NAME}},
        {"parking": PLATE, "service_time": soon().isoformat()},
    ]
    for body in wrong:
        assert api.put_booking("PRIVATE-2", body).status in {400, 422}
    assert get(link[:-1] + "z") in {404, 410}
    assert get(f"{link.rpartition('/d/')[0]}/v1/bookings/{phone}?plate={PLATE}") in {401, 403}
    world.text(phone, "HERE 0000 please")
    world.text(phone, f"my number is {national} and my plate {PLATE}")
    world.text(merchant.phone, f"PARK yesterday 18:30 {national} {PLATE}")
    world.text(merchant.phone, f"PARK 3/4 18:30 {phone} {PLATE} {national}")
    world.text(stranger, f"HERE, it's {NAME} {PLATE} {national}")
    topic, sns = deployment.outputs["InboundTopic"], deployment.client("sns")
    for poison in (
        json.dumps({"originationNumber": phone, "messageBody": f"PARK {national} {PLATE}"}),
        f"{phone} {national} {PLATE} {NAME}",
    ):
        sns.publish(TopicArn=topic, Message=poison)
    sqs = deployment.client("sqs")
    for queue in ("TextQueue", "LockQueue", "WebhookQueue", "ReportQueue"):
        sqs.send_message(
            QueueUrl=world.queue(queue), MessageBody=json.dumps({"to": phone, "plate": PLATE})
        )
    # A change that can't be read: the error has a stored value in it.
    broken = item_of(replace(next(iter(_orders(world))), version=1))
    broken |= {"id": {"S": "ord_broken234567"}, "version": {"N": "1"}, "state": {"S": national}}
    table = deployment.outputs["OrdersTable"]
    deployment.client("dynamodb").put_item(TableName=table, Item=broken)
    eventually(lambda: world.waiting("ChangeDeadLetters"), "the note on the change")
    deployment.client("dynamodb").delete_item(TableName=table, Key={"id": broken["id"]})


def _orders(world: World) -> Iterator[Order]:
    for merchant in world.seeded.stack.merchants:
        if order := world.order(merchant, "PRIVATE-1"):
            yield order


@pytest.mark.threat(8)
def test_planted_person_is_in_no_log_no_dead_letter_and_no_history(world: World) -> None:
    merchant, phone, stranger = world.merchant(), world.phone(), world.phone()
    order, code, link = drive(world, merchant, phone, stranger)
    eventually(
        lambda: all(world.waiting(f"{name}DeadLetters") for name in ("Inbound", "Text")),
        "the dead letters",
    )
    spellings = [Spellings.of(number, ()) for number in (phone, stranger)]
    token, key = link.rpartition("/")[2], merchant.key
    said_code = re.compile(rf"(?i)(?:here|code)\W{{0,4}}{code}(?!\d)")

    def has_any(text: str) -> bool:
        planted = (PLATE, NAME, token, key)
        return (
            any(one in text for one in planted)
            or any(one.is_in(text) for one in spellings)
            or said_code.search(text) is not None
        )

    lines = world.logged()
    assert len(lines) > 50
    assert any(order.id in line for line in lines)
    assert [line for line in lines if has_any(line)] == []
    letters = list(queued(world))
    assert letters
    assert [letter for letter in letters if has_any(letter)] == []
    histories = stored(world, "WebhooksTable", "ConnectionsTable", "BudgetsTable", "LocksTable")
    assert [item for item in histories if has_any(item)] == []
    everything = list(stored(world, *TABLES))
    assert [item for item in everything if any(one in item for one in (NAME, token, key))] == []
    keys = [item.splitlines()[:4] for item in stored(world, "TextsTable")]
    assert not [found for found in keys if any(line.startswith("number#+") for line in found)]


@pytest.mark.threat(8)
def test_driver_of_an_ended_order_is_forgotten(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(
        merchant,
        "FORGET-1",
        phone,
        service_time=tomorrow(7).isoformat(),
        customer={"phone": phone, "name": NAME, "locale": "fr"},
        parking={"needed": True, "plate": PLATE},
    )
    assert world.api(merchant).call("DELETE", "/v1/bookings/FORGET-1").status == 200
    world.settle()
    order = world.order(merchant, "FORGET-1")
    assert order is not None
    assert order.promise.ended_at is not None
    world.clock()
    kept = world.order(merchant, "FORGET-1")
    assert kept is not None
    assert kept.booking.phone == phone, "it is not time yet"
    texts = world.told(phone)
    ago = datetime.now(UTC) - timedelta(days=31)
    old = replace(kept, version=kept.version + 1, promise=replace(kept.promise, ended_at=ago))
    world.deployment.orders.change(kept, old)
    world.clock()
    eventually(
        lambda: (one := world.order(merchant, "FORGET-1")) and one.booking.forgotten,
        "the driver to be forgotten",
    )
    forgotten = world.order(merchant, "FORGET-1")
    assert forgotten is not None
    assert (forgotten.state, forgotten.claim) == (order.state, order.claim)
    raw = [item for item in stored(world, "OrdersTable") if order.id in item]
    assert len(raw) == 1
    assert not [one for one in (phone[2:], PLATE, NAME, "fr\n") if one in raw[0]]
    again = world.book(
        merchant,
        "FORGET-1",
        phone,
        service_time=tomorrow(7).isoformat(),
        parking={"needed": False, "plate": PLATE},
    )
    assert again.status == 200
    world.settle()
    known = world.order(merchant, "FORGET-1")
    assert known is not None
    assert (known.booking.phone, known.booking.plate) == (None, None)
    assert world.told(phone) == texts, "nothing is sent because of it"


@pytest.mark.threat(8)
def test_person_is_exported_and_erased(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    deployment = world.deployment

    def find() -> person.Person:
        return person.find_person(deployment, phone, lambda _: None)

    world.book(
        merchant,
        "ERASE-1",
        phone,
        service_time=tomorrow(9).isoformat(),
        parking={"needed": True, "plate": PLATE},
    )
    eventually(lambda: world.inbox(phone), "the driver's text")
    world.text(phone, "where")
    world.text(phone, "STOP")
    eventually(lambda: deployment.message_log.opted_out(phone), "the opt-out")
    world.settle()
    shown = person.export(find(), datetime.now(UTC))
    assert [one["reference"] for one in shown["orders"]] == ["ERASE-1"]
    assert shown["orders"][0]["plate"] == PLATE
    assert shown["opted_out"]
    assert shown["texts"]
    found = find()
    assert len(found.live) == 1
    assert person.end_live(deployment, found) == 1
    world.settle()
    erased = person.erase(deployment, find(), lambda _: None)
    assert (erased.left, erased.opted_out) == ((), True)
    spellings = Spellings.of(phone, ())
    assert not [item for item in stored(world, *TABLES) if spellings.is_in(item)]
    order = world.order(merchant, "ERASE-1")
    assert order is not None
    assert not order.is_live
    assert world.holders(order) == 0
    assert deployment.message_log.opted_out(phone), "no text to it any more"
