"""Responses, how API Gateway wants them, and the headers that every one of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from msgspec import Struct, json

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # Not for subdomains: a mall's own domain may have others that are none of ours.
        "Strict-Transport-Security": "max-age=63072000",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""The headers of every response: of functions, of the driver's page and of API Gateway itself.

A response that is public, or a page with a style of its own, overrides the one header that differs.
https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
"""


@dataclass(frozen=True, slots=True)
class Response:
    """A response: a shape, sent as JSON, or a text of another `media_type`."""

    body: Struct | str
    status: int = HTTPStatus.OK
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_gateway(self, request_id: str) -> dict[str, Any]:
        """The response in the format of API Gateway's proxy integration.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
        """
        body = self.body if isinstance(self.body, str) else json.encode(self.body).decode()
        headers = {
            "Content-Type": self.media_type,
            "Request-Id": request_id,
            **SECURITY_HEADERS,
            **self.headers,
        }
        return {
            "statusCode": int(self.status),
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "body": body,
            "isBase64Encoded": False,
        }
