"""`/v1/webhook`: set, read and tested; and the queues of deliveries and of texts about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import json as msgspec_json
from standardwebhooks.webhooks import Webhook
from tests.fakes.mall import NOODLES, NOODLES_PHONE
from tests.fakes.world import World
from tests.functions.conftest import FakeSqs, Load, Logged, failed, sqs_event

import deliver_webhook.app
import merchant_api.app
import send_text.app
from baylock.domain.access.scope import Scope
from baylock.domain.webhooks.webhook import AttemptOutcome
from web.order_resource import OrderResource

URL = "https://noodles.example.com/hook"


class Caller:
    """A merchant's client of `/v1/webhook`."""

    def __init__(self, load: Load, context: Any) -> None:
        self._load, self._context = load, context
        self.scopes = " ".join(Scope)
        self.merchant = str(NOODLES.merchant)

    def __call__(self, method: str, path: str = "", body: object = None) -> tuple[int, Any]:
        event = self._load("api_put_booking" if method == "PUT" else "api_get_orders")
        event["httpMethod"] = method
        event["resource"] = event["path"] = f"/v1/webhook{path}"
        event["pathParameters"] = event["queryStringParameters"] = None
        event["body"] = body if isinstance(body, str | None) else json.dumps(body)
        event["requestContext"]["authorizer"]["scopes"] = self.scopes
        event["requestContext"]["authorizer"]["merchant"] = self.merchant
        answer = merchant_api.app.handler(event, self._context)
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def call(world: World, load: Load, context: Any) -> Caller:
    return Caller(load, context)


def test_no_webhook_at_first(call: Caller) -> None:
    status, body = call("GET")
    assert status == 200
    assert (body["url"], body["state"], body["secret"], body["old_secrets"]) == (
        None,
        "none",
        None,
        [],
    )


def test_webhook_is_set_with_a_secret_of_its_own(call: Caller) -> None:
    status, body = call("PUT", body={"url": URL})
    assert status == 200
    assert (body["url"], body["state"]) == (URL, "pending")
    Webhook(body["secret"])
    assert call("GET") == (200, body)


def test_same_put_again_answers_the_same(call: Caller) -> None:
    """The secret can be read again after a lost response."""
    first = call("PUT", body={"url": URL})
    assert call("PUT", body={"url": URL}) == first


def test_rotation_shows_both_secrets(call: Caller) -> None:
    _, first = call("PUT", body={"url": URL})
    _, second = call("PUT", body={"url": URL, "rotate_secret": True})
    assert second["secret"] != first["secret"]
    (old,) = second["old_secrets"]
    assert old["secret"] == first["secret"]
    assert old["signs_until"] > "2026"


def test_too_many_rotations_are_refused(call: Caller) -> None:
    answers = [call("PUT", body={"url": URL, "rotate_secret": True})[0] for _ in range(5)]
    assert answers == [200, 200, 200, 200, 422]


def test_key_that_may_only_read_sees_no_secret(call: Caller) -> None:
    call("PUT", body={"url": URL})
    call("PUT", body={"url": URL, "rotate_secret": True})
    call.scopes = Scope.WEBHOOK_READ
    status, body = call("GET")
    assert status == 200
    assert body["secret"] is None
    assert [old["secret"] for old in body["old_secrets"]] == [None]
    assert "whsec" not in json.dumps(body)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "", Scope.WEBHOOK_READ),
        ("PUT", "", Scope.WEBHOOK_WRITE),
        ("POST", "/test", Scope.WEBHOOK_WRITE),
    ],
)
def test_key_without_the_scope(call: Caller, method: str, path: str, scope: Scope) -> None:
    call.scopes = " ".join(set(Scope) - {scope})
    status, body = call(method, path, {"url": URL})
    assert (status, body["scope"]) == (403, scope)


def test_webhook_is_removed(call: Caller) -> None:
    call("PUT", body={"url": URL})
    status, body = call("PUT", body={"url": None})
    assert (status, body["state"]) == (200, "none")


def test_key_of_a_merchant_that_its_mall_no_longer_lists(call: Caller) -> None:
    call.merchant = "gone"
    status, body = call("PUT", body={"url": URL})
    assert (status, body["type"]) == (403, "/v1/problems/forbidden")


