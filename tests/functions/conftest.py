"""Handlers with a world of fakes behind them, and the events that AWS sends them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.fakes.sandbox import Sandbox
from tests.fakes.world import World

from baylock.bootstrap import (
    access,
    allocation,
    aws,
    driver,
    locks,
    orders,
    queues,
    rings,
    stores,
    texting,
    webhooks,
)
from baylock.bootstrap import sandbox as sandbox_room
from baylock.log import build_logger
from baylock.settings import settings
from baylock.usecases.access.authenticate_key import AuthenticateKey

if TYPE_CHECKING:
    from tests.functions.caller import Caller

EVENTS = Path(__file__).parents[1] / "events"

Event = dict[str, Any]
Load = Callable[[str], Event]


@pytest.fixture
def load() -> Load:
    """An event as AWS documents it, from tests/events; a copy to be changed."""

    def read(name: str) -> Event:
        event: Event = json.loads((EVENTS / f"{name}.json").read_text())
        return event

    return read


@dataclass
class Context:
    """What Lambda says of an invocation."""

    function_name: str = "baylock"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:baylock"
    remaining: Iterator[int] = field(default_factory=lambda: iter(lambda: 20_000, 0))

    def get_remaining_time_in_millis(self) -> int:
        return next(self.remaining)


@pytest.fixture
def context() -> Any:
    return Context()


@dataclass
class FakeSqs:
    """The dead-letter queue, where notes of what was given up are left."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    fails: bool = False

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 (boto3's)
        if self.fails:
            raise RuntimeError("no queue")
        assert QueueUrl == "https://queue/dead-letters"
        self.notes.append(json.loads(MessageBody))


@pytest.fixture
def dead_letters() -> FakeSqs:
    return FakeSqs()


@pytest.fixture
def sandbox() -> Sandbox:
    """A world with a sandbox in it."""
    return Sandbox(World())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, dead_letters: FakeSqs, sandbox: Sandbox) -> World:
    """A world that the handlers' bootstrap hands out."""
    world = sandbox.world
    built: dict[ModuleType, dict[str, object]] = {
        aws: {"sqs": dead_letters},
        stores: {
            "venues": world.venues,
            "merchant_keys": world.merchant_keys,
            "orders": world.orders,
            "locks": world.locks,
            "message_log": world.message_log,
            "links": world.links,
            "webhooks": world.webhooks,
        },
        orders: {
            "find_booking": world.find_booking,
            "place_booking": world.place,
            "cancel_booking": world.cancel,
            "watch_order": world.watch,
            "forget_driver": world.forget,
            "catch_up": world.catch_up,
            "publish_change": world.publish_change,
        },
        locks: {
            "reconcile_lock": world.adjust,
            "record_lock_report": world.record_report,
            "record_presence": world.record_presence,
        },
        queues: {"effect_queues": world.effect_queues},
        access: {
            "rate_limiter": world.rate_limiter,
            "authenticate_key": AuthenticateKey(world.merchant_keys, world.clock),
        },
        allocation: {
            "check_availability": world.check,
            "sweep_spaces": world.sweep,
            "refresh_hint": world.refresh_hint,
        },
        texting: {
            "answer_text": world.answer,
            "send_text": world.send,
        },
        driver: {
            "reach_driver": world.reach_driver,
            "admit_driver": world.admit,
            "leave_space": world.leave,
            "ask_for_help": world.ask_for_help,
            "follow_link": world.follow_link,
            "show_stay": world.show_stay,
            "find_way": world.find_way,
            "stay_until": world.stay_until,
        },
        sandbox_room: {
            "read_texts": world.read_texts,
            "simulate_lock": sandbox.simulate_lock,
            "simulate_driver": sandbox.simulate_driver,
        },
        webhooks: {
            "announce_events": world.announce,
            "deliver_webhook": world.deliver,
            "requeue_deliveries": world.requeue,
            "set_webhook": world.set_webhook,
            "try_webhook": world.try_webhook,
        },
    }
    for room, made in built.items():
        for name, use_case in made.items():
            monkeypatch.setattr(room, name, lambda made=use_case: made)
    monkeypatch.setattr(aws, "now", world.clock)
    monkeypatch.setattr(rings, "ring", world.ring)
    monkeypatch.setenv("DEAD_LETTERS", "https://queue/dead-letters")
    settings.cache_clear()
    return world


@pytest.fixture(autouse=True)
def fresh_logger(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Powertools keeps the stream that was there when the logger of a service was made."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-{uuid4()}")
    build_logger.cache_clear()
    yield
    settings.cache_clear()
    build_logger.cache_clear()


@pytest.fixture(autouse=True)
def logged(fresh_logger: None, capsys: pytest.CaptureFixture[str]) -> Iterator[Logged]:
    """The log; after each test no phone number, no text and no code may be in it."""
    lines = Logged(capsys)
    yield lines
    lines.read()
    for line in lines.text.splitlines():
        json.loads(line)
    assert not re.search(r"\+\d{7}|4255550\d\d\d|13800138000", lines.text)
    assert "HERE" not in lines.text
    assert "PARK" not in lines.text


@pytest.fixture
def call(world: World, load: Load, context: Any) -> Caller:
    """A merchant's client, on the day before its bookings."""
    from tests.functions.caller import DAY_BEFORE, Caller

    world.at(DAY_BEFORE)
    return Caller(world, load, context)


class Logged:
    """What was logged so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.text = ""

    def read(self) -> list[dict[str, Any]]:
        caught = self._capsys.readouterr()
        self.text += caught.out + caught.err
        return [json.loads(line) for line in self.text.splitlines()]

    def messages(self) -> list[str]:
        return [str(line["message"]) for line in self.read()]


def sqs_event(event: Event, *bodies: object, tries: int = 1) -> Event:
    """The event with a record for each of these bodies, numbered from 0."""
    (first,) = event["Records"]
    records = []
    for number, body in enumerate(bodies):
        record = copy.deepcopy(first)
        record["messageId"] = f"message-{number}"
        record["body"] = body if isinstance(body, str) else json.dumps(body)
        record["attributes"]["ApproximateReceiveCount"] = str(tries)
        records.append(record)
    return {"Records": records}


def failed(answer: dict[str, Any]) -> list[str]:
    """The messages that the queue must bring again."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
