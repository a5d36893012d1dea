"""The cost of delivering events: reads of at most 4 KB and writes of at most 1 KB, a unit each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from bench.meter import Meter
from moto import mock_aws
from tests.fakes.mall import NOODLES, NOON, Watch
from tests.fakes.tables import create_tables
from tests.fakes.texts import FakeEffectQueues
from tests.fakes.webhooks import FakeWebhookClient

from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks
from baylock.domain.access.key_ring import ring_of
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.resource import EXAMPLE
from baylock.domain.webhooks.event import Event, EventId, event_id
from baylock.domain.webhooks.webhook import MAX_CONCURRENCY, Salt, new_delivery, new_endpoint
from baylock.usecases.webhooks.announce_events import event_body
from baylock.usecases.webhooks.count_try import CountTry
from baylock.usecases.webhooks.deliver_webhook import DeliverWebhook
from baylock.usecases.webhooks.prove_endpoint import ProveEndpoint

ORDER = OrderId("ord_fhximlfi7ahq")


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_tables(client)
        yield client


def test_event_costs_three_writes_and_a_read_more_where_earlier_ones_may_wait(
    dynamodb: Any,
) -> None:
    """Each of the first few writes the endpoint too, as its concurrency grows."""
    webhooks = DynamoDBWebhooks(dynamodb, "webhooks")
    watch = Watch(NOON)
    client = FakeWebhookClient()
    deliver = DeliverWebhook(
        webhooks,
        client,
        ProveEndpoint(client, lambda: Salt("forged"), lambda: EventId("evt_1_webhook-proof")),
        CountTry(webhooks, watch),
        FakeEffectQueues(),
        lambda: ring_of(b"key"),
        watch,
    )
    new = new_endpoint(NOODLES, "https://x.example/", Salt("s"), NOON).proven()
    webhooks.save_endpoint(None, replace(new, concurrency=MAX_CONCURRENCY - 1))
    meter = Meter(dynamodb, boto3.client("dynamodb", region_name="us-east-1"))
    costs = []
    for version, event in enumerate((Event.RESERVED, Event.HELD, Event.ARRIVED), 1):
        id_ = event_id(ORDER, version, event)
        body = event_body(event, "2026-12-01T10:00:02Z", EXAMPLE)
        webhooks.add_delivery(new_delivery(NOODLES, id_, event, body, NOON))
        with meter.request() as seen:
            assert deliver(NOODLES, id_) == "taken"
        costs.append((seen.total("read_units"), seen.total("write_units")))
        watch.forward(minutes=1)
    assert costs == [(2, 4), (3, 3), (3, 3)]
