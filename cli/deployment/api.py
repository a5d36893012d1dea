"""A merchant's client of the API, for the demo and the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

_SECONDS = 30.0


@dataclass(frozen=True)
class Response:
    """A response; `body` is the parsed JSON, or the text where it is none."""

    status: int
    body: Any
    headers: Message


@dataclass(frozen=True)
class MerchantApi:
    """A client for `{api}/v1/…` with a merchant's key; no Authorization header without a key."""

    api: str
    key: str | None = None

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> Response:
        """Make a call. `path` is as in docs/api.md and quoted already; `raw` is sent as it is."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = Request(self.api + path, data=data, method=method, headers=headers)  # noqa: S310
        try:
            with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 (an API)
                return Response(response.status, _parsed(response.read()), response.headers)
        except HTTPError as refused:
            with refused:
                return Response(refused.code, _parsed(refused.read()), refused.headers)

    def booking(self, reference: str) -> Response:
        """GET one booking."""
        return self.call("GET", f"/v1/bookings/{quote(reference, safe='')}")

    def put_booking(self, reference: str, body: Any) -> Response:
        """PUT one booking."""
        return self.call("PUT", f"/v1/bookings/{quote(reference, safe='')}", body)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")
