"""Requests and messages that are made to stall a function, or to crash it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from tests.fakes.booking_systems import SAID, dinner, signature
from tests.fakes.hostile import PAIRS, SINGLE, SIZE, every_stall, repeated
from tests.fakes.mall import DRIVER, NOODLES_PHONE, NOON
from tests.fakes.world import World
from tests.functions.caller import BOOKING, Caller
from tests.functions.conftest import Context, FakeSqs, Load, sqs_event
from tests.functions.test_connect import Systems, connection, systems

import authorizer.app
import inbound_sms.app
import lock_reported.app
from baylock.domain.connect.connection import System
from driver_page import app as driver_page

pytestmark = pytest.mark.threat(6)

__all__ = ["systems"]  # a fixture

TAILS = ("!",)
FEWER = (*SINGLE, *PAIRS)[::3]

DEEP = 100_000
RAW_JSON = {
    "nested arrays": "[" * DEEP,
    "closed arrays": "[" * DEEP + "]" * DEEP,
    "nested objects": '{"a":' * DEEP,
    "a huge number": "9" * 5_000,
    "a huge exponent": "1e999999999",
    "NaN": "NaN",
    "infinity": "-Infinity",
    "a lone surrogate": '"\\ud800"',
    "half a pair in a name": '{"\\udc00": 1}',
    "repeated names": '{"id": 1, "id": 2}',
    "NUL": "\x00",
    "an open string": '"' + "\\" * 9_999,
    "nothing": "",
}
"""Values in JSON that a parser chokes on."""


def text_fields(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the texts of a document are."""
    if isinstance(value, dict):
        return [at for key, one in value.items() for at in text_fields(one, (*path, key))]
    if isinstance(value, list):
        return [at for key, one in enumerate(value) for at in text_fields(one, (*path, key))]
    return [path] if isinstance(value, str) else []


def put(value: Any, path: tuple[Any, ...], new: object) -> None:
    *above, last = path
    for key in above:
        value = value[key]
    value[last] = new


class Hooks:
    """A booking system that signs whatever it sends."""

    def __init__(self, systems: Systems, system: System) -> None:
        self._systems, self._system = systems, system

    def __call__(self, body: str, **headers: str) -> int:
        body = body.encode(errors="replace").decode()
        at = int(self._systems.world.clock.now.timestamp())
        signed = signature(connection(self._system), body, at)
        event = self._systems.event(self._system, body, signed | headers)
        status, _ = self._systems.send(event)
        # The connection's rate is not what is looked at here.
        self._systems.world.rate_limiter._tallies.clear()
        return status

    def with_field(self, path: tuple[Any, ...], new: object) -> int:
        event = self._systems.load(f"connect/{SAID[self._system][0]}")
        put(event, path, new)
        return self(json.dumps(event))


@pytest.fixture(params=list(System))
def hooks(request: pytest.FixtureRequest, systems: Systems) -> Hooks:
    return Hooks(systems, request.param)


def test_a_note_of_4000_blanks_is_read_at_once(systems: Systems) -> None:
    """4,000 of them stalled the function for 20 seconds."""
    square = Hooks(systems, System.SQUARE)
    path = ("data", "object", "booking", "customer_note")
    assert every_stall(lambda text: square.with_field(path, text), 240 * 1024, tails=TAILS) == []


def test_no_field_of_a_hook_stalls_it(hooks: Hooks, systems: Systems) -> None:
    example = systems.load(f"connect/{SAID[hooks._system][0]}")
    for number, path in enumerate(text_fields(example)):
        units = (*SINGLE, *PAIRS)[number % 16 :: 16]
        stalls = every_stall(
            lambda text, path=path: hooks.with_field(path, text),  # type: ignore[misc]
            200 * 1024,
            units,
            TAILS,
        )
        assert stalls == [], path


def test_no_body_and_no_header_of_a_hook_stalls_it(hooks: Hooks) -> None:
    assert every_stall(hooks, units=FEWER, tails=TAILS) == []
    for header in ("X-Cal-Signature-256", "Calendly-Webhook-Signature"):
        assert every_stall(lambda text, h=header: hooks("{}", **{h: text}), units=FEWER) == []  # type: ignore[misc]


