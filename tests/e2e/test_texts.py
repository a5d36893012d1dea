"""Texts through the deployed stack: what the carrier does to them, and what is signed."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.e2e.conftest import World, eventually, soon, tomorrow

from baylock.domain.booking import MerchantId
from baylock.domain.code import WRONG_CODES_ALLOWED, arrival_code
from baylock.domain.order import Order, State
from baylock.domain.reach import Unreachable
from baylock.domain.venue import MerchantRef
from baylock_cli import text_keys
from baylock_cli.local import Merchant

pytestmark = pytest.mark.e2e


def park(world: World, phone: str, reference: str, hour: int = 3) -> str:
    local = tomorrow(hour).astimezone(world.furnished.mall.zone)
    return f"PARK {local:%Y-%m-%d %H:%M} {phone} ref:{reference}"


def booked(world: World, merchant: Merchant, reference: str) -> Order:
    return eventually(lambda: world.order(merchant, reference), f"the order {reference}")


def unreachable(world: World, merchant: Merchant, reference: str, why: Unreachable | None) -> bool:
    order = world.order(merchant, reference)
    return order is not None and order.unreachable is why


@contextmanager
def coming_again_after(world: World, queue: str, seconds: int) -> Iterator[None]:
    """What fails in the meantime comes again so soon; the queue's own minute is not waited for."""
    sqs, url, kind = world.site.client("sqs"), world.queue(queue), "VisibilityTimeout"
    real = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[kind])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={kind: str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=real)


@contextmanager
def carrier_that_refuses(world: World, code: str, message: str) -> Iterator[None]:
    """In the place of SNS, for the function that sends texts."""

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

    # A worker that is taken away at work fails, and its queue tries again later.
    world.settle()
    functions, name = world.site.client("lambda"), world.function("SendText")
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


def test_fault_23_a_number_that_the_carrier_refuses(world: World) -> None:
    """The order stands, and shows it; the merchant is told as soon as the carrier takes texts."""
    merchant, phone = world.merchant(), world.phone()
    with carrier_that_refuses(world, "InvalidParameter", f"Reason: {phone} is not valid"):
        world.text(merchant.phone, park(world, phone, "F23"))
        eventually(
            lambda: unreachable(world, merchant, "F23", Unreachable.REFUSED), "it to be seen"
        )
    order = world.order(merchant, "F23")
    assert order is not None
    assert order.state is State.RESERVED
    assert world.holders(order) == 1
    assert world.inbox(phone) == []


