"""The imports of each function until its first event is answered, against `import boto3` alone."""

from __future__ import annotations

import hmac
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from baylock.adapters.dynamodb.connections import DynamoDBConnections
from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys
from baylock.adapters.dynamodb.links import DynamoDBLinks
from baylock.adapters.dynamodb.locks import DynamoDBLocks
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks
from baylock.adapters.iot import IotShadows
from baylock.domain.access.key_ring import ring_of
from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.connect.connection import Connection, ConnectionId, Questions, System
from baylock.domain.driver.link import link_token, token_digest
from baylock.domain.locks.lock import Desired
from baylock.domain.orders.order import Order
from baylock.domain.sandbox.sandbox import OUTCOMES, SandboxOutcome
from baylock.domain.venue.mall import Barrier, MerchantId
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import Salt, new_delivery, new_endpoint
from baylock.usecases.access.mint_key import MintKey
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.orders.place_booking import PlaceBooking
from bench.bookings import find_booking
from bench.engine import Engine
from bench.fill import DRIVER
from bench.lots import mall_of
from bench.store import OCCUPANCY, ORDERS, VENUE
from local_cloud.environment import tool_environment
from local_cloud.home import PROJECT

_CHILD = Path(__file__).with_name("first_event.py")
_EVENTS = PROJECT / "tests/events"
_SPACES = 50
_MERCHANT_PHONE = "+14255550101"
_SIGNED_WITH = "a secret of the bench"
_NOBODY_LISTENS = "http://127.0.0.1:9/"
_SECRET = "bench"  # noqa: S105 (of a throw-away engine)
BASELINE = "boto3"