@pytest.mark.parametrize("raw", RAW_JSON)
def test_json_of_any_kind_in_a_hook_is_never_a_fault_of_ours(
    hooks: Hooks, systems: Systems, raw: str
) -> None:
    assert hooks(RAW_JSON[raw]) < 500
    name = SAID[hooks._system][0]
    example = systems.load(f"connect/{name}")
    for path in text_fields(example):
        event = systems.load(f"connect/{name}")
        put(event, path, "@@@")
        assert hooks(json.dumps(event).replace('"@@@"', RAW_JSON[raw] or '""')) < 500, path


@pytest.mark.parametrize("depth", [100, 300, 600, 900, 980, 1_000, 2_000])
@pytest.mark.parametrize("field", ["recurringEvent", "responses", "eventTypeId", "attendees"])
def test_a_field_that_is_nested_deeply_is_no_fault_of_ours(
    systems: Systems, field: str, depth: int
) -> None:
    """As deep as the decoder takes it, every later step must too."""
    hooks = Hooks(systems, System.CALCOM)
    booking = dinner("deep", 3, **{field: "@@@"})
    body = json.dumps(
        {"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-12-01T00:00:00Z", "payload": booking}
    )
    for one in ("[" * depth + "]" * depth, '{"freq":' * depth + "2" + "}" * depth):
        assert hooks(body.replace('"@@@"', one)) < 500


def test_a_time_of_thousands_of_digits_signs_nothing(systems: Systems) -> None:
    at = "9" * 5_000
    event = systems.event(System.CALENDLY, "{}", {})
    event["headers"] |= signature(connection(System.CALENDLY), "{}", at)  # type: ignore[arg-type]
    assert systems.send(event)[0] == 401


# ── the API ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "Accept", "Idempotency-Key"])
def test_no_header_stalls_the_api(call: Caller, header: str) -> None:
    def send(text: str) -> None:
        status, _ = call.put(BOOKING, headers={header: text})
        assert status < 500
        status, _ = call.get(headers={header: text})
        assert status < 500

    assert every_stall(send, units=FEWER, tails=TAILS) == []


def test_no_body_and_no_reference_stalls_the_api(call: Caller) -> None:
    def send(text: str) -> None:
        status, _ = call.put(text)
        assert status < 500
        status, _ = call.put(BOOKING, quote(text, safe="")[:SIZE])
        assert status < 500

    assert every_stall(send, units=FEWER, tails=TAILS) == []


@pytest.mark.parametrize("path", text_fields(BOOKING), ids=str)
def test_no_field_of_a_booking_stalls_the_api(call: Caller, path: tuple[Any, ...]) -> None:
    def send(text: str) -> None:
        body = json.loads(json.dumps(BOOKING))
        put(body, path, text)
        status, _ = call.put(body)
        assert status < 500

    assert every_stall(send, 15 * 1024, (*SINGLE, *PAIRS), TAILS) == []
    assert every_stall(send, units=FEWER[::5], tails=TAILS) == []


@pytest.mark.parametrize("raw", RAW_JSON)
def test_json_of_any_kind_in_a_booking_is_never_a_fault_of_ours(call: Caller, raw: str) -> None:
    assert call.put(RAW_JSON[raw])[0] in {400, 422}
    for path in text_fields(BOOKING):
        body = json.loads(json.dumps(BOOKING))
        put(body, path, "@@@")
        assert call.put(json.dumps(body).replace('"@@@"', RAW_JSON[raw] or '""'))[0] < 500, path


@pytest.mark.parametrize(
    ("resource", "names"),
    [
        ("/v1/orders", ("state", "from", "to", "cursor", "limit")),
        ("/v1/availability", ("service_time", "duration_minutes", "needs")),
    ],
)
def test_no_query_stalls_the_api(call: Caller, resource: str, names: tuple[str, ...]) -> None:
    def send(text: str) -> None:
        for name in names:
            query = {"service_time": BOOKING["service_time"]} | {name: text}
            if resource == "/v1/orders":
                del query["service_time"]
            status, _ = call(call.on("GET", resource, "", query))
            assert status < 500

    assert every_stall(send, units=FEWER, tails=TAILS) == []


