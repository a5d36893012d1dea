"""HEAD: the status and the headers of GET, without its body."""

from __future__ import annotations

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import NOODLES
from tests.fakes.world import World
from tests.functions.caller import BOOKING, REFERENCE, Caller
from tests.functions.test_driver_page import WRONG, Visitor, visitor  # noqa: F401 (a fixture)

from reference.routes import every_route
from web.router import Route

GETS = [route for route in every_route() if route.method == "GET"]
NAMES = {"reference": REFERENCE, "id": order_id(NOODLES, REFERENCE), "problem": "busy"}
QUERIES = {"/v1/availability": {"service_time": "2026-12-01T10:30:00Z"}}


def both(call: Caller, path: str, name: str) -> tuple[dict[str, object], dict[str, object]]:
    got, head = (
        call.raw(call.on(method, path, name, QUERIES.get(path))) for method in ("GET", "HEAD")
    )
    for answer in (got, head):
        answer["multiValueHeaders"].pop("RateLimit", None)
    return got, head


@pytest.mark.parametrize("route", GETS, ids=lambda one: one.path)
def test_head_is_get_without_the_body(call: Caller, route: Route) -> None:
    call.put(BOOKING)
    got, head = both(call, route.path, NAMES.get(route.path.rpartition("{")[2].rstrip("}"), ""))
    assert got["statusCode"] == 200
    assert got["body"]
    assert head == got | {"body": ""}


def test_problem_of_a_head_has_no_body_either(call: Caller) -> None:
    got, head = both(call, "/v1/bookings/{reference}", "NOBODY")
    assert got["statusCode"] == 404
    assert head == got | {"body": ""}


def test_head_needs_the_scope_of_get(call: Caller) -> None:
    event = call.on("HEAD", "/v1/orders", "")
    event["requestContext"]["authorizer"]["scopes"] = "bookings:read"
    assert call.raw(event)["statusCode"] == 403


def test_head_of_the_drivers_page_shows_and_does_nothing(
    world: World,
    visitor: Visitor,  # noqa: F811
) -> None:
    order = world.held()
    changes = len(world.orders.changes)
    for which in (order, WRONG):
        for resource in ("/d/{token}", "/d/{token}/state"):
            got = visitor.get(which, resource=resource)
            head = visitor.get(which, resource=resource, httpMethod="HEAD")
            assert got["body"]
            assert head == got | {"body": ""}
    assert len(world.orders.changes) == changes
