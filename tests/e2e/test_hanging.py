"""Services that hang behind deployed functions: fault 36 of docs/faults.md."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.e2e.conftest import World, eventually, tomorrow

from baylock.adapters.dynamodb.order_item import OrderItem

pytestmark = pytest.mark.e2e

SECONDS = 25.0
"""Below the gateway's 29 s; a busy machine may take seconds to start a function."""


@contextmanager
def hanging(world: World, function: str, service: str) -> Iterator[None]:
    """Have a function talk to a server that takes its calls and never answers, for one service."""
    functions, name = world.deployment.client("lambda"), world.function(function)
    real = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        there = {f"AWS_ENDPOINT_URL_{service}": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": real | there}
        )
        try:
            yield
        finally:
            functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": real}
            )


@pytest.mark.parametrize("function", ["MerchantApi", "Authorizer"])
def test_fault_36_api_answers_that_it_is_busy(world: World, function: str) -> None:
    merchant = world.merchant()
    api = world.api(merchant)
    world.book(merchant, "F36", world.phone(), service_time=tomorrow().isoformat())
    if function == "Authorizer":
        # The gateway knows the key of a caller for half a minute.
        api = type(api)(api.api, f"blk_live_{'A' * 43}")
    with hanging(world, function, "DYNAMODB"):
        began = time.monotonic()
        answer = api.booking("F36")
        assert time.monotonic() - began < SECONDS
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.body["type"] == "/v1/problems/busy"
    assert int(answer.headers["Retry-After"]) > 0
    assert world.api(merchant).booking("F36").status == 200


def test_fault_36_page_says_that_it_is_busy(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "F36-3", phone, service_time=tomorrow().isoformat())
    link = eventually(lambda: re.search(r"http\S+/d/\S+", " ".join(world.inbox(phone))), "the link")
    with hanging(world, "DriverPage", "DYNAMODB"):
        began = time.monotonic()
        with pytest.raises(HTTPError) as busy:
            urlopen(link[0], timeout=30)  # noqa: S310 (our own text has it)
        assert time.monotonic() - began < SECONDS
    with busy.value as answer:
        assert (answer.code, answer.headers["Retry-After"]) == (503, "2")
        assert b"<h1>" in answer.read()


def test_fault_36_changes_come_again_until_the_queues_answer(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    with hanging(world, "OrderChanged", "SQS"):
        world.book(merchant, "F36-2", phone, service_time=tomorrow().isoformat())
        order = world.order(merchant, "F36-2")
        assert order is not None
        record = {
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "NewImage": OrderItem.from_domain(order).serialize(),
                "SequenceNumber": "36",
            },
        }
        began = time.monotonic()
        answer = world.deployment.client("lambda").invoke(
            FunctionName=world.function("OrderChanged"), Payload=json.dumps({"Records": [record]})
        )
        assert json.load(answer["Payload"]) == {"batchItemFailures": [{"itemIdentifier": "36"}]}
        assert time.monotonic() - began < SECONDS
        assert world.inbox(phone) == []
    eventually(lambda: world.inbox(phone), "the text of the change")


def test_fault_36_clock_ends_its_round(world: World) -> None:
    """None of its six kinds of work can be listed."""
    with hanging(world, "Clock", "DYNAMODB"):
        assert world.clock() == {"done": 0, "failed": 6, "swept": 0}
    assert world.clock()["failed"] == 0
