"""Merchants' calls: API Gateway → bookings and orders."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock import bootstrap
from baylock.domain.booking import MerchantId, order_id
from baylock.domain.errors import NoSuchBooking, NoSuchOrder
from baylock.domain.order import Order, State
from baylock.domain.venue import MallRef, MerchantRef
from baylock.log import log_invocation, logger
from merchant_api.problems import BROKEN, NOT_FOUND, BadFields, Problem, problem_of
from merchant_api.schema import (
    booking_body,
    merchant_body,
    order_body,
    read_booking,
    read_limit,
    read_moment,
    read_order_id,
)

app = APIGatewayRestResolver()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one call; whatever goes wrong is answered with a problem and its request id."""
    answer = app.resolve(_with_plain_path(event), context)
    log_invocation(
        "answered",
        method=event["httpMethod"],
        route=event["resource"],
        status=answer["statusCode"],
        request_id=_request_id(),
        merchant=f"{_merchant().mall}/{_merchant().merchant}",
    )
    return answer


def _with_plain_path(event: dict[str, Any]) -> dict[str, Any]:
    """The event with a path in which each parameter is percent-encoded once.

    Whether `path` and `pathParameters` come encoded is not the same everywhere, and the router
    takes few signs in a path. So nothing is lost, a percent sign can't be part of a parameter.
    """
    path: str = event["resource"]
    for name, value in (event.get("pathParameters") or {}).items():
        plain = quote(unquote(value), safe="")
        path = path.replace(f"{{{name}+}}", plain).replace(f"{{{name}}}", plain)
    return {**event, "path": path}


@app.put("/v1/bookings/<reference>")
def put_booking(reference: str) -> Response[str]:
    """This is my booking now."""
    booking = read_booking(app.current_event.body).to_domain(
        _merchant(), unquote(reference), said_at=bootstrap.now()
    )
    placed = bootstrap.place_booking()(booking)
    status = HTTPStatus.CREATED if placed.created else HTTPStatus.OK
    return _json(status, booking_body(placed.record))


@app.get("/v1/bookings/<reference>")
def get_booking(reference: str) -> Response[str]:
    """What is known of a booking."""
    known = bootstrap.orders().find(order_id(_merchant(), unquote(reference)))
    if known is None or known.booking.reference != unquote(reference):
        raise NoSuchBooking
    return _json(HTTPStatus.OK, booking_body(known))


@app.delete("/v1/bookings/<reference>")
def delete_booking(reference: str) -> Response[str]:
    """The booking is off."""
    cancelled = bootstrap.cancel_booking()(_merchant(), unquote(reference))
    return _json(HTTPStatus.OK, booking_body(cancelled))


@app.get("/v1/orders")
def list_orders() -> Response[str]:
    """The merchant's orders, newest window first."""
    query = app.current_event.query_string_parameters or {}
    states = [state for state in query.get("state", "").split(",") if state]
    if unknown := set(states) - set(State):
        raise BadFields((("state", f"not a state: {', '.join(sorted(unknown))}"),))
    try:
        page = bootstrap.orders().of_merchant(
            _merchant(),
            starts_from=read_moment("from", query),
            starts_before=read_moment("to", query),
            states=states,
            limit=read_limit(query),
            cursor=query.get("cursor"),
        )
    except ValueError:
        raise BadFields((("cursor", "not one that was given out here"),)) from None
    orders = [order_body(order) for order in page.orders]
    return _json(HTTPStatus.OK, {"orders": orders, "next_cursor": page.cursor})


@app.get("/v1/orders/<order>")
def get_order(order: str) -> Response[str]:
    """One order; another merchant's is as good as none."""
    known = bootstrap.orders().find(read_order_id(unquote(order)))
    if not isinstance(known, Order) or known.booking.merchant != _merchant():
        raise NoSuchOrder
    return _json(HTTPStatus.OK, order_body(known))


@app.get("/v1/merchant")
def get_merchant() -> Response[str]:
    """Whose key this is."""
    who = _merchant()
    mall, merchant = bootstrap.venues().mall(who.mall), bootstrap.venues().merchant(who)
    scopes = _authorizer().get("scopes", "").split()
    return _json(HTTPStatus.OK, merchant_body(mall, merchant, scopes))


@app.not_found
def nothing_here(_error: NotFoundError) -> Response[str]:
    """No such path."""
    return _problem(NOT_FOUND)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def went_wrong(error: Exception) -> Response[str]:
    """The one place where errors become answers."""
    problem, more = problem_of(error)
    if problem is BROKEN:
        logger().exception("broken", extra={"request_id": _request_id()})
    return _problem(problem, more)


def _merchant() -> MerchantId:
    """Whose key it is: from the authorizer, never from the request."""
    who = _authorizer()
    return MerchantId(MallRef(who["mall"]), MerchantRef(who["merchant"]))


def _authorizer() -> dict[str, Any]:
    return app.current_event.raw_event["requestContext"]["authorizer"]  # type: ignore[no-any-return]


def _request_id() -> str:
    return app.current_event.request_context.request_id or ""


def _json(status: int, body: object) -> Response[str]:
    return Response(status, "application/json", json.dumps(body, ensure_ascii=False))


def _problem(problem: Problem, more: Any = None) -> Response[str]:
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        **(more or {}),
        "request_id": _request_id(),
    }
    headers = (
        {"Retry-After": str(problem.retry_after_seconds)} if problem.retry_after_seconds else {}
    )
    return Response(
        problem.status,
        "application/problem+json",
        json.dumps(body, ensure_ascii=False),
        headers=headers,
    )
