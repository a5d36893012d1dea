"""Methods that a path does not have, and OPTIONS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fakes.world import World
from tests.functions.caller import BOOKING, REFERENCE, Caller
from tests.functions.test_driver_page import Visitor, visitor  # noqa: F401 (a fixture)

import connect.app
from reference.routes import every_route

PATHS = sorted({route.path for route in every_route()})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "get")


def methods_of(path: str) -> set[str]:
    methods = {route.method for route in every_route() if route.path == path}
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())


def ask(call: Caller, method: str, path: str) -> dict[str, Any]:
    event = call.on(method, path, REFERENCE)
    event["body"] = json.dumps(BOOKING)
    if path.startswith("/v1/connect/"):
        del event["requestContext"]["authorizer"]
        return connect.app.handler(event, call.context)
    return call.raw(event)


@pytest.mark.parametrize("path", PATHS)
def test_method_that_a_path_does_not_have(call: Caller, path: str) -> None:
    call.put(BOOKING)
    changes = len(call.world.orders.changes)
    for method in set(METHODS) - methods_of(path):
        answer = ask(call, method, path)
        assert answer["statusCode"] == 405, method
        headers = answer["multiValueHeaders"]
        assert set(headers["Allow"][0].split(", ")) == methods_of(path)
        assert headers["Content-Type"] == ["application/problem+json"]
        if method == "HEAD":
            assert answer["body"] == ""
        else:
            assert json.loads(answer["body"])["type"] == "/v1/problems/method-not-allowed"
    assert len(call.world.orders.changes) == changes


@pytest.mark.parametrize("path", PATHS)
def test_options_names_the_methods_and_opens_nothing(call: Caller, path: str) -> None:
    answer = ask(call, "OPTIONS", path)
    headers = answer["multiValueHeaders"]
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert set(headers["Allow"][0].split(", ")) == methods_of(path)
    assert not [name for name in headers if name.startswith("Access-Control")]


def test_no_scope_is_needed_to_learn_that_there_is_no_such_method(call: Caller) -> None:
    event = call.on("PATCH", "/v1/orders", "")
    event["requestContext"]["authorizer"]["scopes"] = ""
    assert call(event)[0] == 405


def test_no_method_of_an_unknown_path(call: Caller) -> None:
    for method in METHODS:
        assert call.raw(call.on(method, "/v1/nothing", ""))["statusCode"] == 404


@pytest.mark.parametrize(
    ("resource", "methods"),
    [("/d/{token}", ["GET", "HEAD", "POST"]), ("/d/{token}/state", ["GET", "HEAD"])],
)
def test_drivers_page_does_nothing_by_another_method(
    world: World,
    visitor: Visitor,  # noqa: F811
    resource: str,
    methods: list[str],
) -> None:
    order = world.held()
    changes = len(world.orders.changes)
    for method in set(METHODS) - set(methods):
        answer = visitor.get(
            order,
            resource=resource,
            httpMethod=method,
            body=f"act=open&space={order.claim.space.space}",
        )
        assert answer["statusCode"] == (204 if method == "OPTIONS" else 405)
        assert answer["headers"]["Allow"] == ", ".join([*methods, "OPTIONS"])
        assert ("<h1>" in answer["body"]) == (method != "OPTIONS")
    assert len(world.orders.changes) == changes
