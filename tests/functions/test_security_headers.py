"""Every response has the security headers, and what is public is small and can be cached."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
import yaml
from tests.fakes.keys import order_id
from tests.fakes.mall import NOODLES
from tests.fakes.world import World
from tests.functions.caller import BOOKING, REFERENCE, Caller
from tests.functions.test_driver_page import WRONG, Visitor, visitor  # noqa: F401 (a fixture)
from tests.unit.project.test_template import TEMPLATE

import merchant_api.app
from reference.gateway import GATEWAY_RESPONSES
from reference.routes import every_route
from web.headers import SECURITY_HEADERS
from web.router import Route

pytestmark = pytest.mark.threat(11)

ALWAYS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
NAMES = {"reference": REFERENCE, "id": order_id(NOODLES, REFERENCE), "problem": "busy"}
PUBLIC = ["/v1/openapi.json", "/v1/docs", "/v1/problems/{problem}"]


def check(headers: dict[str, str], *, public: bool = False) -> None:
    assert ALWAYS.items() <= headers.items()
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert headers["Cache-Control"] == ("public, max-age=300" if public else "no-store")


def headers_of(response: Any) -> dict[str, str]:
    return {name: one for name, (one,) in response["multiValueHeaders"].items()}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("route", every_route(), ids=lambda one: f"{one.method} {one.path}")
def test_every_response_of_every_route_and_method(call: Caller, route: Route, method: str) -> None:
    """Whatever the outcome: most of these are problems."""
    call.put(BOOKING)
    name = NAMES.get(route.path.rpartition("{")[2].rstrip("}"), "")
    response = call.raw(call.on(method, route.path, name))
    is_page = route.path in PUBLIC and method in {"GET", "HEAD"}
    check(headers_of(response), public=is_page)


def test_response_to_what_we_did_not_foresee(call: Caller, monkeypatch: Any) -> None:
    def broken(_: str) -> Any:
        raise RuntimeError

    monkeypatch.setattr(merchant_api.app, "routes_near", lambda _: every_route())
    monkeypatch.setattr("web.gateway.route_for", broken)
    response = call.raw(call.on("GET", "/v1/orders", ""))
    assert response["statusCode"] == HTTPStatus.INTERNAL_SERVER_ERROR
    check(headers_of(response))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("resource", ["/d/{token}", "/d/{token}/state"])
def test_every_response_of_the_drivers_page(
    world: World,
    visitor: Visitor,  # noqa: F811
    method: str,
    resource: str,
) -> None:
    for which in (world.held(), WRONG):
        response = visitor.get(which, resource=resource, httpMethod=method)
        check(response["headers"])


@pytest.mark.parametrize("kind", GATEWAY_RESPONSES)
def test_every_response_of_the_gateway_itself(kind: str) -> None:
    """Keys that the authorizer refuses, paths that do not exist, and errors of API Gateway."""
    text = TEMPLATE.read_text(encoding="utf-8").partition("      GatewayResponses:")[2]
    block = yaml.safe_load("GatewayResponses:" + text.partition("# ── end")[0])
    sent = block["GatewayResponses"][kind]["ResponseParameters"]["Headers"]
    assert all(value[0] == value[-1] == "'" for name, value in sent.items() if name != "Request-Id")
    headers = {name: value.strip("'") for name, value in sent.items()}
    headers["Content-Security-Policy"] = sent["Content-Security-Policy"][1:-1]
    check(headers)


def test_gateway_responds_to_every_kind_of_error() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(GATEWAY_RESPONSES)
    assert SECURITY_HEADERS.keys() >= ALWAYS.keys()


# ── the open documents ───────────────────────────────────────────────────────────────────────────


@pytest.mark.threat(9)
@pytest.mark.parametrize("path", PUBLIC)
def test_client_that_has_the_page_is_not_sent_it_again(call: Caller, path: str) -> None:
    name = NAMES["problem"]
    first = call.raw(call.on("GET", path, name))
    tag = headers_of(first)["ETag"]
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        event = call.on("GET", path, name)
        event["headers"]["If-None-Match"] = known
        again = call.raw(event)
        assert again["statusCode"] == HTTPStatus.NOT_MODIFIED
        assert again["body"] == ""
        assert headers_of(again)["ETag"] == tag
    event = call.on("GET", path, name)
    event["headers"]["If-None-Match"] = 'W/"0123456789abcdef"'
    assert call.raw(event)["body"] == first["body"]


@pytest.mark.threat(9)
def test_page_for_another_address_is_another_version(call: Caller) -> None:
    def tag(host: str) -> str:
        event = call.on("GET", "/v1/openapi.json", "")
        event["requestContext"] |= {"domainName": host, "path": "/live/v1/openapi.json"}
        response = call.raw(event)
        assert json.loads(response["body"])["servers"][0]["url"] == f"https://{host}/live"
        return headers_of(response)["ETag"]

    assert tag("a.example") != tag("b.example")
