"""How orders are written for merchants: the same in the API's answers and in webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from baylock.domain.errors import Unreachable
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason, State


def wire(moment: datetime) -> str:
    """A moment as it is written: RFC 3339, UTC, whole seconds."""
    # Not strftime, which writes years before 1000 in fewer than four digits.
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def moment(description: str, example: str) -> Meta:
    """What is said of a moment in an answer."""
    return Meta(
        description=f"{description}. UTC.",
        examples=[example],
        extra_json_schema={"format": "date-time"},
    )


class WindowOut(Struct, frozen=True):
    """When the space is kept: from `start` until before `end`, on quarters of an hour."""

    start: Annotated[str, moment("From when the space is kept", "2026-12-01T10:15:00Z")]
    end: Annotated[str, moment("Until when the space is kept", "2026-12-01T12:15:00Z")]


class OrderOut(Struct, frozen=True, kw_only=True):
    """A parking order: which space is kept, and how far things have come."""

    id: Annotated[
        str,
        Meta(
            description="Follows from the merchant and the reference, so it never changes.",
            examples=["ord_fhximlfi7ahq"],
            pattern=r"\Aord_[a-z2-7]{12}\Z",
        ),
    ]
    version: Annotated[int, Meta(description="Counts every change.", examples=[1], ge=1)]
    reference: Annotated[
        str, Meta(description="The booking's own reference.", examples=["TBL-20461"])
    ]
    state: Annotated[State, Meta(description="How far things have come.", examples=["reserved"])]
    lot: Annotated[str, Meta(description="The lot's ref.", examples=["P1"])]
    level: Annotated[str, Meta(description="The level of the lot.", examples=["B2"])]
    space: Annotated[
        str, Meta(description="The space's ref, as painted on it.", examples=["B2-017"])
    ]
    window: Annotated[WindowOut, Meta(description="When the space is kept.")]
    walk_m: Annotated[
        float, Meta(description="The walk to the merchant, in metres.", examples=[42.5], ge=0)
    ]
    reason: Annotated[
        Reason | None,
        Meta(description="Reason the order was moved or has ended, where that is known."),
    ]
    unreachable: Annotated[
        Unreachable | None,
        Meta(description="Reason texts do not reach the driver, where they don't."),
    ]


def order_out(order: Order) -> OrderOut:
    """An order as merchants read it: nothing in it names the driver."""
    claim = order.claim
    return OrderOut(
        id=order.id,
        version=order.version,
        reference=order.booking.reference,
        state=order.state,
        lot=claim.space.lot,
        level=claim.level,
        space=claim.space.space,
        window=WindowOut(wire(claim.window.start), wire(claim.window.end)),
        walk_m=claim.walk_m,
        reason=order.reason,
        unreachable=order.notes.unreachable,
    )
