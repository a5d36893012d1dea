"""Events through the deployed stack, to receivers on this machine, some of them misbehaving."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Lock, Thread
from time import sleep
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.e2e.conftest import World, eventually, tomorrow

from baylock.adapters.sqs.effects import SqsEffectQueues
from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.lock import Session
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.domain.webhooks.event import Event, EventId, event_id
from baylock.domain.webhooks.webhook import Delivery, DeliveryState, new_delivery
from baylock.usecases.webhooks.redeliver_events import RedeliverEvents
from deployment import now
from local_cloud import Merchant

pytestmark = pytest.mark.e2e

Respond = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """A merchant's server: the requests it received, and how many at once at most."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]


def answering(status: int, **headers: str) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()

    return respond


@contextmanager
def receiving(respond: Respond = answering(204)) -> Iterator[Receiver]:  # noqa: B008 (a function)
    receiver, lock = Receiver(), Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                receiver.came.append((dict(self.headers), body))
                receiver.at_once += 1
                receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
            try:
                respond(self)
            finally:
                with lock:
                    receiver.at_once -= 1

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def listen(
    world: World, merchant: Merchant, url: str | None, *, proven: bool = True, **more: object
) -> dict[str, Any]:
    """Set the webhook; `proven` spares the test the proof, as most are about what comes then."""
    answer = world.api(merchant).call("PUT", "/v1/webhook", {"url": url, **more})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    endpoint = world.deployment.webhooks.endpoint(who(world, merchant))
    if proven and endpoint and endpoint.pending:
        world.deployment.webhooks.save_endpoint(endpoint, endpoint.proven())
    return body


def shown(world: World, merchant: Merchant) -> dict[str, Any]:
    body: dict[str, Any] = world.api(merchant).call("GET", "/v1/webhook").body
    return body


def who(world: World, merchant: Merchant) -> MerchantId:
    return MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))


def tried(world: World, merchant: Merchant) -> dict[str, Any]:
    """Wait for the first attempt, and return what the API shows of it."""

    def looked() -> bool:
        endpoint = world.deployment.webhooks.endpoint(who(world, merchant))
        return endpoint is not None and endpoint.last is not None

    eventually(looked, "an attempt")
    attempt: dict[str, Any] = shown(world, merchant)["last_attempt"]
    return attempt


def delivery(world: World, merchant: Merchant, event: str) -> Delivery:
    found = world.deployment.webhooks.delivery(who(world, merchant), EventId(event))
    assert found is not None
    return found


def test_reserved_and_held_arrive_signed_with_the_order_at_that_time(world: World) -> None:
    merchant = world.merchant()
    with receiving() as receiver:
        secret = listen(world, merchant, receiver.url)["secret"]
        booked = world.book(merchant, "HOOK-1", world.phone()).body["order"]
        world.held(merchant, "HOOK-1")
        eventually(lambda: len(receiver.came) == 2, "two events")
        listen(world, merchant, None)
    came = {json.loads(body)["type"]: (headers, body) for headers, body in receiver.came}
    assert set(came) == {"order.reserved", "order.held"}
    for headers, body in receiver.came:
        event = Webhook(secret).verify(body, headers)
        assert event["data"]["state"] == event["type"].removeprefix("order.")
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 43 + "=").verify(body, headers)
    assert json.loads(came["order.reserved"][1])["data"] == booked
    ids = {headers["webhook-id"] for headers, _ in receiver.came}
    assert len(ids) == 2
    assert all(booked["id"].removeprefix("ord_") in event_id for event_id in ids)


def test_both_secrets_sign_after_a_rotation(world: World) -> None:
    merchant = world.merchant()
    with receiving() as receiver:
        old = listen(world, merchant, receiver.url)["secret"]
        new = listen(world, merchant, receiver.url, rotate_secret=True)["secret"]
        assert new != old
        assert world.api(merchant).call("POST", "/v1/webhook/test").status == 202
        eventually(lambda: receiver.came, "the test event")
        listen(world, merchant, None)
    headers, body = receiver.came[0]
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"


