"""Merchants' calls: API Gateway → bookings and orders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import unquote

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


@dataclass(frozen=True)
class Call:
    """A call that API Gateway has matched to one of its resources."""

    merchant: MerchantId
    scopes: Sequence[str]
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Whose key it is comes from the authorizer, never from the request.

        Whether parameters of the path come percent-encoded is not the same everywhere. So nothing
        is lost, a percent sign can't be part of one.
        """
        who = event["requestContext"]["authorizer"]
        parameters = event.get("pathParameters") or {}
        return cls(
            merchant=MerchantId(MallRef(who["mall"]), MerchantRef(who["merchant"])),
            scopes=who.get("scopes", "").split(),
            parameters={name: unquote(value) for name, value in parameters.items()},
            query=event.get("queryStringParameters") or {},
            body=event.get("body"),
        )


Answer = tuple[HTTPStatus, Mapping[str, Any]]


def put_booking(call: Call) -> Answer:
    """This is my booking now."""
    booking = read_booking(call.body).to_domain(
        call.merchant, call.parameters["reference"], said_at=bootstrap.now()
    )
    placed = bootstrap.place_booking()(booking)
    status = HTTPStatus.CREATED if placed.created else HTTPStatus.OK
    return status, booking_body(placed.record)


def get_booking(call: Call) -> Answer:
    """What is known of a booking."""
    reference = call.parameters["reference"]
    known = bootstrap.orders().find(order_id(call.merchant, reference))
    if known is None or known.booking.reference != reference:
        raise NoSuchBooking
    return HTTPStatus.OK, booking_body(known)


def delete_booking(call: Call) -> Answer:
    """The booking is off."""
    cancelled = bootstrap.cancel_booking()(call.merchant, call.parameters["reference"])
    return HTTPStatus.OK, booking_body(cancelled)


def list_orders(call: Call) -> Answer:
    """The merchant's orders, newest window first."""
    query = call.query
    states = [state for state in query.get("state", "").split(",") if state]
    if unknown := set(states) - set(State):
        raise BadFields((("state", f"not a state: {', '.join(sorted(unknown))}"),))
    try:
        page = bootstrap.orders().of_merchant(
            call.merchant,
            starts_from=read_moment("from", query),
            starts_before=read_moment("to", query),
            states=states,
            limit=read_limit(query),
            cursor=query.get("cursor"),
        )
    except ValueError:
        raise BadFields((("cursor", "not one that was given out here"),)) from None
    orders = [order_body(order) for order in page.orders]
    return HTTPStatus.OK, {"orders": orders, "next_cursor": page.cursor}


def get_order(call: Call) -> Answer:
    """One order; another merchant's is as good as none."""
    known = bootstrap.orders().find(read_order_id(call.parameters["order"]))
    if not isinstance(known, Order) or known.booking.merchant != call.merchant:
        raise NoSuchOrder
    return HTTPStatus.OK, order_body(known)


def get_merchant(call: Call) -> Answer:
    """Whose key this is."""
    who = call.merchant
    mall, merchant = bootstrap.venues().mall(who.mall), bootstrap.venues().merchant(who)
    return HTTPStatus.OK, merchant_body(mall, merchant, call.scopes)


ROUTES: Mapping[tuple[str, str], Callable[[Call], Answer]] = {
    ("PUT", "/v1/bookings/{reference}"): put_booking,
    ("GET", "/v1/bookings/{reference}"): get_booking,
    ("DELETE", "/v1/bookings/{reference}"): delete_booking,
    ("GET", "/v1/orders"): list_orders,
    ("GET", "/v1/orders/{order}"): get_order,
    ("GET", "/v1/merchant"): get_merchant,
}
"""By method and resource, as API Gateway has them from template.yaml: it has matched the path."""


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer one call; whatever goes wrong is answered with a problem and its request id."""
    call, request_id = Call.of(event), event["requestContext"]["requestId"]
    method, resource = event["httpMethod"], event["resource"]
    answer = _answer(call, ROUTES.get((method, resource.replace("+}", "}"))), request_id)
    log_invocation(
        "answered",
        method=method,
        route=resource,
        status=answer["statusCode"],
        request_id=request_id,
        merchant=f"{call.merchant.mall}/{call.merchant.merchant}",
    )
    return answer


def _answer(
    call: Call, respond: Callable[[Call], Answer] | None, request_id: str
) -> dict[str, Any]:
    """The one place where errors become answers."""
    if respond is None:
        return _problem(NOT_FOUND, request_id)
    try:
        status, body = respond(call)
    except Exception as error:  # noqa: BLE001 (whatever it is, the caller is answered)
        problem, more = problem_of(error)
        if problem is BROKEN:
            logger().exception("broken", extra={"request_id": request_id})
        return _problem(problem, request_id, more)
    return _written(status, "application/json", body)


def _problem(
    problem: Problem, request_id: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        **(more or {}),
        "request_id": request_id,
    }
    seconds = problem.retry_after_seconds
    return _written(
        problem.status,
        "application/problem+json",
        body,
        {"Retry-After": [str(seconds)]} if seconds else {},
    )


def _written(
    status: int, kind: str, body: object, headers: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html."""
    return {
        "statusCode": int(status),
        "multiValueHeaders": {"Content-Type": [kind], **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }
