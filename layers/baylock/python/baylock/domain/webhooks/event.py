"""The events that merchants receive, and their ids."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, NewType

from baylock.domain.booking.booking import OrderId

EventId = NewType("EventId", str)


class Turn(NamedTuple):
    """The place of an event among those of its order: `version` is the order's, 0 for a test.

    `order` is the order's id without its prefix; a test event is alone under an id of its own.
    """

    order: str
    version: int

    def comes_before(self, other: Turn) -> bool:
        """Whether both are of one order, and this is the earlier."""
        return self.order == other.order and self.version < other.version


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


def turn_of(event: EventId) -> Turn:
    """The place of an event among those of its order, as its id has it."""
    order, _, rest = event.removeprefix("evt_").partition("_")
    version, _, _ = rest.partition("_")
    return Turn(order, int(version) if version.isdecimal() else 0)
