"""The link to the driver's page: in answers to keys with `links:read`, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fakes.sandbox import TRIES, Sandbox
from tests.fakes.world import World
from tests.functions.caller import BOOKING, REFERENCE, Caller
from tests.functions.conftest import Event, Load, Logged

from baylock.domain.access.key_ring import Purpose
from baylock.domain.access.scope import DEFAULT_SCOPES, Scope
from baylock.domain.booking.booking import OrderId
from baylock.domain.driver.link import link_token, token_digest
from baylock.domain.orders.resource import order_fields
from baylock.settings import settings

ALL = " ".join(Scope)
BASE = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live"
NOT_NEEDED = BOOKING | {"parking": {"needed": False}}


class Mailer(Caller):
    """A client whose key may read links."""

    scopes = ALL

    def on(self, method: str, resource: str, name: str, query: Event | None = None) -> Event:
        event = super().on(method, resource, name, query)
        event["requestContext"]["path"] = "/live" + event["path"]
        event["requestContext"]["authorizer"]["scopes"] = self.scopes
        return event

    def link(self, order: str) -> str:
        token = link_token(self.world.order(OrderId(order)), self.world.ring(Purpose.LINKS))
        assert self.world.links.orders[token_digest(token)] == order
        return f"{BASE}/d/{token}"


@pytest.fixture
def mailer(call: Caller) -> Mailer:
    return Mailer(call.world, call.load, call.context)


def test_a_key_cannot_read_links_unless_it_is_said() -> None:
    assert set(Scope) - DEFAULT_SCOPES == {Scope.LINKS_READ}


def test_every_answer_with_one_order_has_its_link(mailer: Mailer) -> None:
    _, made = mailer.put(BOOKING)
    link = mailer.link(made["order"]["id"])
    assert made["order"]["link"] == link
    assert mailer.put(BOOKING)[1]["order"]["link"] == link
    assert mailer.get()[1]["order"]["link"] == link
    assert mailer.order(made["order"]["id"])[1]["link"] == link


def test_without_the_scope_there_is_no_link_and_none_is_issued(call: Caller) -> None:
    _, made = call.put(BOOKING)
    bodies = [made["order"], call.get()[1]["order"], call.order(made["order"]["id"])[1]]
    bodies.append(call.delete()[1]["order"])
    assert not any("link" in body for body in bodies)
    assert not call.world.links.orders


def test_scopes_of_calls_do_not_give_links_nor_links_give_calls(mailer: Mailer) -> None:
    mailer.scopes = "bookings:write"
    assert "link" not in mailer.put(BOOKING)[1]["order"]
    mailer.scopes = "links:read"
    status, problem = mailer.get()
    assert (status, problem["scope"]) == (403, "bookings:read")


def test_order_that_has_ended_has_none(mailer: Mailer) -> None:
    _, made = mailer.put(BOOKING)
    assert mailer.delete()[1]["order"]["link"] is None
    assert mailer.order(made["order"]["id"])[1]["link"] is None
    assert mailer.put(NOT_NEEDED, "WALKS")[1]["order"] is None


def test_another_drivers_link_is_another(mailer: Mailer) -> None:
    _, first = mailer.put(BOOKING)
    customer = BOOKING["customer"] | {"phone": "+14255550123"}
    _, second = mailer.put(BOOKING | {"customer": customer})
    assert second["order"]["link"] == mailer.link(second["order"]["id"]) != first["order"]["link"]


def test_lists_have_none(mailer: Mailer) -> None:
    mailer.put(BOOKING)
    assert "link" not in mailer.orders()[1]["orders"][0]


def test_webhooks_and_logs_have_none(mailer: Mailer, logged: Logged) -> None:
    _, made = mailer.put(BOOKING)
    assert "link" not in order_fields(mailer.world.order(OrderId(made["order"]["id"])))
    assert logged.messages()
    assert made["order"]["link"].rpartition("/")[2] not in logged.text


def test_links_begin_with_the_domain_of_the_stack(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINK_BASE", "https://park.example/")
    settings.cache_clear()
    assert mailer.put(BOOKING)[1]["order"]["link"].startswith("https://park.example/d/")


def test_link_of_a_sandbox(
    world: World, sandbox: Sandbox, load: Load, context: Any, mailer: Mailer
) -> None:
    order = sandbox.book()
    event = mailer.on("GET", "/v1/orders/{id}", order.id)
    event["requestContext"]["authorizer"] |= {"mall": TRIES.mall, "kind": "test"}
    status, body = mailer(event)
    assert (status, body["link"]) == (200, mailer.link(order.id))
    assert "texts" in body


def test_body_with_links_has_a_tag_of_its_own(call: Caller, mailer: Mailer) -> None:
    call.put(BOOKING)
    assert call.headers["ETag"] == '"1"'
    assert mailer.get(headers={"If-None-Match": '"1"'})[0] == 200
    assert mailer.headers["ETag"] == '"1-link"'
    assert json.loads(mailer.raw(mailer.on("GET", "/v1/bookings/{reference}", REFERENCE))["body"])
    assert mailer.get(headers={"If-None-Match": '"1-link"'})[0] == 304
    assert call.get(headers={"If-None-Match": '"1-link"'})[0] == 200


@pytest.mark.parametrize("tag", ['"1-link"', '"1"'])
def test_either_tag_names_the_version_of_a_change(mailer: Mailer, tag: str) -> None:
    mailer.put(BOOKING)
    later = BOOKING | {"service_time": "2026-12-01T19:30:00+08:00"}
    assert mailer.put(later, headers={"If-Match": tag})[0] == 200
    assert mailer.headers["ETag"] == '"2-link"'
    assert mailer.put(BOOKING, headers={"If-Match": tag})[0] == 412