def test_opt_out_and_failed_order_are_sent_as_events(kiosk: World) -> None:
    """The kiosk's only space has a lock that loses contact after the booking."""
    (merchant,) = kiosk.seeded.stack.merchants
    phone = kiosk.phone()
    with receiving() as receiver:
        listen(kiosk, merchant, receiver.url)
        assert (
            kiosk.book(merchant, "HOOK-2", phone, service_time=tomorrow().isoformat()).status == 201
        )
        eventually(lambda: kiosk.inbox(phone), "the driver's text")
        kiosk.text(phone, "STOP")
        eventually(lambda: "driver.unreachable" in receiver.types(), "the driver's opt-out")
        order = kiosk.order(merchant, "HOOK-2")
        assert order is not None
        lock = kiosk.deployment.locks.find(order.claim.thing)
        assert lock is not None
        gone = lock.in_session(Session(0, now(), ended=True))
        kiosk.deployment.locks.save(lock, gone)
        past = str(int(now().timestamp() - 60) * 1000)
        kiosk.deployment.client("dynamodb").update_item(
            TableName=kiosk.deployment.outputs["OrdersTable"],
            Key={"id": {"S": order.id}},
            UpdateExpression="SET secure_at = :now, due_at = :now",
            ExpressionAttributeValues={":now": {"N": past}},
        )
        kiosk.clock()
        eventually(lambda: "order.failed" in receiver.types(), "the failure")
        listen(kiosk, merchant, None)
    last = receiver.events()[-1]
    assert last["data"]["state"] == "failed"
    unreachable = next(
        event for event in receiver.events() if event["type"] == "driver.unreachable"
    )
    assert unreachable["data"]["unreachable"] == "opted_out"
    assert phone.lstrip("+") not in json.dumps(receiver.events())


def test_fault_28_slow_endpoint_delays_nobody_else(world: World) -> None:
    slow, quick = world.merchant(), world.merchant()
    released = Signal()

    def hangs(request: BaseHTTPRequestHandler) -> None:
        """For longer than a delivery waits; not until the next attempt, half a minute later."""
        released.wait(10)
        answering(204)(request)

    with receiving(hangs) as slow_receiver, receiving() as other:
        listen(world, slow, slow_receiver.url)
        listen(world, quick, other.url)
        for number in range(6):
            when = tomorrow(number).isoformat()
            assert world.book(slow, f"SLOW-{number}", world.phone(), service_time=when).status < 300
        eventually(lambda: slow_receiver.came, "the first event at the slow endpoint")
        world.book(quick, "QUICK", world.phone(), service_time=tomorrow().isoformat())
        eventually(lambda: other.came, "the event at the quick endpoint")
        assert tried(world, slow)["outcome"] == "timed_out"
        assert slow_receiver.most_at_once == 1
        released.set()
        listen(world, slow, None)
        listen(world, quick, None)


def test_events_of_several_orders_come_at_once_and_those_of_an_order_in_order(
    world: World,
) -> None:
    """The events are queued by the test, as many orders would take minutes."""
    merchant = world.merchant()
    orders, versions = [f"{merchant.ref.lower()}busy{number}" for number in range(16)], (1, 2, 10)

    def waits_for_another(request: BaseHTTPRequestHandler) -> None:
        """Give a busy machine a second to begin the next one, once."""
        for _ in range(10):
            sleep(0.1)
            if receiver.most_at_once > 1:
                break
        answering(204)(request)

    with receiving(waits_for_another) as receiver:
        listen(world, merchant, receiver.url)
        configuration = world.deployment.client("lambda").get_function_configuration(
            FunctionName=world.function("DeliverWebhook")
        )
        queue = configuration["Environment"]["Variables"]["WEBHOOK_QUEUE"]
        sqs = world.deployment.client("sqs")
        queues = SqsEffectQueues(sqs, locks="", texts="", webhooks=queue)
        for version, order in itertools.product(versions, orders):
            event = event_id(OrderId(f"ord_{order}"), version, Event.MOVED)
            body = json.dumps({"order": order, "version": version})
            new = new_delivery(who(world, merchant), event, Event.MOVED, body, now())
            world.deployment.webhooks.add_delivery(new)
            queues.put_event(who(world, merchant), event)
        expected = len(orders) * len(versions)
        eventually(lambda: len(receiver.came) >= expected, "all events")
        listen(world, merchant, None)
    for order in orders:
        came = [event["version"] for event in receiver.events() if event["order"] == order]
        assert [version for version, _ in itertools.groupby(came)] == list(versions)
    assert receiver.most_at_once > 1