EVENTS = {
    "authorizer": "authorizer_token",
    "merchant_api": "api_put_booking",
    "connect": "api_connect",
    "driver_page": "api_page",
    "inbound_sms": "sqs_inbound_sms",
    "order_changed": "dynamodb_order_changes",
    "refresh_hint": "dynamodb_order_changes",
    "reconcile_lock": "sqs_adjust_lock",
    "sandbox_lock": "sqs_sandbox_lock",
    "send_text": "sqs_send_text",
    "deliver_webhook": "sqs_deliver_webhook",
    "delivery_reported": "logs_delivery_failed",
    "lock_reported": "sqs_lock_reported",
    "claim_lock": "iot_claim",
    "clock": "schedule",
}
"""By function: the file in tests/events that its first event is made from."""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Medians of several processes, in milliseconds of CPU.

    `ratio` compares with `import boto3` in the same round. `total_ms` also includes building the
    clients and answering the first event.
    """

    function: str
    import_ms: float
    ratio: float
    total_ms: float
    modules: int


def cold_starts(
    engine: Engine, *, runs: int, random: Random, done: Callable[[], object]
) -> list[ColdStart]:
    """Start each function in turn, `import boto3` among them, `runs` times."""
    scene = _Scene.set(engine, random)
    answers: dict[str, list[dict[str, Any]]] = {}
    for run in range(runs + 1):
        for name, asked in scene.asked(f"cold-{run}"):
            measured = _child(asked, scene.environment)
            # The first round only warms the caches of disk and bytecode.
            if run:
                answers.setdefault(name, []).append(measured)
        done()
    base = answers[BASELINE]
    return [
        ColdStart(
            name,
            _median(rounds, "import_ms"),
            median(
                measured["import_ms"] / alone["import_ms"]
                for measured, alone in zip(rounds, base, strict=True)
            ),
            _median(rounds, "total_ms"),
            round(_median(rounds, "modules")),
        )
        for name, rounds in answers.items()
    ]


def _median(rounds: Sequence[Mapping[str, Any]], what: str) -> float:
    return median(float(measured[what]) for measured in rounds)


def _child(asked: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    child = subprocess.run(
        [sys.executable, "-I", _CHILD],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env=dict(environment),
        check=True,
        timeout=60,
    )
    measured: dict[str, Any] = json.loads(child.stdout.rstrip().rpartition("\n")[2])
    if _failed(measured["answer"]):
        raise RuntimeError(f"{asked['module']} did not handle its event: {measured['answer']}")
    return measured


def _failed(answer: object) -> bool:
    """Tell whether the event failed; a failed event skips some imports, so its time is useless."""
    match answer:
        case {"statusCode": int(status)}:
            return status >= HTTPStatus.BAD_REQUEST
        case {"batchItemFailures": failures}:
            return bool(failures)
        case _:
            return isinstance(answer, str)


@dataclass(frozen=True)
class _Scene:
    """A mall, a key, queues and orders, so that a first event finds what it refers to."""

    environment: Mapping[str, str]
    place: PlaceBooking
    links: DynamoDBLinks
    merchant: MerchantId
    thing: str
    key: str
    webhooks: DynamoDBWebhooks
    shadows: IotShadows

    @classmethod
    def set(cls, engine: Engine, random: Random) -> _Scene:
        client = engine.dynamodb()
        venues = DynamoDBVenues(client, VENUE, _now)
        mall, merchants = mall_of(_SPACES, ref="cold", phone=_MERCHANT_PHONE)
        venues.save(mall, merchants)
        who = MerchantId(mall.ref, merchants[0].ref)
        venues.save(*mall_of(_SPACES, ref=sandbox_of(who).mall))
        # As after a deployment's first minutes: else the clock takes the locks for never heard.
        DynamoDBLocks(client, "locks", OCCUPANCY).note_registered(None)
        sqs, secrets = engine.client("sqs"), engine.client("secretsmanager")
        queue = sqs.create_queue(QueueName="bench")["QueueUrl"]
        DynamoDBConnections(client, "connections").save(_calcom(who))
        secret = secrets.create_secret(Name="bench", SecretString=_SECRET)["ARN"]
        environment = tool_environment(
            **engine.address.environment(),
            # Lambda's boto3 comes without the C runtime that awsiotsdk brings here and that
            # botocore would load where it finds it.
            BOTO_DISABLE_CRT="true",
            ORDERS_TABLE=ORDERS,
            OCCUPANCY_TABLE=OCCUPANCY,
            VENUE_TABLE=VENUE,
            BUDGETS_TABLE="budgets",
            LOCKS_TABLE="locks",
            TEXTS_TABLE="texts",
            CONNECTIONS_TABLE="connections",
            LOCK_QUEUE=queue,
            TEXT_QUEUE=queue,
            WEBHOOKS_TABLE="webhooks",
            WEBHOOK_QUEUE=queue,
            ORDER_ID_SECRET=secret,
            LINK_SECRET=secret,
            TEXT_KEY_SECRET=secret,
            PRIVACY_SECRET=secret,
            WEBHOOK_SECRET=secret,
            WEBHOOK_LOOPBACK="allowed",
            DEAD_LETTERS=queue,
            PLATFORM_NUMBER="+12065550100",
            CODE_SECRET=secret,
            LINK_BASE="https://baylock.example",
            POWERTOOLS_SERVICE_NAME="baylock",
        )
        orders = DynamoDBOrders(client, ORDERS, OCCUPANCY)
        place = PlaceBooking(
            SpaceFinder(venues, orders, random), find_booking(orders, _SECRET), orders, _now
        )
        thing = mall.lots[0].spaces[0].thing
        return cls(
            environment,
            place,
            DynamoDBLinks(client, "texts"),
            who,
            thing,
            MintKey(DynamoDBMerchantKeys(client, VENUE), _now)(who).secret,
            DynamoDBWebhooks(client, "webhooks"),
            IotShadows(engine.client("iot-data")),
        )

    def asked(self, reference: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield `import boto3`, and each function with a fresh event."""
        yield BASELINE, {"module": "boto3"}
        order = self._order(self.merchant, reference, DRIVER)
        for name, event in self._events(order, reference).items():
            yield name, {"module": f"{name}.app", "event": event}

    def _order(self, merchant: MerchantId, reference: str, phone: str) -> Order:
        service_time = (_now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
        booking = Booking(merchant, Reference(reference), service_time, phone=phone)
        record = self.place(booking).record
        assert isinstance(record, Order)
        return record

    def _events(self, order: Order, reference: str) -> Mapping[str, Any]:
        events = {function: _event(name) for function, name in EVENTS.items()}
        about = {"order": order.id, "version": order.version}
        self._with_key(events["authorizer"])
        self._put_booking(events["merchant_api"], f"{reference}-api")
        _webhook(events["connect"], f"{reference}-connect")
        _text(events["inbound_sms"], f"{reference}-text")
        self._with_link(events["driver_page"], order)
        _message(events["reconcile_lock"], lock=self.thing, **about)
        self._ask_simulated_lock(events["sandbox_lock"], reference)
        _message(events["send_text"], notice="driver_reserved", **about)
        _report(events["lock_reported"], self.thing)
        self._deliver(events["deliver_webhook"], reference)
        return events

    def _with_key(self, event: dict[str, Any]) -> None:
        event["authorizationToken"] = f"Bearer {self.key}"

    def _with_link(self, event: dict[str, Any], order: Order) -> None:
        token = link_token(order, ring_of(_SECRET.encode()))
        self.links.note(token_digest(token), order)
        event["pathParameters"]["token"] = token

    def _put_booking(self, event: dict[str, Any], reference: str) -> None:
        authorizer = event["requestContext"]["authorizer"]
        authorizer.update(mall=self.merchant.mall, merchant=self.merchant.merchant)
        event["pathParameters"]["reference"] = reference
        body = json.loads(event["body"])
        body["service_time"] = (_now() + timedelta(days=2)).isoformat(timespec="seconds")
        body["parking"]["needs"] = []
        event["body"] = json.dumps(body)

    def _ask_simulated_lock(self, event: dict[str, Any], reference: str) -> None:
        """Ask for an order with a simulated driver, so that the function has a next step to
        schedule."""
        who, comes = sandbox_of(self.merchant), SandboxOutcome.COMPLETED
        phone = next(phone for phone, outcome in OUTCOMES.items() if outcome is comes)
        order = self._order(who, reference, phone)
        lock = order.claim.thing
        desired = Desired(Barrier.RAISED, order.id, _now() + timedelta(hours=1))
        self.shadows.ask(lock, desired, self.shadows.read(lock).version)
        _message(event, lock=lock, asked=1)

    def _deliver(self, event: dict[str, Any], reference: str) -> None:
        """Deliver to an endpoint without failures; the endpoint of the last run has some."""
        old, now = self.webhooks.endpoint(self.merchant), _now()
        new = new_endpoint(self.merchant, _NOBODY_LISTENS, Salt(reference), now)
        version = old.version + 1 if old else 1
        self.webhooks.save_endpoint(old, replace(new, version=version))
        delivery = new_delivery(self.merchant, EventId(reference), Event.HELD, "{}", now)
        self.webhooks.add_delivery(delivery)
        who = {"mall": self.merchant.mall, "merchant": self.merchant.merchant}
        event["Records"][0]["body"] = json.dumps({"event": delivery.id, **who})


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / f"{name}.json").read_text())
    return event


