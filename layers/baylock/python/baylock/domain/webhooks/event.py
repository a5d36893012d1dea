"""The events that merchants receive, and their ids."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from baylock.domain.booking.booking import OrderId

EventId = NewType("EventId", str)


class Event(StrEnum):
    """A type of event; see docs/webhooks.md."""

    RESERVED = "order.reserved"
    HELD = "order.held"
    MOVED = "order.moved"
    ARRIVED = "order.arrived"
    COMPLETED = "order.completed"
    CANCELLED = "order.cancelled"
    NO_SHOW = "order.no_show"
    FAILED = "order.failed"
    UNREACHABLE = "driver.unreachable"
    TEST = "webhook.test"


def event_id(order: OrderId, version: int, event: Event) -> EventId:
    """The `webhook-id` of an event: the same however often the change is read or sent.

    It has no dots, because dots separate the parts of the signed content.
    """
    return EventId(f"evt_{order.removeprefix('ord_')}_{version}_{event.value.replace('.', '-')}")
