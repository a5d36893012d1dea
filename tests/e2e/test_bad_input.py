"""Fault 30 through the deployed stack: bad requests get a problem that names the error."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from tests.e2e.conftest import World, tomorrow

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Sent:
    """A raw request; the path is sent as it is."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def body(**changes: Any) -> bytes:
    booking = {
        "service_time": tomorrow(hour=9).isoformat(),
        "customer": {"phone": "+14255550123"},
        "parking": {"needed": True},
    }
    return json.dumps(booking | changes).encode()


def put(raw: bytes | None, path: str = "/v1/bookings/F30", **headers: str) -> Sent:
    return Sent(
        "PUT", path, raw, {name.replace("_", "-"): value for name, value in headers.items()}
    )


BAD = {
    "no body": put(None),
    "not UTF-8": put(
        body(customer={"phone": "+14255550123", "name": "x"}).replace(b'"x"', b'"\xff"')
    ),
    "lone surrogate": put(body()[:-1] + b', "customer": {"name": "\\ud83d"}}'),
    "UTF-16": put(body().decode().encode("utf-16")),
    "NUL bytes": put(b"\x00" * 64),
    "NaN": put(body()[:-1] + b', "duration_minutes": NaN}'),
    "infinity": put(body()[:-1] + b', "duration_minutes": 1e999}'),
    "a huge number": put(body()[:-1] + b', "duration_minutes": ' + b"9" * 6_000 + b"}"),
    "deep": put(b"[" * 8_000),
    "deep objects": put(b'{"a":' * 2_000 + b"1" + b"}" * 2_000),
    "large": put(body(x="x" * 200_000)),
    "repeated field": put(body()[:-1] + b', "parking": {"needed": false}}'),
    "unknown field": put(body(colour="red")),
    "XML": put(b"<booking/>", Content_Type="application/xml"),
    "a form": put(b"service_time=now", Content_Type="application/x-www-form-urlencoded"),
    "false Content-Encoding": put(b"\x1f\x8b\x08\x00garbage", Content_Encoding="gzip"),
    "NUL in a reference": put(body(), "/v1/bookings/a%00b"),
    "line break in a reference": put(body(), "/v1/bookings/a%0D%0Ab"),
    "not UTF-8 in a reference": put(body(), "/v1/bookings/%FF%FE"),
    "percent sign in a reference": put(body(), "/v1/bookings/100%25"),
    "long reference": put(body(), "/v1/bookings/" + "x" * 2_000),
    "no reference": put(body(), "/v1/bookings/"),
    "malformed If-Match": put(body(), If_Match="version 1"),
    "long If-Match": put(body(), If_Match='"' + "1" * 4_000),
    "unknown booking": Sent("GET", "/v1/bookings/%F0%9F%9A%97%00"),
    "unknown order": Sent("GET", "/v1/orders/%00"),
    "unknown path": Sent("GET", "/v2/bookings/F30"),
    "unknown method": Sent("PATCH", "/v1/bookings/F30", body()),
    "malformed limit": Sent("GET", "/v1/orders?limit=%00"),
    "repeated limit": Sent("GET", "/v1/orders?limit=1&limit=2"),
    "malformed cursor": Sent("GET", "/v1/orders?cursor=%FF%FE"),
    "time out of range": Sent("GET", "/v1/orders?from=9999-12-31T23:59:59-23:59"),
    "no query": Sent("GET", "/v1/availability"),
    "unknown parameter": Sent("GET", "/v1/availability?service_time=2026-12-01T18%3A30Z&x=1"),
    "many needs": Sent("GET", "/v1/availability?service_time=x&needs=" + "ev," * 500),
    "long connection id": Sent("POST", "/v1/connect/calcom?c=" + "x" * 5_000, b"{}"),
    "unknown problem": Sent("GET", "/v1/problems/%3Cscript%3E"),
}


@pytest.mark.parametrize("case", BAD)
def test_fault_30_bad_request_gets_a_client_error_as_a_problem(world: World, case: str) -> None:
    sent = BAD[case]
    api = urlsplit(world.seeded.stack.api)
    headers = {"Authorization": f"Bearer {world.merchant().key}", **sent.headers}
    connection = HTTPConnection(str(api.hostname), api.port, timeout=30)
    connection.putrequest(sent.method, api.path + sent.path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if sent.body is not None:
        connection.putheader("Content-Length", str(len(sent.body)))
    connection.endheaders(sent.body)
    answer = connection.getresponse()
    content = answer.read()
    assert 400 <= answer.status < 500, content
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(content)
    assert problem["status"] == answer.status
    assert problem["request_id"]
    assert answer.headers["Request-Id"]


@pytest.mark.parametrize("reference", ["F30/", "/F30", "F//30", "F/30", "F30"])
def test_slashes_of_a_reference_are_kept(world: World, reference: str) -> None:
    api, merchant = urlsplit(world.seeded.stack.api), world.merchant()
    path = "/v1/bookings/" + quote(reference, safe="")
    off = {"service_time": tomorrow(hour=9).isoformat(), "parking": {"needed": False}}
    connection = HTTPConnection(str(api.hostname), api.port, timeout=30)
    key = {"Authorization": f"Bearer {merchant.key}"}
    connection.request("PUT", api.path + path, json.dumps(off), key)
    assert json.load(connection.getresponse())["reference"] == reference
