"""`/v1/connect/…`: what merchants' booking systems tell us by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct, field

from baylock.bootstrap import aws, connect, stores
from baylock.domain.access.limits import Limits
from baylock.domain.connect.connection import Appointment, Connection, ConnectionId, Outcome, System
from baylock.domain.orders.order import Order
from baylock.log import log_invocation
from connect import calcom, calendly, square
from merchant_api.call import Answer, Call, Key
from merchant_api.limits import admit, limit_headers
from merchant_api.problems import BAD_SIGNATURE, INVALID, MALFORMED, BadRequest, BadSignature
from merchant_api.routes import Route
from merchant_api.schema import read_query
from wire import OrderOut, order_out

MAX_BYTES = 256 * 1024
MAX_ID_LENGTH = 64
"""Of a connection: far more than any has, and no more than can be looked up."""

IsSigned = Callable[[Call, bytes, Connection, datetime], bool]
Read = Callable[[bytes], Appointment | None]


class ConnectQuery(Struct, frozen=True):
    """Whose booking system it is."""

    connection: Annotated[
        Annotated[str, Meta(max_length=MAX_ID_LENGTH)],
        Meta(description="the connection's id", examples=["con_nNzNz0c1fPTXVpVQ3oyVbJkV"]),
    ] = field(name="c")


class WebhookIn(Struct, frozen=True):
    """A webhook of the booking system, in the system's own shape and signed by it."""


class HeardOut(Struct, frozen=True):
    """What was made of it. It is answered 200 whatever that is: it need not be sent again."""

    outcome: Annotated[
        Outcome,
        Meta(description="What became of it.", examples=["placed"]),
    ]
    reference: Annotated[
        str | None,
        Meta(
            description="The booking's reference: the id that it had first in its system.",
            examples=["9mVq3TnYkE7sR2cXbLw8Zd"],
        ),
    ]
    order: Annotated[OrderOut | None, Meta(description="Its parking order, if it has one.")]


def hear_calcom(call: Call) -> Answer:
    """Cal.com says how one of its bookings is now.

    `X-Cal-Signature-256` is HMAC-SHA256 of the body with the connection's secret, in hexadecimal.
    """
    return _hear(call, System.CALCOM, calcom.is_signed, calcom.read)


def hear_calendly(call: Call) -> Answer:
    """Calendly says how one of its bookings is now.

    `Calendly-Webhook-Signature` is `t=<seconds since 1970>,v1=<signature>`: HMAC-SHA256 of the
    time, a dot and the body with the connection's secret, in hexadecimal. The time may be three
    minutes off.
    """
    return _hear(call, System.CALENDLY, calendly.is_signed, calendly.read)


def hear_square(call: Call) -> Answer:
    """Square says how one of its bookings is now.

    `x-square-hmacsha256-signature` is HMAC-SHA256 of the address that Square was given and the body
    with the connection's secret, in Base64.
    """
    return _hear(call, System.SQUARE, square.is_signed, square.read)


def _hear(call: Call, system: System, is_signed: IsSigned, read: Read) -> Answer:
    """A connection that is not there is not told from a signature that does not fit."""
    id_ = ConnectionId(read_query(call.query, ConnectQuery).connection)
    body = (call.body or "").encode(errors="replace")
    connection = stores.connections().find(id_)
    if connection is None or connection.system is not system or not connection.secret:
        raise BadSignature
    if not is_signed(call, body, connection, aws.now()):
        log_invocation("badly signed", connection=connection.id)
        raise BadSignature
    # As if it were a key of the merchant's, so that its flood is nobody else's.
    key = Key(connection.merchant, frozenset(), connection.id, Limits())
    admit(key)
    if len(body) > MAX_BYTES:
        raise BadRequest(f"the body is larger than {MAX_BYTES // 1024} KB")
    heard = connect.connect_booking()(connection, read(body))
    log_invocation("heard", connection=connection.id, became=heard.outcome.value)
    order = order_out(heard.record) if isinstance(heard.record, Order) else None
    said = HeardOut(heard.outcome, heard.reference, order)
    return Answer(said, headers=limit_headers(key))


ROUTES = tuple(
    Route(
        method="POST",
        path=f"/v1/connect/{system}",
        scope=None,
        answer=answer,
        query=ConnectQuery,
        takes=WebhookIn,
        answers={HTTPStatus.OK: HeardOut},
        problems=(MALFORMED, BAD_SIGNATURE, INVALID),
        needs_key=False,
    )
    for system, answer in (
        (System.CALCOM, hear_calcom),
        (System.CALENDLY, hear_calendly),
        (System.SQUARE, hear_square),
    )
)