def test_no_key_stalls_the_authorizer(world: World, load: Load, context: Any) -> None:
    def send(text: str) -> None:
        for token in (text, f"Bearer {text}", f"Bearer blk_live_{text}"):
            event = load("authorizer_token") | {"authorizationToken": token}
            with pytest.raises(Exception, match="Unauthorized"):
                authorizer.app.handler(event, context)

    assert every_stall(send, units=FEWER, tails=TAILS) == []


# ── the driver's page, texts, locks ──────────────────────────────────────────────────────────────


def test_nothing_stalls_the_drivers_page(world: World, load: Load, context: Any) -> None:
    page = load("api_page")

    def send(text: str) -> None:
        for changes in (
            {"pathParameters": {"token": text}},
            {"headers": {"Accept-Language": text}},
            {"httpMethod": "POST", "body": text},
            {"httpMethod": "POST", "body": text, "isBase64Encoded": True},
            {"httpMethod": "POST", "body": f"act=more&until={quote(text)[:1900]}"},
            {"queryStringParameters": {"do": text, "said": text}},
        ):
            assert driver_page.handler({**page, **changes}, context)["statusCode"] < 500

    assert every_stall(send, units=FEWER, tails=TAILS) == []


def _texts(load: Load) -> Callable[[object], None]:
    envelope = json.loads(load("sqs_inbound_sms")["Records"][0]["body"])
    message = json.loads(envelope["Message"])

    def send(body: object) -> None:
        for sender in (NOODLES_PHONE, DRIVER):
            said = message | {"messageBody": body, "originationNumber": sender}
            said["inboundMessageId"] = hashlib.sha256(
                str(body).encode("utf-8", "replace")
            ).hexdigest()
            event = sqs_event(
                load("sqs_inbound_sms"), {**envelope, "Message": json.dumps(said)}, tries=1
            )
            assert inbound_sms.app.handler(event, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]

    return send


def test_no_text_stalls_its_function(world: World, load: Load) -> None:
    world.at(NOON)
    assert every_stall(_texts(load), units=FEWER, tails=TAILS) == []


@pytest.mark.parametrize("raw", RAW_JSON)
def test_a_text_or_report_that_is_no_json_is_dead_lettered_once(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, raw: str
) -> None:
    for name, app in (
        ("sqs_inbound_sms", inbound_sms.app),
        ("sqs_lock_reported", lock_reported.app),
    ):
        event = sqs_event(load(name), RAW_JSON[raw])
        assert app.handler(event, context) == {"batchItemFailures": []}
    assert len(dead_letters.notes) == 2


def test_a_text_whose_id_is_half_a_pair_is_dead_lettered_once(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    envelope = json.loads(load("sqs_inbound_sms")["Records"][0]["body"])
    message = json.loads(envelope["Message"]) | {"inboundMessageId": "\ud800"}
    event = sqs_event(load("sqs_inbound_sms"), {**envelope, "Message": json.dumps(message)})
    assert inbound_sms.app.handler(event, context) == {"batchItemFailures": []}
    assert len(dead_letters.notes) == 1


def test_no_report_stalls_its_function(world: World, load: Load, context: Any) -> None:
    report = json.loads(load("sqs_lock_reported")["Records"][0]["body"])
    paths = text_fields(report)

    def send(text: str) -> None:
        for path in paths:
            body = json.loads(json.dumps(report))
            put(body, path, text)
            event = sqs_event(load("sqs_lock_reported"), body)
            assert lock_reported.app.handler(event, context) == {"batchItemFailures": []}

    assert every_stall(send, units=FEWER, tails=TAILS) == []
    send(repeated("x", 39))


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 4_000, "NaN", "1.5", '"5"', "true"])
def test_no_number_of_a_report_is_a_fault_of_ours(
    world: World, load: Load, context: Any, number: str
) -> None:
    raw = load("sqs_lock_reported")["Records"][0]["body"]
    report = json.loads(raw)
    for field in ("battery", "seen_version", "at"):
        body = json.loads(raw)
        body["reported"][field] = "@@@"
        event = sqs_event(load("sqs_lock_reported"), json.dumps(body).replace('"@@@"', number))
        assert lock_reported.app.handler(event, context) == {"batchItemFailures": []}
    report["version"] = "@@@"
    event = sqs_event(load("sqs_lock_reported"), json.dumps(report).replace('"@@@"', number))
    assert lock_reported.app.handler(event, context) == {"batchItemFailures": []}
