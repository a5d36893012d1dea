"""From API Gateway's event to its response: admission, scope, the route, and problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import json

from baylock.deadline import Invocation, calls_before_end
from baylock.log import log_invocation, logger
from web.limits import admit, limit_headers
from web.problems import BROKEN, NOT_FOUND, ProblemResponse, ScopeMissing, problem_of
from web.request import Request
from web.response import Response
from web.router import Route


def respond(
    event: Mapping[str, Any],
    find_route: Callable[[str, str], Route | None],
    context: Invocation,
) -> dict[str, Any]:
    """Respond to one request; every failure becomes a problem that names the request's id.

    `find_route` takes the method and the resource as they are in template.yaml. HEAD is what GET
    is, without the body (RFC 9110, section 9.3.2). Calls that hang are Busy, and so a 503.
    """
    request = Request.of(event)
    method, resource = event["httpMethod"], event["resource"]
    route = find_route("GET" if method == "HEAD" else method, resource)
    with calls_before_end(context):
        response = _respond(request, route).to_gateway(request.request_id)
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
        merchant=f"{request.merchant.mall}/{request.merchant.merchant}" if request.key else None,
    )
    return response


def _respond(request: Request, route: Route | None) -> Response:
    """Call the route. This is the only place where errors become responses."""
    try:
        if request.key:
            admit(request.key.id, request.key.limits)
        if route is None:
            return _problem(ProblemResponse(NOT_FOUND), request)
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
    return Response(
        json.encode(body).decode(),
        problem.status,
        "application/problem+json",
        {"Retry-After": str(response.retry_after)} if response.retry_after else {},
    )
