"""Texts through the deployed stack: the carrier's refusals, floods, and signatures."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.e2e.conftest import World, eventually, soon, tomorrow

from baylock.domain.access.key_ring import Purpose
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import Unreachable
from baylock.domain.orders.order import MAX_WRONG_CODES, Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.usecases.texting.change_text_key import ChangeTextKey
from deployment.phones import sign_text
from local_cloud import Merchant

pytestmark = pytest.mark.e2e


def park(world: World, phone: str, reference: str, hour: int = 3) -> str:
    local = tomorrow(hour).astimezone(world.seeded.mall.zone)
    return f"PARK {local:%Y-%m-%d %H:%M} {phone} ref:{reference}"


def booked(world: World, merchant: Merchant, reference: str) -> Order:
    return eventually(lambda: world.order(merchant, reference), f"the order {reference}")


def unreachable(
    world: World, merchant: Merchant, reference: str, reason: Unreachable | None
) -> bool:
    order = world.order(merchant, reference)
    return order is not None and order.notes.unreachable is reason


@contextmanager
def coming_again_after(world: World, queue: str, seconds: int) -> Iterator[None]:
    """Have a queue retry this soon, so that the test need not wait for its own minute."""
    sqs, url, kind = world.deployment.client("sqs"), world.queue(queue), "VisibilityTimeout"
    real = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[kind])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={kind: str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=real)


@contextmanager
def carrier_that_refuses(world: World, code: str, message: str) -> Iterator[None]:
    """Replace SNS, for the function that sends texts, by a server that refuses every text."""

    class Refuses(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = (
                "<ErrorResponse><Error><Type>Sender</Type>"
                f"<Code>{code}</Code><Message>{message}</Message></Error>"
                "<RequestId>0</RequestId></ErrorResponse>"
            ).encode()
            self.send_response(400)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its own name)
            pass

    # A worker that is stopped while it works fails, and its queue tries again a minute later.
    world.settle()
    functions, name = world.deployment.client("lambda"), world.function("SendText")
    real = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with (
        coming_again_after(world, "TextQueue", seconds=10),
        ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            functions.update_function_configuration(
                FunctionName=name,
                Environment={"Variables": {**real, "AWS_ENDPOINT_URL_SNS": address}},
            )
            yield
        finally:
            functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": real}
            )
            server.shutdown()
            thread.join()


def test_fault_23_refused_number_is_shown_and_the_order_stays(world: World) -> None:
    """The merchant gets a text as soon as the carrier accepts texts again."""
    merchant, phone = world.merchant(), world.phone()
    with carrier_that_refuses(world, "InvalidParameter", f"Reason: {phone} is not valid"):
        world.text(merchant.phone, park(world, phone, "F23"))
        eventually(
            lambda: unreachable(world, merchant, "F23", Unreachable.REFUSED),
            "the spend limit to be shown",
        )
    order = world.order(merchant, "F23")
    assert order is not None
    assert order.state is State.RESERVED
    assert world.holders(order) == 1
    assert world.inbox(phone) == []


def test_fault_23_spend_limit_is_shown_and_the_text_is_sent_once_it_is_raised(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    with carrier_that_refuses(world, "LimitExceeded", "No quota left for account"):
        world.book(merchant, "F23S", phone, service_time=tomorrow().isoformat())
        eventually(
            lambda: unreachable(world, merchant, "F23S", Unreachable.SPEND_LIMIT),
            "the spend limit to be shown",
        )
        assert world.inbox(phone) == []
    texts = eventually(lambda: world.inbox(phone), "the text, by its queue")
    assert "HERE" in texts[0]
    eventually(lambda: unreachable(world, merchant, "F23S", None), "the spend limit to be cleared")


def test_fault_26_stop_during_an_order_stops_texts_and_not_the_order(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.text(merchant.phone, park(world, phone, "F26"))
    booked(world, merchant, "F26")
    eventually(lambda: world.told(phone), "the driver's text")
    eventually(lambda: world.inbox(merchant.phone), "the merchant's text")
    world.text(phone, "STOP")
    eventually(
        lambda: unreachable(world, merchant, "F26", Unreachable.OPTED_OUT),
        "the opt-out to be shown",
    )
    notified = eventually(
        lambda: [text for text in world.inbox(merchant.phone) if "F26" in text][1:],
        "the merchant's notice",
    )
    assert phone[-4:] in notified[0]
    world.text(merchant.phone, park(world, phone, "F26", hour=5))
    world.text(phone, "WHERE")
    world.settle()
    assert len(world.told(phone)) == 1
    order = booked(world, merchant, "F26")
    assert order.is_live
    world.text(phone, "START")
    texts = eventually(lambda: world.told(phone)[1:], "the reply with the space")
    assert order.claim.space.space in texts[0]
    eventually(lambda: unreachable(world, merchant, "F26", None), "the opt-in to be shown")


def test_fault_27_impossible_times_are_asked_about(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    for time in ("2026-11-01 18:30", "30 Feb 18:30", "3/4 18:30", "2031-05-01 18:30", "25:00"):
        world.reply(merchant.phone, f"PARK {time} {phone} ref:F27")
    assert world.order(merchant, "F27") is None
    assert world.inbox(phone) == []
    for time in ("2026-11-01T18:30:00Z", "2031-05-01T18:30:00Z"):
        assert world.book(merchant, "F27", phone, service_time=time).status == 422
    assert world.order(merchant, "F27") is None


def test_fault_31_flooding_number_is_ignored_and_others_are_served(world: World) -> None:
    merchant, phone, other = world.merchant(), world.phone(), world.phone()
    for number, reference in ((phone, "F31A"), (other, "F31B")):
        world.book(merchant, reference, number, service_time=tomorrow().isoformat())
        eventually(lambda number=number: world.told(number), "the driver's text")  # type: ignore[misc]
    for _ in range(12):
        world.text(phone, "I am driving and will answer later.")
    world.text(other, "WHERE")
    eventually(lambda: len(world.told(other)) == 2, "the other driver's reply")
    world.settle()
    assert len(world.told(phone)) == 4, "its own text and three hints"


def test_fault_34_wrong_codes_in_a_row_lock_the_code(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F34", phone, service_time=soon().isoformat())
    order = world.held(merchant, "F34")
    right = arrival_code(order, world.deployment.ring(Purpose.CODES))
    wrong = next(f"{n:04}" for n in range(10_000) if f"{n:04}" != right)
    eventually(lambda: world.told(phone), "the driver's text")
    for tried in range(1, MAX_WRONG_CODES + 1):
        world.text(phone, f"HERE {wrong}")
        eventually(lambda tried=tried: len(world.told(phone)) == 1 + tried, "a reply")  # type: ignore[misc]
    assert "link" in world.told(phone)[-1]
    for code in (right, wrong, wrong):
        world.text(phone, f"HERE {code}")
    world.settle()
    said = world.inbox(phone)
    assert len(world.told(phone)) == 1 + MAX_WRONG_CODES, "the lock-out is said once"
    assert sum("/d/" in text for text in said) == 2, "and the link once more"
    world.text(phone, "WHERE")
    eventually(lambda: world.inbox(phone)[len(said) :], "a reply to another word")
    assert "link" in world.inbox(phone)[-1]
    locked = world.order(merchant, "F34")
    assert locked is not None
    assert locked.access.admitted_at is None


@pytest.mark.threat(4)
def test_codes_and_wrong_codes_belong_to_an_order_and_its_driver(world: World) -> None:
    merchant, phone, other = world.merchant(), world.phone(), world.phone()
    at = soon().isoformat()
    for reference in ("T4-A", "T4-B"):
        world.book(merchant, reference, phone, service_time=at)
    orders = [world.held(merchant, reference) for reference in ("T4-A", "T4-B")]
    ring = world.deployment.ring(Purpose.CODES)
    codes = [arrival_code(order, ring) for order in orders]
    wrong = next(f"{n:04}" for n in range(10_000) if f"{n:04}" not in codes)
    eventually(lambda: len(world.told(phone)) == 2, "the driver's texts")
    for tried in range(1, MAX_WRONG_CODES + 1):
        world.text(phone, f"HERE {wrong}")
        eventually(lambda tried=tried: len(world.told(phone)) == 2 + tried, "a reply")  # type: ignore[misc]
    counts = [booked(world, merchant, one).notes.wrong_codes for one in ("T4-A", "T4-B")]
    assert sorted(counts) == [0, MAX_WRONG_CODES]
    locked, free = ("T4-A", "T4-B") if counts[0] else ("T4-B", "T4-A")

    world.text(phone, f"HERE {codes[counts.index(0)]}")
    eventually(lambda: booked(world, merchant, free).access.admitted_at, "the other to open")
    assert world.book(merchant, locked, other, service_time=at).status == 200
    eventually(lambda: world.told(other), "the new driver's text")
    theirs = booked(world, merchant, locked)
    assert theirs.notes.wrong_codes == 0
    assert arrival_code(theirs, ring) in world.told(other)[0]
    world.text(phone, f"HERE {arrival_code(theirs, ring)}")
    world.settle()
    assert booked(world, merchant, locked).access.admitted_at is None
    world.text(other, f"HERE {arrival_code(theirs, ring)}")
    eventually(lambda: booked(world, merchant, locked).access.admitted_at, "it to open")


def test_merchant_with_required_signatures(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))

    say = partial(world.reply, merchant.phone)

    change_text_key = ChangeTextKey(world.deployment.signatures, world.deployment.now)
    change_text_key(who, rotate=False, end_older=False, demand=True)
    try:
        booking = park(world, phone, "SIGN")
        assert "signature" in say(booking)
        assert "signature" in say(f"{booking} *ABCDEFGH")
        assert world.order(merchant, "SIGN") is None
        signed = sign_text(world.deployment, merchant.phone, booking)
        say(signed)
        order = booked(world, merchant, "SIGN")
        assert "used before" in say(signed)
        say(sign_text(world.deployment, merchant.phone, "NOPARK ref:SIGN"))
        cancelled = booked(world, merchant, "SIGN")
        assert cancelled.state is State.CANCELLED
        assert "used before" in say(signed)
        assert booked(world, merchant, "SIGN") == cancelled
        assert cancelled.id == order.id
    finally:
        change_text_key(who, rotate=False, end_older=False, demand=False)


def test_fault_23_failure_that_the_carrier_reports_later(world: World) -> None:
    """The report comes as from CloudWatch Logs; the local cloud has no delivery log to subscribe
    to."""
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F23L", phone, service_time=tomorrow().isoformat())
    eventually(lambda: world.inbox(phone), "the driver's text")
    line = {
        "status": "FAILURE",
        "delivery": {"destination": phone, "providerResponse": "No quota left for account"},
    }
    batch = {"messageType": "DATA_MESSAGE", "logEvents": [{"message": json.dumps(line)}]}
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
    answer = world.deployment.client("lambda").invoke(
        FunctionName=world.function("DeliveryReported"),
        Payload=json.dumps({"awslogs": {"data": data}}),
    )
    assert "FunctionError" not in answer
    assert unreachable(world, merchant, "F23L", Unreachable.SPEND_LIMIT)
