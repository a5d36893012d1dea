"""Faults through the deployed stack; each number is a row of docs/faults.md."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from awscrt import mqtt  # type: ignore[import-untyped,unused-ignore]
from awsiot import (  # type: ignore[import-untyped,unused-ignore]
    mqtt_connection_builder,
)
from tests.e2e.conftest import World, eventually, soon, tomorrow

from baylock.adapters.dynamodb.order_item import OrderItem
from baylock.domain.allocation.occupancy import Occupancy
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import MerchantId, MerchantRef, ThingName
from deployment import now
from deployment.api import MerchantApi
from local_cloud import Cloud, Merchant

pytestmark = pytest.mark.e2e


def _park(world: World, phone: str, reference: str = "", hour: int = 3) -> str:
    local = tomorrow(hour).astimezone(world.seeded.mall.zone)
    ref = f" ref:{reference}" if reference else ""
    return f"PARK {local:%Y-%m-%d %H:%M} {phone}{ref}"


def test_fault_1_repeated_message_is_one_booking_and_one_reply(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    before = len(world.inbox(merchant.phone))
    text = _park(world, phone, "F1")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: world.text(merchant.phone, text, "fault-1"), range(8)))
    order = eventually(lambda: world.order(merchant, "F1"), "the order")
    world.settle()
    assert len(world.inbox(merchant.phone)) == before + 1
    assert len(world.inbox(phone)) == 2, "the space and the link to its page"
    assert world.holders(order) == 1


def test_fault_2_same_text_again_is_the_same_order(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    before = len(world.inbox(merchant.phone))
    for _ in range(3):
        world.text(merchant.phone, _park(world, phone))
    eventually(lambda: len(world.inbox(merchant.phone)) == before + 3, "three replies")
    world.settle()
    answers = world.inbox(merchant.phone)[before:]
    assert len(set(answers)) == 1
    assert len(world.inbox(phone)) == 2, "the space and the link to its page"


def test_fault_3_cancellation_before_its_booking_leaves_no_order(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    before = len(world.inbox(merchant.phone))
    sent = now() - timedelta(seconds=10)
    off = _deliver(world, merchant.phone, "NOPARK ref:F3", "fault-3-2", sent + timedelta(seconds=5))
    on = _deliver(world, merchant.phone, _park(world, phone, "F3"), "fault-3-1", sent)
    assert off == on == {"batchItemFailures": []}
    answers = eventually(
        lambda: texts if len(texts := world.inbox(merchant.phone)[before:]) == 2 else None,
        "two replies",
    )
    assert all("F3" in answer for answer in answers)
    assert world.order(merchant, "F3") is None
    world.text(merchant.phone, _park(world, phone, "F3"))
    order = eventually(lambda: world.order(merchant, "F3"), "the booking that was sent later")
    assert world.holders(order) == 1


def test_fault_4_one_of_two_hundred_requests_gets_the_last_space(kiosk: World) -> None:
    merchant = kiosk.seeded.stack.merchants[0]

    def book(number: int) -> int:
        return kiosk.book(merchant, f"F4-{number}", "+14255550123").status

    with ThreadPoolExecutor(24) as threads:
        answers = Counter(threads.map(book, range(200)))
    assert answers == {201: 1, 409: 199}
    orders = (kiosk.order(merchant, f"F4-{number}") for number in range(200))
    (winner,) = (order for order in orders if order)
    assert kiosk.holders(winner) == 1


def test_fault_5_crash_before_the_reply_does_not_change_it(world: World) -> None:
    """The queue of replies is missing when the order is written, and back for the repeat."""
    merchant, phone = world.merchant(), world.phone()
    functions = world.deployment.client("lambda")
    name = world.function("InboundSms")
    real = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    before = len(world.inbox(merchant.phone))
    functions.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": {**real, "TEXT_QUEUE": real["TEXT_QUEUE"] + "-gone"}},
    )
    try:
        failed = _deliver(world, merchant.phone, _park(world, phone, "F5"), "fault-5")
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": real})
    assert failed == {"batchItemFailures": [{"itemIdentifier": "fault-5"}]}
    order = world.order(merchant, "F5")
    assert order is not None
    assert len(world.inbox(merchant.phone)) == before
    world.text(merchant.phone, _park(world, phone, "F5"), "fault-5")
    answers = eventually(lambda: world.inbox(merchant.phone)[before:], "the reply")
    assert order.claim.space.space in answers[0]
    after = world.order(merchant, "F5")
    assert after is not None
    assert (after.version, world.holders(after)) == (order.version, 1)


def _deliver(
    world: World, sender: str, body: str, message: str, said_at: datetime | None = None
) -> Any:
    """Invoke the function with one text, as the queue does, and return its result."""
    said = {
        "originationNumber": sender,
        "destinationNumber": world.deployment.outputs["PlatformNumber"],
        "messageBody": body,
        "inboundMessageId": message,
    }
    stamp = f"{said_at or now():%Y-%m-%dT%H:%M:%S.000Z}"
    envelope = {"Message": json.dumps(said), "Timestamp": stamp}
    record = {
        "messageId": message,
        "eventSource": "aws:sqs",
        "body": json.dumps(envelope),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    answer = world.deployment.client("lambda").invoke(
        FunctionName=world.function("InboundSms"), Payload=json.dumps({"Records": [record]})
    )
    return json.load(answer["Payload"])


def test_fault_6_space_claimed_by_a_stopped_function_is_released(kiosk: World) -> None:
    """The mall's only space is claimed, its order is never written, and nothing is repeated."""
    merchant = kiosk.seeded.stack.merchants[0]
    _claim_only(kiosk, merchant, at=now() - timedelta(minutes=2))
    assert kiosk.book(merchant, "F6", kiosk.phone()).status == 409
    kiosk.clock()
    assert kiosk.book(merchant, "F6", kiosk.phone()).status == 201


