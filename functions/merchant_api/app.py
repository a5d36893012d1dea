"""Merchants' calls: API Gateway → bookings, orders, availability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import json

from baylock.log import log_invocation, logger
from merchant_api.call import Answer, Call
from merchant_api.limits import admit, limit_headers
from merchant_api.problems import BROKEN, NOT_FOUND, Said, ScopeMissing, problem_of
from merchant_api.routes import Route, find_route


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer one call; whatever goes wrong is answered with a problem and its request id."""
    call = Call.of(event)
    method, resource = event["httpMethod"], event["resource"]
    answer = _answer(call, find_route(method, resource))
    if call.key:
        headers = limit_headers(call.key)
        answer["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
    log_invocation(
        "answered",
        method=method,
        route=resource,
        status=answer["statusCode"],
        request_id=call.request_id,
        key=call.key.id if call.key else None,
        merchant=f"{call.merchant.mall}/{call.merchant.merchant}" if call.key else None,
    )
    return answer


def _answer(call: Call, route: Route | None) -> dict[str, Any]:
    """The one place where errors become answers."""
    try:
        if call.key:
            admit(call.key)
        if route is None:
            return _problem(Said(NOT_FOUND), call.request_id)
        if route.scope and route.scope not in call.scopes:
            raise ScopeMissing(route.scope)
        answer = route.answer(call)
    except Exception as error:  # noqa: BLE001 (whatever it is, the caller is answered)
        said = problem_of(error)
        if said.problem is BROKEN:
            logger().exception("broken", extra={"request_id": call.request_id})
        return _problem(said, call.request_id)
    return _written(answer, call.request_id)


def _problem(said: Said, request_id: str) -> dict[str, Any]:
    problem = said.problem
    body = problem.shape(
        type=problem.type,
        title=problem.title,
        status=problem.status,
        request_id=request_id,
        **said.more,
    )
    seconds = problem.retry_after_seconds
    headers = {"Retry-After": str(seconds)} if seconds else {}
    written = json.encode(body).decode()
    return _gateway(problem.status, "application/problem+json", written, request_id, headers)


def _written(answer: Answer, request_id: str) -> dict[str, Any]:
    body = answer.body if isinstance(answer.body, str) else json.encode(answer.body).decode()
    return _gateway(answer.status, answer.kind, body, request_id, answer.headers)


def _gateway(
    status: int, kind: str, body: str, request_id: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html."""
    every = {"Content-Type": kind, "Request-Id": request_id, **headers}
    return {
        "statusCode": int(status),
        "multiValueHeaders": {name: [value] for name, value in every.items()},
        "body": body,
        "isBase64Encoded": False,
    }
