"""`/v1/connect/…`: webhooks of merchants' booking systems."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct, field

from baylock.bootstrap import connect
from baylock.domain.connect.connection import (
    LIMITS,
    Appointment,
    AppointmentOutcome,
    ConnectionId,
    System,
)
from baylock.domain.connect.signature import SignedBody
from baylock.domain.errors import BadSignature
from baylock.domain.orders.order import Order
from baylock.log import log_invocation
from connect import calcom, calendly, square
from web.limits import limit_headers
from web.order_resource import OrderResource, order_resource
from web.problems import BAD_SIGNATURE, INVALID, MALFORMED, BadRequest
from web.request import Request
from web.response import Response
from web.router import Route
from web.schema import read_query

MAX_BYTES = 256 * 1024
MAX_ID_LENGTH = 64
"""Of a connection's id; longer than any, and short enough to be looked up."""

Read = Callable[[bytes], Appointment | None]


class ConnectQuery(Struct, frozen=True):
    """The connection that a webhook is for."""

    connection: Annotated[
        Annotated[str, Meta(max_length=MAX_ID_LENGTH)],
        Meta(description="the connection's id", examples=["con_nNzNz0c1fPTXVpVQ3oyVbJkV"]),
    ] = field(name="c")


class BookingSystemEvent(Struct, frozen=True):
    """A webhook of the booking system, in the system's own format and signed by it."""


class ConnectResult(Struct, frozen=True):
    """The outcome of a webhook. The status is 200 for every outcome: it need not be sent again."""

    outcome: Annotated[
        AppointmentOutcome,
        Meta(description="The outcome.", examples=["placed"]),
    ]
    reference: Annotated[
        str | None,
        Meta(
            description="The booking's reference: the first id that it had in its system.",
            examples=["9mVq3TnYkE7sR2cXbLw8Zd"],
        ),
    ]
    order: Annotated[OrderResource | None, Meta(description="Its parking order, if it has one.")]


def receive_calcom(request: Request) -> Response:
    """Receive a booking from Cal.com.

    `X-Cal-Signature-256` is HMAC-SHA256 of the body with the connection's secret, in hexadecimal.
    """
    return _receive(request, System.CALCOM, calcom.read)


def receive_calendly(request: Request) -> Response:
    """Receive a booking from Calendly.

    `Calendly-Webhook-Signature` is `t=<seconds since 1970>,v1=<signature>`: HMAC-SHA256 of the
    time, a dot and the body with the connection's secret, in hexadecimal. The time may be three
    minutes off.
    """
    return _receive(request, System.CALENDLY, calendly.read)


def receive_square(request: Request) -> Response:
    """Receive a booking from Square.

    `x-square-hmacsha256-signature` is HMAC-SHA256 of the address that Square was given and the body
    with the connection's secret, in Base64.
    """
    return _receive(request, System.SQUARE, square.read)


def _receive(request: Request, system: System, read: Read) -> Response:
    id_ = ConnectionId(read_query(request.query, ConnectQuery).connection)
    body = (request.body or "").encode(errors="replace")
    try:
        connection = connect.accept_webhook()(id_, system, SignedBody(request.headers, body))
    except BadSignature as error:
        if error.connection:
            log_invocation("badly signed", connection=error.connection)
        raise
    if len(body) > MAX_BYTES:
        raise BadRequest(f"the body is larger than {MAX_BYTES // 1024} KB")
    heard = connect.connect_booking()(connection, read(body))
    log_invocation("heard", connection=connection.id, became=heard.outcome.value)
    order = order_resource(heard.record) if isinstance(heard.record, Order) else None
    result = ConnectResult(heard.outcome, heard.reference, order)
    return Response(result, headers=limit_headers(connection.id, LIMITS))


ROUTES = tuple(
    Route(
        method="POST",
        path=f"/v1/connect/{system}",
        scope=None,
        handler=handler,
        query=ConnectQuery,
        body=BookingSystemEvent,
        responses={HTTPStatus.OK: ConnectResult},
        problems=(MALFORMED, BAD_SIGNATURE, INVALID),
        needs_key=False,
    )
    for system, handler in (
        (System.CALCOM, receive_calcom),
        (System.CALENDLY, receive_calendly),
        (System.SQUARE, receive_square),
    )
)