def test_fault_28_redirect_is_not_followed(world: World) -> None:
    merchant = world.merchant()
    with receiving() as elsewhere, receiving(answering(302, Location=elsewhere.url)) as receiver:
        listen(world, merchant, receiver.url)
        world.api(merchant).call("POST", "/v1/webhook/test")
        attempt = tried(world, merchant)
        assert (attempt["outcome"], attempt["status"]) == ("redirected", 302)
        assert elsewhere.came == []
        listen(world, merchant, None)


def test_fault_28_gone_endpoint_is_disabled_and_its_merchant_notified(world: World) -> None:
    merchant = world.merchant()
    with receiving(answering(410)) as receiver:
        listen(world, merchant, receiver.url)
        world.api(merchant).call("POST", "/v1/webhook/test")
        assert tried(world, merchant)["status"] == 410
        off = shown(world, merchant)
        assert (off["state"], off["disabled_reason"]) == ("disabled", "gone")
        eventually(
            lambda: any("webhook" in text for text in world.inbox(merchant.phone)),
            "the merchant's text",
        )
        assert world.api(merchant).call("POST", "/v1/webhook/test").status == 409
        assert listen(world, merchant, receiver.url)["state"] == "pending"
        listen(world, merchant, None)


@pytest.mark.threat(11)
def test_no_event_before_the_endpoint_has_told_our_signature_from_a_wrong_one(
    world: World,
) -> None:
    merchant = world.merchant()
    secrets: list[str] = []

    def verifies(request: BaseHTTPRequestHandler) -> None:
        headers, body = receiver.came[-1]
        try:
            Webhook(secrets[0]).verify(body, headers)
        except (WebhookVerificationError, IndexError):
            answering(401)(request)
        else:
            answering(204)(request)

    with receiving(verifies) as receiver:
        set_ = listen(world, merchant, receiver.url, proven=False)
        assert (set_["state"], shown(world, merchant)["state"]) == ("pending", "pending")
        world.book(merchant, "PROOF-1", world.phone())
        # The secret is not installed yet.
        attempt = tried(world, merchant)
        assert (attempt["outcome"], attempt["status"]) == ("refused", 401)
        assert set(receiver.types()) == {"webhook.test"}
        secrets.append(set_["secret"])
        endpoint = world.deployment.webhooks.endpoint(who(world, merchant))
        assert endpoint is not None
        rested = replace(endpoint, rests_until=None, version=endpoint.version + 1)
        world.deployment.webhooks.save_endpoint(endpoint, rested)
        assert world.api(merchant).call("POST", "/v1/webhook/test").status == 202
        eventually(lambda: shown(world, merchant)["state"] == "active", "the proof")
        (waiting,) = [
            one
            for one in world.deployment.webhooks.deliveries(who(world, merchant))
            if one.event is Event.RESERVED
        ]
        if waiting.is_waiting:
            soon = replace(waiting, not_before=now(), due_at=now())
            world.deployment.webhooks.save_delivery(soon)
            world.clock()
        eventually(lambda: "order.reserved" in receiver.types(), "the event, which was not lost")
        listen(world, merchant, None)


@pytest.mark.threat(11)
def test_a_server_that_accepts_everything_gets_no_event(world: World) -> None:
    merchant = world.merchant()
    with receiving() as receiver:
        listen(world, merchant, receiver.url, proven=False)
        world.book(merchant, "PROOF-2", world.phone())
        assert tried(world, merchant)["outcome"] == "signature_not_verified"
        assert receiver.types() == ["webhook.test"]
        assert shown(world, merchant)["state"] == "pending"
        listen(world, merchant, None)


