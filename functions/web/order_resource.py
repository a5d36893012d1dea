"""The schema of an order as merchants read it, in responses and in webhooks."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from baylock.domain.errors import Unreachable
from baylock.domain.orders.order import Order
from baylock.domain.orders.resource import order_fields
from baylock.domain.orders.state import Reason, State


def moment(description: str, example: str) -> Meta:
    """The description of a time in a response."""
    return Meta(
        description=f"{description}. UTC.",
        examples=[example],
        extra_json_schema={"format": "date-time"},
    )


class WindowResource(Struct, frozen=True):
    """The time for which the space is kept: from `start` until before `end`, in quarter hours."""

    start: Annotated[str, moment("The start", "2026-12-01T10:15:00Z")]
    end: Annotated[str, moment("The end", "2026-12-01T12:15:00Z")]


class OrderResource(Struct, frozen=True, kw_only=True):
    """A parking order: the space that is kept, and the state of the order."""

    id: Annotated[
        str,
        Meta(
            description="Derived from the merchant and the reference, so it never changes.",
            examples=["ord_fhximlfi7ahq"],
            pattern=r"\Aord_[a-z2-7]{12}\Z",
        ),
    ]
    version: Annotated[int, Meta(description="Increases with every change.", examples=[1], ge=1)]
    reference: Annotated[str, Meta(description="The booking's reference.", examples=["TBL-20461"])]
    state: Annotated[State, Meta(description="The state.", examples=["reserved"])]
    lot: Annotated[str, Meta(description="The lot's ref.", examples=["P1"])]
    level: Annotated[str, Meta(description="The level of the lot.", examples=["B2"])]
    space: Annotated[
        str, Meta(description="The space's ref, as painted on it.", examples=["B2-017"])
    ]
    window: Annotated[WindowResource, Meta(description="The time for which the space is kept.")]
    walk_m: Annotated[
        float, Meta(description="The walk to the merchant, in metres.", examples=[42.5], ge=0)
    ]
    reason: Annotated[
        Reason | None,
        Meta(description="Why the order was moved or has ended, if known."),
    ]
    unreachable: Annotated[
        Unreachable | None,
        Meta(description="Why texts do not reach the driver; null where they do."),
    ]
    cancels_at: Annotated[
        str | UnsetType,
        Meta(
            description="When a cancellation by text takes effect, unless it is undone: until then "
            "the space is kept. Absent where there is none. UTC.",
            examples=["2026-12-01T09:40:00Z"],
            extra_json_schema={"format": "date-time"},
        ),
    ] = UNSET


def order_resource(order: Order) -> OrderResource:
    """An order as merchants read it."""
    return convert(order_fields(order), OrderResource)
