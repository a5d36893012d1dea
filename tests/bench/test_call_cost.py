"""DynamoDB calls of a merchant's request: those of the reservation, and now and then a count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from bench.cold_start import EVENTS
from bench.first_event import Context
from bench.lots import mall_of
from moto import mock_aws
from tests.fakes.tables import create_tables

from baylock import bootstrap
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.adapters.secrets import written_ring
from baylock.bootstrap import aws
from baylock.domain.access.key_ring import ring_of
from baylock.domain.venue.mall import Merchant
from baylock.settings import settings
from local_cloud.home import PROJECT
from merchant_api.app import handler

RESERVES = ["BatchGetItem", "PutItem", "Query", "UpdateItem"]
"""One read of the order and the mall's version, one of the lot, then the claim and the order."""
COUNTS = "UpdateItem"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    tables = ("orders", "occupancy", "venue", "budgets", "texts", "webhooks", "connections")
    for table in tables:
        monkeypatch.setenv(f"{table.upper()}_TABLE", table)
    _forget()
    with mock_aws():
        made = boto3.client("secretsmanager").create_secret(
            Name="order-ids", SecretString=written_ring(ring_of(b"of a stack that is not new"))
        )
        monkeypatch.setenv("ORDER_ID_SECRET", made["ARN"])
        settings.cache_clear()
        yield Api()
    _forget()


def _forget() -> None:
    """Forget what bootstrap has built: it must not outlive its tables."""
    settings.cache_clear()
    for room in iter_modules(bootstrap.__path__, f"{bootstrap.__name__}."):
        for built in vars(import_module(room.name)).values():
            if hasattr(built, "cache_clear"):
                built.cache_clear()


class Api:
    """One process of `merchant_api`, and its DynamoDB calls."""

    def __init__(self) -> None:
        client = aws.dynamodb()
        create_tables(client)
        venues = DynamoDBVenues(
            boto3.client("dynamodb"), settings().venue_table, lambda: datetime.now(UTC)
        )
        self.mall, merchants = mall_of(50, ref="harbour")
        self.day = datetime.now(UTC).date() + timedelta(days=2)
        self.merchant: Merchant = merchants[0]
        venues.save(self.mall, merchants)
        self._asked: list[str] = []
        client.meta.events.register("before-call.dynamodb.*", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self._asked.append(model.name)

    def put(self, reference: str) -> list[str]:
        """Put a new booking; return the operations of the request in alphabetical order."""
        self._asked.clear()
        event = json.loads((PROJECT / f"tests/events/{EVENTS['merchant_api']}.json").read_text())
        key = event["requestContext"]["authorizer"]
        key.update(mall=self.mall.ref, merchant=self.merchant.ref)
        event["pathParameters"]["reference"] = reference
        body = json.loads(event["body"])
        # At noon: a window that crosses the end of a day costs more.
        at = datetime.combine(self.day, time(12), ZoneInfo(self.mall.timezone))
        body["service_time"] = at.isoformat()
        body["parking"]["needs"] = []
        context: Any = Context()
        answer = handler(event | {"body": json.dumps(body)}, context)
        assert answer["statusCode"] == 201
        return sorted(self._asked)


def test_request_costs_its_reservation_and_now_and_then_a_count(api: Api) -> None:
    api.put("fetches-the-mall")
    asked = [api.put(f"T-{number}") for number in range(16)]
    counting = [operations for operations in asked if operations != RESERVES]
    assert all(operations == sorted([*RESERVES, COUNTS]) for operations in counting)
    assert 1 <= len(counting) <= 4