BAD: Mapping[str, tuple[object, int]] = {
    "nothing": (None, 400),
    "no JSON": ("{", 400),
    "a list": ([], 400),
    "no url": ({}, 422),
    "a number": ({"url": 7}, 422),
    "empty": ({"url": ""}, 422),
    "not encrypted": ({"url": "http://shop.example.com/"}, 422),
    "loopback": ({"url": "http://127.0.0.1:8000/"}, 422),
    "metadata": ({"url": "https://169.254.169.254/"}, 422),
    "half a character": ('{"url": "https://shop.example.com/\\ud800"}', 422),
    "too long": ({"url": "https://shop.example.com/" + "a" * 2000}, 422),
    "a word for yes": ({"url": URL, "rotate_secret": "yes"}, 422),
    "another field": ({"url": URL, "secret": "mine"}, 422),
}


@pytest.mark.parametrize("case", BAD)
def test_fault_30_what_is_no_webhook_is_refused(call: Caller, case: str) -> None:
    given, expected = BAD[case]
    status, body = call("PUT", body=given)
    assert status == expected
    assert body["detail"]
    assert call("GET")[1]["state"] == "none"


def test_fault_28_refusal_of_an_address_says_why(call: Caller) -> None:
    status, body = call("PUT", body={"url": "https://10.0.0.1/"})
    assert status == 422
    assert body["errors"] == [{"field": "url", "reason": "not a public address"}]


def test_test_event_is_queued(call: Caller, world: World) -> None:
    call("PUT", body={"url": URL})
    status, body = call("POST", "/test")
    assert (status, body["type"]) == (202, "webhook.test")
    assert [event for _, event, _ in world.effect_queues.events] == [body["id"]]
    (delivery,) = world.webhooks.deliveries(NOODLES)
    sent = json.loads(delivery.body)
    assert sent["type"] == "webhook.test"
    msgspec_json.decode(json.dumps(sent["data"]), type=OrderResource)


def test_no_test_without_a_webhook(call: Caller) -> None:
    status, body = call("POST", "/test")
    assert (status, body["type"]) == (409, "/v1/problems/no-webhook")


def test_how_it_goes_is_shown(call: Caller, world: World) -> None:
    call("PUT", body={"url": URL})
    event = call("POST", "/test")[1]["id"]
    assert world.deliver(NOODLES, event) == "proven"
    assert call("GET")[1]["state"] == "active"
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    world.deliver(NOODLES, event)
    _, body = call("GET")
    assert (body["state"], body["disabled_reason"]) == ("disabled", "gone")
    assert body["disabled_at"]
    assert body["last_attempt"]["outcome"] == "gone"
    assert (body["last_attempt"]["status"], body["last_attempt"]["event"]) == (410, event)
    assert call("POST", "/test")[0] == 409
    assert call("PUT", body={"url": URL})[1]["state"] == "pending"


# ── queues ───────────────────────────────────────────────────────────────────────────────────────


def on_its_way(event: str) -> dict[str, str]:
    return {"event": event, "mall": NOODLES.mall, "merchant": NOODLES.merchant}


def test_event_is_delivered_and_logged_without_its_content(
    call: Caller, world: World, load: Load, context: Any, logged: Logged
) -> None:
    call("PUT", body={"url": f"{URL}?token=secret-of-the-merchant"})
    event = call("POST", "/test")[1]["id"]
    assert world.deliver(NOODLES, event) == "proven"
    queued = sqs_event(load("sqs_deliver_webhook"), on_its_way(event))
    assert failed(deliver_webhook.app.handler(queued, context)) == []
    assert len(world.webhook_client.posted) == 1
    assert logged.messages()[-1] == f"{event}: taken"
    logged.read()
    assert "whsec" not in logged.text
    assert "secret-of-the-merchant" not in logged.text


@pytest.mark.parametrize(
    "body", ["{", [], {}, {"event": 1, "mall": "m", "merchant": "n"}, {"event": "evt_1"}]
)
def test_message_that_can_not_be_read_is_set_aside(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, body: object
) -> None:
    event = sqs_event(load("sqs_deliver_webhook"), body)
    assert failed(deliver_webhook.app.handler(event, context)) == []
    assert len(dead_letters.notes) == 1


def test_merchant_is_told_once_that_its_webhook_is_off(
    call: Caller, world: World, load: Load, context: Any
) -> None:
    call("PUT", body={"url": URL})
    event = call("POST", "/test")[1]["id"]
    told = sqs_event(load("sqs_send_text"), {"webhook_disabled": {
        "mall": NOODLES.mall, "merchant": NOODLES.merchant}})  # fmt: skip
    send_text.app.handler(told, context)
    assert world.phones.texts_to(NOODLES_PHONE) == [], "it is on"
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    world.deliver(NOODLES, event)
    for _ in range(2):
        assert failed(send_text.app.handler(told, context)) == []
    (text,) = world.phones.texts_to(NOODLES_PHONE)
    assert "webhook" in text
