"""Merchants' booking systems."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import access, aws, orders, queues, stores

if TYPE_CHECKING:
    from baylock.usecases.connect.accept_webhook import AcceptWebhook
    from baylock.usecases.connect.connect_booking import ConnectBooking


@cache
def accept_webhook() -> AcceptWebhook:
    from baylock.usecases.connect.accept_webhook import AcceptWebhook

    return AcceptWebhook(stores.connections(), access.rate_limiter, aws.now)


@cache
def connect_booking() -> ConnectBooking:
    from baylock.usecases.connect.connect_booking import ConnectBooking

    return ConnectBooking(
        venues=stores.venues(),
        find_booking=orders.find_booking(),
        connections=stores.connections(),
        message_log=stores.message_log(),
        effect_queues=queues.effect_queues(),
        place_booking=orders.place_booking(),
        clock=aws.now,
    )
