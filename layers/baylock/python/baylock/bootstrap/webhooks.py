"""Merchants' endpoints and the deliveries to them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, queues, rings, stores
from baylock.settings import settings

if TYPE_CHECKING:
    from baylock.domain.webhooks.event import EventId
    from baylock.domain.webhooks.webhook import Salt
    from baylock.usecases.webhooks.announce_events import AnnounceEvents
    from baylock.usecases.webhooks.count_try import CountTry
    from baylock.usecases.webhooks.deliver_webhook import DeliverWebhook
    from baylock.usecases.webhooks.requeue_deliveries import RequeueDeliveries
    from baylock.usecases.webhooks.set_webhook import SetWebhook
    from baylock.usecases.webhooks.try_webhook import TryWebhook


@cache
def announce_events() -> AnnounceEvents:
    from baylock.usecases.webhooks.announce_events import AnnounceEvents

    return AnnounceEvents(stores.webhooks(), queues.effect_queues(), aws.now)


@cache
def deliver_webhook() -> DeliverWebhook:
    from baylock.adapters.http import HttpWebhookClient
    from baylock.usecases.webhooks.deliver_webhook import DeliverWebhook
    from baylock.usecases.webhooks.prove_endpoint import ProveEndpoint

    webhook_client = HttpWebhookClient(loopback=_loopback())
    prove_endpoint = ProveEndpoint(
        webhook_client, _new_salt, lambda: _new_event_id("webhook-proof")
    )
    return DeliverWebhook(
        stores.webhooks(),
        webhook_client,
        prove_endpoint,
        count_try(),
        queues.effect_queues(),
        rings.webhook_ring,
        aws.now,
    )


@cache
def count_try() -> CountTry:
    from baylock.usecases.webhooks.count_try import CountTry

    return CountTry(stores.webhooks(), aws.now)


@cache
def requeue_deliveries() -> RequeueDeliveries:
    from baylock.usecases.webhooks.requeue_deliveries import RequeueDeliveries

    return RequeueDeliveries(stores.webhooks(), queues.effect_queues(), aws.now)


@cache
def set_webhook() -> SetWebhook:
    from baylock.usecases.webhooks.set_webhook import SetWebhook

    return SetWebhook(
        stores.webhooks(),
        _new_salt,
        aws.now,
        loopback=_loopback(),
        tell=queues.effect_queues().put_access_change,
    )


@cache
def try_webhook() -> TryWebhook:
    from baylock.usecases.webhooks.try_webhook import TryWebhook

    return TryWebhook(
        stores.webhooks(),
        queues.effect_queues(),
        count_try(),
        lambda: _new_event_id("webhook-test"),
        aws.now,
    )


def _new_event_id(what: str) -> EventId:
    from secrets import token_hex

    from baylock.domain.webhooks.event import EventId

    return EventId(f"evt_{token_hex(6)}_{what}")


def _new_salt() -> Salt:
    from secrets import token_urlsafe

    from baylock.domain.webhooks.webhook import Salt

    return Salt(token_urlsafe(16))


def _loopback() -> bool:
    return settings().webhook_loopback == "allowed"
