"""The page behind the link in a driver's text: API Gateway → what is so, and what the driver does.

A GET changes nothing, whoever sends it (phones and messengers look at links by themselves). What
changes something is a POST of a form of the page, safe to repeat, and is followed by a GET.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import aws, driver, orders, stores
from baylock.domain.booking.window import MAX_WINDOW
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
from baylock.domain.orders.order import Order, Reason
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

_ASKED_AGAIN = (Act.DROP, Act.LEAVE, Act.TAKEN, Act.BLOCKED)
_TROUBLE = {Act.TAKEN: Reason.SPACE_TAKEN, Act.BLOCKED: Reason.SPACE_BLOCKED}


class Unreadable(Exception):
    """Not a form of the page."""


class Answer(NamedTuple):
    """What is sent back."""

    status: HTTPStatus
    body: str
    more: Mapping[str, str] = {}


@dataclass(frozen=True)
class Visit:
    """Somebody with a link."""

    token: str
    method: str
    asks_state: bool
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    words: PageWords
    """Until it is known whose link this is."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """`form` is None where the body is none."""
        sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            (event.get("pathParameters") or {}).get("token", ""),
            event["httpMethod"],
            event["resource"].endswith("/state"),
            event.get("queryStringParameters") or {},
            _form(event),
            of_visitor(sent.get("accept-language") or ""),
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


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer one visit. Neither the link nor what it leads to is logged."""
    visit = Visit.of(event)
    answer = _answer(visit)
    log_invocation(
        "visited",
        method=visit.method,
        route=event["resource"],
        status=int(answer.status),
        request_id=event["requestContext"]["requestId"],
    )
    return {
        "statusCode": int(answer.status),
        "headers": headers(answer.more),
        "body": answer.body,
        "isBase64Encoded": False,
    }


def _answer(visit: Visit) -> Answer:
    """The one place where errors become pages."""
    w = visit.words
    try:
        order = driver.follow_link()(visit.token)
        w = of_driver(order)
        if visit.asks_state:
            return _state(order)
        if not order.is_live:
            return Answer(HTTPStatus.GONE, ended(order))
        return _post(visit, order) if visit.method == "POST" else _get(visit, order)
    except NoSuchLink:
        body = json.dumps({"stamp": ""}) if visit.asks_state else nowhere(w)
        return Answer(HTTPStatus.NOT_FOUND, body)
    except Unreadable:
        return Answer(HTTPStatus.BAD_REQUEST, unreadable(w, visit.token))
    except (Busy, NoSuchOrder, NoSuchMall, NotAMerchant):
        pass
    except Exception:  # noqa: BLE001 (whatever it is, the driver is answered)
        logger().exception("broken")
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, busy(w, visit.token), {"Retry-After": "2"})


def _state(order: Order) -> Answer:
    """For the script of the page: whether there is something else to be shown."""
    stamp = driver.show_stay().glance(order).stamp if order.is_live else ""
    return Answer(HTTPStatus.OK, json.dumps({"stamp": stamp}), {"Content-Type": "application/json"})


def _get(visit: Visit, order: Order) -> Answer:
    asked = visit.query.get("do")
    if asked in _ASKED_AGAIN:
        glance = driver.show_stay().glance(order)
        if asked in glance.acts:
            return Answer(HTTPStatus.OK, sure(order, Act(asked), visit.token))
    return _shown(visit, order, said=visit.query.get("said", ""))


def _shown(
    visit: Visit,
    order: Order,
    note: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    said: str = "",
) -> Answer:
    stay = driver.show_stay()(order)
    way = driver.find_way()(order, stay.mall)
    return Answer(status, stay_page(stay, way, visit.token, note, said=said))


def _post(visit: Visit, order: Order) -> Answer:
    form, w = visit.form or {}, of_driver(order)
    # Whoever asks stands before the space that the page named.
    space, version = form.get("space", ""), form.get("version", "")

    def told(moment: datetime) -> str:
        zone = stores.venues().mall(order.booking.merchant.mall).zone
        return when(moment, zone, w.tag.split("-")[0], aws.now())

    try:
        match form.get("act"):
            case Act.OPEN if space:
                if space != order.claim.place:
                    return _refused(visit, w.moved)
                driver.admit_driver()(order.id)
            case Act.MORE:
                driver.stay_until()(order, _end(form.get("until", ""), order))
            case Act.DROP:
                orders.cancel_booking().give_up(order.id, "page")
            case Act.LEAVE:
                driver.leave_space()(order.id, "page")
            case (Act.TAKEN | Act.BLOCKED) as trouble if space and version.isdecimal():
                # Of the same page, said twice: the next space may be in trouble too.
                request = f"page {trouble} {version}"
                driver.ask_for_help()(order.id, _TROUBLE[Act(trouble)], space, request)
            case _:
                raise Unreadable
    except TooEarly as error:
        return _refused(visit, w.not_yet.format(start=told(error.opens_at)))
    except NotThatLong as limit:
        return _refused(visit, w.not_extended.format(longest=told(limit.longest)))
    except TooLate:
        return _refused(visit, w.too_late)
    return Answer(HTTPStatus.SEE_OTHER, "", {"Location": f"{visit.token}?said={Act(form['act'])}"})


def _refused(visit: Visit, reason: str) -> Answer:
    """How it stands now, with the reason why nothing was done."""
    order = driver.follow_link()(visit.token)
    if not order.is_live:
        return Answer(HTTPStatus.GONE, ended(order))
    return _shown(visit, order, reason, HTTPStatus.CONFLICT)


def _end(text: str, order: Order) -> datetime:
    try:
        end = datetime.strptime(text, END_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise Unreadable from None
    if end > order.claim.window.start + MAX_WINDOW:
        raise Unreadable
    return end
