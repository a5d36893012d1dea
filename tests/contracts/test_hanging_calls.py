"""Calls that hang: a server accepts connections and never answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from baylock import deadline
from baylock.adapters.answered import answered
from baylock.adapters.dynamodb import client as store
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.bootstrap import queues
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Span
from baylock.domain.errors import Busy
from baylock.domain.venue.mall import LotRef, MallRef
from sqs import records
from streams import records as stream_records


class Context:
    """A function's context with so many seconds left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._end - time.monotonic()) * 1000)


def dynamodb_at(address: str, *, read_timeout: float) -> Any:
    """A client that asks the deadline before each call, as those of `bootstrap` do."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=address,
        region_name="us-west-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(read_timeout=read_timeout, retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-send", deadline.check)
    return client


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _batch(*bodies: str) -> dict[str, object]:
    return {
        "Records": [
            {"messageId": body, "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
            for body in bodies
        ]
    }


def test_record_whose_call_hangs_fails_alone(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ITEM_SECONDS", 0.3)
    client = dynamodb_at(silent, read_timeout=0.2)
    done: list[str] = []

    def handle(record: records.QueueRecord) -> str:
        while record.body == "hangs":
            store.with_retries(client.list_tables)
        done.append(record.body)
        return "done"

    answer = records.handle_each(_batch("a", "hangs", "b"), handle, Context(60))  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "hangs"}]}
    assert done == ["a", "b"]


def test_part_of_a_stream_whose_call_hangs_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_records, "ITEM_SECONDS", 0.1)
    done: list[str] = []

    def handle(part: str) -> None:
        while part == "hangs":
            deadline.check()
        done.append(part)

    parts = [("1", "a"), ("2", "hangs"), ("3", "b")]
    answer = stream_records.handle_each(parts, handle, Context(60))  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert done == ["a", "b"]


def test_record_that_hangs_on_its_last_try_has_time_to_be_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise SQS would dead-letter it, with the phone number that is in it."""
    given_up: list[str] = []

    class DeadLetters:
        def note(self, what: str, reason: str, tries: int) -> None:
            deadline.check()
            given_up.append(f"{what} {reason} {tries}")

    def hang(_: records.QueueRecord) -> str:
        while True:
            deadline.check()

    monkeypatch.setattr(records, "ITEM_SECONDS", 0.2)
    monkeypatch.setattr(queues, "dead_letters", DeadLetters)
    for total in (deadline.TIME_TO_END_SECONDS + records.GIVE_UP_SECONDS + 0.2, 60):
        answer = records.handle_each(
            _batch("a", "b") if total == 60 else _batch("a"),
            hang,
            Context(total),  # type: ignore[arg-type]
            tries=1,
            give_up=lambda record: given_up.append(record.body),
        )
        assert answer == {"batchItemFailures": []}
    assert given_up == ["a Busy 1", "a"] * 2 + ["b Busy 1", "b"]


def test_threads_of_the_store_have_the_deadline(silent: str) -> None:
    client = dynamodb_at(silent, read_timeout=60)
    orders = DynamoDBOrders(client, "orders", "occupancy")
    span = Span(date(2026, 12, 1), 0, 4)
    with deadline.last_call_within(0), pytest.raises(Busy):
        orders.snapshot(OrderId("ord_a"), MallRef("mall"), {LotRef("P1"): [span]})


def test_records_without_time_are_delivered_again() -> None:
    context = Context(deadline.TIME_TO_END_SECONDS - 1)
    answer = records.handle_each(_batch("a", "b"), lambda _: "done", context)  # type: ignore[arg-type]
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["a", "b"]


def test_record_that_was_received_most_often_is_begun_first() -> None:
    batch = {
        "Records": [
            {"messageId": id_, "body": id_, "attributes": {"ApproximateReceiveCount": received}}
            for id_, received in (("new", "1"), ("older", "7"), ("oldest", "10"), ("newer", "1"))
        ]
    }
    begun: list[str] = []

    def handle(record: records.QueueRecord) -> str:
        begun.append(record.body)
        return "done"

    records.handle_each(batch, handle, Context(60))  # type: ignore[arg-type]
    assert begun == ["oldest", "older", "new", "newer"]


@pytest.mark.parametrize(
    ("status", "code", "is_busy"),
    [
        (503, "ServiceUnavailable", True),
        (500, "InternalError", True),
        (429, "TooManyRequestsException", True),
        (400, "ThrottlingException", True),
        (403, "RequestThrottled", True),
        (403, "AccessDenied", False),
        (400, "AWS.SimpleQueueService.NonExistentQueue", False),
    ],
)
def test_overloaded_service_is_busy_and_a_refusal_is_not(
    status: int, code: str, is_busy: bool
) -> None:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(Busy if is_busy else ClientError), answered():
        raise ClientError(response, "SendMessage")


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="x"),
        ConnectTimeoutError(endpoint_url="x"),
        EndpointConnectionError(endpoint_url="x"),
        HTTPClientError(error="x"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_service_without_an_answer_is_busy(error: Exception) -> None:
    with pytest.raises(Busy), answered():
        raise error


def test_no_call_begins_after_the_last() -> None:
    deadline.check()
    with deadline.last_call_within(0), pytest.raises(Busy):
        deadline.check()
    deadline.check()


def test_tries_that_hang_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "TRIED_FOR_SECONDS", 0.0)
    tries: list[int] = []

    def hang() -> None:
        tries.append(1)
        raise HTTPClientError(error="timed out")

    with pytest.raises(Busy):
        store.with_retries(hang)
    assert len(tries) == 1
