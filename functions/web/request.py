"""A request that API Gateway has matched to one of the routes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import unquote

from baylock.domain.access.limits import Limits
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef, Tenancy

_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Key:
    """The caller's key and its rights, as the authorizer reports them."""

    merchant: MerchantId
    scopes: frozenset[str]
    id: str
    limits: Limits
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """The request that a route's handler receives.

    `key` is None on routes that need no key, names of headers are in lower case, and `api` is the
    base URL of the API, or None where the gateway does not report it.
    """

    request_id: str
    api: str | None
    key: Key | None
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Read a REST API proxy event. The key comes from the authorizer, never from the client.

        Gateways differ in whether path parameters arrive percent-encoded. Decoding is safe because
        a parameter may not contain a percent sign.
        """
        context = event["requestContext"]
        parameters = (event.get("pathParameters") or {}) | _rest_of_path(event)
        query = event.get("multiValueQueryStringParameters") or {}
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            request_id=context["requestId"],
            api=_api(context, event["path"], headers),
            key=_key(context.get("authorizer") or {}),
            parameters={name: unquote(value) for name, value in parameters.items()},
            # Repeated parameters are joined with commas; single-valued ones then fail validation.
            query={name: ",".join(values) for name, values in query.items()},
            headers=headers,
            body=event.get("body"),
        )

    @property
    def merchant(self) -> MerchantId:
        """The key's merchant; LookupError on a route that needs no key."""
        if self.key is None:
            raise LookupError("a route that needs a key was called without one")
        return self.key.merchant

    @property
    def scopes(self) -> frozenset[str]:
        """The key's scopes; empty without a key."""
        return self.key.scopes if self.key else frozenset()


def _rest_of_path(event: Mapping[str, Any]) -> dict[str, str]:
    """The greedy path parameter (`{reference+}`), if the resource has one.

    It is read from the path, because a gateway may drop the empty segments of such a parameter and
    turn `a//b` into `a/b`.
    """
    before, _, name = event["resource"].partition("{")
    rest = event["path"].partition(before)[2]
    return {name.removesuffix("+}"): rest} if name.endswith("+}") and rest else {}


def _api(context: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> str | None:
    """The address without the route's path.

    AWS always names the domain. A local cloud does not; there, the client's Host is the address.
    """
    if domain := context.get("domainName"):
        return f"https://{domain}{context.get('path', '').removesuffix(path)}"
    host, api = headers.get("host", ""), context.get("apiId")
    if not api or not _HOST.match(host):
        return None
    return f"http://{host}/_aws/execute-api/{api}/{context['stage']}"


def _key(authorizer: Mapping[str, Any]) -> Key | None:
    if "merchant" not in authorizer:
        return None
    merchant = MerchantId(
        MallRef(authorizer["mall"]),
        MerchantRef(authorizer["merchant"]),
        Tenancy(authorizer.get("tenancy", "")),
    )
    scopes = frozenset(authorizer.get("scopes", "").split())
    limits = Limits(*map(int, authorizer.get("limits", "").split()))
    expires = authorizer.get("expires")
    return Key(
        merchant,
        scopes,
        authorizer["key"],
        limits,
        datetime.fromisoformat(expires) if expires else None,
    )
