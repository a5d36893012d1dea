"""From API Gateway's event to its response: admission, scope, the route, and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from msgspec import json

from baylock.bootstrap import aws
from baylock.deadline import Invocation, calls_before_end
from baylock.domain.errors import KeyExpired
from baylock.domain.venue.keys import merchant_key
from baylock.log import log_invocation, logger
from web.limits import admit, limit_headers
from web.problems import (
    BROKEN,
    NoSuchMethod,
    NoSuchPage,
    ProblemResponse,
    ScopeMissing,
    problem_of,
)
from web.request import Request
from web.response import Response
from web.router import Route, allow, route_for, routes_at


def respond(
    event: Mapping[str, Any],
    find_routes: Callable[[str], Iterable[Route]],
    context: Invocation,
) -> dict[str, Any]:
    """Respond to one request; every failure becomes a problem that names the request's id.

    `find_routes` takes the resource as it is in template.yaml and returns its routes, and maybe
    others. HEAD is what GET is, without the body; OPTIONS is answered with the methods of the
    path, and any other method with 405. Calls that hang are Busy, and so a 503.
    """
    request = Request.of(event)
    method, resource = event["httpMethod"], event["resource"]
    routes = routes_at(find_routes(resource), resource)
    with calls_before_end(context):
        response = _respond(request, method, routes).to_gateway(request.request_id)
    if method == "HEAD":
        response["body"] = ""
    if request.key:
        headers = limit_headers(request.key.id, request.key.limits)
        response["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
    log_invocation(
        "answered",
        method=method,
        route=resource,
        status=response["statusCode"],
        request_id=request.request_id,
        key=request.key.id if request.key else None,
        merchant=merchant_key(request.merchant) if request.key else None,
    )
    return response


def _respond(request: Request, method: str, routes: Sequence[Route]) -> Response:
    """Call the route. This is the only place where errors become responses."""
    try:
        if request.key:
            admit(request.key.id, request.key.limits)
            if request.key.expires_at and request.key.expires_at <= aws.now():
                raise KeyExpired(request.key.expires_at)
        if not routes:
            raise NoSuchPage
        if method == "OPTIONS":
            return Response("", HTTPStatus.NO_CONTENT, headers={"Allow": allow(routes)})
        route = route_for(routes, method)
        if route is None:
            raise NoSuchMethod(allow(routes))
        if route.scope and route.scope not in request.scopes:
            raise ScopeMissing(route.scope)
        return route.handler(request)
    except Exception as error:  # noqa: BLE001 (every failure needs a response)
        response = problem_of(error)
        if response.problem is BROKEN:
            logger().exception("broken", extra={"request_id": request.request_id})
        return _problem(response, request)


def _problem(response: ProblemResponse, request: Request) -> Response:
    problem = response.problem
    body = problem.shape(
        type=problem.type,
        title=problem.title,
        status=problem.status,
        request_id=request.request_id,
        **response.extra,
    )
    headers = dict(response.headers)
    if response.retry_after:
        headers["Retry-After"] = str(response.retry_after)
    return Response(json.encode(body).decode(), problem.status, "application/problem+json", headers)
