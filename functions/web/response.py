"""Responses, and how API Gateway wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from msgspec import Struct, json

from web.headers import SECURITY_HEADERS


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
