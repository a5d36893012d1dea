"""An order with the link to its driver's page, for keys that may read links."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict

from baylock.bootstrap import driver
from baylock.domain.access.scope import Scope
from baylock.domain.orders.order import Order
from baylock.settings import settings
from web.order_resource import OrderResource, order_resource
from web.request import Request


class OrderWithLink(OrderResource, frozen=True, kw_only=True):
    """A parking order; for keys that may read links, with the driver's."""

    link: Annotated[
        str | UnsetType | None,
        Meta(
            description="The driver's page, for your confirmation by mail. Whoever has it can open "
            "the barrier, so give it to the customer only. Null once the order has ended; only "
            "with the scope `links:read`.",
            examples=["https://park.example/d/hTqkWbzNcEoYvLsRmXaUgPd"],
        ),
    ] = UNSET


def order_with_link(order: Order, request: Request) -> OrderWithLink:
    """An order as merchants read it; Busy where its link can't be stored."""
    return OrderWithLink(**asdict(order_resource(order)), link=_link(order, request))


def _link(order: Order, request: Request) -> str | UnsetType | None:
    if Scope.LINKS_READ not in request.scopes:
        return UNSET
    base = link_base(request)
    return driver.issue_link(base)(order) if base and order.is_live else None


def link_base(request: Request) -> str | None:
    """What links begin with: as it is set, or the address of this request."""
    return settings().link_base.rstrip("/") or request.api
