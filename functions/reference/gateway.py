"""The responses that API Gateway gives in a function's place, for template.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from web.headers import SECURITY_HEADERS
from web.problems import (
    BUSY,
    FORBIDDEN,
    MALFORMED,
    NOT_FOUND,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    Problem,
)

GATEWAY_RESPONSES: Mapping[str, Problem] = {
    "UNAUTHORIZED": UNAUTHORIZED,
    "ACCESS_DENIED": FORBIDDEN,
    "MISSING_AUTHENTICATION_TOKEN": NOT_FOUND,
    "REQUEST_TOO_LARGE": TOO_LARGE,
    "THROTTLED": TOO_MANY,
    "WAF_FILTERED": TOO_MANY,
    "DEFAULT_4XX": MALFORMED,
    "AUTHORIZER_FAILURE": BUSY,
    "DEFAULT_5XX": BUSY,
}
"""By API Gateway's type of response, the problem that it reports."""

_BEGIN = "# ── begin: written by `make reference`"
_END = "# ── end"
_BLOCK = re.compile(rf"(^ *{_BEGIN}[^\n]*\n)(.*?)(^ *{_END}\n)", re.MULTILINE | re.DOTALL)
_INDENT = " " * 6


def template_with_responses(template: str) -> str:
    """Replace what stands between the markers in the text of template.yaml.

    Raises `ValueError` unless the markers stand there exactly once.
    """
    lines = ["GatewayResponses:"]
    for kind, problem in GATEWAY_RESPONSES.items():
        lines += [
            f"  {kind}:",
            f"    StatusCode: {problem.status}",
            f"    ResponseParameters: {{ Headers: {_headers(problem)} }}",
            f"    ResponseTemplates: {{ application/json: {_body(problem)} }}",
        ]
    block = "".join(f"{_INDENT}{line}\n" for line in lines)
    written, found = _BLOCK.subn(lambda match: match[1] + block + match[3], template)
    if found != 1:
        raise ValueError(f"template.yaml has {found} blocks between `{_BEGIN}` and `{_END}`")
    return written


def _headers(problem: Problem) -> str:
    """A mapping in YAML's flow style. API Gateway takes what is in quotes as it stands."""
    headers = {"Content-Type": "'application/problem+json'", "Request-Id": "context.requestId"}
    headers |= {name: f"'{value}'" for name, value in SECURITY_HEADERS.items()}
    if problem is UNAUTHORIZED:
        headers["WWW-Authenticate"] = "'Bearer'"
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = f"'{problem.retry_after_seconds}'"
    return f"{{ {', '.join(f'{name}: {json.dumps(headers[name])}' for name in headers)} }}"


def _body(problem: Problem) -> str:
    """A single-quoted string in YAML."""
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "request_id": "$context.requestId",
    }
    return f"""'{json.dumps(body, separators=(",", ":")).replace("'", "''")}'"""
