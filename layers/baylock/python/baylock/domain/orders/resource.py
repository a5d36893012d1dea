"""An order as merchants read it: the same in the API's responses and in webhooks.

Nothing in it identifies the driver.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from baylock.domain.orders.order import Order

EXAMPLE: dict[str, Any] = {
    "id": "ord_exampleorder",
    "version": 3,
    "reference": "TBL-20461",
    "state": "held",
    "lot": "P1",
    "level": "B2",
    "space": "B2-017",
    "window": {"start": "2026-12-01T10:15:00Z", "end": "2026-12-01T12:15:00Z"},
    "walk_m": 42.5,
    "reason": None,
    "unreachable": None,
}
"""The fields of an order that does not exist, for a test event."""


def order_fields(order: Order) -> dict[str, Any]:
    """The fields of an order's JSON object. Times are RFC 3339 in UTC, `walk_m` is in metres.

    `cancels_at` is there only while a cancellation can still be undone.
    """
    claim, unreachable = order.claim, order.notes.unreachable
    cancelling = order.cancelling
    return {
        "id": order.id,
        "version": order.version,
        "reference": order.booking.reference,
        "state": order.state.value,
        "lot": claim.space.lot,
        "level": claim.level,
        "space": claim.space.space,
        "window": {"start": rfc3339(claim.window.start), "end": rfc3339(claim.window.end)},
        "walk_m": claim.walk_m,
        "reason": order.reason and order.reason.value,
        "unreachable": unreachable and unreachable.value,
        **({"cancels_at": rfc3339(cancelling.at)} if cancelling else {}),
    }


def rfc3339(at: datetime) -> str:
    """A time in UTC as RFC 3339, in whole seconds."""
    # Not strftime, which writes years before 1000 in fewer than four digits.
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