def test_fault_23_a_spend_limit_is_shown_and_the_text_sent_once_it_is_raised(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    with carrier_that_refuses(world, "LimitExceeded", "No quota left for account"):
        world.book(merchant, "F23S", phone, service_time=tomorrow().isoformat())
        eventually(
            lambda: unreachable(world, merchant, "F23S", Unreachable.SPEND_LIMIT), "it to be seen"
        )
        assert world.inbox(phone) == []
    texts = eventually(lambda: world.inbox(phone), "the text, by its queue")
    assert "HERE" in texts[0]
    eventually(lambda: unreachable(world, merchant, "F23S", None), "it to be forgotten")


def test_fault_26_stop_while_an_order_lives(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.text(merchant.phone, park(world, phone, "F26"))
    booked(world, merchant, "F26")
    eventually(lambda: world.told(phone), "the driver's text")
    eventually(lambda: world.inbox(merchant.phone), "the merchant's")
    world.text(phone, "STOP")
    eventually(lambda: unreachable(world, merchant, "F26", Unreachable.OPTED_OUT), "the word")
    told = eventually(
        lambda: [text for text in world.inbox(merchant.phone) if "F26" in text][1:],
        "the merchant to be told",
    )
    assert phone[-4:] in told[0]
    world.text(merchant.phone, park(world, phone, "F26", hour=5))
    world.text(phone, "WHERE")
    world.settle()
    assert len(world.told(phone)) == 1
    order = booked(world, merchant, "F26")
    assert order.is_live
    world.text(phone, "START")
    texts = eventually(lambda: world.told(phone)[1:], "where the space is")
    assert order.claim.space.space in texts[0]
    eventually(lambda: unreachable(world, merchant, "F26", None), "the other word")


def test_fault_27_times_that_are_not_there_are_asked_back(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    for time in ("2026-11-01 18:30", "30 Feb 18:30", "3/4 18:30", "2031-05-01 18:30", "25:00"):
        before = len(world.inbox(merchant.phone))
        world.text(merchant.phone, f"PARK {time} {phone} ref:F27")
        eventually(lambda before=before: world.inbox(merchant.phone)[before:], "a question")  # type: ignore[misc]
    assert world.order(merchant, "F27") is None
    assert world.inbox(phone) == []
    for time in ("2026-11-01T18:30:00Z", "2031-05-01T18:30:00Z"):
        assert world.book(merchant, "F27", phone, service_time=time).status == 422
    assert world.order(merchant, "F27") is None


def test_fault_31_a_number_that_floods_is_ignored_and_others_are_not(world: World) -> None:
    merchant, phone, other = world.merchant(), world.phone(), world.phone()
    for number, reference in ((phone, "F31A"), (other, "F31B")):
        world.book(merchant, reference, number, service_time=tomorrow().isoformat())
        eventually(lambda number=number: world.told(number), "the driver's text")  # type: ignore[misc]
    for _ in range(12):
        world.text(phone, "I am driving and will answer later.")
    world.text(other, "WHERE")
    eventually(lambda: len(world.told(other)) == 2, "the other's answer")
    world.settle()
    assert len(world.told(phone)) == 4, "its own and three hints"


def test_fault_34_wrong_codes_in_a_row_lock_the_code(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F34", phone, service_time=soon().isoformat())
    order = world.held(merchant, "F34")
    right = arrival_code(order.id, world.site.code_key)
    wrong = next(f"{n:04}" for n in range(10_000) if f"{n:04}" != right)
    eventually(lambda: world.told(phone), "the driver's text")
    for tried in range(1, WRONG_CODES_ALLOWED + 1):
        world.text(phone, f"HERE {wrong}")
        eventually(lambda tried=tried: len(world.told(phone)) == 1 + tried, "an answer")  # type: ignore[misc]
    assert "link" in world.told(phone)[-1]
    world.text(phone, f"HERE {right}")
    eventually(lambda: len(world.told(phone)) == 2 + WRONG_CODES_ALLOWED, "another")
    locked = world.order(merchant, "F34")
    assert locked is not None
    assert locked.admitted_at is None


def test_a_merchant_whose_texts_must_be_signed(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    who = MerchantId(world.furnished.mall.ref, MerchantRef(merchant.ref))

    def say(text: str) -> str:
        before = len(world.inbox(merchant.phone))
        world.text(merchant.phone, text)
        return eventually(lambda: world.inbox(merchant.phone)[before:], "an answer")[0]

    text_keys.change(world.site.signatures, who, rotate=False, end_older=False, demand=True)
    try:
        booking = park(world, phone, "SIGN")
        assert "signature" in say(booking)
        assert "signature" in say(f"{booking} *ABCDEFGH")
        assert world.order(merchant, "SIGN") is None
        signed = text_keys.with_signature(world.site, merchant.phone, booking)
        say(signed)
        order = booked(world, merchant, "SIGN")
        assert "used before" in say(signed)
        say(text_keys.with_signature(world.site, merchant.phone, "NOPARK ref:SIGN"))
        cancelled = booked(world, merchant, "SIGN")
        assert cancelled.state is State.CANCELLED
        assert "used before" in say(signed)
        assert booked(world, merchant, "SIGN") == cancelled
        assert cancelled.id == order.id
    finally:
        text_keys.change(world.site.signatures, who, rotate=False, end_older=False, demand=False)


def test_fault_23_a_failure_that_the_carrier_reports_later(world: World) -> None:
    """As CloudWatch Logs brings it; the local cloud has no delivery log to subscribe to."""
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F23L", phone, service_time=tomorrow().isoformat())
    eventually(lambda: world.inbox(phone), "the driver's text")
    line = {
        "status": "FAILURE",
        "delivery": {"destination": phone, "providerResponse": "No quota left for account"},
    }
    batch = {"messageType": "DATA_MESSAGE", "logEvents": [{"message": json.dumps(line)}]}
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
    answer = world.site.client("lambda").invoke(
        FunctionName=world.function("DeliveryReported"),
        Payload=json.dumps({"awslogs": {"data": data}}),
    )
    assert "FunctionError" not in answer
    assert unreachable(world, merchant, "F23L", Unreachable.SPEND_LIMIT)
