"""What a text may spend, by its kind and by how its booking came."""

from __future__ import annotations

from baylock.domain.booking.booking import Channel
from baylock.domain.orders.order import Order
from baylock.domain.texting.allowance import Purpose
from baylock.texts.writing.kinds import TextKind

_PROMISES = frozenset(
    {
        TextKind.DRIVER_RESERVED,
        TextKind.DRIVER_CHANGED,
        TextKind.DRIVER_MOVED,
        TextKind.DRIVER_CANCELLED,
        TextKind.DRIVER_CANCELLING,
        TextKind.DRIVER_DROPPING,
        TextKind.DRIVER_FAILED,
        TextKind.DRIVER_REPLACED,
        TextKind.MERCHANT_CANCELLING,
        TextKind.MERCHANT_DROPPED,
        TextKind.MERCHANT_KEPT,
        TextKind.MERCHANT_FAILED,
        TextKind.MERCHANT_UNREACHABLE,
        TextKind.MERCHANT_NOT_REACHED,
        TextKind.MERCHANT_HELD_BACK,
        TextKind.MALL_VEHICLE,
        TextKind.MALL_TAKEN,
        TextKind.MALL_BLOCKED,
        TextKind.MALL_OVERSTAY,
    }
)
"""What a promised space depends on: where it is, that it is gone, and that somebody must act.

Those of a cancellation without proof too: who does not hear of it can't undo it.
"""


def purpose_of(kind: TextKind, order: Order | None) -> Purpose:
    """The purpose of a text; `order` is the one that a driver is told of unasked."""
    if order and order.booking.channel is Channel.FORM and not _reacted(order):
        return Purpose.FORM
    return Purpose.PROMISE if kind in _PROMISES else Purpose.OTHER


def _reacted(order: Order) -> bool:
    """Whether the driver has texted or used the page for this order: so they wanted it.

    What an earlier driver of the booking did says nothing of the present one.
    """
    notes = order.notes
    came = order.access.admitted_at is not None and not notes.previous_drivers
    return came or notes.last_request is not None
