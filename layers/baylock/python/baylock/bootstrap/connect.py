"""Merchants' booking systems."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, orders, queues, stores

if TYPE_CHECKING:
    from baylock.usecases.connect.connect_booking import ConnectBooking


@cache
def connect_booking() -> ConnectBooking:
    """See the class."""
    from baylock.usecases.connect.connect_booking import ConnectBooking

    return ConnectBooking(
        venues=stores.venues(),
        orders=stores.orders(),
        connections=stores.connections(),
        message_log=stores.message_log(),
        effect_queues=queues.effect_queues(),
        place_booking=orders.place_booking(),
        clock=aws.now,
    )
