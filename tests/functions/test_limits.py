"""Rate limits: the refusal of a key that calls too often, and the headers for every key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.fakes.world import World
from tests.functions.conftest import Event, Load, Logged

import merchant_api.app
from baylock.domain.errors import Busy

OTHER = "0123456789ab"


@pytest.fixture
def event(load: Load) -> Event:
    return load("api_get_orders")


def call(event: Event, context: Any, **who: str) -> tuple[int, Any, dict[str, str]]:
    event["requestContext"]["authorizer"].update(who)
    answer = merchant_api.app.handler(event, context)
    headers = {name: value for name, (value,) in answer["multiValueHeaders"].items()}
    return answer["statusCode"], json.loads(answer["body"]), headers


def test_every_answer_tells_what_is_left(world: World, event: Event, context: Any) -> None:
    world.at(datetime(2026, 12, 1, 23, tzinfo=UTC))
    status, _, headers = call(event, context)
    assert status == 200
    assert headers["RateLimit-Policy"] == '"burst";q=60;w=12, "day";q=20000;w=86400'
    assert headers["RateLimit"] == '"burst";r=59;t=1, "day";r=19999;t=3600'


def test_a_call_that_goes_nowhere_counts_too(world: World, event: Event, context: Any) -> None:
    event["resource"] = "/v1/nothing"
    status, _, headers = call(event, context)
    assert status == 404
    assert headers["RateLimit"].startswith('"burst";r=59;')
    assert sum(world.usage_counters.adds) == 1


def test_a_call_without_the_scope_counts_too(world: World, event: Event, context: Any) -> None:
    status, _, headers = call(event, context, scopes="")
    assert status == 403
    assert headers["RateLimit"].startswith('"burst";r=59;')
    assert sum(world.usage_counters.adds) == 1


def test_fault_31_a_flood_is_told_when_to_come_back_and_another_key_is_not_concerned(
    world: World, event: Event, context: Any
) -> None:
    statuses = [call(event, context)[0] for _ in range(300)]
    assert statuses == [200] * 60 + [429] * 240
    status, body, headers = call(event, context)
    assert status == 429
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "1"
    assert headers["RateLimit"].startswith('"burst";r=0;t=1, "day";r=19940;')
    assert body["type"] == "/v1/problems/too-many"
    assert body["policy"] == "burst"
    assert "60 calls at once and 300 a minute" in body["detail"]
    assert call(event, context, key=OTHER)[0] == 200
    world.clock.now += timedelta(seconds=1)
    assert call(event, context, key="9f86d081884c")[0] == 200


def test_a_key_has_limits_of_its_own(world: World, event: Event, context: Any) -> None:
    world.at(datetime(2026, 12, 1, 20, tzinfo=UTC))
    statuses = [call(event, context, limits="100 600 5")[0] for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    _, body, headers = call(event, context, limits="100 600 5")
    assert body["policy"] == "day"
    assert headers["Retry-After"] == str(4 * 3600)
    assert headers["RateLimit-Policy"] == '"burst";q=100;w=10, "day";q=5;w=86400'


def test_a_refused_call_does_nothing(world: World, load: Load, context: Any) -> None:
    world.at(datetime(2026, 11, 30, 20, tzinfo=UTC))
    event = load("api_put_booking")
    assert call(event, context, limits="1 1 1")[0] == 201
    event["pathParameters"]["reference"] = "TBL-2"
    before = len(list(world.orders.records()))
    assert call(event, context, limits="1 1 1")[0] == 429
    assert len(list(world.orders.records())) == before


def test_a_counter_that_fails_costs_the_caller_nothing(
    world: World, event: Event, context: Any, logged: Logged
) -> None:
    world.usage_counters.fails = Busy()
    status, _, headers = call(event, context)
    assert status == 200
    assert "RateLimit" not in headers
    assert logged.messages() == ["not counted", "answered"]


def test_the_log_says_which_key_it_was(
    world: World, event: Event, context: Any, logged: Logged
) -> None:
    call(event, context)
    assert logged.read()[-1]["key"] == "9f86d081884c"