def _message(event: dict[str, Any], **body: object) -> None:
    event["Records"][0]["body"] = json.dumps(body)


def _calcom(merchant: MerchantId) -> Connection:
    questions = Questions("Do you come by car?", "Your number plate")
    id_ = ConnectionId("con_calcom")
    return Connection(id_, System.CALCOM, merchant, "", questions, _now(), _SIGNED_WITH)


def _webhook(event: dict[str, Any], uid: str) -> None:
    webhook = _event("connect/calcom_created")
    start = _now() + timedelta(days=2)
    webhook["payload"] |= {
        "uid": uid,
        "startTime": start.isoformat(),
        "endTime": (start + timedelta(hours=1)).isoformat(),
    }
    event["body"] = json.dumps(webhook)
    signature = hmac.new(_SIGNED_WITH.encode(), event["body"].encode(), "sha256").hexdigest()
    event["headers"]["X-Cal-Signature-256"] = signature


def _text(event: dict[str, Any], reference: str) -> None:
    envelope = json.loads(event["Records"][0]["body"])
    message = json.loads(envelope["Message"])
    message["messageBody"] = f"PARK tomorrow 18:30 {DRIVER} 90m ref:{reference}"
    message["inboundMessageId"] = reference
    message["originationNumber"] = _MERCHANT_PHONE
    envelope["Message"] = json.dumps(message)
    _message(event, **{**envelope, "Timestamp": _now().isoformat()})


def _report(event: dict[str, Any], thing: str) -> None:
    body = json.loads(event["Records"][0]["body"])
    _message(event, **{**body, "thing": thing})


def _now() -> datetime:
    return datetime.now(UTC)
