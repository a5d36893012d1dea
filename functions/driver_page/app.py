"""The page behind the link in a driver's text: API Gateway → the stay, and what the driver does.

A GET changes nothing, because phones and messengers open links by themselves. Changes are POSTs of
the page's forms. They are safe to repeat and redirect to a GET.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple, Self, assert_never
from urllib.parse import parse_qs

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import aws, driver, orders, stores
from baylock.deadline import calls_before_end
from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.driver.form import form_request, form_stamp
from baylock.domain.driver.stay import Act
from baylock.domain.errors import (
    Busy,
    NoSuchLink,
    NoSuchMall,
    NoSuchOrder,
    NotAMerchant,
    NotThatLong,
    TooEarly,
    TooLate,
)
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.log import log_invocation, logger
from baylock.texts.languages.page import PageWords
from baylock.texts.writing.messages import when
from driver_page.page import (
    END_FORMAT,
    busy,
    ended,
    headers,
    nowhere,
    of_driver,
    of_visitor,
    stay_page,
    sure,
    unreadable,
)

MAX_FORM_LENGTH = 2_000

_CONFIRMED = (Act.DROP, Act.LEAVE, Act.TAKEN, Act.BLOCKED)
_PROBLEMS = {Act.TAKEN: Reason.SPACE_TAKEN, Act.BLOCKED: Reason.SPACE_BLOCKED}


class Unreadable(Exception):
    """A form that is not one of the page's."""


class Response(NamedTuple):
    """A response; `headers` come on top of those of every response."""

    status: HTTPStatus
    body: str
    headers: Mapping[str, str] = {}


@dataclass(frozen=True)
class Request:
    """A request with a link's token."""

    token: str
    method: str
    asks_state: bool
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    words: PageWords
    """Until it is known whose link this is."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Read a REST API proxy event; `form` is None where the body is no form."""
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            (event.get("pathParameters") or {}).get("token", ""),
            event["httpMethod"],
            event["resource"].endswith("/state"),
            event.get("queryStringParameters") or {},
            _form(event),
            of_visitor(headers.get("accept-language") or ""),
        )


def _form(event: Mapping[str, Any]) -> Mapping[str, str] | None:
    body = event.get("body") or ""
    try:
        if event.get("isBase64Encoded"):
            body = b64decode(body).decode()
        if len(body) > MAX_FORM_LENGTH:
            return None
        fields = parse_qs(body, strict_parsing=True, errors="strict", max_num_fields=8)
    except (ValueError, NotBase64):
        return None
    return {name: values[0] for name, values in fields.items()}


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one request. Neither the link nor the order is logged."""
    request = Request.of(event)
    with calls_before_end(context):
        response = _respond(request)
    log_invocation(
        "visited",
        method=request.method,
        route=event["resource"],
        status=int(response.status),
        request_id=event["requestContext"]["requestId"],
    )
    return {
        "statusCode": int(response.status),
        "headers": headers(response.headers),
        "body": "" if request.method == "HEAD" else response.body,
        "isBase64Encoded": False,
    }


def _respond(request: Request) -> Response:
    """Find the order and the page. This is the only place where errors become pages."""
    w = request.words
    methods = ("GET", "HEAD") if request.asks_state else ("GET", "HEAD", "POST")
    if request.method not in methods:
        return _not_allowed(request, (*methods, "OPTIONS"))
    try:
        order = driver.follow_link()(request.token)
        w = of_driver(order)
        if request.asks_state:
            return _state(order)
        if not order.is_live:
            return Response(HTTPStatus.GONE, ended(order))
        return _post(request, order) if request.method == "POST" else _get(request, order)
    except NoSuchLink:
        body = json.dumps({"stamp": ""}) if request.asks_state else nowhere(w)
        return Response(HTTPStatus.NOT_FOUND, body)
    except Unreadable:
        return Response(HTTPStatus.BAD_REQUEST, unreadable(w, request.token))
    except (Busy, NoSuchOrder, NoSuchMall, NotAMerchant):
        pass
    except Exception:  # noqa: BLE001 (every failure needs a page)
        logger().exception("broken")
    return Response(HTTPStatus.SERVICE_UNAVAILABLE, busy(w, request.token), {"Retry-After": "2"})


def _not_allowed(request: Request, methods: Sequence[str]) -> Response:
    """The methods of the path, for a request with another."""
    allow = {"Allow": ", ".join(methods)}
    if request.method == "OPTIONS":
        return Response(HTTPStatus.NO_CONTENT, "", allow)
    body = unreadable(request.words, request.token)
    return Response(HTTPStatus.METHOD_NOT_ALLOWED, body, allow)


def _state(order: Order) -> Response:
    """For the page's script: a stamp that changes when the page would."""
    stamp = driver.show_stay().glance(order).stamp if order.is_live else ""
    return Response(
        HTTPStatus.OK, json.dumps({"stamp": stamp}), {"Content-Type": "application/json"}
    )


