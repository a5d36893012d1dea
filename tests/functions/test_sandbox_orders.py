"""The fields that a sandbox's order has beyond a real order's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.sandbox import ANYBODY, TRIES, Sandbox
from tests.fakes.world import World
from tests.functions.caller import Caller
from tests.functions.conftest import Event, Load
from tests.functions.test_driver_page import Visitor, opened

from baylock.domain.orders.state import State
from baylock.domain.sandbox.sandbox import SandboxOutcome


class Integrator(Caller):
    """A client with a test key."""

    def on(self, method: str, resource: str, name: str, query: Event | None = None) -> Event:
        event = super().on(method, resource, name, query)
        event["requestContext"]["authorizer"] |= {"mall": TRIES.mall, "kind": "test"}
        return event


@pytest.fixture
def call(world: World, load: Load, context: Any) -> Integrator:
    return Integrator(world, load, context)


def test_texts_are_in_the_order(sandbox: Sandbox, call: Integrator) -> None:
    order = sandbox.plays(sandbox.book())
    status, body = call.order(order.id)
    assert status == 200
    (text,) = body["texts"]
    assert (text["at"], text["to"]) == ("2026-12-01T20:00:00Z", ANYBODY)
    assert "A01" in text["text"]
    assert call.headers["ETag"] == f'"{order.version}"'


def test_order_of_whom_no_text_reaches(sandbox: Sandbox, call: Integrator) -> None:
    order = sandbox.plays(sandbox.book(SandboxOutcome.UNREACHABLE))
    _, body = call.order(order.id)
    assert (body["texts"], body["unreachable"]) == ([], "refused")


def test_order_that_was_read_before_is_read_again(sandbox: Sandbox, call: Integrator) -> None:
    order = sandbox.plays(sandbox.book())
    event = call.on("GET", "/v1/orders/{id}", order.id)
    event["headers"]["If-None-Match"] = f'"{order.version}"'
    assert call(event)[0] == 200


def test_lists_and_bookings_are_as_in_a_mall(sandbox: Sandbox, call: Integrator) -> None:
    sandbox.plays(sandbox.book())
    _, listed = call.orders()
    assert "texts" not in listed["orders"][0]
    _, booking = call.get("T-1")
    assert "texts" not in booking["order"]


def test_real_order_has_no_texts(world: World, load: Load, context: Any) -> None:
    status, body = Caller(world, load, context).order(world.book().id)
    assert status == 200
    assert "texts" not in body


def test_page_behind_the_link_opens_the_barrier(
    world: World, sandbox: Sandbox, load: Load, context: Any
) -> None:
    order = sandbox.plays(sandbox.book())
    answer = Visitor(world, load("api_page"), context).post(order, **opened(order))
    assert answer["statusCode"] < 400
    assert sandbox.plays(order).state is State.ARRIVED