def test_fault_6_retry_of_a_stopped_function_gets_the_space(kiosk: World) -> None:
    merchant, phone = kiosk.seeded.stack.merchants[0], kiosk.phone()
    _claim_only(kiosk, merchant, at=now(), reference="F6")
    answer = kiosk.book(merchant, "F6", phone)
    assert answer.status == 201
    order = kiosk.order(merchant, "F6")
    assert order is not None
    assert kiosk.holders(order) == 1
    kiosk.clock()
    assert kiosk.holders(order) == 1


def _claim_only(
    kiosk: World, merchant: Merchant, *, at: datetime, reference: str = "ended"
) -> None:
    """Do what a reservation does until it would write its order."""
    mall = kiosk.seeded.mall
    who = MerchantId(mall.ref, MerchantRef(merchant.ref))
    booking = Booking(
        who, Reference(reference), soon(), duration=timedelta(minutes=30), phone=kiosk.phone()
    )
    search = Search.of(mall, kiosk.deployment.venues.merchant(who), booking, now())
    claim = search.nearest(Occupancy(), attempt=0, lost=0, random=Random(1))
    assert claim is not None
    order = kiosk.order_id(merchant, reference)
    assert kiosk.deployment.orders.claim(order, claim, Occupancy(), at) is None


def test_fault_8_concurrent_changes_leave_one_of_the_two(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    assert world.book(merchant, "F8", phone, service_time=tomorrow(2).isoformat()).status == 201
    hours = (4, 8)

    def change(hour: int) -> int:
        return world.book(merchant, "F8", phone, service_time=tomorrow(hour).isoformat()).status

    with ThreadPoolExecutor(8) as threads:
        answers = Counter(threads.map(change, hours * 4))
    assert set(answers) <= {200, 503}, "done, or busy"
    assert answers[200] >= 2
    order = world.order(merchant, "F8")
    assert order is not None
    assert order.booking.service_time in {tomorrow(hour) for hour in hours}
    assert world.holders(order) == 1
    another = world.phone()
    world.book(merchant, "F8-2", another, service_time=order.booking.service_time.isoformat())
    alike = world.order(merchant, "F8-2")
    assert alike is not None
    assert order.claim.window == alike.claim.window, "the window fits the service time"


def test_fault_10_unreadable_record_is_dead_lettered_and_later_ones_continue(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    dead = world.waiting("ChangeDeadLetters")
    world.deployment.client("dynamodb").put_item(
        TableName=world.deployment.outputs["OrdersTable"],
        Item={"id": {"S": "ord_poison"}, "state": {"S": "bewitched"}, "version": {"N": "1"}},
    )
    eventually(lambda: world.waiting("ChangeDeadLetters") > dead, "the dead letter")
    world.book(merchant, "F10", phone, service_time=tomorrow().isoformat())
    eventually(lambda: world.inbox(phone), "the text of a later change")
    world.deployment.client("dynamodb").delete_item(
        TableName=world.deployment.outputs["OrdersTable"], Key={"id": {"S": "ord_poison"}}
    )


def test_fault_11_replayed_stream_sends_and_moves_nothing_twice(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F11", phone)
    order = world.held(merchant, "F11")
    world.settle()
    texts = world.inbox(phone)
    movements = world.seeded.control.status(order.claim.thing)["movements"]
    image = OrderItem.from_domain(order).serialize()
    insert = {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"id": image["id"]},
            "NewImage": {**image, "version": {"N": "1"}, "state": {"S": "reserved"}},
            "SequenceNumber": "1",
        },
    }
    for _ in range(3):
        world.deployment.client("lambda").invoke(
            FunctionName=world.function("OrderChanged"),
            Payload=json.dumps({"Records": [insert, insert]}),
        )
    world.settle()
    assert world.inbox(phone) == texts
    assert world.seeded.control.status(order.claim.thing)["movements"] == movements


def test_fault_12_concurrent_and_late_clocks_act_once(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F12", phone)
    held = world.held(merchant, "F12")
    world.settle()
    texts = len(world.inbox(phone))
    world.later(held, no_show_at=now() - timedelta(hours=1))
    with ThreadPoolExecutor(3) as threads:
        ran = list(threads.map(lambda _: world.clock(), range(3)))
    assert sum(run["failed"] for run in ran) == 0
    world.clock()
    world.settle()
    missed = world.order(merchant, "F12")
    assert missed is not None
    assert (missed.state, missed.version) == (State.NO_SHOW, held.version + 2)
    assert len(world.inbox(phone)) == texts + 1
    assert world.holders(missed) == 0


def test_fault_13_one_of_no_show_and_here_wins(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F13", phone)
    held = world.held(merchant, "F13")
    code = world.code_told(phone)
    world.later(held, no_show_at=now())
    with ThreadPoolExecutor(2) as threads:
        ran = threads.submit(world.clock)
        threads.submit(_deliver, world, phone, f"HERE {code}", "fault-13").result()
        ran.result()
    world.settle()
    order = world.order(merchant, "F13")
    assert order is not None
    texts = " ".join(world.inbox(phone)[1:])
    if order.access.admitted_at:
        eventually(lambda: _state(world, merchant, "F13") is State.ARRIVED, "the barrier")
        assert "no longer kept" not in texts
        assert world.holders(order) == 1
    else:
        assert order.state is State.NO_SHOW
        assert "going down" not in texts
        assert "no longer kept" in texts
        assert world.holders(order) == 0


def _state(world: World, merchant: Merchant, reference: str) -> State | None:
    order = world.order(merchant, reference)
    return order.state if order else None


def test_fault_14_extension_into_the_next_order_is_refused(kiosk: World) -> None:
    """The mall has one space, booked for two drivers one after the other."""
    merchant, phone = kiosk.seeded.stack.merchants[0], kiosk.phone()
    kiosk.book(merchant, "F14", phone, service_time=tomorrow(3).isoformat())
    kiosk.book(merchant, "F14-next", kiosk.phone(), service_time=tomorrow(5).isoformat())
    eventually(lambda: kiosk.told(phone), "the driver's text")
    before = kiosk.order(merchant, "F14")
    assert before is not None
    kiosk.text(phone, "MORE 120")
    answer = eventually(lambda: kiosk.told(phone)[1:], "the reply")[0]
    longest = tomorrow(5) - timedelta(minutes=15)
    assert f"{longest.astimezone(kiosk.seeded.mall.zone):%H:%M}" in answer
    assert kiosk.order(merchant, "F14") == before, "nothing changed"
    kiosk.text(phone, "MORE 30")
    eventually(lambda: kiosk.order(merchant, "F14") != before, "the possible extension")


@pytest.mark.parametrize(
    "reported",
    [
        {"barrier": "sideways", "vehicle": False, "battery": 50, "seen_version": 1, "at": 1},
        {"barrier": "raised", "vehicle": False, "battery": 500, "seen_version": 1, "at": 1},
        {"barrier": "lowered", "fault": "x" * 4000, "vehicle": True},
    ],
)
def test_fault_22_malformed_report_is_dead_lettered_and_changes_nothing(
    world: World, reported: dict[str, Any]
) -> None:
    """The lock has no order, so that no other report comes meanwhile."""
    space = world.seeded.mall.lots[-1].spaces[-1]
    dead, known = world.waiting("ReportDeadLetters"), world.deployment.locks.find(space.thing)
    world.deployment.client("iot-data").publish(
        topic=f"$aws/things/{space.thing}/shadow/name/lock/update",
        payload=json.dumps({"state": {"reported": reported}}).encode(),
    )
    eventually(lambda: world.waiting("ReportDeadLetters") > dead, "the dead letter")
    after = world.deployment.locks.find(space.thing)
    assert known is not None
    assert after is not None
    assert (after.report and after.report.barrier) == (known.report and known.report.barrier)
    assert after.is_usable


ODD_TEXTS = (
    "",
    "   ",
    "x" * 2048,
    "🚗" * 70,
    "مرحبا، أين سيارتي؟",
    "PARK\x00 18:30",
    "PАRK завтра 18:30 ７点半",
    "\ud83d",
    "PARK " * 300,
)


def test_fault_24_odd_texts_get_one_help_reply_or_silence(world: World) -> None:
    merchant = world.merchant()
    before = len(world.inbox(merchant.phone))
    dead = world.waiting("InboundDeadLetters")
    for number, body in enumerate(ODD_TEXTS):
        message = json.dumps(
            {
                "originationNumber": merchant.phone,
                "destinationNumber": world.deployment.outputs["PlatformNumber"],
                "messageKeyword": "",
                "messageBody": body,
                "inboundMessageId": f"fault-24-{merchant.ref}-{number}",
                "previousPublishedMessageId": "",
            }
        )
        topic = world.deployment.outputs["InboundTopic"]
        world.deployment.client("sns").publish(TopicArn=topic, Message=message)
    world.settle()
    assert len(world.inbox(merchant.phone)) <= before + len(ODD_TEXTS)
    assert world.waiting("InboundDeadLetters") == dead
    world.text(merchant.phone, _park(world, world.phone(), "F24"))
    eventually(lambda: world.order(merchant, "F24"), "the order of the next valid text")


def test_fault_25_short_codes_names_and_strangers_get_no_reply(world: World) -> None:
    strangers = ("12345", "BANK", "+14155550199", "", "+1")
    for sender in strangers:
        world.text(sender, _park(world, "+14155550198", "F25"))
        world.text(sender, "HERE 1234")
    world.settle()
    for sender in strangers:
        assert world.inbox(sender) == []
    assert world.inbox("+14155550198") == []
    table = world.deployment.outputs["TextsTable"]
    kept = world.deployment.client("dynamodb").scan(TableName=table)["Items"]
    assert not any("+14155550199" in json.dumps(item, default=str) for item in kept)


def test_fault_29_foreign_keys_and_orders_are_refused_without_a_hint(world: World) -> None:
    merchant, other = world.merchant(), world.merchant()
    order = world.book(merchant, "F29", world.phone(), service_time=tomorrow().isoformat()).body
    path = f"/v1/orders/{order['order']['id']}"
    api = world.seeded.stack.api
    for key in (
        None,
        "",
        "blk_live_" + "x" * 43,
        "nonsense",
        merchant.key[:-1],
        merchant.key + "x",
    ):
        refused = MerchantApi(api, key).call("GET", path)
        assert refused.status == 401
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.body["request_id"]
    theirs = world.api(other).call("GET", path)
    absent = world.api(other).call("GET", "/v1/orders/ord_aaaaaaaaaaaa")
    assert theirs.status == absent.status == 404
    hide = {"request_id": ""}
    assert theirs.body | hide == absent.body | hide
    assert world.api(other).booking("F29").status == 404
    assert world.api(other).call("DELETE", "/v1/bookings/F29").status == 404
    assert world.api(merchant).call("GET", path).status == 200


def test_fault_29_revoked_key_is_refused(world: World) -> None:
    from dataclasses import replace
    from hashlib import sha256

    merchant = world.merchant()
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
    key = world.deployment.mint_key(who).secret
    stored = world.deployment.merchant_keys.key(sha256(key.encode()).hexdigest())
    assert stored is not None
    world.deployment.merchant_keys.save_key(replace(stored, revoked_at=now()))
    assert MerchantApi(world.seeded.stack.api, key).call("GET", "/v1/merchant").status == 401


def test_fault_32_lock_cannot_use_another_locks_shadow_or_client_id(
    world: World, cloud: Cloud
) -> None:
    first, second = (space.thing for space in world.seeded.mall.lots[0].spaces[-2:])
    identity = cloud.home.scratch / "locks" / first
    with pytest.raises(Exception, match="AWS_"):
        _connect(cloud, identity, second)
    shadows = world.deployment.client("iot-data")
    before = _shadow(shadows, second)
    connection = _connect(cloud, identity, first)
    forged = {"state": {"reported": {"barrier": "raised", "battery": 1, "vehicle": True}}}
    topic = f"$aws/things/{second}/shadow/name/lock/update"
    sent, _ = connection.publish(topic, json.dumps(forged), mqtt.QoS.AT_LEAST_ONCE)
    with pytest.raises(Exception, match=r".*"):
        sent.result(3)
    assert _shadow(shadows, second) == before
    connection.disconnect()


def _connect(cloud: Cloud, identity: Path, client_id: str) -> mqtt.Connection:
    iot = cloud.address.iot
    connection = mqtt_connection_builder.mtls_from_path(
        endpoint=iot.host,
        port=iot.port,
        cert_filepath=str(identity / "certificate.pem"),
        pri_key_filepath=str(identity / "private.key"),
        ca_filepath=iot.ca,
        client_id=client_id,
        ping_timeout_ms=2000,
    )
    connection.connect().result(60)
    return connection


def _shadow(shadows: Any, thing: ThingName) -> Any:
    answer = shadows.get_thing_shadow(thingName=thing, shadowName="lock")
    return json.loads(answer["payload"].read())["state"]["reported"]


def test_failing_messages_are_dead_lettered_and_block_nothing(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    queues = world.deployment.client("sqs")
    for name in ("LockQueue", "TextQueue", "ReportQueue"):
        for body in ("not JSON", "[]", "{}", '{"lock": 7}', '{"thing": "x", "reported": {}}'):
            queues.send_message(QueueUrl=world.queue(name), MessageBody=body)
    topic = world.deployment.outputs["InboundTopic"]
    for body in ("not JSON", "{}", '{"originationNumber": "+14255559999", "messageBody": "x"}'):
        world.deployment.client("sns").publish(TopicArn=topic, Message=body)
    world.book(merchant, "AFTER", phone)
    world.held(merchant, "AFTER")
    eventually(lambda: world.inbox(phone), "the driver's text")
    for name in ("LockDeadLetters", "TextDeadLetters", "ReportDeadLetters"):
        eventually(partial(_dead_letters, world, name, 4), f"the dead letters in {name}")
    eventually(partial(_dead_letters, world, "InboundDeadLetters", 3), "the dead letters of texts")


def _dead_letters(world: World, queue: str, least: int) -> bool:
    return world.waiting(queue) >= least


def test_fault_35_logs_dead_letters_and_names_contain_no_phone_number(world: World) -> None:
    """After a booking by text, one by API, a reply, and a text that can't be read."""
    merchant, phone, other = world.merchant(), world.phone(), world.phone()
    world.text(merchant.phone, _park(world, phone, "F35"))
    world.book(merchant, "F35-2", other, service_time=soon().isoformat())
    eventually(lambda: len(world.inbox(phone)) == 2, "the driver's texts")
    world.text(phone, "HERE 0000")
    eventually(lambda: len(world.inbox(phone)) > 2, "the reply")
    poison = {"originationNumber": phone, "messageBody": f"PARK 18:30 {other}"}
    topic = world.deployment.outputs["InboundTopic"]
    world.deployment.client("sns").publish(TopicArn=topic, Message=json.dumps(poison))
    eventually(lambda: world.waiting("InboundDeadLetters"), "the dead letter")
    world.settle()
    secrets = [number[1:] for number in (merchant.phone, phone, other)]
    lines = world.logged()
    assert not [line for line in lines if any(one in line for one in secrets)]
    assert len(lines) > 100
    queues = world.deployment.client("sqs")
    for url in queues.list_queues()["QueueUrls"]:
        if "DeadLetters" in url:
            held = queues.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0
            ).get("Messages", [])
            assert not [one for one in secrets for message in held if one in message["Body"]]