def _get(request: Request, order: Order) -> Response:
    act = request.query.get("do")
    if act in _CONFIRMED:
        glance = driver.show_stay().glance(order)
        if act in glance.acts:
            return Response(HTTPStatus.OK, sure(order, Act(act), request.token))
    return _shown(request, order, done=request.query.get("said", ""))


def _shown(
    request: Request,
    order: Order,
    note: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    done: str = "",
) -> Response:
    stay = driver.show_stay()(order)
    way = driver.find_way()(order, stay.mall)
    return Response(status, stay_page(stay, way, request.token, note, done=done))


def _post(request: Request, order: Order) -> Response:
    """Do what a form asks for: once, and only if it is from the page as it is now."""
    form, w = request.form or {}, of_driver(order)
    act, stamp = form.get("act", ""), form.get("form", "")
    if act not in [*Act] or not stamp:
        raise Unreadable
    act = Act(act)
    done = form_request(act, stamp)
    answer = Response(HTTPStatus.SEE_OTHER, "", {"Location": f"{request.token}?said={act}"})
    if stamp != form_stamp(order, act):
        has_moved = form.get("space", order.claim.place) != order.claim.place
        if order.notes.last_request == done or (has_moved and act in _PROBLEMS):
            # Sent twice; or the order has left that space already.
            return answer
        return _refused(request, w.moved if has_moved else w.stale)

    def local_time(moment: datetime) -> str:
        zone = stores.venues().mall(order.booking.merchant.mall).zone
        return when(moment, zone, w.tag.split("-")[0], aws.now())

    try:
        _do(act, order, form, done)
    except TooEarly as error:
        return _refused(request, w.not_yet.format(start=local_time(error.opens_at)))
    except NotThatLong as limit:
        return _refused(request, w.not_extended.format(longest=local_time(limit.longest)))
    except TooLate:
        return _refused(request, w.too_late)
    return answer


def _do(act: Act, order: Order, form: Mapping[str, str], request: str) -> None:
    match act:
        case Act.OPEN:
            driver.admit_driver()(order.id)
        case Act.MORE:
            driver.stay_until()(order, _end(form.get("until", ""), order), request)
        case Act.DROP:
            orders.cancel_booking().give_up(order.id, request)
        case Act.KEEP:
            orders.cancel_booking().keep_for_driver(order.id, request)
        case Act.LEAVE:
            driver.leave_space()(order.id, request)
        case Act.TAKEN | Act.BLOCKED:
            driver.ask_for_help()(order.id, _PROBLEMS[act], order.claim.place, request)
        case _:
            assert_never(act)


def _refused(request: Request, reason: str) -> Response:
    """The page as it is now, with the reason why nothing was done."""
    order = driver.follow_link()(request.token)
    if not order.is_live:
        return Response(HTTPStatus.GONE, ended(order))
    return _shown(request, order, reason, HTTPStatus.CONFLICT)


def _end(text: str, order: Order) -> datetime:
    try:
        end = datetime.strptime(text, END_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise Unreadable from None
    if end > order.claim.window.start + MAX_WINDOW:
        raise Unreadable
    return end
