"""`/v1/orders`: the merchant's orders, and one of them."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import asdict

from baylock.bootstrap import stores
from baylock.domain.access.scope import Scope
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import NoSuchOrder
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.sandbox.sandbox import is_sandbox
from merchant_api.call import Answer, Call
from merchant_api.problems import INVALID, NOT_FOUND, BadFields, etag
from merchant_api.routes import Route
from merchant_api.schema import A_MOMENT, QueryMoment, as_moment, read_query
from merchant_api.versions import answer_with
from wire import OrderOut, moment, order_out, wire

MAX_PAGE = 100
USUAL_PAGE = 50

_ORDER_ID = re.compile(r"ord_[a-z2-7]{12}\Z")


class OrderPath(Struct, frozen=True):
    """Which order."""

    id: Annotated[
        str, Meta(description="an order's id", examples=["ord_fhximlfi7ahq"], min_length=1)
    ]


class TextOut(Struct, frozen=True):
    """A text that would have been sent, had this been no sandbox."""

    at: Annotated[str, moment("When it was to be said", "2026-12-01T10:00:03Z")]
    to: Annotated[str, Meta(description="The phone (E.164).", examples=["+14255550105"])]
    text: Annotated[str, Meta(description="All of it, with the code that opens the barrier.")]


class OneOrderOut(OrderOut, frozen=True, kw_only=True):
    """A parking order; in the sandbox, with the texts about it."""

    texts: Annotated[
        tuple[TextOut, ...] | UnsetType,
        Meta(description="What would have been texted, oldest first; only with a test key."),
    ] = UNSET


class OrdersQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which orders to list."""

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
        Meta(description=f"a number from 1 to {MAX_PAGE}", examples=[USUAL_PAGE]),
    ] = USUAL_PAGE

    @property
    def states(self) -> list[str]:
        """The states asked for; BadFields where one is none."""
        states = [state for state in (self.state or "").split(",") if state]
        if unknown := set(states) - set(State):
            raise BadFields((("state", f"not a state: {', '.join(sorted(unknown))}"),))
        return states


class OrdersOut(Struct, frozen=True):
    """A page of orders."""

    orders: Annotated[tuple[OrderOut, ...], Meta(description="Newest window first.")]
    next_cursor: Annotated[
        str | None,
        Meta(
            description="`cursor` of the next page; null where this is the last.",
            examples=["MDE3OTYxMTk3MDAwMDAjb3JkX2ZoeGltbGZpN2FocQ"],
        ),
    ]


def list_orders(call: Call) -> Answer:
    """The merchant's orders, newest window first.

    Follow `next_cursor` until it is null: a page may be short before that. An order made while you
    do so never makes you miss another, nor see one twice.
    """
    query = read_query(call.query, OrdersQuery)
    try:
        page = stores.orders().of_merchant(
            call.merchant,
            starts_from=_moment("from", query.starts_from),
            starts_before=_moment("to", query.starts_before),
            states=query.states,
            limit=query.limit,
            cursor=query.cursor,
        )
    except ValueError:
        raise BadFields((("cursor", "not one that was given out here"),)) from None
    return Answer(OrdersOut(tuple(order_out(order) for order in page.orders), page.cursor))


def _moment(name: str, written: str | None) -> datetime | None:
    return as_moment(name, written) if written else None


def get_order(call: Call) -> Answer:
    """One order.

    Another merchant's is as good as none.
    """
    given = call.parameters["id"]
    known = stores.orders().find(OrderId(given)) if _ORDER_ID.match(given) else None
    if not isinstance(known, Order) or known.booking.merchant != call.merchant:
        raise NoSuchOrder
    if is_sandbox(known.booking.merchant.mall):
        return _with_texts(known)
    return answer_with(order_out(known), known.version, call)


def _with_texts(order: Order) -> Answer:
    """Whatever version the client has: a text may have come since."""
    kept = stores.message_log().kept(order.id)
    texts = tuple(TextOut(wire(one.at), one.phone, one.text) for one in kept)
    body = OneOrderOut(**asdict(order_out(order)), texts=texts)
    return Answer(body, headers={"ETag": etag(order.version)})


ROUTES = (
    Route(
        method="GET",
        path="/v1/orders",
        scope=Scope.ORDERS_READ,
        answer=list_orders,
        query=OrdersQuery,
        answers={HTTPStatus.OK: OrdersOut},
        problems=(INVALID,),
    ),
    Route(
        method="GET",
        path="/v1/orders/{id}",
        scope=Scope.ORDERS_READ,
        answer=get_order,
        parameters=OrderPath,
        answers={HTTPStatus.OK: OneOrderOut, HTTPStatus.NOT_MODIFIED: None},
        problems=(NOT_FOUND,),
    ),
)
