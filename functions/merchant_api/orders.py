"""`/v1/orders`: the merchant's orders."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import asdict

from baylock.bootstrap import orders, sandbox, stores
from baylock.domain.access.scope import Scope
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import NoSuchOrder
from baylock.domain.orders.order import Order
from baylock.domain.orders.resource import rfc3339
from baylock.domain.orders.state import State
from baylock.domain.venue.sandbox_ref import is_sandbox
from merchant_api.order_with_link import OrderWithLink, link_base, order_with_link
from web.order_resource import OrderResource, moment, order_resource
from web.problems import INVALID, NOT_FOUND, BadFields
from web.request import Request
from web.response import Response
from web.router import Route
from web.schema import A_MOMENT, QueryMoment, as_moment, read_query
from web.versions import conditional_response, tag_of

MAX_PAGE = 100
DEFAULT_PAGE = 50

_ORDER_ID = re.compile(r"ord_[a-z2-7]{12}\Z")


class OrderPath(Struct, frozen=True):
    """The id of an order."""

    id: Annotated[
        str, Meta(description="an order's id", examples=["ord_fhximlfi7ahq"], min_length=1)
    ]


class SandboxText(Struct, frozen=True):
    """A text that was simulated: a sandbox sends none."""

    at: Annotated[str, moment("The time of the text", "2026-12-01T10:00:03Z")]
    to: Annotated[str, Meta(description="The phone number (E.164).", examples=["+14255550105"])]
    text: Annotated[str, Meta(description="The full text, with the code that opens the barrier.")]


class OrderWithTexts(OrderWithLink, frozen=True, kw_only=True):
    """A parking order with what only some keys are shown."""

    texts: Annotated[
        tuple[SandboxText, ...] | UnsetType,
        Meta(description="The simulated texts, oldest first; only with a test key."),
    ] = UNSET


class OrdersQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter of orders, and the page."""

    state: Annotated[
        str | None,
        Meta(description="states, separated by commas", examples=["reserved,held"]),
    ] = None
    starts_from: Annotated[
        QueryMoment | None,
        Meta(
            description=f"{A_MOMENT}; windows that start then or later",
            examples=["2026-12-01T00:00:00Z"],
        ),
    ] = field(default=None, name="from")
    starts_before: Annotated[
        QueryMoment | None,
        Meta(
            description=f"{A_MOMENT}; windows that start before then",
            examples=["2026-12-02T00:00:00Z"],
        ),
    ] = field(default=None, name="to")
    cursor: Annotated[str | None, Meta(description="the next_cursor of the page before")] = None
    limit: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_PAGE)],
        Meta(description=f"a number from 1 to {MAX_PAGE}", examples=[DEFAULT_PAGE]),
    ] = DEFAULT_PAGE

    @property
    def states(self) -> list[str]:
        """The states to list; BadFields where a state is unknown."""
        states = [state for state in (self.state or "").split(",") if state]
        if unknown := set(states) - set(State):
            raise BadFields((("state", f"not a state: {', '.join(sorted(unknown))}"),))
        return states


class OrderPage(Struct, frozen=True):
    """A page of orders."""

    orders: Annotated[tuple[OrderResource, ...], Meta(description="Newest window first.")]
    next_cursor: Annotated[
        str | None,
        Meta(
            description="`cursor` of the next page; null where this is the last.",
            examples=["MDE3OTYxMTk3MDAwMDAjb3JkX2ZoeGltbGZpN2FocQ"],
        ),
    ]


def list_orders(request: Request) -> Response:
    """List the merchant's orders, newest window first.

    Follow `next_cursor` until it is null, as any page may be short. Orders that are created
    meanwhile cause no order to be missed or listed twice.
    """
    query = read_query(request.query, OrdersQuery)
    try:
        page = stores.orders().of_merchant(
            request.merchant,
            starts_from=_moment("from", query.starts_from),
            starts_before=_moment("to", query.starts_before),
            states=query.states,
            limit=query.limit,
            cursor=query.cursor,
        )
    except ValueError:
        raise BadFields((("cursor", "not a cursor of this API"),)) from None
    return Response(OrderPage(tuple(order_resource(order) for order in page.orders), page.cursor))


def _moment(name: str, text: str | None) -> datetime | None:
    return as_moment(name, text) if text else None


def get_order(request: Request) -> Response:
    """Get an order.

    404 where there is no such order or it is another merchant's.
    """
    id_ = request.parameters["id"]
    is_one = _ORDER_ID.match(id_)
    order = orders.find_booking().of_id(request.merchant, OrderId(id_)) if is_one else None
    if order is None:
        raise NoSuchOrder
    if is_sandbox(order.booking.merchant.mall):
        return _with_texts(order, request)
    return conditional_response(order_with_link(order, request), order.version, request)


def _with_texts(order: Order, request: Request) -> Response:
    """Always in full: a text changes no version."""
    kept = sandbox.read_texts()(order, link_base(request) or "")
    texts = tuple(SandboxText(rfc3339(text.at), text.phone, text.text) for text in kept)
    body = OrderWithTexts(**asdict(order_with_link(order, request)), texts=texts)
    return Response(body, headers={"ETag": tag_of(order.version, request)})


ROUTES = (
    Route(
        method="GET",
        path="/v1/orders",
        scope=Scope.ORDERS_READ,
        handler=list_orders,
        query=OrdersQuery,
        responses={HTTPStatus.OK: OrderPage},
        problems=(INVALID,),
    ),
    Route(
        method="GET",
        path="/v1/orders/{id}",
        scope=Scope.ORDERS_READ,
        handler=get_order,
        parameters=OrderPath,
        responses={HTTPStatus.OK: OrderWithTexts, HTTPStatus.NOT_MODIFIED: None},
        problems=(NOT_FOUND,),
    ),
)