@pytest.mark.threat(11)
def test_tests_are_limited(world: World) -> None:
    merchant = world.merchant()
    with receiving() as receiver:
        listen(world, merchant, receiver.url)
        answers = [world.api(merchant).call("POST", "/v1/webhook/test") for _ in range(13)]
        assert {answer.status for answer in answers[:12]} == {202}
        assert (answers[12].status, answers[12].body["type"]) == (429, "/v1/problems/too-many")
        assert int(answers[12].headers["Retry-After"]) > 0
        listen(world, merchant, None)


@pytest.mark.threat(11)
@pytest.mark.parametrize("url", ["https://shop.example.com:25/", "https://shop.example.com:8080/"])
def test_no_port_but_those_of_https_may_be_set(world: World, url: str) -> None:
    answer = world.api(world.merchant()).call("PUT", "/v1/webhook", {"url": url})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "url")


@pytest.mark.parametrize("url", ["https://169.254.169.254/", "https://10.0.0.1/",
                                 "https://[::ffff:10.0.0.1]/", "https://2852039166/"])  # fmt: skip
def test_fault_28_private_address_is_refused_in_a_request(world: World, url: str) -> None:
    answer = world.api(world.merchant()).call("PUT", "/v1/webhook", {"url": url})
    assert answer.status == 422
    assert answer.body["errors"][0]["field"] == "url"


def test_fault_28_private_address_is_refused_at_delivery(world: World) -> None:
    """The address may have become private later; a name can change."""
    merchant = world.merchant()
    listen(world, merchant, "https://shop.example.com/hook")
    endpoint = world.deployment.webhooks.endpoint(who(world, merchant))
    assert endpoint is not None
    world.deployment.webhooks.save_endpoint(
        endpoint, replace(endpoint, url="https://10.0.0.1/hook", version=endpoint.version + 1)
    )
    world.api(merchant).call("POST", "/v1/webhook/test")
    assert tried(world, merchant)["outcome"] == "not_a_public_address"
    listen(world, merchant, None)


def test_fault_28_failed_event_is_tried_again_by_the_clock_and_by_command(world: World) -> None:
    merchant = world.merchant()
    answers = [500, 204, 204]

    def respond(request: BaseHTTPRequestHandler) -> None:
        answering(answers.pop(0))(request)

    with receiving(respond) as receiver:
        secret = listen(world, merchant, receiver.url)["secret"]
        event = world.api(merchant).call("POST", "/v1/webhook/test").body["id"]
        eventually(lambda: delivery(world, merchant, event).attempts == 1, "the first attempt")
        failed = delivery(world, merchant, event)
        assert failed.is_waiting
        # The test advances the time instead of waiting.
        endpoint = world.deployment.webhooks.endpoint(who(world, merchant))
        assert endpoint is not None
        assert endpoint.failing_since is not None
        rested = replace(endpoint, rests_until=None, version=endpoint.version + 1)
        world.deployment.webhooks.save_endpoint(endpoint, rested)
        world.deployment.webhooks.save_delivery(replace(failed, not_before=now(), due_at=now()))
        world.clock()
        eventually(
            lambda: delivery(world, merchant, event).state is DeliveryState.DELIVERED,
            "the second attempt",
        )
        assert shown(world, merchant)["failing_since"] is None
        redeliver = RedeliverEvents(world.deployment.webhooks, world.deployment.now)
        again = redeliver(who(world, merchant), [event])
        assert again == 1
        world.clock()
        eventually(lambda: len(receiver.came) == 3, "the third attempt")
        listen(world, merchant, None)
    assert {headers["webhook-id"] for headers, _ in receiver.came} == {event}
    assert len({body for _, body in receiver.came}) == 1
    for headers, body in receiver.came:
        Webhook(secret).verify(body, headers)
