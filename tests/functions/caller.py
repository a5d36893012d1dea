"""A merchant's client, and the booking that it makes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.fakes.world import World
from tests.functions.conftest import Event, Load

import merchant_api.app

BOOKING: dict[str, Any] = {
    "service_time": "2026-12-01T18:30:00+08:00",
    "duration_minutes": 90,
    "customer": {"phone": "+8613800138000", "name": "Ms Li", "locale": "zh-CN"},
    "parking": {"needed": True, "plate": "粤B12345", "needs": ["ev"]},
}
REFERENCE = "TBL-20461"
DAY_BEFORE = datetime(2026, 11, 30, 20, tzinfo=UTC)


class Caller:
    """A merchant's client; it checks what all responses have in common."""

    def __init__(self, world: World, load: Load, context: Any) -> None:
        self.world, self.load, self.context = world, load, context
        self.headers: dict[str, str] = {}

    def raw(self, event: Event) -> dict[str, Any]:
        """The response as the gateway receives it."""
        return merchant_api.app.handler(event, self.context)

    def __call__(self, event: Event) -> tuple[int, Any]:
        answer = self.raw(event)
        status, body = answer["statusCode"], json.loads(answer["body"] or "null")
        self.headers = {name: one for name, (one,) in answer["multiValueHeaders"].items()}
        json.dumps(answer).encode()
        answer["body"].encode()
        kind = self.headers["Content-Type"]
        by_key = event["requestContext"].get("authorizer")
        assert bool(by_key) == ({"RateLimit", "RateLimit-Policy"} <= self.headers.keys())
        assert self.headers["Request-Id"] == event["requestContext"]["requestId"]
        if status >= 400:
            assert kind == "application/problem+json"
            assert body["status"] == status
            assert body["request_id"] == event["requestContext"]["requestId"]
            assert body["type"].startswith("/v1/problems/")
            assert body["title"]
        else:
            assert kind == "application/json"
        return status, body

    def put(
        self, body: object, reference: str = REFERENCE, headers: Event | None = None
    ) -> tuple[int, Any]:
        event = self.on("PUT", "/v1/bookings/{reference}", reference)
        event["headers"] |= headers or {}
        event["body"] = body if isinstance(body, str | None) else json.dumps(body)
        return self(event)

    def on(self, method: str, resource: str, name: str, query: Event | None = None) -> Event:
        event = self.load("api_put_booking" if method == "PUT" else "api_get_orders")
        before, brace, rest = resource.partition("{")
        event["httpMethod"] = event["requestContext"]["httpMethod"] = method
        event["resource"] = event["requestContext"]["resourcePath"] = resource
        event["path"] = f"{before}{name}" if brace else resource
        event["pathParameters"] = {rest.rstrip("}"): name} if brace else None
        event["queryStringParameters"] = query
        event["multiValueQueryStringParameters"] = query and {k: [v] for k, v in query.items()}
        return event

    def get(self, name: str = REFERENCE, headers: Event | None = None) -> tuple[int, Any]:
        event = self.on("GET", "/v1/bookings/{reference}", name)
        event["headers"] |= headers or {}
        return self(event)

    def delete(self, name: str = REFERENCE, headers: Event | None = None) -> tuple[int, Any]:
        event = self.on("DELETE", "/v1/bookings/{reference}", name)
        event["headers"] |= headers or {}
        return self(event)

    def order(self, name: str) -> tuple[int, Any]:
        return self(self.on("GET", "/v1/orders/{id}", name))

    def orders(self, **query: str) -> tuple[int, Any]:
        return self(self.on("GET", "/v1/orders", "", query or None))
